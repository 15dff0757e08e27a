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

use super::vaults::{find, quota_of};
use crate::store::StoreError;
use crate::store::growth::{Appended, Growth, Page, Quota};
use crate::store::vault::{Known, Vault, today};

/// Answers *diverged* unless the vault's chain at the cursor's position is the cursor's.
fn check_cursor(db: &Connection, vault: &Vault, cursor: &Cursor) -> Result<(), StoreError> {
    let own = match vault.known_chain(cursor.pos) {
        Known::Is(chain) => Some(chain),
        Known::IsNot => None,
        Known::AskTheLog => chain_at(db, vault, cursor.pos)?,
    };
    if own == Some(cursor.chain) { Ok(()) } else { Err(StoreError::Diverged) }
}

fn chain_at(db: &Connection, vault: &Vault, pos: u64) -> Result<Option<Chain>, StoreError> {
    let mut query = db.prepare_cached("SELECT chain FROM entry WHERE vault = ?1 AND pos = ?2")?;
    Ok(query.query_row(params![vault.row, pos], |row| row.get(0)).optional()?.map(Chain))
}

/// Positions of those entries that are stored already.
fn stored(db: &Connection, vault: &Vault, entries: &[VerifiedEntry]) -> Result<HashMap<EntryId, u64>, StoreError> {
    let mut known = db.prepare_cached("SELECT pos FROM entry WHERE vault = ?1 AND entry_id = ?2")?;
    let mut stored = HashMap::new();
    for entry in entries {
        let id = entry.id();
        if let Some(pos) = known.query_row(params![vault.row, id.0], |row| row.get(0)).optional()? {
            stored.insert(id, pos);
        }
    }
    Ok(stored)
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
    let growth = Growth::plan(&vault, entries, &stored(db, &vault, entries)?);
    let Some(end) = growth.end() else {
        let highest = growth.highest(cursor);
        let chain = if highest == 0 { Some(cursor.chain) } else { chain_at(db, &vault, highest)? };
        return Ok(growth.appended(chain.ok_or(StoreError::Damaged)?));
    };
    let bytes = quota_of(db, &vault)?.unwrap_or(quota.bytes);
    growth.check(Quota { bytes, ..quota }, room)?;
    // Nothing is refused from here on.
    let sql = "INSERT INTO entry (vault, pos, entry_id, chain, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = db.prepare_cached(sql)?;
    for (place, entry) in &growth.new {
        insert.execute(params![vault.row, place.pos, entry.id().0, place.chain.0, entry.bytes()])?;
    }
    let sql = "UPDATE vault SET head = ?2, chain = ?3, bytes = ?4, active_day = ?5 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![vault.row, end.pos, end.chain.0, growth.held, today()])?;
    Ok(growth.appended(end.chain))
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
    let mut page = Page::new(&vault, cursor, room);
    let mut rows = db
        .prepare("SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3")?;
    let mut rows = rows.query(params![vault.row, cursor.pos, count])?;
    let mut damaged = false;
    while let Some(row) = rows.next()?.filter(|_| !damaged) {
        let place = Cursor { pos: row.get(0)?, chain: Chain(row.get(2)?) };
        damaged = !page.push(&vault, place, &EntryId(row.get(1)?), row.get(3)?);
    }
    page.finish(damaged)
}
