//! One Automerge change as bytes, read without Automerge.
//!
//! Automerge has no limits when it decodes: three kilobytes can claim millions of operations, and some malformed
//! columns make it panic. So the layout of a change chunk is walked here first. What claims too much never gets there,
//! and neither does anything that our documents do not have: they hold values at the root, so objects, lists,
//! texts, marks and counters are for a later version of the payload to bring.
//!
//! ```text
//! magic 85 6f 4a 83 | checksum 4 | type 1 | length uleb | contents
//! contents: deps (count, 32 bytes each) | actor (length, bytes) | seq | start_op | time sleb | message (length, bytes)
//!           | other actors (count, each length, bytes) | columns (count, each spec and length) | column data | extra
//! ```

use std::fmt;

use sha2::{Digest, Sha256};

/// Largest change, in bytes (256 KiB).
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
/// Most operations in one change, and in all the changes of one body together.
pub const CHANGE_OPERATIONS_MAX: u64 = 20_000;
/// Most changes in one body. Half a mebibyte, the most that is sealed into one, holds fewer.
const BODY_CHANGES_MAX: usize = 4_096;
/// Highest number of an operation. Automerge keeps it in 32 bits; below the end there must be room for every change to
/// come, or nothing could ever be written to the document again.
pub(crate) const OPERATION_NUMBER_MAX: u64 = 1 << 31;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
/// Columns of a change that puts values at the root: the spec is the column's number times 16 plus its type.
const KEY_TEXT: u64 = 21;
const INSERT: u64 = 52;
const ACTION: u64 = 66;
const VALUE_KIND: u64 = 86;
const VALUE: u64 = 87;
const PREDECESSOR_COUNT: u64 = 112;
const PREDECESSOR_ACTOR: u64 = 113;
const PREDECESSOR_COUNTER: u64 = 115;
/// Kinds of values, the low four bits of a [`VALUE_KIND`]: null, booleans, numbers, text, bytes, 8 a counter, 9 a time.
const KIND_COUNTER: u64 = 8;
const KIND_LAST: u64 = 9;
/// The action of putting a value.
const ACTION_PUT: u64 = 1;
/// The action of removing one: Automerge writes it when a put settles a conflict by keeping the value that is there.
const ACTION_REMOVE: u64 = 3;
/// Flag in a column's spec: its data is deflated. Automerge never writes that inside a change.
const COLUMN_DEFLATED: u64 = 0x08;

/// Hash of a change: SHA-256 over its type, length and contents, as Automerge defines it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

/// A change that passed the guard.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The whole chunk.
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: ChangeHash,
    /// The changes it builds on.
    pub deps: Vec<ChangeHash>,
    /// Who made it.
    pub actor: Vec<u8>,
    /// Its number among that actor's changes, from 1.
    pub seq: u64,
    /// Number of its first operation: one more than the last of any change that it builds on.
    pub start_op: u64,
    /// How many operations it has.
    pub operations: u64,
}

/// Why bytes are not let through to Automerge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Another kind of chunk: a document, a bundle, a compressed change, or none at all.
    #[error("not an uncompressed Automerge change")]
    NotAChange,
    /// Larger than one change may be.
    #[error("larger than one change may be")]
    TooLarge,
    /// More operations than one change may have.
    #[error("more operations than one change or one entry may have")]
    TooManyOperations,
    /// Does more than put values at the root of a document.
    #[error("does more than put values at the root of a document")]
    NotRootValues,
    /// Does not follow the layout of a change.
    #[error("not laid out as a change")]
    Malformed,
    /// The checksum does not fit the contents.
    #[error("the checksum does not fit")]
    Checksum,
}

/// Splits concatenated chunks. What is refused is given back as bytes; if even its length cannot be read, or if the
/// body as a whole claims too much, that is all the rest.
#[must_use]
pub fn split(mut body: &[u8]) -> Vec<Result<Change, (ChangeRefusal, Vec<u8>)>> {
    let mut changes = Vec::new();
    let mut operations = 0_u64;
    while !body.is_empty() {
        let length = chunk_length(body).filter(|length| *length <= body.len()).unwrap_or(body.len());
        let (chunk, rest) = body.split_at_checked(length).unwrap_or((body, &[]));
        let change = Change::parse(chunk);
        operations = operations.saturating_add(change.as_ref().map_or(0, |change| change.operations));
        if operations > CHANGE_OPERATIONS_MAX || changes.len() >= BODY_CHANGES_MAX {
            changes.push(Err((ChangeRefusal::TooManyOperations, body.to_vec())));
            break;
        }
        changes.push(change.map_err(|why| (why, chunk.to_vec())));
        body = rest;
    }
    changes
}

impl Change {
    /// Number of its last operation; of one before its first if it has none.
    pub(crate) fn last_operation(&self) -> u64 {
        self.start_op.saturating_add(self.operations).saturating_sub(1)
    }

    /// Reads one chunk and counts what it claims.
    ///
    /// # Errors
    /// [`ChangeRefusal`] says which step refused it.
    pub fn parse(chunk: &[u8]) -> Result<Self, ChangeRefusal> {
        if chunk.len() > CHANGE_BYTES_MAX {
            return Err(ChangeRefusal::TooLarge);
        }
        let mut reader = Reader { rest: chunk };
        let magic = reader.take(4).ok_or(ChangeRefusal::NotAChange)?;
        let checksum = reader.take(4).ok_or(ChangeRefusal::NotAChange)?;
        let hashed = reader.rest;
        if magic != MAGIC || reader.take(1) != Some(&[TYPE_CHANGE]) {
            return Err(ChangeRefusal::NotAChange);
        }
        let hash = ChangeHash(Sha256::digest(hashed).into());
        if hash.0.get(..4) != Some(checksum) {
            return Err(ChangeRefusal::Checksum);
        }
        let contents = read_contents(&mut reader).ok_or(ChangeRefusal::Malformed)?;
        let operations = check_columns(&contents.columns)?;
        let Contents { deps, actor, seq, start_op, .. } = contents;
        if start_op == 0 || start_op.saturating_add(operations) > OPERATION_NUMBER_MAX {
            return Err(ChangeRefusal::TooManyOperations);
        }
        Ok(Self { bytes: chunk.to_vec(), hash, deps, actor, seq, start_op, operations })
    }
}

struct Contents<'a> {
    deps: Vec<ChangeHash>,
    actor: Vec<u8>,
    seq: u64,
    start_op: u64,
    columns: Vec<(u64, &'a [u8])>,
}

fn read_contents<'a>(reader: &mut Reader<'a>) -> Option<Contents<'a>> {
    let length = reader.size()?;
    if length != reader.rest.len() {
        return None;
    }
    let count = reader.size()?;
    let mut deps = Vec::new();
    for _ in 0..count {
        deps.push(ChangeHash(reader.take(32)?.try_into().ok()?));
    }
    let actor = reader.prefixed()?.to_vec();
    let seq = reader.uleb()?;
    let start_op = reader.uleb()?;
    let _time = reader.sleb()?;
    let _message = reader.prefixed()?;
    let others = reader.size()?;
    for _ in 0..others {
        reader.prefixed()?;
    }
    let count = reader.size()?;
    let mut columns = Vec::new();
    for _ in 0..count {
        columns.push((reader.uleb()?, reader.size()?));
    }
    let data = columns.into_iter().map(|(spec, length)| Some((spec, reader.take(length)?)));
    Some(Contents { deps, actor, seq, start_op, columns: data.collect::<Option<_>>()? })
}

/// Lets through only puts at the root, and not too many of them; gives how many.
fn check_columns(columns: &[(u64, &[u8])]) -> Result<u64, ChangeRefusal> {
    let mut operations = 0;
    for (spec, data) in columns {
        let rows = count_rows(*spec, data).ok_or(ChangeRefusal::Malformed)?;
        if rows > CHANGE_OPERATIONS_MAX {
            return Err(ChangeRefusal::TooManyOperations);
        }
        let fits = match *spec {
            KEY_TEXT | VALUE | PREDECESSOR_COUNT | PREDECESSOR_ACTOR | PREDECESSOR_COUNTER => true,
            // One run of "no".
            INSERT => Reader { rest: data }.uleb() == Some(rows),
            ACTION => every(data, |action| matches!(action, ACTION_PUT | ACTION_REMOVE)),
            VALUE_KIND => every(data, |kind| kind & 15 <= KIND_LAST && kind & 15 != KIND_COUNTER),
            _ => false,
        };
        if !fits {
            return Err(ChangeRefusal::NotRootValues);
        }
        // Every operation has an action; predecessors, for instance, may be more.
        if *spec == ACTION {
            operations = rows;
        }
    }
    Ok(operations)
}

/// Whether every row of a column of numbers has a value that fits. Runs are looked at once, never expanded.
fn every(data: &[u8], fits: impl Fn(u64) -> bool) -> bool {
    let mut reader = Reader { rest: data };
    while !reader.rest.is_empty() {
        let values = match reader.sleb() {
            None | Some(0) => return false,
            Some(run @ ..0) => run.unsigned_abs(),
            Some(_) => 1,
        };
        for _ in 0..values {
            if !reader.uleb().is_some_and(&fits) {
                return false;
            }
        }
    }
    true
}

/// How many rows a column claims. Runs are summed, never expanded.
fn count_rows(spec: u64, data: &[u8]) -> Option<u64> {
    if spec & COLUMN_DEFLATED != 0 {
        return None;
    }
    let mut reader = Reader { rest: data };
    let mut rows = 0_u64;
    // Column types of the Automerge format: 4 booleans as run lengths, 5 texts, 3 deltas, 7 raw bytes, the rest numbers.
    match spec & 7 {
        7 => return Some(0),
        4 => {
            while !reader.rest.is_empty() {
                rows = rows.saturating_add(reader.uleb()?);
            }
        }
        kind => {
            let skip = |reader: &mut Reader<'_>| match kind {
                5 => reader.prefixed().map(drop),
                3 => reader.sleb().map(drop),
                _ => reader.uleb().map(drop),
            };
            while !reader.rest.is_empty() {
                let run = reader.sleb()?;
                let length = match run {
                    0 => reader.uleb()?,
                    1.. => {
                        skip(&mut reader)?;
                        run.unsigned_abs()
                    }
                    _ => {
                        for _ in 0..run.unsigned_abs() {
                            skip(&mut reader)?;
                        }
                        run.unsigned_abs()
                    }
                };
                rows = rows.saturating_add(length);
            }
        }
    }
    Some(rows)
}

/// Length of the chunk at the front; `None` if that cannot be read.
fn chunk_length(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader { rest: bytes };
    if reader.take(4)? != MAGIC {
        return None;
    }
    reader.take(5)?;
    let contents = reader.size()?;
    bytes.len().checked_sub(reader.rest.len())?.checked_add(contents)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(front)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn uleb(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part != 0 && (part << shift) >> shift != part {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn sleb(&mut self) -> Option<i64> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                let end = shift.saturating_add(7);
                if byte & 0x40 != 0 && end < 64 {
                    value |= (-1_i64).checked_shl(end)?;
                }
                return Some(value);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.uleb()?).ok()
    }

    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.size()?;
        self.take(length)
    }
}

impl fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangeHash(..)")
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change({} bytes)", self.bytes.len())
    }
}
