//! The database: one connection, and the transaction boundary.
//!
//! Every writing transaction is `BEGIN IMMEDIATE`, and everything that was recorded or received goes in with its
//! projection in one. No state outside SQLite survives a transaction that it did not see: if another process
//! committed since a document was loaded, or if a transaction of ours failed, the document is dropped and
//! loaded again.

pub(crate) mod applying;
pub(crate) mod documents;
pub(crate) mod entries;
pub(crate) mod notice;
pub(crate) mod page;
pub(crate) mod projection;
mod schema;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lissom_core::document::{Document, Writer};
use lissom_sync::keys::Keys;
use lissom_sync::protocol::cursor::{Chain, Cursor};
#[cfg(feature = "planted")]
use lissom_sync::protocol::planted::{Fault, planted};
use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior};

use crate::error::Error;
use crate::host::{Host, random};
use crate::transport::RelayUrl;

pub(crate) use crate::storage::schema::{projection_hash, rebuild_tables};

/// Name of the database in the diary's folder.
pub(crate) const DATABASE: &str = "diary.sqlite";
/// Name of the file whose lock says that a process is taking entries in. Nothing is ever in it.
const LOCK: &str = "applying.lock";

/// Statements kept prepared: about as many as a sync and a history need.
const STATEMENTS_KEPT: usize = 64;

/// How long to wait for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// The open database, with the documents loaded so far.
pub(crate) struct Storage {
    connection: Connection,
    pub(crate) host: Box<dyn Host>,
    loaded: Loaded,
    /// The vault that the keys of this process belong to, once it is known.
    vault: Option<[u8; 32]>,
    /// Held while entries are being taken in: whoever gets it knows that nobody else is. None where nothing is written.
    applying: Option<Arc<File>>,
    /// Transactions until the simulated end of this process.
    #[cfg(feature = "simulator")]
    pub(crate) fuse: Option<u32>,
    /// It has ended, after a call of its returned.
    #[cfg(all(feature = "simulator", feature = "planted"))]
    ended: bool,
}

/// State of this process that belongs to a state of the database.
#[derive(Default)]
struct Loaded {
    documents: BTreeMap<String, Document>,
    /// Drawn at the first write, again after a failed transaction.
    writer: Option<Writer>,
    /// `PRAGMA data_version` that the documents belong to.
    data_version: i64,
}

/// One writing transaction.
pub(crate) struct Write<'a> {
    pub(crate) sql: Transaction<'a>,
    pub(crate) host: &'a mut dyn Host,
    documents: &'a mut BTreeMap<String, Document>,
    writer: &'a mut Option<Writer>,
    /// Number of this commit: rows that it touches carry it.
    pub(crate) revision: i64,
}

impl Storage {
    /// Creates the database, or completes one whose creation was cut off.
    pub(crate) fn create(folder: &Path, host: Box<dyn Host>) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::open_with(folder, host, flags)
    }

    /// Opens the database; [`Error::NoDiary`] if there is none.
    pub(crate) fn open(folder: &Path, host: Box<dyn Host>) -> Result<Self, Error> {
        if !folder.join(DATABASE).exists() {
            return Err(Error::NoDiary);
        }
        Self::open_with(folder, host, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    fn open_with(folder: &Path, host: Box<dyn Host>, flags: OpenFlags) -> Result<Self, Error> {
        let mut connection = Connection::open_with_flags(folder.join(DATABASE), flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        schema::prepare(&mut connection)?;
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(LOCK));
        let applying = options.map_err(Error::file(crate::texts::error::TRIED_OPEN_LOCK))?;
        Ok(Self::new(connection, host, Some(Arc::new(applying))))
    }

    /// Opens the database to look at only: nothing is written, and no lock is taken that another process waits for.
    pub(crate) fn open_read_only(folder: &Path, host: Box<dyn Host>) -> Result<Self, Error> {
        if !folder.join(DATABASE).exists() {
            return Err(Error::NoDiary);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(folder.join(DATABASE), flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        schema::check(&connection)?;
        Ok(Self::new(connection, host, None))
    }

    fn new(connection: Connection, host: Box<dyn Host>, applying: Option<Arc<File>>) -> Self {
        Self {
            connection,
            host,
            loaded: Loaded::default(),
            vault: None,
            applying,
            #[cfg(feature = "simulator")]
            fuse: None,
            #[cfg(all(feature = "simulator", feature = "planted"))]
            ended: false,
        }
    }

    /// The file whose lock says that a process is taking entries in.
    pub(crate) fn applying(&self) -> Result<&Arc<File>, Error> {
        self.applying.as_ref().ok_or_else(|| Error::ReadOnly(crate::texts::error::WHY_DATABASE_READ_ONLY.into()))
    }

    /// From now on this process reads and writes for this vault only.
    pub(crate) fn belong_to(&mut self, keys: &Keys) {
        self.vault = Some(keys.vault().0);
    }

    /// Fails if another process has joined this folder to another vault: the keys of this one are the wrong ones then.
    pub(crate) fn check_vault(&self, sql: &Connection) -> Result<(), Error> {
        let stored: Option<[u8; 32]> = meta(sql, "vault")?;
        if self.vault.is_some() && self.vault != stored { Err(Error::VaultChanged) } else { Ok(()) }
    }

    /// Refuses to let the database file grow over so many bytes.
    pub(crate) fn limit_size(&self, bytes: u64) -> Result<(), Error> {
        let page: i64 = self.connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX).checked_div(page).unwrap_or(0).max(1);
        // SQLite answers with the value in force; it never goes below the present size.
        self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    }

    /// The connection, for reading.
    pub(crate) fn sql(&self) -> &Connection {
        &self.connection
    }

    /// Runs one writing transaction. If it fails, nothing of it remains, in memory either.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&mut Write<'_>) -> Result<T, Error>) -> Result<T, Error> {
        // Taken out, and put back only after the commit: on an error, or a panic that the host catches, what the
        // transaction left in memory goes with it.
        let mut loaded = std::mem::take(&mut self.loaded);
        let vault = self.vault;
        #[cfg(all(feature = "planted", feature = "simulator"))]
        let ends = self.fuse == Some(0);
        #[cfg(all(feature = "planted", not(feature = "simulator")))]
        let ends = false;
        #[cfg(feature = "simulator")]
        self.burn()?;
        let sql = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        if vault.is_some() && meta(&sql, "vault")? != vault {
            return Err(Error::VaultChanged);
        }
        let now: i64 = sql.pragma_query_value(None, "data_version", |row| row.get(0))?;
        #[cfg(feature = "planted")]
        let now = if planted(Fault::StaleDocument) { loaded.data_version } else { now };
        if now != loaded.data_version {
            loaded.documents.clear();
            loaded.data_version = now;
        }
        let revision = meta::<i64>(&sql, "revision")?.unwrap_or(0).saturating_add(1);
        set_meta(&sql, "revision", revision)?;
        let value = {
            let Loaded { documents, writer, .. } = &mut loaded;
            let mut write = Write { sql, host: self.host.as_mut(), documents, writer, revision };
            let value = work(&mut write)?;
            #[cfg(feature = "planted")]
            if ends && planted(Fault::AckBeforeCommit) {
                return Ok(value);
            }
            write.sql.commit()?;
            value
        };
        self.loaded = loaded;
        Ok(value)
    }

    /// Fails once the simulated process has ended.
    #[cfg(feature = "simulator")]
    fn burn(&mut self) -> Result<(), Error> {
        #[cfg(feature = "planted")]
        let ended = self.ended;
        let Some(left) = &mut self.fuse else { return Ok(()) };
        let next = left.checked_sub(1);
        *left = next.unwrap_or(0);
        #[cfg(feature = "planted")]
        if planted(Fault::AckBeforeCommit) && next.is_none() {
            // The process ends after its last call returned, and not before.
            (*left, self.ended) = (0, true);
            return if ended { Err(Error::Database("the simulated process has ended".to_owned())) } else { Ok(()) };
        }
        next.map(drop).ok_or_else(|| Error::Database("the simulated process has ended".to_owned()))
    }

    /// A value of `meta`.
    pub(crate) fn meta<T: FromSql>(&self, key: &str) -> Result<Option<T>, Error> {
        meta(&self.connection, key)
    }

    /// The relay's address, and the invite to show there. Read at once: another process may set both at any time.
    pub(crate) fn relay(&self) -> Result<(Option<RelayUrl>, Option<String>), Error> {
        let value = |key: &str| format!("(SELECT value FROM meta WHERE key = '{key}')");
        let sql = format!("SELECT {}, {}, {}", value("relay"), value("relay_insecure"), value("invite"));
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let read: (Option<String>, Option<bool>, _) = self.connection.prepare_cached(&sql)?.query_row([], row)?;
        let (text, insecure, invite) = read;
        let relay = text.map(|text| RelayUrl::parse(&text, insecure.unwrap_or(false))).transpose()?;
        Ok((relay, invite))
    }
}

impl Write<'_> {
    /// The Automerge actor of this process.
    pub(crate) fn writer(&mut self) -> Writer {
        #[cfg(feature = "planted")]
        if planted(Fault::ActorReused) {
            return self.stored_writer();
        }
        let host = &mut *self.host;
        *self.writer.get_or_insert_with(|| Writer(random(host)))
    }

    #[cfg(feature = "planted")]
    fn stored_writer(&mut self) -> Writer {
        if let Ok(Some(stored)) = self.meta::<[u8; 16]>("actor") {
            return Writer(stored);
        }
        let drawn: [u8; 16] = random(self.host);
        drop(self.set_meta("actor", drawn));
        Writer(drawn)
    }

    /// Milliseconds since 1970 by this device's clock.
    pub(crate) fn now_ms(&mut self) -> i64 {
        self.host.now_ms()
    }

    pub(crate) fn meta<T: FromSql>(&self, key: &str) -> Result<Option<T>, Error> {
        meta(&self.sql, key)
    }

    pub(crate) fn set_meta(&self, key: &str, value: impl ToSql) -> Result<(), Error> {
        set_meta(&self.sql, key, value)
    }

    pub(crate) fn forget_invite(&self) -> Result<(), Error> {
        self.sql.execute("DELETE FROM meta WHERE key = 'invite'", [])?;
        Ok(())
    }

    /// The stored cursor, and whether it is being healed.
    pub(crate) fn cursor(&self) -> Result<(Cursor, bool), Error> {
        cursor(&self.sql)
    }

    pub(crate) fn set_cursor(&self, cursor: &Cursor, healing: bool) -> Result<(), Error> {
        let pos = i64::try_from(cursor.pos).unwrap_or(i64::MAX);
        let sql = "INSERT INTO cursor VALUES (1, ?1, ?2, ?3)
                   ON CONFLICT (id) DO UPDATE SET pos = ?1, chain = ?2, healing = ?3";
        self.sql.prepare_cached(sql)?.execute((pos, cursor.chain.0, healing))?;
        Ok(())
    }

    /// Sets up a database for a vault that its process created or has just asked for.
    pub(crate) fn begin_vault(&self, keys: &Keys) -> Result<(), Error> {
        self.set_meta("vault", keys.vault().0)?;
        self.set_meta("known", true)?;
        self.set_cursor(&Cursor::start(&keys.vault()), false)
    }
}

/// The stored cursor, and whether it is being healed.
pub(crate) fn cursor(sql: &Connection) -> Result<(Cursor, bool), Error> {
    let row = sql
        .prepare_cached("SELECT pos, chain, healing FROM cursor WHERE id = 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?, row.get(2)?)))
        .optional()?;
    let (pos, chain, healing) = row.ok_or(Error::NoDiary)?;
    Ok((Cursor { pos: u64::try_from(pos).unwrap_or(0), chain: Chain(chain) }, healing))
}

fn meta<T: FromSql>(sql: &Connection, key: &str) -> Result<Option<T>, Error> {
    Ok(sql.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?)
}

fn set_meta(sql: &Connection, key: &str, value: impl ToSql) -> Result<(), Error> {
    sql.prepare_cached("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute((key, value))?;
    Ok(())
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Storage(..)")
    }
}
