//! A vault's log: appending a batch, reading a page.

use std::collections::HashMap;

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::limits::BATCH_ENTRIES_MAX;
#[cfg(feature = "planted")]
use lissom_protocol::planted::{Fault, planted};
use lissom_protocol::stream;
use rusqlite::{Connection, OptionalExtension, params};

use super::vaults::{Vault, find, quota_of, today};
use super::{Quota, StoreError, verify};

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

/// Answers *diverged* unless the vault's chain at the cursor's position is the cursor's.
fn check_cursor(db: &Connection, vault: &Vault, cursor: &Cursor) -> Result<(), StoreError> {
    let own = match cursor.pos {
        0 => Some(Chain::start(&vault.id)),
        pos if pos == vault.head.pos => Some(vault.head.chain),
        pos if pos > vault.head.pos => None,
        pos => chain_at(db, vault, pos)?,
    };
    if own == Some(cursor.chain) { Ok(()) } else { Err(StoreError::Diverged) }
}

fn chain_at(db: &Connection, vault: &Vault, pos: u64) -> Result<Option<Chain>, StoreError> {
    let mut query = db.prepare_cached("SELECT chain FROM entry WHERE vault = ?1 AND pos = ?2")?;
    Ok(query.query_row(params![vault.row, pos], |row| row.get(0)).optional()?.map(Chain))
}

struct Planned<'a> {
    positions: Vec<u64>,
    new: Vec<&'a VerifiedEntry>,
    bytes: u64,
}

/// Gives every entry its position: the one it has, or the next after the head.
fn plan<'a>(db: &Connection, vault: &Vault, entries: &'a [VerifiedEntry]) -> Result<Planned<'a>, StoreError> {
    let mut known = db.prepare_cached("SELECT pos FROM entry WHERE vault = ?1 AND entry_id = ?2")?;
    let mut fresh: HashMap<EntryId, u64> = HashMap::new();
    let mut planned = Planned { positions: Vec::with_capacity(entries.len()), new: Vec::new(), bytes: 0 };
    let mut next = vault.head.pos;
    for entry in entries {
        let id = entry.id();
        let stored: Option<u64> = known.query_row(params![vault.row, id.0], |row| row.get(0)).optional()?;
        if let Some(pos) = stored.or_else(|| fresh.get(&id).copied()) {
            planned.positions.push(pos);
            continue;
        }
        next = next.saturating_add(1);
        fresh.insert(id, next);
        planned.positions.push(next);
        planned.new.push(entry);
        planned.bytes = planned.bytes.saturating_add(u64::try_from(entry.bytes().len()).unwrap_or(u64::MAX));
    }
    Ok(planned)
}

pub(super) fn append(
    db: &Connection,
    vault: &VaultId,
    cursor: &Cursor,
    entries: &[VerifiedEntry],
    quota: Quota,
    room: bool,
) -> Result<Appended, StoreError> {
    let vault = find(db, vault)?;
    #[cfg(not(feature = "planted"))]
    check_cursor(db, &vault, cursor)?;
    #[cfg(feature = "planted")]
    if !planted(Fault::V02UnconditionalPost) {
        check_cursor(db, &vault, cursor)?;
    }
    let Planned { positions, new, bytes } = plan(db, &vault, entries)?;
    let highest = positions.iter().copied().max().unwrap_or(cursor.pos);
    if new.is_empty() {
        let chain = if highest == 0 { Some(cursor.chain) } else { chain_at(db, &vault, highest)? };
        return Ok(Appended { positions, chain: chain.ok_or(StoreError::Damaged)?, new: 0, bytes: 0 });
    }
    let end = vault.head.after(new.iter().map(|entry| entry.id()).collect::<Vec<_>>().iter());
    let held = vault.bytes.saturating_add(bytes);
    let bytes_max = quota_of(db, &vault)?.unwrap_or(quota.bytes);
    if held > bytes_max || end.pos > quota.entries {
        return Err(StoreError::QuotaFull);
    }
    if !room {
        return Err(StoreError::DiskFull);
    }
    // Nothing is refused from here on.
    let sql = "INSERT INTO entry (vault, pos, entry_id, chain, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = db.prepare_cached(sql)?;
    let (mut place, count) = (vault.head, new.len());
    for entry in new {
        place = place.after([&entry.id()]);
        insert.execute(params![vault.row, place.pos, entry.id().0, place.chain.0, entry.bytes()])?;
    }
    let sql = "UPDATE vault SET head = ?2, chain = ?3, bytes = ?4, active_day = ?5 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![vault.row, end.pos, end.chain.0, held, today()])?;
    Ok(Appended { positions, chain: end.chain, new: count, bytes })
}

pub(super) fn page(db: &Connection, vault: &VaultId, cursor: &Cursor, limit: usize) -> Result<Page, StoreError> {
    let vault = find(db, vault)?;
    check_cursor(db, &vault, cursor)?;
    let limit = limit.clamp(1, BATCH_ENTRIES_MAX);
    let mut sizes =
        db.prepare_cached("SELECT length(bytes) FROM entry WHERE vault = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3")?;
    let sizes = sizes
        .query_map(params![vault.row, cursor.pos, limit], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<usize>>>()?;
    let count = stream::fitting(sizes.iter().copied()).max(1);
    let room = sizes.iter().take(count).fold(0_usize, |sum, size| sum.saturating_add(*size));
    let mut page = Page { bytes: Vec::with_capacity(room), count: 0, end: *cursor, head: vault.head.pos };
    let mut rows = db
        .prepare("SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3")?;
    let mut rows = rows.query(params![vault.row, cursor.pos, count])?;
    while let Some(row) = rows.next()? {
        let id = EntryId(row.get(1)?);
        let next = page.end.after([&id]);
        let stored = Cursor { pos: row.get(0)?, chain: Chain(row.get(2)?) };
        let entry = verify::entry(&vault, &id, row.get(3)?).ok().filter(|_| next == stored);
        let Some(bytes) = entry else {
            // The entries before the damage are good and go out; the next request meets it.
            tracing::error!("a stored entry is damaged; run `lissom-relay verify` and restore a backup");
            return if page.count == 0 { Err(StoreError::Damaged) } else { Ok(page) };
        };
        page.bytes.extend_from_slice(&bytes);
        page.count = page.count.saturating_add(1);
        page.end = next;
    }
    if page.count == 0 && page.end.pos < page.head {
        tracing::error!("a log has a hole; run `lissom-relay verify` and restore a backup");
        return Err(StoreError::Damaged);
    }
    Ok(page)
}
