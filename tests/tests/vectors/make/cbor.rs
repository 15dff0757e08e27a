//! CBOR put together by hand, so that it can be wrong in every way.

use lissom_sync::padding::padded_len;

pub(crate) const UINT: u8 = 0;
pub(crate) const NEGATIVE: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const TEXT: u8 = 3;
pub(crate) const ARRAY: u8 = 4;
pub(crate) const MAP: u8 = 5;
pub(crate) const TAG: u8 = 6;

/// The head of an item, in its shortest form.
pub(crate) fn head(major: u8, number: u64) -> Vec<u8> {
    match number {
        0..24 => vec![major << 5 | u8::try_from(number).unwrap()],
        24..=0xff => long_head(major, number, 0),
        0x100..=0xffff => long_head(major, number, 1),
        0x1_0000..=0xffff_ffff => long_head(major, number, 2),
        _ => long_head(major, number, 3),
    }
}

/// The head with its number in 1, 2, 4 or 8 bytes, for a `width` of 0 to 3.
pub(crate) fn long_head(major: u8, number: u64, width: u8) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    [&[major << 5 | (24 + width)], &bytes[8 - (1 << width)..]].concat()
}

pub(crate) fn uint(number: u64) -> Vec<u8> {
    head(UINT, number)
}

pub(crate) fn string(major: u8, content: &[u8]) -> Vec<u8> {
    [head(major, content.len() as u64).as_slice(), content].concat()
}

pub(crate) fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(ARRAY, items.len() as u64), items.concat()].concat()
}

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

pub(crate) fn pairs(pairs: &[Pair]) -> Vec<u8> {
    pairs.iter().flat_map(|(key, value)| [key.as_slice(), value].concat()).collect()
}

pub(crate) fn map(of: &[Pair]) -> Vec<u8> {
    [head(MAP, of.len() as u64), pairs(of)].concat()
}

/// With the zeros that belong behind it.
pub(crate) fn padded(mut encoded: Vec<u8>) -> Vec<u8> {
    encoded.resize(padded_len(encoded.len()), 0);
    encoded
}
