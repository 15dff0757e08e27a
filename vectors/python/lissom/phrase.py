"""The secret as 24 words (section 3; BIP-39, English)."""

import hashlib

from mnemonic import Mnemonic

from . import Refused

WORDS = Mnemonic("english").wordlist  # the list alone; the arithmetic is below
PLACES = {word: place for place, word in enumerate(WORDS)}


def write(secret):
    bits = int.from_bytes(secret + hashlib.sha256(secret).digest()[:1], "big")
    return " ".join(WORDS[bits >> (11 * (23 - n)) & 2047] for n in range(24))


def read(phrase):
    words = phrase.lower().split()
    if len(words) != 24:
        raise Refused("word-count")
    bits = 0
    for place, word in enumerate(words, 1):
        if word not in PLACES:
            raise Refused("unknown-word", place=place)
        bits = bits << 11 | PLACES[word]
    data = bits.to_bytes(33, "big")
    if hashlib.sha256(data[:32]).digest()[0] != data[32]:
        raise Refused("checksum")
    return data[:32]
