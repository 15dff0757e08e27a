//! Taking over what another database holds, piece by piece, so that it can be gone on with after an interruption.

use deadpool_postgres::Object;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::VaultId;

use super::rows::{self, Found, fixed, stored};
use crate::store::sqlite::{Exported, Invite, Row};
use crate::store::{Statement, StoreError};

/// Where a vault's log ends here; `None` if its owner has deleted it here.
pub(in crate::store) async fn vault(db: &mut Object, exported: &Exported) -> Result<Option<Cursor>, StoreError> {
    let (id, keys) = (&exported.vault.id, &exported.vault.keys);
    let sql = "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day, quota)
               VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $7) ON CONFLICT (vault_id) DO NOTHING";
    let chain = Chain::start(id).0;
    let [name, write, read, check, chain] = [&id.0[..], &keys.write, &keys.read, &keys.key_check, &chain];
    let (day, quota) = (stored(exported.active_day), exported.quota.map(stored));
    db.execute(sql, &[&name, &write, &read, &check, &chain, &day, &quota]).await?;
    match rows::look_up(&*db, id, false).await? {
        Some(Found::Living(vault, _)) => Ok(Some(vault.head)),
        Some(Found::Gone(_)) => Ok(None),
        None => Err(StoreError::VaultUnknown),
    }
}

/// The chain at a position of a log here.
pub(in crate::store) async fn chain_at(db: &Object, vault: &VaultId, pos: u64) -> Result<Option<Chain>, StoreError> {
    let sql = "SELECT entry.chain FROM entry JOIN vault ON vault.id = entry.vault WHERE vault_id = $1 AND pos = $2";
    let row = db.query_opt(sql, &[&vault.0.as_slice(), &stored(pos)]).await?;
    row.map(|row| Ok(Chain(fixed(&row, 0)?))).transpose()
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

/// Keeps an owner's statement. A vault that lives here all the same stays: it was deleted elsewhere only.
pub(in crate::store) async fn deleted(db: &Object, vault: &VaultId, statement: &Statement) -> Result<(), StoreError> {
    let sql = "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day, statement)
               VALUES ($1, '', '', '', 0, '', 0, 0, $2) ON CONFLICT (vault_id) DO NOTHING";
    db.execute(sql, &[&vault.0.as_slice(), &statement.0.as_slice()]).await?;
    Ok(())
}

pub(in crate::store) async fn invite(db: &Object, invite: &Invite) -> Result<(), StoreError> {
    let sql = "INSERT INTO invite (token_hash, uses_left, expires_at) VALUES ($1, $2, $3)
               ON CONFLICT (token_hash) DO NOTHING";
    db.execute(sql, &[&invite.hash.as_slice(), &invite.uses_left, &invite.expires_at]).await?;
    Ok(())
}

/// Takes the key for challenges and tokens over, unless there are diaries here already, whose devices hold tokens made
/// with the one that is here.
pub(in crate::store) async fn server_key(db: &Object, key: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "UPDATE meta SET value = $1 WHERE name = 'server_key' AND NOT EXISTS (SELECT 1 FROM vault)";
    db.execute(sql, &[&key.as_slice()]).await?;
    Ok(())
}
