//! Taking over what another database holds, piece by piece, so that it can be gone on with after an interruption.

use std::collections::HashMap;

use deadpool_postgres::Object;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::VaultId;

use super::rows::{self, fixed, number, stored};
use super::schema::SERVING;
use crate::store::sqlite::{Exported, Invite, Row};
use crate::store::{Statement, StoreError};

/// What is under this name while a move goes on: the key of where everything comes from.
const MOVING: &str = "moving";

/// Whether a move into this database was begun and not finished.
pub(super) async fn is_moving(db: &Object) -> Result<bool, StoreError> {
    Ok(db.query_opt("SELECT 1 FROM meta WHERE name = $1", &[&MOVING]).await?.is_some())
}

/// Whether no node serves from here; while this connection lasts, none begins to listen for news.
pub(in crate::store) async fn is_alone(db: &Object) -> Result<bool, StoreError> {
    Ok(db.query_one("SELECT pg_try_advisory_lock($1)", &[&SERVING]).await?.try_get(0)?)
}

/// Begins a move, or goes on with the same one; false if there is something else in this database. Until it is finished
/// no node starts here.
pub(in crate::store) async fn begin(db: &mut Object, key: &[u8; 32]) -> Result<bool, StoreError> {
    let transaction = db.transaction().await?;
    let row = transaction.query_opt("SELECT value FROM meta WHERE name = $1", &[&MOVING]).await?;
    if let Some(row) = row {
        return Ok(row.try_get::<_, &[u8]>(0)? == key);
    }
    let used =
        transaction.query_one("SELECT EXISTS (SELECT 1 FROM vault) OR EXISTS (SELECT 1 FROM invite)", &[]).await?;
    if used.try_get(0)? {
        return Ok(false);
    }
    transaction.execute("INSERT INTO meta (name, value) VALUES ($1, $2)", &[&MOVING, &key.as_slice()]).await?;
    let own = "UPDATE meta SET value = $1 WHERE name = 'server_key'";
    transaction.execute(own, &[&key.as_slice()]).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Where a vault's log ends here, and whether its chain there is this one; an empty log if it was not here.
pub(in crate::store) async fn vault(db: &mut Object, exported: &Exported) -> Result<Cursor, StoreError> {
    let (id, keys) = (&exported.vault.id, &exported.vault.keys);
    let sql = "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day, quota)
               VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $7)
               ON CONFLICT (vault_id) DO UPDATE SET active_day = $6, quota = $7";
    let chain = Chain::start(id).0;
    let [name, write, read, check, chain] = [&id.0[..], &keys.write, &keys.read, &keys.key_check, &chain];
    let (day, quota) = (stored(exported.active_day), exported.quota.map(stored));
    db.execute(sql, &[&name, &write, &read, &check, &chain, &day, &quota]).await?;
    Ok(rows::find(&*db, id).await?.head)
}

/// Takes a vault away, to move it anew.
pub(in crate::store) async fn remove(db: &mut Object, vault: &VaultId) -> Result<(), StoreError> {
    let transaction = db.transaction().await?;
    let id = vault.0.as_slice();
    let entries = "DELETE FROM entry WHERE vault = (SELECT id FROM vault WHERE vault_id = $1)";
    transaction.execute(entries, &[&id]).await?;
    transaction.execute("DELETE FROM vault WHERE vault_id = $1", &[&id]).await?;
    Ok(transaction.commit().await?)
}

/// Adds entries after a log's end, which must still be the one that is given.
pub(in crate::store) async fn entries(
    db: &mut Object,
    exported: &Exported,
    end: &Cursor,
    rows: &[Row],
) -> Result<(), StoreError> {
    let transaction = db.transaction().await?;
    let (vault, _) = rows::lock(&transaction, &exported.vault.id).await?;
    if vault.head != *end {
        return Err(StoreError::Diverged);
    }
    let Some(last) = rows.last().map(|row| row.place) else { return Ok(()) };
    let positions: Vec<i64> = rows.iter().map(|row| stored(row.place.pos)).collect();
    let column = |get: fn(&Row) -> &[u8]| rows.iter().map(get).collect::<Vec<&[u8]>>();
    let [ids, chains, bytes] = [column(|row| &row.id.0), column(|row| &row.place.chain.0), column(|row| &row.bytes)];
    let sql = "INSERT INTO entry (vault, pos, entry_id, chain, bytes)
               SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])";
    transaction.execute(sql, &[&vault.row, &positions, &ids, &chains, &bytes]).await?;
    let held =
        rows.iter().fold(vault.bytes, |sum, row| sum.saturating_add(u64::try_from(row.bytes.len()).unwrap_or(0)));
    let sql = "UPDATE vault SET head = $2, chain = $3, bytes = $4 WHERE id = $1";
    let chain = last.chain.0.as_slice();
    transaction.execute(sql, &[&vault.row, &stored(last.pos), &chain, &stored(held)]).await?;
    Ok(transaction.commit().await?)
}

/// Every vault here, with its log's end; none for one of which only the statement is left.
pub(in crate::store) async fn ends(db: &Object) -> Result<HashMap<VaultId, Option<Cursor>>, StoreError> {
    let rows = db.query("SELECT vault_id, head, chain, statement IS NOT NULL FROM vault", &[]).await?;
    let end = |row: &tokio_postgres::Row| {
        let end =
            if row.try_get(3)? { None } else { Some(Cursor { pos: number(row, 1)?, chain: Chain(fixed(row, 2)?) }) };
        Ok((VaultId(fixed(row, 0)?), end))
    };
    rows.iter().map(end).collect()
}

/// Keeps an owner's statement.
pub(in crate::store) async fn deleted(
    db: &mut Object,
    vault: &VaultId,
    statement: &Statement,
) -> Result<(), StoreError> {
    // It may have lived when this move was begun.
    remove(db, vault).await?;
    let sql = "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day, statement)
               VALUES ($1, '', '', '', 0, '', 0, 0, $2)";
    db.execute(sql, &[&vault.0.as_slice(), &statement.0.as_slice()]).await?;
    Ok(())
}

/// Brings the invites and ends the move: from now on this database is the one that counts.
pub(in crate::store) async fn finish(db: &mut Object, invites: &[Invite]) -> Result<(), StoreError> {
    let transaction = db.transaction().await?;
    for invite in invites {
        let sql = "INSERT INTO invite (token_hash, uses_left, expires_at) VALUES ($1, $2, $3)";
        transaction.execute(sql, &[&invite.hash.as_slice(), &invite.uses_left, &invite.expires_at]).await?;
    }
    transaction.execute("DELETE FROM meta WHERE name = $1", &[&MOVING]).await?;
    Ok(transaction.commit().await?)
}
