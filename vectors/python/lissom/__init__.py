"""Lissom's formats, written from docs/protocol.md alone. Shares no code with the Rust crates."""


class Refused(Exception):
    """What a reader of the protocol does not take; `reason` is one of the classes in vectors/README.md."""

    def __init__(self, reason, **facts):
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


# The only thing here that changes with the version of the formats.
MAGIC = b"LSE1"
