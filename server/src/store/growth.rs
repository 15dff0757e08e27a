//! What both databases do with a batch and with a page, beside reading and writing rows.

use std::collections::HashMap;

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::EntryId;

use super::vault::Vault;
use super::{StoreError, verdict};

/// Most that one vault may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Bytes of entries.
    pub(crate) bytes: u64,
    /// Entries.
    pub(crate) entries: u64,
}

/// What an append did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Appended {
    /// Position of each entry, in the order given.
    pub(crate) positions: Vec<u64>,
    /// The chain at the highest of them.
    pub(crate) chain: Chain,
    /// How many of them are new.
    pub(crate) new: usize,
    /// Bytes of these.
    pub(crate) bytes: u64,
}

/// What an append is going to do.
pub(super) struct Growth<'a> {
    /// Position of each entry: the one it has, or the next after the head.
    pub(super) positions: Vec<u64>,
    /// The new ones, each with its place.
    pub(super) new: Vec<(Cursor, &'a VerifiedEntry)>,
    /// The vault's bytes afterwards.
    pub(super) held: u64,
    bytes: u64,
}

impl<'a> Growth<'a> {
    /// Gives every entry its position, knowing those that are `stored`.
    pub(super) fn plan(vault: &Vault, entries: &'a [VerifiedEntry], stored: &HashMap<EntryId, u64>) -> Self {
        let mut fresh: HashMap<EntryId, u64> = HashMap::new();
        let (mut positions, mut new, mut bytes) = (Vec::with_capacity(entries.len()), Vec::new(), 0_u64);
        let mut place = vault.head;
        for entry in entries {
            let id = entry.id();
            if let Some(pos) = stored.get(&id).or_else(|| fresh.get(&id)) {
                positions.push(*pos);
                continue;
            }
            place = place.after([&id]);
            fresh.insert(id, place.pos);
            positions.push(place.pos);
            new.push((place, entry));
            bytes = bytes.saturating_add(u64::try_from(entry.bytes().len()).unwrap_or(u64::MAX));
        }
        Self { positions, new, held: vault.bytes.saturating_add(bytes), bytes }
    }

    /// The highest position answered.
    pub(super) fn highest(&self, cursor: &Cursor) -> u64 {
        self.positions.iter().copied().max().unwrap_or(cursor.pos)
    }

    /// The log's end afterwards, if it grows.
    pub(super) fn end(&self) -> Option<Cursor> {
        self.new.last().map(|(place, _)| *place)
    }

    /// Whether there is room for what is new: in the vault, and on the disk.
    pub(super) fn check(&self, quota: Quota, room: bool) -> Result<(), StoreError> {
        let Some(end) = self.end() else { return Ok(()) };
        if self.held > quota.bytes || end.pos > quota.entries {
            return Err(StoreError::QuotaFull);
        }
        if room { Ok(()) } else { Err(StoreError::DiskFull) }
    }

    /// The answer, once it is stored; `chain` is that of the highest position.
    pub(super) fn appended(self, chain: Chain) -> Appended {
        Appended { positions: self.positions, chain, new: self.new.len(), bytes: self.bytes }
    }
}

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The entries, concatenated.
    pub(crate) bytes: Vec<u8>,
    /// How many they are.
    pub(crate) count: usize,
    /// The place after the last of them; the cursor asked with, if there are none.
    pub(crate) end: Cursor,
    /// Position of the log's last entry.
    pub(crate) head: u64,
}

impl Page {
    pub(super) fn new(vault: &Vault, cursor: &Cursor, room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room), count: 0, end: *cursor, head: vault.head.pos }
    }

    /// Adds the next entry; false if it is damaged, which ends the page.
    pub(super) fn push(&mut self, vault: &Vault, place: Cursor, id: &EntryId, bytes: Vec<u8>) -> bool {
        let next = self.end.after([id]);
        let Some(bytes) = verdict::entry(vault, id, bytes).ok().filter(|_| next == place) else {
            tracing::error!("a stored entry is damaged; run `lissom-relay verify` and restore a backup");
            return false;
        };
        self.bytes.extend_from_slice(&bytes);
        self.count = self.count.saturating_add(1);
        self.end = next;
        true
    }

    /// The page, unless it is empty where it should not be: `damaged` says that an entry ended it. The entries before a
    /// damage are good and go out; the next request meets it.
    pub(super) fn finish(self, damaged: bool) -> Result<Self, StoreError> {
        if self.count > 0 || (!damaged && self.end.pos >= self.head) {
            return Ok(self);
        }
        if !damaged {
            tracing::error!("a log has a hole; run `lissom-relay verify` and restore a backup");
        }
        Err(StoreError::Damaged)
    }
}
