//! Tables, and how an older database becomes a newer one.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::texts::error as words;

/// Version of the schema, kept in `PRAGMA user_version`.
const VERSION: i64 = 1;

/// One step for each version; never edited after a release.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/001_first.sql")];

/// The droppable part: made anew from the documents whenever this text changes.
const PROJECTION: &str = include_str!("../../migrations/projection.sql");

/// Sets the pragmas and brings the schema up to date.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Error> {
    let found = user_version(connection)?;
    if found > VERSION {
        return Err(Error::Newer { found, known: VERSION });
    }
    // WAL: readers never wait for a writer. FULL: a commit is on the disk before the screen says "saved".
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    if found == VERSION {
        return Ok(());
    }
    let sql = Transaction::new(connection, TransactionBehavior::Immediate)?;
    // Another process may have done it while we waited for the lock.
    let found = user_version(&sql)?;
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sql.execute_batch(step)?;
    }
    if found == 0 {
        create_projection(&sql, "main")?;
        sql.execute("INSERT INTO meta VALUES ('projection', ?1)", [projection_hash()])?;
    }
    sql.pragma_update(None, "user_version", VERSION)?;
    sql.commit()?;
    Ok(())
}

/// Checks that a database to look at only is of this version: it can be brought up to date by whoever may write.
pub(super) fn check(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    match user_version(connection)? {
        found if found > VERSION => Err(Error::Newer { found, known: VERSION }),
        VERSION => Ok(()),
        _ => Err(Error::ReadOnly(words::WHY_OPEN_FIRST.into())),
    }
}

/// Stands for the projection that this program makes; a database with another one makes it anew at open.
pub(crate) fn projection_hash() -> [u8; 32] {
    Sha256::digest(PROJECTION).into()
}

fn user_version(sql: &Connection) -> Result<i64, Error> {
    Ok(sql.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Creates the projection's tables in a schema: `main`, or one attached to compare with.
pub(crate) fn create_projection(sql: &Connection, schema: &str) -> Result<(), Error> {
    Ok(sql.execute_batch(&PROJECTION.replace("{schema}", schema))?)
}

/// Empties the projection, to be filled from the documents.
pub(crate) fn rebuild_tables(sql: &Connection, schema: &str) -> Result<(), Error> {
    for table in ["result", "session", "check_in", "device", "record", "checkpoint"] {
        sql.execute_batch(&format!("DROP TABLE IF EXISTS {schema}.{table}"))?;
    }
    create_projection(sql, schema)
}
