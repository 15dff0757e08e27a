//! The Automerge documents of a diary: the one place that knows Automerge.
//!
//! A diary has one `profile` and one `log-YYYY` for each calendar year. All values sit at the root, as
//! [`record`](crate::record) says, so devices never need a shared ancestor and no object can hide another.
//!
//! Bytes from elsewhere come in as [`Change`]s, which [`split`] has guarded: chunk type, size, operations counted
//! without Automerge. [`Document::apply`] then gives Automerge only changes whose dependencies are all there, in
//! order, on a copy, with panics caught; a change that is refused does not take its neighbours with it.

mod apply;
mod change;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, Automerge, ObjId, ObjType, PatchAction, PatchLog, Prop, ROOT, ReadDoc, ScalarValue, ValueRef,
};
use sha2::{Digest, Sha256};

pub use crate::document::apply::{Applied, Outcome, Refused};
pub use crate::document::change::{CHANGE_BYTES_MAX, CHANGE_OPERATIONS_MAX, Change, ChangeHash, ChangeRefusal, split};
use crate::record::{Record, split_key};
use crate::value::Value;

/// Automerge actor of one process: 16 random bytes, drawn at its first write and never stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Writer(pub [u8; 16]);

/// One document in memory.
#[derive(Clone)]
pub struct Document {
    automerge: Automerge,
    /// Last sequence number of each actor, because Automerge panics on a gap and does not tell them.
    sequences: BTreeMap<Vec<u8>, u64>,
    /// Last operation of each change, which the next one's numbers follow.
    ends: BTreeMap<ChangeHash, u64>,
}

/// One thing to write.
#[derive(Clone, PartialEq, Eq)]
pub enum Put {
    /// A new record.
    Record {
        /// Its key.
        key: String,
        /// Bytes of its value.
        value: Vec<u8>,
    },
    /// An edit of one field; null clears it.
    Field {
        /// Key of the record.
        key: String,
        /// The field.
        field: String,
        /// The new value: null, bool, number, text or bytes.
        value: Value,
    },
}

impl Put {
    /// About how many bytes it adds to a change.
    #[must_use]
    pub fn size(&self) -> usize {
        let (key, value) = match self {
            Self::Record { key, value } => (key.len(), value.len()),
            Self::Field { key, field, value } => {
                let value = match value {
                    Value::Text(text) => text.len(),
                    Value::Bytes(bytes) => bytes.len(),
                    Value::Null | Value::Bool(_) | Value::Int(_) | Value::Array(_) | Value::Map(_) => 8,
                };
                (key.len().saturating_add(field.len()), value)
            }
        };
        key.saturating_add(value).saturating_add(16)
    }
}

/// A change made here.
#[derive(Debug, Clone)]
pub struct Written {
    /// The change, as it is stored and sealed.
    pub change: Change,
    /// Keys of the records it touches.
    pub dirty: BTreeSet<String>,
}

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// More than one change may hold; split the work.
    #[error("too much for one change: {operations} operations, {bytes} bytes")]
    TooLarge {
        /// Operations of the change.
        operations: usize,
        /// Its bytes.
        bytes: usize,
    },
    /// Automerge refused; the document must be loaded again.
    #[error("the document could not be written")]
    Failed,
}

/// Our own stored bytes do not load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored document does not load")]
pub struct LoadError;

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// An empty document.
    #[must_use]
    pub fn new() -> Self {
        Self { automerge: Automerge::new(), sequences: BTreeMap::new(), ends: BTreeMap::new() }
    }

    /// Loads a snapshot that [`Document::save`] made here. Never for bytes from elsewhere.
    ///
    /// # Errors
    /// [`LoadError`] if the bytes do not load; the changes they were made of are still stored.
    pub fn load(snapshot: &[u8]) -> Result<Self, LoadError> {
        let automerge = apply::contained(|| Automerge::load(snapshot)).and_then(Result::ok).ok_or(LoadError)?;
        let (mut sequences, mut ends) = (BTreeMap::new(), BTreeMap::new());
        for meta in automerge.get_changes_meta(&[]) {
            let last = sequences.entry(meta.actor.to_bytes().to_vec()).or_insert(0);
            *last = meta.seq.max(*last);
            ends.insert(ChangeHash(meta.hash.0), meta.max_op);
        }
        Ok(Self { automerge, sequences, ends })
    }

    /// All of the document as bytes for [`Document::load`].
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// Whether the change is in the document.
    #[must_use]
    pub fn holds(&self, hash: &ChangeHash) -> bool {
        holds(&self.automerge, hash)
    }

    /// Hashes of the changes that no other change follows, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.automerge.get_heads().into_iter().map(|hash| ChangeHash(hash.0)).collect()
    }

    /// Writes as one change; `None` if that would change nothing.
    ///
    /// # Errors
    /// [`WriteError`]: the document is as before, or must be loaded again where it says so.
    pub fn write(&mut self, writer: Writer, puts: &[Put]) -> Result<Option<Written>, WriteError> {
        let mut copy = self.automerge.clone();
        let written = apply::contained(|| write_to(&mut copy, writer, puts)).unwrap_or(Err(WriteError::Failed))?;
        if let Some(written) = &written {
            self.automerge = copy;
            self.remember(&written.change);
        }
        Ok(written)
    }

    /// The record with this key, with its edits; `None` if the document has nothing under it.
    #[must_use]
    pub fn record(&self, key: &str) -> Option<Record> {
        let mut record = Record { key: key.to_owned(), value: None, edits: BTreeMap::new() };
        let mut found = false;
        let end = format!("{key}/");
        for item in self.automerge.map_range(&ROOT, key.to_owned()..end) {
            let (owner, field) = split_key(&item.key);
            if owner == key {
                found = true;
                lay(&mut record, field, &item.value);
            }
        }
        found.then_some(record)
    }

    /// Every record, in the order of the keys' bytes.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let mut records: BTreeMap<String, Record> = BTreeMap::new();
        for item in self.automerge.map_range(&ROOT, ..) {
            let (key, field) = split_key(&item.key);
            let record = records.entry(key.to_owned()).or_insert_with(|| Record {
                key: key.to_owned(),
                value: None,
                edits: BTreeMap::new(),
            });
            lay(record, field, &item.value);
        }
        records.into_values().collect()
    }

    /// The winning values of several documents as one fresh Automerge document, without history.
    ///
    /// Keys never meet: each belongs to one document. For people who want to take their data elsewhere.
    ///
    /// # Errors
    /// [`WriteError`] if Automerge refuses.
    pub fn union<'a>(documents: impl IntoIterator<Item = &'a Self>) -> Result<Vec<u8>, WriteError> {
        let mut union = Automerge::new();
        union.set_actor(ActorId::from([0; 16].as_slice()));
        let mut transaction = union.transaction();
        for document in documents {
            for item in document.automerge.map_range(&ROOT, ..) {
                if let ValueRef::Scalar(scalar) = &item.value {
                    let key = item.key.into_owned();
                    transaction.put(ROOT, key, scalar.to_owned()).map_err(|_| WriteError::Failed)?;
                }
            }
        }
        transaction.commit_with(CommitOptions::default().with_time(0));
        Ok(union.save())
    }

    /// Feeds every key, in byte order, with its winning value.
    pub fn hash_state(&self, hash: &mut Sha256) {
        let length = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes();
        let mut items: Vec<(String, Vec<u8>)> =
            self.automerge.map_range(&ROOT, ..).map(|item| (item.key.into_owned(), state_bytes(&item.value))).collect();
        items.sort_unstable();
        for (key, value) in items {
            hash.update(length(key.len()));
            hash.update(key.as_bytes());
            hash.update(length(value.len()));
            hash.update(&value);
        }
    }

    /// Remembers where a change's numbers end.
    fn remember(&mut self, change: &Change) {
        self.sequences.insert(change.actor.clone(), change.seq);
        self.ends.insert(change.hash, change.last_operation());
    }
}

/// Keys of records that these patches touch.
fn dirty_keys(automerge: &Automerge, mut log: PatchLog) -> BTreeSet<String> {
    let patches = automerge.make_patches(&mut log);
    let keys = patches.iter().filter_map(|patch| {
        let (
            (Some((ObjId::Root, Prop::Map(key))), _)
            | (
                _,
                PatchAction::PutMap { key, .. }
                | PatchAction::DeleteMap { key }
                | PatchAction::Conflict { prop: Prop::Map(key) }
                | PatchAction::Increment { prop: Prop::Map(key), .. },
            ),
        ) = ((patch.path.first(), &patch.action),)
        else {
            return None;
        };
        Some(split_key(key).0.to_owned())
    });
    keys.collect()
}
/// Whether the change is in the document.
fn holds(automerge: &Automerge, hash: &ChangeHash) -> bool {
    automerge.get_missing_deps(&[automerge::ChangeHash(hash.0)]).is_empty()
}

fn write_to(automerge: &mut Automerge, writer: Writer, puts: &[Put]) -> Result<Option<Written>, WriteError> {
    automerge.set_actor(ActorId::from(writer.0.as_slice()));
    let mut transaction = automerge.transaction_log_patches(PatchLog::inactive()).map_err(|_| WriteError::Failed)?;
    for put in puts {
        let (key, value) = match put {
            Put::Record { key, value } => (key.clone(), ScalarValue::Bytes(value.clone())),
            Put::Field { key, field, value } => (format!("{key}.{field}"), to_scalar(value)),
        };
        transaction.put(ROOT, key, value).map_err(|_| WriteError::Failed)?;
    }
    let (Some(_), _) = transaction.commit_with(CommitOptions::default().with_time(0)) else { return Ok(None) };
    let made = automerge.get_last_local_change().ok_or(WriteError::Failed)?;
    let bytes = made.raw_bytes();
    if bytes.len() > CHANGE_BYTES_MAX || u64::try_from(made.len()).unwrap_or(u64::MAX) > CHANGE_OPERATIONS_MAX {
        return Err(WriteError::TooLarge { operations: made.len(), bytes: bytes.len() });
    }
    // What every other device would refuse must not be committed here.
    let change = Change::parse(bytes).map_err(|_| WriteError::Failed)?;
    let dirty = puts.iter().map(|put| match put {
        Put::Record { key, .. } => split_key(key).0.to_owned(),
        Put::Field { key, field, .. } => split_key(&format!("{key}.{field}")).0.to_owned(),
    });
    Ok(Some(Written { change, dirty: dirty.collect() }))
}

/// Puts a value where it belongs in a record.
fn lay(record: &mut Record, field: Option<&str>, value: &ValueRef<'_>) {
    match (field, value) {
        (None, ValueRef::Scalar(automerge::ScalarValueRef::Bytes(bytes))) => record.value = Some(bytes.to_vec()),
        (None, _) => {}
        (Some(field), value) => {
            record.edits.insert(field.to_owned(), from_scalar(value));
        }
    }
}

fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::Int(value) => ScalarValue::Int(*value),
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
        // Edits are scalars; no field of ours holds more.
        Value::Null | Value::Array(_) | Value::Map(_) => ScalarValue::Null,
    }
}

/// What another program put there and we have no word for reads as an empty array: no field accepts it, and
/// it clears nothing.
fn from_scalar(value: &ValueRef<'_>) -> Value {
    use automerge::ScalarValueRef as Scalar;
    match value {
        ValueRef::Scalar(Scalar::Null) => Value::Null,
        ValueRef::Scalar(Scalar::Boolean(value)) => Value::Bool(*value),
        ValueRef::Scalar(Scalar::Int(value)) => Value::Int(*value),
        ValueRef::Scalar(Scalar::Str(text)) => Value::Text(text.to_string()),
        ValueRef::Scalar(Scalar::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
        _ => Value::Array(Vec::new()),
    }
}

/// One byte for the kind, then the value.
fn state_bytes(value: &ValueRef<'_>) -> Vec<u8> {
    use automerge::ScalarValueRef as Scalar;
    let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
    match value {
        ValueRef::Scalar(scalar) => match scalar {
            Scalar::Null => tagged(0, &[]),
            Scalar::Boolean(value) => tagged(1, &[u8::from(*value)]),
            Scalar::Int(value) => tagged(2, &value.to_be_bytes()),
            Scalar::Str(text) => tagged(3, text.as_bytes()),
            Scalar::Bytes(bytes) => tagged(4, bytes),
            other => tagged(5, other.to_string().as_bytes()),
        },
        ValueRef::Object(ObjType::Map) => tagged(6, b"map"),
        ValueRef::Object(_) => tagged(6, b"other"),
    }
}

macro_rules! opaque_debug {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
opaque_debug!(Writer, Document, Put);

#[cfg(test)]
mod tests;
