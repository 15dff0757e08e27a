//! How entries travel: one after the other, nothing between.
//!
//! Every entry states its own length, so a page or a batch is plain concatenation; what is to be said about it
//! as a whole stands in headers.

use crate::entry::{LayoutError, UnverifiedEntry, stated_length};
use crate::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};

/// Media type of a stream of entries.
pub const MEDIA_TYPE: &str = "application/vnd.lissom.entries";

/// Bytes that are not a page or batch of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// More bytes than the protocol allows at once.
    #[error("{bytes} bytes at once, the most is {BATCH_BYTES_MAX}")]
    TooManyBytes {
        /// How many.
        bytes: usize,
    },
    /// More entries than the protocol allows at once.
    #[error("more than {BATCH_ENTRIES_MAX} entries at once")]
    TooManyEntries,
    /// One of them is not an entry.
    #[error("entry {index} of the batch: {source}")]
    Entry {
        /// Which one, from 0.
        index: usize,
        /// What is wrong with it.
        source: LayoutError,
    },
}

/// Splits a page or batch into its entries.
///
/// # Errors
/// [`StreamError`] if it is over a limit, or if any part of it is not a whole entry.
pub fn split(mut bytes: &[u8]) -> Result<Vec<UnverifiedEntry>, StreamError> {
    if bytes.len() > BATCH_BYTES_MAX {
        return Err(StreamError::TooManyBytes { bytes: bytes.len() });
    }
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        if entries.len() >= BATCH_ENTRIES_MAX {
            return Err(StreamError::TooManyEntries);
        }
        let at = |source| StreamError::Entry { index: entries.len(), source };
        let need = stated_length(bytes).map_err(at)?;
        let (one, rest) =
            bytes.split_at_checked(need).ok_or_else(|| at(LayoutError::Truncated { have: bytes.len(), need }))?;
        entries.push(UnverifiedEntry::parse(one.to_vec()).map_err(at)?);
        bytes = rest;
    }
    Ok(entries)
}

/// How many of these entry sizes, from the front, fit one batch.
///
/// Both sides cut pages and batches with this one rule.
pub fn fitting(sizes: impl IntoIterator<Item = usize>) -> usize {
    let mut total = 0_usize;
    sizes
        .into_iter()
        .take(BATCH_ENTRIES_MAX)
        .take_while(|size| {
            total = total.saturating_add(*size);
            total <= BATCH_BYTES_MAX
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{assemble, header};
    use crate::ids::VaultId;
    use crate::limits::ENTRY_BYTES_MAX;

    fn entry(ct: usize) -> Vec<u8> {
        assemble(header(1), &VaultId([0; 32]), [0; 24], &vec![1; ct], |_| [2; 64]).unwrap().into_bytes()
    }

    #[test]
    fn splitting_undoes_joining() {
        let all = [entry(3), entry(0), entry(700)];
        let back: Vec<Vec<u8>> = split(&all.concat()).unwrap().into_iter().map(UnverifiedEntry::into_bytes).collect();
        assert_eq!(back, all);
        assert_eq!(split(b"").unwrap().len(), 0);
    }

    #[test]
    fn a_cut_or_foreign_stream_is_refused_whole() {
        let all = [entry(3), entry(9)].concat();
        let whole_first = entry(3).len();
        for end in (1..all.len()).filter(|end| *end != whole_first) {
            assert!(matches!(split(&all[..end]), Err(StreamError::Entry { .. })), "{end}");
        }
        let foreign = [all.as_slice(), b"<html>captive portal</html>"].concat();
        assert_eq!(split(&foreign).err(), Some(StreamError::Entry { index: 2, source: LayoutError::Magic }));
    }

    #[test]
    fn the_limits_of_a_batch_hold() {
        let many = entry(1).repeat(BATCH_ENTRIES_MAX);
        assert_eq!(split(&many).unwrap().len(), BATCH_ENTRIES_MAX);
        assert_eq!(split(&[many, entry(1)].concat()).err(), Some(StreamError::TooManyEntries));
        let full = entry(ENTRY_BYTES_MAX - crate::entry::ENVELOPE_BYTES).repeat(BATCH_BYTES_MAX / ENTRY_BYTES_MAX);
        assert_eq!((full.len(), split(&full).unwrap().len()), (BATCH_BYTES_MAX, 4));
        assert!(matches!(split(&vec![0; BATCH_BYTES_MAX + 1]), Err(StreamError::TooManyBytes { .. })));
        assert_eq!(fitting([ENTRY_BYTES_MAX; 9]), 4);
        assert_eq!(fitting([1; 100]), BATCH_ENTRIES_MAX);
        assert_eq!(fitting([]), 0);
    }
}
