//! A vault's log: appending a batch, reading a page.

use std::collections::HashMap;

use deadpool_postgres::{GenericClient, Object};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::limits::BATCH_ENTRIES_MAX;
use lissom_protocol::stream;
use tokio_postgres::{IsolationLevel, Row};

use super::rows::{find, fixed, lock, number, stored};
use crate::store::StoreError;
use crate::store::growth::{Appended, Growth, Page, Quota};
use crate::store::vault::{Known, Vault, today};

/// Answers *diverged* unless the vault's chain at the cursor's position is the cursor's.
async fn check_cursor(db: &impl GenericClient, vault: &Vault, cursor: &Cursor) -> Result<(), StoreError> {
    let own = match vault.known_chain(cursor.pos) {
        Known::Is(chain) => Some(chain),
        Known::IsNot => None,
        Known::AskTheLog => chain_at(db, vault, cursor.pos).await?,
    };
    if own == Some(cursor.chain) { Ok(()) } else { Err(StoreError::Diverged) }
}

async fn chain_at(db: &impl GenericClient, vault: &Vault, pos: u64) -> Result<Option<Chain>, StoreError> {
    let query = db.prepare_cached("SELECT chain FROM entry WHERE vault = $1 AND pos = $2").await?;
    let row = db.query_opt(&query, &[&vault.row, &stored(pos)]).await?;
    row.map(|row| Ok(Chain(fixed(&row, 0)?))).transpose()
}

/// Positions of those entries that are stored already.
async fn known(
    db: &impl GenericClient,
    vault: &Vault,
    entries: &[VerifiedEntry],
) -> Result<HashMap<EntryId, u64>, StoreError> {
    let ids: Vec<EntryId> = entries.iter().map(VerifiedEntry::id).collect();
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.0.as_slice()).collect();
    let sql = "SELECT entry_id, pos FROM entry WHERE vault = $1 AND entry_id = ANY($2)";
    let query = db.prepare_cached(sql).await?;
    let rows = db.query(&query, &[&vault.row, &ids]).await?;
    rows.iter().map(|row| Ok((EntryId(fixed(row, 0)?), number(row, 1)?))).collect()
}

pub(super) async fn append(
    db: &mut Object,
    vault: &VaultId,
    cursor: &Cursor,
    entries: &[VerifiedEntry],
    quota: Quota,
) -> Result<Appended, StoreError> {
    // The row's lock makes each statement after it see what the last writer committed.
    let transaction = db.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
    let (vault, own_quota) = lock(&transaction, vault).await?;
    check_cursor(&transaction, &vault, cursor).await?;
    let growth = Growth::plan(&vault, entries, &known(&transaction, &vault, entries).await?);
    let Some(end) = growth.end() else {
        let highest = growth.highest(cursor);
        let chain = if highest == 0 { Some(cursor.chain) } else { chain_at(&transaction, &vault, highest).await? };
        return Ok(growth.appended(chain.ok_or(StoreError::Damaged)?));
    };
    growth.check(Quota { bytes: own_quota.unwrap_or(quota.bytes), ..quota }, true)?;
    let positions: Vec<i64> = growth.new.iter().map(|(place, _)| stored(place.pos)).collect();
    let ids: Vec<EntryId> = growth.new.iter().map(|(_, entry)| entry.id()).collect();
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.0.as_slice()).collect();
    let chains: Vec<&[u8]> = growth.new.iter().map(|(place, _)| place.chain.0.as_slice()).collect();
    let bytes: Vec<&[u8]> = growth.new.iter().map(|(_, entry)| entry.bytes()).collect();
    let sql = "INSERT INTO entry (vault, pos, entry_id, chain, bytes)
               SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])";
    let insert = transaction.prepare_cached(sql).await?;
    transaction.execute(&insert, &[&vault.row, &positions, &ids, &chains, &bytes]).await?;
    let sql = "UPDATE vault SET head = $2, chain = $3, bytes = $4, active_day = $5 WHERE id = $1";
    let update = transaction.prepare_cached(sql).await?;
    let chain = end.chain.0.as_slice();
    let [pos, held, day] = [stored(end.pos), stored(growth.held), stored(today())];
    transaction.execute(&update, &[&vault.row, &pos, &chain, &held, &day]).await?;
    transaction.commit().await?;
    Ok(growth.appended(end.chain))
}

pub(super) async fn page(mut db: Object, vault: &VaultId, cursor: &Cursor, limit: usize) -> Result<Page, StoreError> {
    // One state for all of it: a deletion in between would look like damage.
    let reading = db.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = reading.start().await?;
    let vault = find(&transaction, vault).await?;
    check_cursor(&transaction, &vault, cursor).await?;
    let limit = i64::try_from(limit.clamp(1, BATCH_ENTRIES_MAX)).unwrap_or(1);
    let after = stored(cursor.pos);
    let sql = "SELECT octet_length(bytes) FROM entry WHERE vault = $1 AND pos > $2 ORDER BY pos LIMIT $3";
    let query = transaction.prepare_cached(sql).await?;
    let sizes = transaction.query(&query, &[&vault.row, &after, &limit]).await?;
    let size = |row: &Row| row.try_get::<_, i32>(0).map(|size| usize::try_from(size).unwrap_or(0));
    let sizes = sizes.iter().map(size).collect::<Result<Vec<_>, _>>()?;
    let count = stream::fitting(sizes.iter().copied()).max(1);
    let room = sizes.iter().take(count).fold(0_usize, |sum, size| sum.saturating_add(*size));
    let sql = "SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = $1 AND pos > $2 ORDER BY pos LIMIT $3";
    let query = transaction.prepare_cached(sql).await?;
    let rows = transaction.query(&query, &[&vault.row, &after, &i64::try_from(count).unwrap_or(1)]).await?;
    transaction.commit().await?;
    // Others need the connection, and this thread: a full page takes milliseconds to look over.
    drop(db);
    let cursor = *cursor;
    let made = tokio::task::spawn_blocking(move || made_of(rows, &vault, &cursor, room));
    made.await.map_err(|_| StoreError::Unavailable)?
}

fn made_of(rows: Vec<Row>, vault: &Vault, cursor: &Cursor, room: usize) -> Result<Page, StoreError> {
    let mut page = Page::new(vault, cursor, room);
    let mut damaged = false;
    for row in rows {
        let place = Cursor { pos: number(&row, 0)?, chain: Chain(fixed(&row, 2)?) };
        damaged = !page.push(vault, place, &EntryId(fixed(&row, 1)?), row.try_get::<_, Vec<u8>>(3)?);
        if damaged {
            break;
        }
    }
    page.finish(damaged)
}
