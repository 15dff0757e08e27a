//! Opening: folder, connection settings, schema and its version.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::store::OpenError;

/// The schema that this program writes.
pub(in crate::store) const VERSION: u32 = 2;

/// How long a connection waits for another process.
pub(in crate::store) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// "LsRy": tells our database from others.
const APPLICATION_ID: u32 = 0x4c73_5279;

// Rowid tables with an integer vault key: without rowids the log would take more than twice the room, since
// every page of an index tree would carry blobs.
const VERSION_1: &str = "
CREATE TABLE meta (name TEXT NOT NULL UNIQUE, value BLOB NOT NULL);
CREATE TABLE vault (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    vault_id BLOB NOT NULL UNIQUE,
    write_key BLOB NOT NULL,
    read_key BLOB NOT NULL,
    key_check BLOB NOT NULL,
    head INTEGER NOT NULL,
    chain BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    active_day INTEGER NOT NULL
);
CREATE TABLE entry (
    vault INTEGER NOT NULL REFERENCES vault (id),
    pos INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    chain BLOB NOT NULL,
    bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX entry_by_pos ON entry (vault, pos);
CREATE UNIQUE INDEX entry_by_id ON entry (vault, entry_id);
CREATE TABLE deleted (vault_id BLOB NOT NULL UNIQUE, statement BLOB NOT NULL);
CREATE TABLE invite (token_hash BLOB NOT NULL UNIQUE, uses_left INTEGER NOT NULL, expires_at INTEGER);
";

/// Quotas that the operator gave to single vaults.
const VERSION_2: &str = "
CREATE TABLE quota (vault INTEGER PRIMARY KEY REFERENCES vault (id) ON DELETE CASCADE, bytes INTEGER NOT NULL);
";

/// What makes each version of the one before it.
const STEPS: [&str; 2] = [VERSION_1, VERSION_2];

/// Makes the folder for the owner alone if it is missing, and every missing folder above it; durable when it returns.
pub(super) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    if folder.is_dir() {
        return Ok(());
    }
    // Each is named in the folder above it, and no flush of what is inside makes that name durable.
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), make_folder)?;
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        // Another process was faster.
        Err(_) if folder.is_dir() => {}
        made => made.map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })?,
    }
    // Not every system can flush a folder.
    drop(File::open(above.unwrap_or(Path::new("."))).and_then(|above| above.sync_all()));
    Ok(())
}

/// The database holds the key that tokens are made with: it and its copies are for the owner alone.
pub(super) fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Opens or makes the database, for the one writing connection of a process.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, OpenError> {
    // SQLite gives its other files the same mode; the folder may have been there before, open to others.
    match create_private(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            let folder = path.parent().unwrap_or(path).to_owned();
            return Err(OpenError::Folder { folder, source });
        }
        _ => {}
    }
    let (connection, _) = look(path)?;
    let mut connection = configured(connection, path, configure_writer)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Opens an existing database as it is: one of an older version stays one until [`take_over`].
pub(super) fn open_existing(path: &Path) -> Result<Option<Connection>, OpenError> {
    match look(path)? {
        // A file that a relay has just made, and no table in it yet.
        (_, 0) => Ok(None),
        (connection, _) => configured(connection, path, configure_writer).map(Some),
    }
}

fn configure_writer(connection: &Connection) -> rusqlite::Result<()> {
    // Has an effect only before the first table is made.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Apple's fsync alone does not reach the disk.
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_size_limit", 8 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -2048)
}

/// Opens an existing database for reading, and never changes what is in it; WAL needs write access to its index
/// all the same.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, OpenError> {
    match look(path)? {
        // A file without any table.
        (_, 0) => Err(foreign(path)),
        // A copy may be of an older version: what is read of it has been there from the start.
        (connection, _) => configured(connection, path, |connection| {
            connection.pragma_update(None, "cache_size", -512)?;
            connection.pragma_update(None, "query_only", "ON")
        }),
    }
}

/// A connection and the version found, before anything is set: a newer or foreign file is not changed by our settings.
fn look(path: &Path) -> Result<(Connection, u32), OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    let connection = connection.map_err(|source| OpenError::Sqlite { file: path.to_owned(), source })?;
    let found = check_version(&connection, path)?;
    Ok((connection, found))
}

fn configured(
    connection: Connection,
    path: &Path,
    configure: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<Connection, OpenError> {
    let settle = || {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        configure(&connection)
    };
    settle().map_err(|source| OpenError::Sqlite { file: path.to_owned(), source })?;
    Ok(connection)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn foreign(path: &Path) -> OpenError {
    OpenError::Foreign { place: path.display().to_string() }
}

fn check_version(connection: &Connection, path: &Path) -> Result<u32, OpenError> {
    let read = || -> rusqlite::Result<_> {
        let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((pragma(connection, "application_id")?, pragma(connection, "user_version")?, tables))
    };
    match read() {
        Ok((0, 0, 0)) => Ok(0),
        Ok((APPLICATION_ID, found, _)) if found > VERSION => {
            Err(OpenError::Newer { place: path.display().to_string(), found, known: VERSION })
        }
        Ok((APPLICATION_ID, found, _)) => Ok(found),
        Ok(_) => Err(foreign(path)),
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == rusqlite::ErrorCode::NotADatabase => {
            Err(foreign(path))
        }
        Err(source) => Err(OpenError::Sqlite { file: path.to_owned(), source }),
    }
}

/// Makes the tables, or those that a newer version needs.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    if check_version(connection, path)? == VERSION {
        return Ok(());
    }
    let fail = |source| OpenError::Sqlite { file: path.to_owned(), source };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    take_over(&transaction, path)?;
    transaction.commit().map_err(fail)
}

/// The same within a transaction that writes: what is rolled back leaves the database as it was.
pub(super) fn take_over(transaction: &Transaction<'_>, path: &Path) -> Result<(), OpenError> {
    let fail = |source| OpenError::Sqlite { file: path.to_owned(), source };
    // Another process may have been faster.
    let found = check_version(transaction, path)?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(step).map_err(fail)?;
    }
    if found == 0 {
        let key = random_32()?;
        transaction.execute("INSERT INTO meta (name, value) VALUES ('server_key', ?1)", [key]).map_err(fail)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(fail)?;
    }
    transaction.pragma_update(None, "user_version", VERSION).map_err(fail)
}

/// The key under which challenges and tokens are authenticated.
pub(super) fn server_key(connection: &Connection) -> Result<[u8; 32], OpenError> {
    connection
        .query_row("SELECT value FROM meta WHERE name = 'server_key'", [], |row| row.get(0))
        .map_err(|source| OpenError::Sqlite { file: PathBuf::from(crate::store::FILE_NAME), source })
}

fn random_32() -> Result<[u8; 32], OpenError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| OpenError::Random)?;
    Ok(bytes)
}

/// Makes a database as the first version of this program did.
#[cfg(test)]
pub(in crate::store) fn make_version_1(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(VERSION_1).unwrap();
    connection.execute("INSERT INTO meta (name, value) VALUES ('server_key', ?1)", [[7_u8; 32]]).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection
}
