//! What the shim wrote down.

use std::path::Path;

/// One thing that a program did to its disk, or said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A file was made under a name.
    Create {
        /// Its number on the file system, which may be that of a file that is gone.
        file: u64,
        /// Its name under the root.
        name: String,
    },
    /// A folder was made.
    Folder(String),
    /// Bytes were written to a file.
    Write {
        /// Which file.
        file: u64,
        /// Where in it.
        offset: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A file was given another length.
    Truncate {
        /// Which file.
        file: u64,
        /// Its length from then on.
        length: usize,
    },
    /// A file was flushed.
    Sync(u64),
    /// The names in a folder were flushed.
    SyncNames(String),
    /// A name was given to what had another.
    Rename(String, String),
    /// A file got one more name.
    Link(String, String),
    /// A name was taken away.
    Unlink(String),
    /// A file was mapped into memory for writing: what is written there nobody sees.
    Mapped(u64),
    /// The program answered: what it wrote to its standard output, or the start of an HTTP response.
    Answer(Vec<u8>),
}

impl Record {
    /// Whether it makes anything durable.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        matches!(self, Self::Sync(_) | Self::SyncNames(_))
    }
}

/// Length of a record without its texts.
const HEAD: usize = 32;

/// Reads a journal.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn read(journal: &Path) -> Vec<Record> {
    let bytes = std::fs::read(journal).expect("the program ran with the shim under it");
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    // A program that still runs may be in the middle of its newest record.
    while rest.len() >= HEAD {
        let number = |at: usize| u64::from_ne_bytes(rest[at..at + 8].try_into().expect("eight bytes"));
        let length = |at: usize| u32::from_ne_bytes(rest[at..at + 4].try_into().expect("four bytes")) as usize;
        let (kind, file, offset) = (rest[0], number(8), number(16));
        let (first, second) = (HEAD + length(24), HEAD + length(24) + length(28));
        if rest.len() < second {
            break;
        }
        let (body, more) = (&rest[HEAD..first], &rest[first..second]);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a name in UTF-8");
        let offset = usize::try_from(offset).expect("a small file");
        records.push(match kind {
            b'C' => Record::Create { file, name: text(body) },
            b'D' => Record::Folder(text(body)),
            b'W' => Record::Write { file, offset, bytes: body.to_vec() },
            b'T' => Record::Truncate { file, length: offset },
            b'S' => Record::Sync(file),
            b'F' => Record::SyncNames(text(body)),
            b'R' => Record::Rename(text(body), text(more)),
            b'L' => Record::Link(text(body), text(more)),
            b'U' => Record::Unlink(text(body)),
            b'M' => Record::Mapped(file),
            b'A' => Record::Answer(body.to_vec()),
            other => unreachable!("no record of kind {other}"),
        });
        rest = &rest[second..];
    }
    records
}
