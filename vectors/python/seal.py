"""Seals a small log as another implementation would, for the Rust client to open.

Without arguments it prints the fixture that is kept as sealed-by-python.json: secret and nonces are fixed there, which
a real device must never do. With `--fresh` both are random.
"""

import json
import os
import sys

import cbor2

from lissom import change, entry, keys, payload

RECORD = "c:01a2027c-30ae-7b19-930f-6bf79c361a17"
DEVICE, WRITER = bytes([0xD1]) * 16, bytes([0xB2]) * 16


def _entry(owner, nonce, parents, doc_id, raw):
    fields = {"kind": payload.CHANGES, "device": DEVICE, "writer": WRITER, "parents": parents, "doc_id": doc_id}
    changes = payload.changes(fields, raw)
    sealed = entry.seal(owner, nonce, changes.encode())
    identity = entry.parse(sealed).id(owner.vault_id)
    described = {
        "entry": sealed.hex(),
        "entry_id": identity.hex(),
        "doc_id": doc_id,
        "codec": changes.codec,
        "device": DEVICE.hex(),
        "writer": WRITER.hex(),
        "parents": [parent.hex() for parent in parents],
        "unpacked": raw.hex(),
    }
    return identity, described


def log(secret, nonces):
    """Three entries: a check-in, an edit of its note (twice over, to be deflated), and a device's name."""
    owner = keys.Owner(secret)
    record = cbor2.dumps({0: 1795338023086, 1: 0, 2: 3, 6: "written in Python"}, canonical=True)
    first, first_hash = change.put(WRITER, 1, 1, [], RECORD, change.BYTES, record)
    note = ("edited in Python; " * 60).encode()
    second, _ = change.put(WRITER, 2, 2, [first_hash], RECORD + ".note", change.TEXT, note)
    name = cbor2.dumps({0: "Python"}, canonical=True)
    third, _ = change.put(WRITER, 1, 1, [], "d:" + DEVICE.hex(), change.BYTES, name)
    entries, parents = [], []
    for doc_id, raw in [("log-2026", first), ("log-2026", second), ("profile", third)]:
        identity, described = _entry(owner, next(nonces), parents, doc_id, raw)
        entries.append(described)
        parents = [identity]
    records = [
        {"doc_id": "log-2026", "key": RECORD, "value": record.hex(), "edits": {"note": note.decode()}},
        {"doc_id": "profile", "key": "d:" + DEVICE.hex(), "value": name.hex(), "edits": {}},
    ]
    return {"secret": secret.hex(), "entries": entries, "records": records}


def main():
    if sys.argv[1:] == ["--fresh"]:
        sealed = log(os.urandom(32), iter(lambda: os.urandom(24), None))
    elif not sys.argv[1:]:
        sealed = log(bytes(range(32)), (bytes([0x60 + n]) * 24 for n in range(3)))
    else:
        sys.exit(__doc__)
    json.dump(sealed, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
