//! Padding, so that a size tells little.
//!
//! Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS
//! 2019): at most 12 % larger, and only O(log log n) bits of the size remain visible. A floor of 512 bytes
//! makes a day's check-in and a day's session the same size.

/// Smallest padded length, in bytes.
pub const FLOOR_BYTES: usize = 512;

/// The padded length of `length` bytes.
#[must_use]
pub fn padded_len(length: usize) -> usize {
    if length <= FLOOR_BYTES {
        return FLOOR_BYTES;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2().saturating_add(1);
    let mask = 1_usize.unbounded_shl(exponent.saturating_sub(kept)).saturating_sub(1);
    length.saturating_add(mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_paper_above_the_floor() {
        for (length, padded) in [
            (0, 512),
            (1, 512),
            (512, 512),
            (513, 544),
            (544, 544),
            (545, 576),
            (1000, 1024),
            (1025, 1088),
            (9999, 10240),
        ] {
            assert_eq!(padded_len(length), padded, "{length}");
        }
    }

    #[test]
    fn padding_never_shrinks_is_stable_and_costs_at_most_an_eighth() {
        for length in (0..5_000).chain([1 << 20, (1 << 20) + 1, 3_999_999]) {
            let padded = padded_len(length);
            assert!(padded >= length && padded_len(padded) == padded);
            assert!(length <= FLOOR_BYTES || padded - length <= length / 8, "{length} -> {padded}");
        }
    }
}
