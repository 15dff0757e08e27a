"""What is signed beside entries, and the JSON bodies that carry it (section 9)."""

import json

from . import Refused, ed25519, keys, text

ROLES = {"owner": 1, "reader": 2}


def auth_message(vault, role, challenge):
    return b"lissom/1 auth" + vault + bytes([ROLES[role]]) + challenge


def register_message(vault):
    return b"lissom/1 register" + vault


def delete_message(vault):
    return b"lissom/1 delete" + vault


def _object(body, *known):
    """A JSON object; of the fields that the protocol knows, none stands twice. Others are ignored."""

    def pairs(found):
        names = [name for name, _ in found if name in known]
        if len(names) != len(set(names)):
            raise ValueError("a field twice")
        return dict(found)

    def constant(name):
        raise ValueError(name)  # NaN and infinities are Python's, not JSON's

    try:
        value = json.loads(body, object_pairs_hook=pairs, parse_constant=constant)
    except ValueError:
        raise Refused("malformed") from None
    if type(value) is not dict:
        raise Refused("malformed")
    return value


def _bytes(value, name, length=None, reason="malformed"):
    found = value.get(name)
    if type(found) is not str:
        raise Refused("malformed")
    try:
        return text.decode(found, length)
    except Refused:
        raise Refused(reason) from None


def token_request(body, write_public, read_public):
    """`(vault, role, challenge)` of a `POST /v1/auth/token` that the role's key signed."""
    value = _object(body, "vault", "role", "challenge", "signature")
    role = value.get("role")
    if type(role) is not str or role not in ROLES:
        raise Refused("malformed")
    vault = _bytes(value, "vault", 32)
    challenge = _bytes(value, "challenge", reason="signature")
    signature = _bytes(value, "signature", 64, reason="signature")
    key = write_public if role == "owner" else read_public
    ed25519.verify(key, auth_message(vault, role, challenge), signature)
    return vault, role, challenge


def token_answer(body):
    """`(token, seconds)`. The token is opaque."""
    value = _object(body, "token", "expires_in")
    token, seconds = value.get("token"), value.get("expires_in")
    if type(token) is not str or type(seconds) is not int or not 0 <= seconds < 2**64:
        raise Refused("malformed")
    return token, seconds


def appended(body):
    """`(positions, chain)` of the answer to a post; what is no such answer did not come from a relay."""
    try:
        value = _object(body, "positions", "chain")
    except Refused:
        raise Refused("outage") from None
    positions, chain = value.get("positions"), value.get("chain")
    numbers = type(positions) is list and all(type(each) is int and 0 <= each < 2**64 for each in positions)
    if not numbers or type(chain) is not str:
        raise Refused("outage")
    try:
        return positions, text.decode(chain, 32)
    except Refused:
        raise Refused("answer") from None


def registration(body):
    """The id of the vault that a `POST /v1/vaults` registers, once its signature was checked."""
    value = _object(body, "write", "read", "key_check", "signature", "invite")
    write, read = _bytes(value, "write", 32), _bytes(value, "read", 32)
    key_check, signature = _bytes(value, "key_check", 16), _bytes(value, "signature", 64)
    invite = value.get("invite")
    if invite is not None and type(invite) is not str:
        raise Refused("malformed")
    vault = keys.vault_id(write, read, key_check)
    ed25519.verify(write, register_message(vault), signature)
    return vault


def gone(status, media_type, body, vault, write_public):
    """The owner's statement that a `gone` proves the deletion with. Anything else is an outage."""
    if media_type.split(";")[0].strip() != "application/problem+json" or status in (200, 201):
        raise Refused("outage")
    try:
        value = _object(body, "type", "title", "status", "detail", "entry", "statement")
        whole = type(value.get("title")) is str and type(value.get("status")) is int and 0 <= value["status"] < 2**16
        if not whole or value.get("type") != "urn:lissom:problem:gone":
            raise Refused("outage")
        statement = _bytes(value, "statement", 64)
        ed25519.verify(write_public, delete_message(vault), statement)
    except Refused:
        raise Refused("outage") from None
    return statement
