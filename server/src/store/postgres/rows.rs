//! Reading rows, for everybody.

use deadpool_postgres::GenericClient;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{VaultId, VaultKeys};
use tokio_postgres::Row;

use crate::store::vault::{Totals, Vault};
use crate::store::{Statement, StoreError};

/// What there is to know of a vault's id.
pub(super) enum Found {
    /// It lives; with the quota that the operator gave to it.
    Living(Vault, Option<u64>),
    /// It was deleted.
    Gone(Statement),
}

const COLUMNS: &str = "id, vault_id, write_key, read_key, key_check, head, chain, bytes, quota, statement";

/// Bytes of fixed length in a column; whatever is not ours is damage.
pub(super) fn fixed<const N: usize>(row: &Row, column: usize) -> Result<[u8; N], StoreError> {
    row.try_get::<_, &[u8]>(column)?.try_into().map_err(|_| StoreError::Damaged)
}

/// A number that is never negative.
pub(super) fn number(row: &Row, column: usize) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<_, i64>(column)?).map_err(|_| StoreError::Damaged)
}

/// As PostgreSQL counts. What is larger than its largest integer is in no row.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn found(row: &Row) -> Result<Found, StoreError> {
    if row.try_get::<_, Option<&[u8]>>(9)?.is_some() {
        return Ok(Found::Gone(Statement(fixed(row, 9)?)));
    }
    let vault = Vault {
        row: row.try_get(0)?,
        id: VaultId(fixed(row, 1)?),
        keys: VaultKeys { write: fixed(row, 2)?, read: fixed(row, 3)?, key_check: fixed(row, 4)? },
        head: Cursor { pos: number(row, 5)?, chain: Chain(fixed(row, 6)?) },
        bytes: number(row, 7)?,
    };
    let quota = row.try_get::<_, Option<i64>>(8)?.map(|bytes| u64::try_from(bytes).unwrap_or(0));
    Ok(Found::Living(vault, quota))
}

/// What is there under an id; the row is locked until the transaction ends if that is wanted.
pub(super) async fn look_up(db: &impl GenericClient, vault: &VaultId, lock: bool) -> Result<Option<Found>, StoreError> {
    let lock = if lock { " FOR UPDATE" } else { "" };
    let query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM vault WHERE vault_id = $1{lock}")).await?;
    db.query_opt(&query, &[&vault.0.as_slice()]).await?.as_ref().map(found).transpose()
}

fn living(found: Option<Found>) -> Result<(Vault, Option<u64>), StoreError> {
    match found {
        Some(Found::Living(vault, quota)) => Ok((vault, quota)),
        Some(Found::Gone(statement)) => Err(StoreError::Gone(statement)),
        None => Err(StoreError::VaultUnknown),
    }
}

/// A living vault; `Gone` or `VaultUnknown` if it is none.
pub(super) async fn find(db: &impl GenericClient, vault: &VaultId) -> Result<Vault, StoreError> {
    Ok(living(look_up(db, vault, false).await?)?.0)
}

/// The same, and nobody else writes to it until the transaction ends.
pub(super) async fn lock(db: &impl GenericClient, vault: &VaultId) -> Result<(Vault, Option<u64>), StoreError> {
    living(look_up(db, vault, true).await?)
}

/// Every living vault, oldest first, each with its own quota and the day of its last activity.
pub(super) async fn all(db: &impl GenericClient) -> Result<Vec<(Vault, Option<u64>, u64)>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, active_day FROM vault WHERE statement IS NULL ORDER BY id");
    let mut vaults = Vec::new();
    for row in db.query(&sql, &[]).await? {
        if let Found::Living(vault, quota) = found(&row)? {
            vaults.push((vault, quota, number(&row, 10)?));
        }
    }
    Ok(vaults)
}

pub(super) async fn vault_count(db: &impl GenericClient) -> Result<u64, StoreError> {
    number(&db.query_one("SELECT count(*) FROM vault WHERE statement IS NULL", &[]).await?, 0)
}

pub(super) async fn totals(db: &impl GenericClient) -> Result<Totals, StoreError> {
    let sql = "SELECT count(*), coalesce(sum(head), 0)::bigint, coalesce(sum(bytes), 0)::bigint,
               pg_database_size(current_database()), (SELECT count(*) FROM mailbox WHERE ends > now())
               FROM vault WHERE statement IS NULL";
    let query = db.prepare_cached(sql).await?;
    let row = db.query_one(&query, &[]).await?;
    let column = |column| number(&row, column);
    let [vaults, entries, bytes] = [column(0)?, column(1)?, column(2)?];
    Ok(Totals { vaults, entries, bytes, file: column(3)?, mailboxes: column(4)? })
}

/// Whether this server takes writes: a replica that was not promoted yet does not.
pub(super) async fn can_write(db: &impl GenericClient) -> Result<(), StoreError> {
    let row =
        db.query_one("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean", &[]).await?;
    if row.try_get(0)? { Err(StoreError::Unavailable) } else { Ok(()) }
}
