"""Strict Ed25519 (RFC 8032). Verified here in plain integers: libsodium's own verification is not the one the protocol names."""

import hashlib

import nacl.bindings

from . import Refused

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, point):
    result = NEUTRAL
    while n:
        if n & 1:
            result = _add(result, point)
        point = _add(point, point)
        n >>= 1
    return result


def decode(data):
    """The point of 32 bytes; None unless they are its one canonical encoding."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P:
        return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return ((y * inverse % P) | ((x * inverse % P & 1) << 255)).to_bytes(32, "little")


BASE = decode(bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666"))


def small_order(point):
    x, _, _, _ = multiply(8, point)
    return x % P == 0


def verify(key, message, signature):
    """`R` and `A` canonical and not of small order, `s < L`, and `s B = R + h A` without a cofactor."""
    point = decode(key)
    if point is None or small_order(point) or len(signature) != 64:
        raise Refused("signature")
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    r_point = decode(r)
    if r_point is None or small_order(r_point) or s >= L:
        raise Refused("signature")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    minus_a = (P - point[0], point[1], 1, P - point[3])
    if encode(_add(multiply(s, BASE), multiply(h, minus_a))) != r:
        raise Refused("signature")


def key_pair(seed):
    """`(public, signing)`, the latter for `sign`."""
    return nacl.bindings.crypto_sign_seed_keypair(seed)


def sign(signing, message):
    return nacl.bindings.crypto_sign(message, signing)[:64]
