//! The relay's one store: a SQLite database in the data folder.
//!
//! # Contract
//! Every clause has a test of its name in `store/tests`.
//!
//! - **C1** An answer is given only after COMMIT in WAL mode with `synchronous=FULL`: what is acknowledged is
//!   there after a crash or a power cut.
//! - **C2** Positions of a vault are dense from 1, in the order of commits; `chain` is the protocol's.
//! - **C3** Appending is idempotent by entry id, within a batch as well: a repeated entry keeps its position.
//! - **C4** A batch is stored whole or not at all.
//! - **C5** Reading, appending and deleting answer *diverged* unless the vault's own chain at the cursor's
//!   position is the cursor's; `(0, chain_0)` always matches.
//! - **C6** Pages are cut by the protocol's [`fitting`](lissom_protocol::stream::fitting), and hold at least one
//!   entry while there is one.
//! - **C7** Registering again changes nothing and keeps the keys.
//! - **C8** A vault is deleted only at its head. Its statement stays for ever, is the answer to everything that
//!   asks for the vault, and the id is never registered again.
//! - **C9** Uses and expiry of an invite are counted in the transaction that registers; a vault that is known
//!   already takes no use.
//! - **C10** A vault holds no more bytes and entries than its quota, or the one that the operator gave to it;
//!   repeated entries count once.
//! - **C11** What was deleted is gone from the files, not only from the tables: at once, or as soon as no reader is
//!   in the way, over a crash as well. Nobody's post waits for that.
//! - **C12** An entry whose bytes no longer give its id or its owner's signature, or whose chain does not follow, is
//!   not handed out.
//! - **C13** When the disk is full or nearly so, nothing new is stored; reading, deleting and every answer that is
//!   about what is stored already go on.
//! - **C14** The write-ahead log stays bounded.
//! - **C15** A database of a newer schema is refused and left as it is.
//! - **C16** A job that is refused leaves the other jobs of its transaction alone.
//!
//! One thread owns the writing connection and takes all jobs that wait into one transaction (group commit);
//! a few connections read. Jobs make all their checks before their first change, so that a refusal has nothing
//! to undo; an error of SQLite itself undoes the whole transaction.

mod copy;
mod database;
mod disk;
mod log;
mod readers;
mod schema;
mod scrub;
mod vaults;
mod verify;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{VaultId, VaultKeys};

use crate::config::Config;

pub use self::copy::{CopyError, restore};
pub use self::database::Database;
pub use self::disk::{Space, space};
pub(crate) use self::log::{Appended, Page};
pub use self::schema::OpenError;
pub use self::vaults::VaultSummary;
pub use self::vaults::unix_seconds;
pub(crate) use self::vaults::{Admission, Registered, Totals};
pub use self::verify::{Damage, Verdict};

use self::readers::Readers;
use self::writer::{Job, Writer};

/// Name of the database's file in the data folder.
pub const FILE_NAME: &str = "relay.db";

/// The owner's signed statement that a vault is deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Statement(pub [u8; 64]);

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Statement(..)")
    }
}

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such vault.
    #[error("vault is unknown")]
    VaultUnknown,
    /// The vault was deleted by its owner.
    #[error("vault was deleted by its owner")]
    Gone(Statement),
    /// The chain at the cursor's position is another one, or the cursor is not the head where it must be.
    #[error("cursor is not in this log")]
    Diverged,
    /// An invite is needed, and this is none, a used or an expired one.
    #[error("an invite is needed")]
    InviteRequired,
    /// Several vaults' ids begin like this.
    #[error("more than one diary begins with this")]
    Ambiguous,
    /// Nobody may register.
    #[error("registration is closed")]
    RegistrationClosed,
    /// The vault's quota would be exceeded.
    #[error("the vault's quota is used up")]
    QuotaFull,
    /// The disk is full or nearly so.
    #[error("the disk is full")]
    DiskFull,
    /// What is stored is not what was stored.
    #[error("stored data is damaged")]
    Damaged,
    /// The store is stopping or cannot be reached.
    #[error("the store is not available")]
    Unavailable,
    /// SQLite failed.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// What others may want to know once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A vault's log has grown.
    Grown(VaultId),
    /// A vault was deleted.
    Deleted(VaultId),
}

/// Hears of every [`Event`] after its COMMIT, before the answer is given; must not block.
pub(crate) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// Most that one vault may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Bytes of entries.
    pub(crate) bytes: u64,
    /// Entries.
    pub(crate) entries: u64,
}

/// A handle to the store; clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    quota: Quota,
    server_key: [u8; 32],
    writer: Writer,
    readers: Readers,
    listener: Listener,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.inner.folder).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database in the configured folder, and makes both if they are missing.
    ///
    /// # Errors
    /// [`OpenError`] if the folder cannot be used or the database is none of ours or newer than this program.
    pub(crate) fn open(config: &Config, listener: Listener) -> Result<Self, OpenError> {
        schema::make_folder(&config.data)?;
        let path = config.data.join(FILE_NAME);
        let connection = schema::open_for_writing(&path)?;
        let server_key = schema::server_key(&connection)?;
        let guard = disk::Guard::new(&config.data, config.free_bytes_min);
        let writer = Writer::start(connection, guard).map_err(|source| OpenError::Thread { source })?;
        let quota = Quota { bytes: config.vault_bytes_max, entries: config.vault_entries_max };
        let readers = Readers::new(path);
        let inner = Inner { folder: config.data.clone(), quota, server_key, writer, readers, listener };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn server_key(&self) -> &[u8; 32] {
        &self.inner.server_key
    }

    /// Registers a vault, or finds that it is known.
    ///
    /// # Errors
    /// `Gone`, `InviteRequired`, `RegistrationClosed`, or a failure of the store.
    pub(crate) async fn register(&self, keys: VaultKeys, admission: Admission) -> Result<Registered, StoreError> {
        self.inner.writer.run(Job::growing(move |db, room| vaults::register(db, &keys, &admission, room))).await
    }

    /// The keys of a vault.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, or a failure of the store.
    pub(crate) async fn keys(&self, vault: VaultId) -> Result<VaultKeys, StoreError> {
        self.with_keys(vault, |keys| *keys).await
    }

    /// Does something with the keys of a vault on a thread that may take its time.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, or a failure of the store.
    pub(crate) async fn with_keys<T: Send + 'static>(
        &self,
        vault: VaultId,
        work: impl FnOnce(&VaultKeys) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.readers.run(move |db| Ok(work(&vaults::find(db, &vault)?.keys))).await
    }

    /// Appends a batch after a cursor. `hold` is kept until the batch is off the memory.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, `Diverged`, `QuotaFull`, `DiskFull`, or a failure of the store.
    pub(crate) async fn append<H: Send + 'static>(
        &self,
        vault: VaultId,
        cursor: Cursor,
        entries: Vec<VerifiedEntry>,
        hold: H,
    ) -> Result<Appended, StoreError> {
        let (quota, listener) = (self.inner.quota, Arc::clone(&self.inner.listener));
        let job = Job::growing(move |db, room| {
            let appended = log::append(db, &vault, &cursor, &entries, quota, room);
            drop((entries, hold));
            appended
        });
        let tell = move |appended: &Appended| {
            if appended.new > 0 {
                listener(Event::Grown(vault));
            }
        };
        self.inner.writer.run(job.then(tell)).await
    }

    /// The page after a cursor, of at most `limit` entries.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, `Diverged`, `Damaged`, or a failure of the store.
    pub(crate) async fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Result<Page, StoreError> {
        self.inner.readers.run(move |db| log::page(db, &vault, &cursor, limit)).await
    }

    /// The end of a vault's log.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, or a failure of the store.
    pub(crate) async fn head(&self, vault: VaultId) -> Result<Cursor, StoreError> {
        self.inner.readers.run(move |db| Ok(vaults::find(db, &vault)?.head)).await
    }

    /// Deletes a vault for ever and keeps the statement, whose signature the caller has checked.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, `Diverged` unless the cursor is the head, or a failure of the store.
    pub(crate) async fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Result<(), StoreError> {
        let listener = Arc::clone(&self.inner.listener);
        let job = Job::scrubbing(move |db| vaults::delete(db, &vault, &cursor, &statement));
        self.inner.writer.run(job.then(move |()| listener(Event::Deleted(vault)))).await
    }

    /// Makes an invite and gives back its token, which is stored only as a hash.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        self.inner.writer.run(Job::small(move |db| vaults::make_invite(db, uses, expires_at))).await
    }

    /// How many vaults there are.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn vault_count(&self) -> Result<u64, StoreError> {
        self.inner.readers.run(|db| Ok(db.query_row("SELECT count(*) FROM vault", [], |row| row.get(0))?)).await
    }

    /// What the store holds as a whole.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn totals(&self) -> Result<Totals, StoreError> {
        self.inner.readers.run(vaults::totals).await
    }

    /// Whether both reading and writing get an answer.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        self.vault_count().await?;
        self.inner.writer.run(Job::small(|_| Ok(()))).await
    }

    /// Finishes all waiting jobs, folds the write-ahead log into the database and closes it.
    ///
    /// Later calls answer `Unavailable`.
    pub(crate) async fn close(&self) {
        self.inner.readers.close();
        self.inner.writer.close().await;
    }
}

#[cfg(test)]
mod tests;
