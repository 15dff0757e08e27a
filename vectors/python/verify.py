"""Checks every vector in the folder above; exits with 1 unless all of them hold."""

import hashlib
import json
import pathlib
import re
import sys

from lissom import Refused, bodies, chain, ed25519, entry, keys, payload, phrase, text

FOLDER = pathlib.Path(__file__).parent.parent
FILES = ["keys", "phrase", "payload", "entry", "chain", "challenge", "token", "statement"]
POSITIVE_LEAST, NEGATIVE_LEAST = 60, 200


def unhex(value):
    """Bytes: hex, or an array of hex and of `{"hex": …, "times": …}`."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    parts = (part if isinstance(part, dict) else {"hex": part, "times": 1} for part in value)
    return b"".join(bytes.fromhex(part["hex"]) * part["times"] for part in parts)


def reader(given):
    return keys.Reader(unhex(given["write_public"]), unhex(given["root"]))


def owner_keys(given):
    owner = keys.Owner(unhex(given["secret"]))
    return {
        "write_public": owner.write_public.hex(),
        "root": owner.root.hex(),
        "read_public": owner.read_public.hex(),
        "key_check": owner.key_check.hex(),
        "vault_id": owner.vault_id.hex(),
        "vault_id_text": text.encode(owner.vault_id),
        "chain_0": chain.start(owner.vault_id).hex(),
    }


def reader_keys(given):
    found = reader(given)
    return {
        "read_public": found.read_public.hex(),
        "key_check": found.key_check.hex(),
        "vault_id": found.vault_id.hex(),
    }


def vault_id(given):
    found = keys.vault_id(unhex(given["write_public"]), unhex(given["read_public"]), unhex(given["key_check"]))
    if found.hex() != given["vault_id"]:
        raise Refused("vault-id")
    return {}


def base64url(given):
    return {"bytes": text.decode(given["text"], given["length"]).hex()}


def words(given):
    return {"phrase": phrase.write(unhex(given["secret"]))}


def secret(given):
    return {"secret": phrase.read(given["phrase"]).hex()}


def padded_length(given):
    return {"padded": payload.padded_length(given["length"])}


def describe_head(head):
    return {
        "kind": head.kind,
        "device": head.device.hex(),
        "writer": head.writer.hex(),
        "parents": [parent.hex() for parent in head.parents],
    }


def describe(changes):
    raw = changes.unpack()
    return describe_head(changes) | {
        "doc_id": changes.doc_id,
        "min_version": changes.min_version,
        "unpacked_length": len(raw),
        "unpacked_sha256": hashlib.sha256(raw).hexdigest(),
    }


def head(given):
    return describe_head(payload.head(unhex(given["plaintext"])))


def changes(given):
    return describe(payload.decode(unhex(given["plaintext"])))


def packed(given):
    fields = {name: given[name] for name in ("kind", "doc_id")}
    fields |= {name: unhex(given[name]) for name in ("device", "writer")}
    fields["parents"] = [unhex(parent) for parent in given["parents"]]
    made = payload.changes(fields, unhex(given["unpacked"]))
    made.min_version = given["min_version"]
    return made.encode()


def encode(given):
    return {"plaintext": packed(given).hex()}


def layout(given):
    return {"entry_id": entry.parse(unhex(given["entry"])).id(unhex(given["vault_id"])).hex()}


def signed(given):
    found = entry.parse(unhex(given["entry"]))
    identity = found.verify(unhex(given["vault_id"]), unhex(given["write_public"]))
    return {"entry_id": identity.hex(), "suite": found.suite, "flags": found.flags, "reserved": found.reserved}


def opened(given):
    by = reader(given)
    found = entry.parse(unhex(given["entry"]))
    identity = found.verify(by.vault_id, by.write_public)
    read = payload.decode(entry.unseal(found, by))
    described = {"entry_id": identity.hex()} | describe(read)
    payload.accepted_document(read.doc_id)
    return described


def sealed(given):
    return {"entry": entry.seal(keys.Owner(unhex(given["secret"])), unhex(given["nonce"]), packed(given)).hex()}


def chains(given):
    found = [chain.start(unhex(given["vault_id"]))]
    for entry_id in given["entry_ids"]:
        found.append(chain.after(found[-1], unhex(entry_id)))
    return {"chains": [each.hex() for each in found]}


def split(given):
    return {"lengths": [len(each.bytes) for each in chain.split(unhex(given["stream"]))]}


def number(found):
    if found is None or not re.fullmatch("[0-9]+", found, re.ASCII) or int(found) >= 2**64:
        raise Refused("facts")
    return int(found)


def page(given):
    by = reader(given)
    headers = given["headers"]
    pos, head_pos = number(headers.get("lissom-pos")), number(headers.get("lissom-head"))
    try:
        stated = text.decode(headers.get("lissom-chain"), 32)
    except Refused:
        raise Refused("facts") from None
    found = chain.page(by.vault_id, given["pos"], unhex(given["chain"]), unhex(given["stream"]), pos, stated, head_pos)
    junk = []
    for place, each in enumerate(found[3]):
        try:
            each.verify(by.vault_id, by.write_public)
        except Refused:
            junk.append(place)
    return {"pos": found[0], "chain": found[1].hex(), "end": found[2], "junk": junk}


def answer(given):
    owner = keys.Owner(unhex(given["secret"]))
    sent = [each.id(owner.vault_id) for each in chain.split(unhex(given["entries"]))]
    positions, stated = bodies.appended(given["body"])
    pos, after = chain.answer(given["pos"], unhex(given["chain"]), sent, positions, stated)
    return {"pos": pos, "chain": after.hex()}


def sign_auth(given):
    owner = keys.Owner(unhex(given["secret"]))
    signing = owner.write_signing if given["role"] == "owner" else owner.read_signing
    message = bodies.auth_message(owner.vault_id, given["role"], unhex(given["challenge"]))
    return {"message": message.hex(), "signature": ed25519.sign(signing, message).hex()}


def check_auth(given):
    message = bodies.auth_message(unhex(given["vault_id"]), given["role"], unhex(given["challenge"]))
    key = given["write_public"] if given["role"] == "owner" else given["read_public"]
    ed25519.verify(unhex(key), message, unhex(given["signature"]))
    return {}


def token_request(given):
    found = bodies.token_request(given["body"], unhex(given["write_public"]), unhex(given["read_public"]))
    return {"vault_id": found[0].hex(), "role": found[1], "challenge": found[2].hex()}


def token_answer(given):
    token, seconds = bodies.token_answer(given["body"])
    return {"token": token, "expires_in": seconds}


def signed_by_owner(message_of):
    def sign(given):
        owner = keys.Owner(unhex(given["secret"]))
        message = message_of(owner.vault_id)
        return {"message": message.hex(), "signature": ed25519.sign(owner.write_signing, message).hex()}

    return sign


def check_deletion(given):
    message = bodies.delete_message(unhex(given["vault_id"]))
    ed25519.verify(unhex(given["write_public"]), message, unhex(given["statement"]))
    return {}


def check_registration(given):
    return {"vault_id": bodies.registration(given["body"]).hex()}


def gone(given):
    by = reader(given)
    statement = bodies.gone(given["status"], given["content_type"], given["body"], by.vault_id, by.write_public)
    return {"statement": statement.hex()}


CHECKS = {
    "owner keys": owner_keys,
    "reader keys": reader_keys,
    "vault id": vault_id,
    "base64url": base64url,
    "words": words,
    "phrase": secret,
    "padded length": padded_length,
    "payload head": head,
    "payload": changes,
    "encode payload": encode,
    "layout": layout,
    "signed entry": signed,
    "open entry": opened,
    "seal entry": sealed,
    "chain": chains,
    "split": split,
    "page": page,
    "answer to a post": answer,
    "sign a challenge": sign_auth,
    "signed challenge": check_auth,
    "token request": token_request,
    "token": token_answer,
    "sign a deletion": signed_by_owner(bodies.delete_message),
    "deletion": check_deletion,
    "sign a registration": signed_by_owner(bodies.register_message),
    "registration": check_registration,
    "gone": gone,
}


def outcome(vector):
    """What this implementation says, in the form in which the vector says what is right."""
    try:
        return {"expect": CHECKS[vector["check"]](vector["input"])}
    except Refused as refused:
        return {"refuse": refused.reason} | refused.facts


def check_fixture():
    """Opens sealed-by-python.json again; the Rust tests open it too."""
    fixture = json.loads((FOLDER / "sealed-by-python.json").read_text())
    owner = keys.Owner(unhex(fixture["secret"]))
    for each in fixture["entries"]:
        found = entry.parse(unhex(each["entry"]))
        if found.verify(owner.vault_id, owner.write_public).hex() != each["entry_id"]:
            raise Refused("entry-id")
        if payload.decode(entry.unseal(found, owner)).unpack().hex() != each["unpacked"]:
            raise Refused("unpacked")


def main():
    passed, failed, counts, names, used = 0, 0, {"expect": 0, "refuse": 0}, set(), set()

    def hold(good, what):
        nonlocal passed, failed
        passed, failed = passed + good, failed + (not good)
        if not good:
            print("FAILED", what)

    for file in FILES:
        for vector in json.loads((FOLDER / f"{file}.json").read_text())["vectors"]:
            name, check = f"{file}: {vector['name']}", vector["check"]
            right = {key: vector[key] for key in ("expect", "refuse", "place") if key in vector}
            found = outcome(vector)
            hold(found == right, f"{name} ({check})\n  should be {right}\n  but is    {found}")
            counts["expect" if "expect" in vector else "refuse"] += 1
            names.add(name)
            used.add(check)
    kept = {path.stem for path in FOLDER.glob("*.json")}
    try:
        check_fixture()
        sealed_well = True
    except Refused:
        sealed_well = False
    hold(sealed_well, "sealed-by-python.json opens")
    hold(kept == {*FILES, "sealed-by-python"}, f"every file is checked, and here are {sorted(kept)}")
    hold(used == set(CHECKS), f"every check has a vector; these have none: {sorted(set(CHECKS) - used)}")
    hold(len(names) == sum(counts.values()), "every vector has a name of its own")
    hold(counts["expect"] >= POSITIVE_LEAST and counts["refuse"] >= NEGATIVE_LEAST, f"enough vectors: {counts}")
    print(f"{counts['expect']} positive, {counts['refuse']} negative")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
