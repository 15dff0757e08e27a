"""From a secret to everything else (section 3)."""

import hashlib
import hmac
from dataclasses import dataclass

from . import ed25519


def _extract(salt, ikm):
    return hmac.new(salt, ikm, hashlib.sha256).digest()


def _expand(prk, info, length):
    """HKDF-Expand of at most one block, which is all the protocol asks for."""
    assert length <= 32
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def vault_id(write_public, read_public, key_check):
    return hashlib.sha256(b"lissom/1 vault-id" + write_public + read_public + key_check).digest()


@dataclass
class Reader:
    write_public: bytes
    root: bytes

    def __post_init__(self):
        self.read_public, self.read_signing = ed25519.key_pair(_expand(self.root, b"read-auth", 32))
        self.aead = _expand(self.root, b"entry-aead", 32)
        self.key_check = _expand(self.root, b"key-check", 16)
        self.vault_id = vault_id(self.write_public, self.read_public, self.key_check)


class Owner(Reader):
    def __init__(self, secret):
        self.secret = secret
        prk = _extract(b"lissom/1 vault", secret)
        write_public, self.write_signing = ed25519.key_pair(_expand(prk, b"write-sign", 32))
        super().__init__(write_public, _expand(prk, b"read-root", 32))
