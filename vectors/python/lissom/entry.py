"""The entry's layout, id and signature (section 4), and opening and sealing it."""

import hashlib
from dataclasses import dataclass

import nacl.bindings
import nacl.exceptions

from . import MAGIC, Refused, ed25519

MOST = 1_048_576
SUITE, FLAGS, RESERVED = 1, 0, 0


@dataclass
class Entry:
    bytes: bytes
    header: bytes
    nonce: bytes
    ct: bytes
    sig: bytes

    @property
    def suite(self):
        return self.header[4]

    @property
    def flags(self):
        return self.header[5]

    @property
    def reserved(self):
        return int.from_bytes(self.header[6:8], "big")

    def id(self, vault):
        length = self.bytes[32:36]
        return hashlib.sha256(b"lissom/1 entry-id" + self.header + vault + self.nonce + length + self.ct).digest()

    def verify(self, vault, write_public):
        """The entry's id, if the vault's owner signed it."""
        identity = self.id(vault)
        ed25519.verify(write_public, b"lissom/1 entry" + identity, self.sig)
        return identity


def stated_length(data):
    """Bytes of the entry that `data` begins with, by its own word."""
    if len(data) >= 4 and data[:4] != MAGIC:
        raise Refused("magic")
    if len(data) < 36:
        raise Refused("length")
    length = 100 + int.from_bytes(data[32:36], "big")
    if length > MOST:
        raise Refused("size")
    return length


def parse(data):
    """The entry that `data` is, to the last byte."""
    if len(data) > MOST:
        raise Refused("size")
    if stated_length(data) != len(data):
        raise Refused("length")
    return Entry(data, data[:8], data[8:32], data[36:-64], data[-64:])


def unseal(entry, keys):
    """The padded payload; the signature is the caller's business."""
    if (entry.suite, entry.flags, entry.reserved) != (SUITE, FLAGS, RESERVED):
        raise Refused("suite")
    if len(entry.ct) < 16:
        raise Refused("aead")
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            entry.ct, entry.header + keys.vault_id, entry.nonce, keys.aead
        )
    except nacl.exceptions.CryptoError:
        raise Refused("aead") from None


def seal(owner, nonce, padded, header=MAGIC + bytes([SUITE, FLAGS, 0, RESERVED])):
    ct = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, header + owner.vault_id, nonce, owner.aead)
    length = len(ct).to_bytes(4, "big")
    identity = hashlib.sha256(b"lissom/1 entry-id" + header + owner.vault_id + nonce + length + ct).digest()
    return header + nonce + length + ct + ed25519.sign(owner.write_signing, b"lissom/1 entry" + identity)
