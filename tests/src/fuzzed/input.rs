//! Reading an input as a sequence of choices. Total: when the bytes end, every choice is 0 and every part is empty.

pub(super) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()).checked_rem(end).unwrap_or(0)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.take(8).iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    pub(super) fn take(&mut self, count: usize) -> &'a [u8] {
        let (front, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        front
    }

    /// A part with its length before it, in two bytes.
    pub(super) fn part(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()) * 256 + usize::from(self.byte());
        self.take(length)
    }

    /// A part with its length before it, in one byte.
    pub(super) fn short(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        self.take(length)
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }
}
