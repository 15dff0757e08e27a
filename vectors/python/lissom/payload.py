"""The payload: its CBOR, compression and padding (section 5)."""

import io
import re
import zlib
from dataclasses import dataclass

import cbor2

from . import Refused

CHANGES = 1
RAW, DEFLATE = 0, 1
BODY_MOST = 4 * 1024 * 1024
PARENTS_MOST = 16
DOC_ID_MOST = 64
VERSION = 1
DOCUMENT = re.compile(r"profile|log-(19[7-9][0-9]|20[0-9][0-9]|21[0-9][0-9])", re.ASCII)


def padded_length(length):
    if length <= 512:
        return 512
    e = length.bit_length() - 1
    s = e.bit_length()
    mask = (1 << (e - s)) - 1
    return (length + mask) & ~mask


def _pad(encoded):
    return encoded + bytes(padded_length(len(encoded)) - len(encoded))


@dataclass
class Head:
    kind: int
    device: bytes
    writer: bytes
    parents: list


@dataclass
class Changes(Head):
    doc_id: str
    codec: int
    raw_len: int
    body: bytes
    min_version: int

    def encode(self):
        values = [
            self.kind, self.device, self.writer, self.parents,
            self.doc_id, self.codec, self.raw_len, self.body, self.min_version,
        ]
        return _pad(cbor2.dumps(dict(enumerate(values)), canonical=True))

    def unpack(self):
        """The concatenated change chunks."""
        if self.codec == RAW:
            raw = self.body
        else:
            stream = zlib.decompressobj(-15)
            try:
                raw = stream.decompress(self.body, max_length=self.raw_len + 1)
            except zlib.error:
                raise Refused("body") from None
            if not stream.eof or stream.unused_data or stream.unconsumed_tail:
                raise Refused("body")
        if len(raw) != self.raw_len:
            raise Refused("body")
        return raw


def _is(value, form, most=None, exactly=None):
    if type(value) is not form:
        return False
    return (most is None or len(value) <= most) and (exactly is None or len(value) == exactly)


def _number(value):
    return type(value) is int and 0 <= value < 2**64


def _read(stream):
    try:
        return stream.decode()
    except Exception:  # whatever the library has against bytes of a stranger
        raise Refused("payload") from None


def _map_head(padded):
    """The bytes that open a map of a stated number of pairs, at least 4, in their shortest form."""
    first = padded[0] if padded else 0
    if 0xA4 <= first <= 0xB7:
        return padded[:1]
    if not 0xB8 <= first <= 0xBB:
        raise Refused("payload")
    width = 1 << (first - 0xB8)
    least = (24, 1 << 8, 1 << 16, 1 << 32)[first - 0xB8]
    if len(padded) < 1 + width or int.from_bytes(padded[1 : 1 + width], "big") < least:
        raise Refused("payload")
    return padded[: 1 + width]


def head(padded):
    """Keys 0 to 3, which come first in every kind. What follows them is not looked at."""
    opening = _map_head(padded)
    stream = cbor2.CBORDecoder(io.BytesIO(padded[len(opening) :]))
    again, values = [opening], []
    for key in range(4):
        found = _read(stream)
        if type(found) is not int or found != key:
            raise Refused("payload")
        values.append(_read(stream))
        again += [cbor2.dumps(key), cbor2.dumps(values[-1])]
    kind, device, writer, parents = values
    good = (
        _number(kind)
        and _is(device, bytes, exactly=16)
        and _is(writer, bytes, exactly=16)
        and _is(parents, list, most=PARENTS_MOST)
        and all(_is(parent, bytes, exactly=32) for parent in parents)
        and padded.startswith(b"".join(again))
    )
    if not good:
        raise Refused("payload")
    return Head(kind, device, writer, parents)


def decode(padded):
    """A payload of kind 1 in its one form; the body is still packed."""
    common = head(padded)
    if common.kind != CHANGES:
        raise Refused("kind")
    value = _read(cbor2.CBORDecoder(io.BytesIO(padded)))
    if type(value) is not dict:
        raise Refused("payload")
    doc_id, codec, raw_len, body, min_version = (value.get(key) for key in range(4, 9))
    good = (
        set(value) == set(range(9))
        and type(doc_id) is str
        and len(doc_id.encode()) <= DOC_ID_MOST
        and _number(codec)
        and codec in (RAW, DEFLATE)
        and _number(raw_len)
        and _is(body, bytes)
        and _number(min_version)
    )
    if not good:
        raise Refused("payload")
    if raw_len > BODY_MOST:
        raise Refused("body")
    changes = Changes(
        common.kind, common.device, common.writer, common.parents, doc_id, codec, raw_len, body, min_version
    )
    if changes.encode() != padded:
        raise Refused("payload")
    return changes


def accepted_document(doc_id):
    if not DOCUMENT.fullmatch(doc_id):
        raise Refused("document")


def changes(kind_fields, raw):
    """Packs `raw` as a sealer does: deflated if that makes it smaller."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = stream.compress(raw) + stream.flush()
    codec, body = (DEFLATE, packed) if len(packed) < len(raw) else (RAW, raw)
    return Changes(**kind_fields, codec=codec, raw_len=len(raw), body=body, min_version=VERSION)
