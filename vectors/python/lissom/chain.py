"""The log: its chain, pages down and answers to posts (sections 7, 8 and 9)."""

import hashlib

from . import Refused, entry

ENTRIES_MOST = 64
BYTES_MOST = 4 * 1024 * 1024


def start(vault):
    return hashlib.sha256(b"lissom/1 chain" + vault).digest()


def after(chain, entry_id):
    return hashlib.sha256(b"lissom/1 chain" + chain + entry_id).digest()


def split(stream):
    """The entries of a page or batch."""
    if len(stream) > BYTES_MOST:
        raise Refused("size")
    entries = []
    while stream:
        length = entry.stated_length(stream)
        entries.append(entry.parse(stream[:length]))
        stream = stream[length:]
    if len(entries) > ENTRIES_MOST:
        raise Refused("size")
    return entries


def page(vault, pos, chain, stream, stated_pos, stated_chain, stated_head):
    """`(pos, chain, whether that is the end, entries)` after a page that was asked for at `(pos, chain)`."""
    try:
        entries = split(stream)
    except Refused:
        raise Refused("stream") from None
    if stated_pos != pos + len(entries):
        raise Refused("positions")
    for each in entries:
        chain = after(chain, each.id(vault))
    if stated_chain != chain:
        raise Refused("chain")
    if not entries and stated_head > stated_pos:
        raise Refused("empty")
    return stated_pos, chain, stated_head <= stated_pos, entries


def answer(pos, chain, sent, positions, stated_chain):
    """The cursor after a post was answered."""
    if len(positions) != len(sent):
        raise Refused("answer")
    if positions != [pos + n for n in range(1, len(sent) + 1)]:
        raise Refused("gap")
    for entry_id in sent:
        chain = after(chain, entry_id)
    if stated_chain != chain:
        raise Refused("answer")
    return pos + len(sent), chain
