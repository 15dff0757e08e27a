//! The tables, and their version. Everything of ours is in a schema of its own, so that the database may hold other
//! things.

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::Error;

use super::connect::reason;
use crate::store::OpenError;

/// The schema's name.
pub(super) const SCHEMA: &str = "lissom_relay";

/// The version that this program writes.
pub(super) const VERSION: u32 = 1;

/// Any number that others are unlikely to lock: only one node makes tables at a time.
const LOCK: i64 = 0x4c73_5279_5067_0001;

/// Held by every node while it serves, and by a move alone.
pub(super) const SERVING: i64 = LOCK + 1;

/// Held by whoever leaves a message in a mailbox, until it is there.
pub(super) const LEAVING: i64 = LOCK + 2;

// Entries are sealed, and so cannot be compressed. A vault's row changes with each batch: room is left for its next
// version on the same page.
const VERSION_1: &str = "
CREATE TABLE meta (name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE vault (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vault_id bytea NOT NULL UNIQUE,
    write_key bytea NOT NULL,
    read_key bytea NOT NULL,
    key_check bytea NOT NULL,
    head bigint NOT NULL,
    chain bytea NOT NULL,
    bytes bigint NOT NULL,
    active_day bigint NOT NULL,
    quota bigint,
    statement bytea
) WITH (fillfactor = 70);
CREATE TABLE entry (
    vault bigint NOT NULL REFERENCES vault (id),
    pos bigint NOT NULL,
    entry_id bytea NOT NULL,
    chain bytea NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (vault, pos),
    UNIQUE (vault, entry_id)
);
ALTER TABLE entry ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE invite (token_hash bytea PRIMARY KEY, uses_left bigint NOT NULL, expires_at bigint);
CREATE UNLOGGED TABLE mailbox (id bytea PRIMARY KEY, message bytea, ends timestamptz NOT NULL);
";

/// What makes each version of the one before it.
const STEPS: [&str; 1] = [VERSION_1];

fn fail(error: &Error) -> OpenError {
    OpenError::Postgres { reason: reason(error) }
}

fn place() -> String {
    format!("the schema {SCHEMA} in PostgreSQL")
}

/// Makes or renews the tables; gives the key under which challenges and tokens are authenticated, the same on all nodes.
pub(super) async fn migrate(client: &mut Object) -> Result<[u8; 32], OpenError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| OpenError::Random)?;
    let transaction = client.transaction().await.map_err(|error| fail(&error))?;
    let sql = format!("SELECT pg_advisory_xact_lock({LOCK})");
    transaction.batch_execute(&sql).await.map_err(|error| fail(&error))?;
    // Whoever has a schema ready for us may let us make none.
    let there = transaction.query_opt("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&SCHEMA]).await;
    if there.map_err(|error| fail(&error))?.is_none() {
        transaction.batch_execute(&format!("CREATE SCHEMA {SCHEMA}")).await.map_err(|error| fail(&error))?;
    }
    let found = version(&transaction).await?;
    for (step, version) in STEPS.iter().zip(1_u32..).skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.batch_execute(step).await.map_err(|error| fail(&error))?;
        let sql = "INSERT INTO meta (name, value) VALUES ('version', $1) ON CONFLICT (name) DO UPDATE SET value = $1";
        transaction.execute(sql, &[&version.to_be_bytes().as_slice()]).await.map_err(|error| fail(&error))?;
    }
    let sql = "INSERT INTO meta (name, value) VALUES ('server_key', $1) ON CONFLICT (name) DO NOTHING";
    transaction.execute(sql, &[&key.as_slice()]).await.map_err(|error| fail(&error))?;
    let row = transaction.query_one("SELECT value FROM meta WHERE name = 'server_key'", &[]).await;
    let key = row.map_err(|error| fail(&error))?.get::<_, &[u8]>(0).try_into();
    let key = key.map_err(|_| OpenError::Foreign { place: place() })?;
    transaction.commit().await.map_err(|error| fail(&error))?;
    Ok(key)
}

/// The version of existing tables, for whoever only looks.
pub(super) async fn check(client: &mut Object) -> Result<(), OpenError> {
    let transaction = client.transaction().await.map_err(|error| fail(&error))?;
    match version(&transaction).await? {
        0 => Err(OpenError::Missing { place: place() }),
        _ => Ok(()),
    }
}

/// 0 for no tables at all.
async fn version(transaction: &Transaction<'_>) -> Result<u32, OpenError> {
    let foreign = || OpenError::Foreign { place: place() };
    let sql = "SELECT count(*), count(*) FILTER (WHERE tablename = 'meta') FROM pg_tables WHERE schemaname = $1";
    let row = transaction.query_one(sql, &[&SCHEMA]).await.map_err(|error| fail(&error))?;
    let (tables, meta): (i64, i64) = (row.get(0), row.get(1));
    match (tables, meta) {
        (0, _) => return Ok(0),
        (_, 0) => return Err(foreign()),
        _ => {}
    }
    let row = transaction.query_opt("SELECT value FROM meta WHERE name = 'version'", &[]).await;
    let row = row.map_err(|error| fail(&error))?.ok_or_else(foreign)?;
    let found = row.try_get::<_, &[u8]>(0).ok().and_then(|bytes| bytes.try_into().ok());
    let found = found.map(u32::from_be_bytes).ok_or_else(foreign)?;
    if found > VERSION {
        return Err(OpenError::Newer { place: place(), found, known: VERSION });
    }
    Ok(found)
}
