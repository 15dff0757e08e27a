//! DEFLATE streams (RFC 1951) put together by hand: what a compressor would write may change with its version.

/// Fixed Huffman codes; bits fill each byte from its lowest.
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn bit(&mut self, bit: u16) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        *self.bytes.last_mut().unwrap() |= u8::try_from(bit).unwrap() << (self.used % 8);
        self.used += 1;
    }

    fn number(&mut self, value: u16, bits: u32) {
        (0..bits).for_each(|at| self.bit(value >> at & 1));
    }

    fn code(&mut self, value: u16, bits: u32) {
        (0..bits).rev().for_each(|at| self.bit(value >> at & 1));
    }

    fn literal(&mut self, byte: u8) {
        match byte {
            0..144 => self.code(0x30 + u16::from(byte), 8),
            _ => self.code(0x190 + u16::from(byte) - 144, 9),
        }
    }
}

/// `byte`, `times` often: literals, and matches of 258 bytes at distance 1. Without `ended`, the end-of-block code is left out.
pub(crate) fn run(byte: u8, times: usize, ended: bool) -> Vec<u8> {
    let mut bits = Bits { bytes: Vec::new(), used: 0 };
    bits.number(1, 1);
    bits.number(1, 2);
    if times > 0 {
        let literals = (times - 1) % 258 + 1;
        (0..literals).for_each(|_| bits.literal(byte));
        for _ in 0..(times - literals) / 258 {
            bits.code(0b1100_0101, 8); // 285: length 258
            bits.code(0, 5); // distance 1
        }
    }
    if ended {
        bits.code(0, 7);
    }
    bits.bytes
}

/// Stored blocks, the last of them marked as the last if `ended`.
pub(crate) fn stored(blocks: &[&[u8]], ended: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        out.push(u8::from(ended && at + 1 == blocks.len()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out
}
