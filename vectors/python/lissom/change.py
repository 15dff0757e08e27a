"""Automerge changes that put one value at a document's root (section 6)."""

import hashlib

BYTES, TEXT = 7, 6


def _uleb(value):
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _prefixed(data):
    return _uleb(len(data)) + data


def _one(encoded):
    """A column with one row: a literal run of length 1, which is -1 as a signed LEB128."""
    return b"\x7f" + encoded


def put(actor, seq, start_op, deps, key, kind, value):
    """`(chunk, hash)` of a change that puts `value` at a key that has none yet."""
    columns = [
        (21, _one(_prefixed(key.encode()))),
        (52, b"\x01"),  # one row that inserts nothing
        (66, _one(b"\x01")),
        (86, _one(_uleb(len(value) << 4 | kind))),
        (87, value),
        (112, _one(b"\x00")),
    ]
    contents = _uleb(len(deps)) + b"".join(sorted(deps)) + _prefixed(actor) + _uleb(seq) + _uleb(start_op)
    contents += b"\x00\x00\x00"  # time 0, no message, no other actors
    contents += _uleb(len(columns))
    contents += b"".join(_uleb(spec) + _uleb(len(data)) for spec, data in columns)
    contents += b"".join(data for _, data in columns)
    hashed = b"\x01" + _prefixed(contents)
    digest = hashlib.sha256(hashed).digest()
    return b"\x85\x6f\x4a\x83" + digest[:4] + hashed, digest
