//! The relay's store: a database that keeps the logs of all vaults.
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
//! There are two: SQLite for one machine (`store/sqlite.rs`), and PostgreSQL for several nodes that share it
//! (`store/postgres.rs`). C11, C13 and C14 are about files, which are the business of PostgreSQL's server.

mod database;
mod growth;
mod migrate;
mod postgres;
mod sqlite;
mod vault;
mod verdict;

use std::any::Any;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{VaultId, VaultKeys};
use tokio::sync::oneshot;

use crate::config::Config;
use crate::mailboxes::{MailboxId, NotLeft};

pub use self::database::Database;
pub(crate) use self::growth::{Appended, Page};
pub use self::migrate::{MigrateError, Migrated, migrate};
use self::postgres::Postgres;
pub use self::postgres::PostgresUrl;
use self::sqlite::Sqlite;
pub use self::sqlite::{CopyError, Space, restore, space};
pub(crate) use self::vault::{Admission, Registered, Totals};
pub use self::vault::{VaultSummary, unix_seconds};
pub use self::verdict::{Damage, Verdict};

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
    /// PostgreSQL failed.
    #[error("database: {}", postgres::reason(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// What was asked for is not done in this database.
    #[error("a database in PostgreSQL is {0}")]
    NotHere(&'static str),
}

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or used.
    #[error("cannot use the data folder {}: {source}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It belongs to another program.
    #[error("{place} is not the database of a Lissom relay")]
    Foreign {
        /// Which file, or which schema.
        place: String,
    },
    /// It was written by a newer program.
    #[error("{place} has schema {found}, and this program knows only up to {known}")]
    Newer {
        /// Which file, or which schema.
        place: String,
        /// Its version.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// There is no database.
    #[error("there is no relay database in {place}")]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// SQLite failed.
    #[error("cannot open {}: {source}", file.display())]
    Sqlite {
        /// Which file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// PostgreSQL does not answer, or does not let us in.
    #[error("cannot open the database in PostgreSQL: {reason}")]
    Postgres {
        /// What it said, in one line.
        reason: String,
    },
    /// A move into it was not finished.
    #[error("the move into this database was not finished")]
    Unfinished,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// A thread or a runtime cannot be started.
    #[error("cannot start a thread: {source}")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
}

/// What others may want to know once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A vault's log has grown.
    Grown(VaultId),
    /// A vault was deleted.
    Deleted(VaultId),
    /// Another node's news may have been missed: whoever watches is to look.
    Missed,
}

/// Hears of every [`Event`] after its COMMIT, before the answer is given; must not block.
pub(crate) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
type UseOfKeys = Box<dyn FnOnce(&VaultKeys) + Send>;
/// Kept until a batch is off the memory.
type Hold = Box<dyn Any + Send>;

/// What a database does to keep the contract; each is described at the [`Store`]'s own.
trait Backend: fmt::Debug + Send + Sync {
    fn server_key(&self) -> &[u8; 32];
    fn register(&self, keys: VaultKeys, admission: Admission) -> Answer<'_, Registered>;
    fn with_keys(&self, vault: VaultId, work: UseOfKeys) -> Answer<'_, ()>;
    fn append(&self, vault: VaultId, cursor: Cursor, entries: Vec<VerifiedEntry>, hold: Hold) -> Answer<'_, Appended>;
    fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Answer<'_, Page>;
    fn head(&self, vault: VaultId) -> Answer<'_, Cursor>;
    fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Answer<'_, ()>;
    fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Answer<'_, String>;
    fn leave(&self, id: MailboxId, message: Vec<u8>, now: u64) -> Answer<'_, Result<(), NotLeft>>;
    fn take(&self, id: MailboxId, now: u64) -> Answer<'_, Option<Vec<u8>>>;
    fn vault_count(&self) -> Answer<'_, u64>;
    fn totals(&self, now: u64) -> Answer<'_, Totals>;
    fn ready(&self) -> Answer<'_, ()>;
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// A handle to the store; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    backend: Arc<dyn Backend>,
}

impl Store {
    /// Opens the configured database, and makes what is missing of it.
    ///
    /// # Errors
    /// [`OpenError`] if it cannot be used, is none of ours, or newer than this program.
    pub(crate) async fn open(config: &Config, listener: Listener) -> Result<Self, OpenError> {
        let backend: Arc<dyn Backend> = match &config.database {
            None => Arc::new(Sqlite::open(config, listener)?),
            Some(url) => Arc::new(Postgres::open(url, config, listener).await?),
        };
        Ok(Self { backend })
    }

    pub(crate) fn server_key(&self) -> &[u8; 32] {
        self.backend.server_key()
    }

    /// Registers a vault, or finds that it is known.
    ///
    /// # Errors
    /// `Gone`, `InviteRequired`, `RegistrationClosed`, or a failure of the store.
    pub(crate) async fn register(&self, keys: VaultKeys, admission: Admission) -> Result<Registered, StoreError> {
        self.backend.register(keys, admission).await
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
        let (give, given) = oneshot::channel();
        // Whoever asked may have gone.
        self.backend.with_keys(vault, Box::new(move |keys| drop(give.send(work(keys))))).await?;
        given.await.map_err(|_| StoreError::Unavailable)
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
        self.backend.append(vault, cursor, entries, Box::new(hold)).await
    }

    /// The page after a cursor, of at most `limit` entries.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, `Diverged`, `Damaged`, or a failure of the store.
    pub(crate) async fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Result<Page, StoreError> {
        self.backend.page(vault, cursor, limit).await
    }

    /// The end of a vault's log.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, or a failure of the store.
    pub(crate) async fn head(&self, vault: VaultId) -> Result<Cursor, StoreError> {
        self.backend.head(vault).await
    }

    /// Deletes a vault for ever and keeps the statement, whose signature the caller has checked.
    ///
    /// # Errors
    /// `VaultUnknown`, `Gone`, `Diverged` unless the cursor is the head, or a failure of the store.
    pub(crate) async fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Result<(), StoreError> {
        self.backend.delete(vault, cursor, statement).await
    }

    /// Makes an invite and gives back its token, which is stored only as a hash.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        self.backend.make_invite(uses, expires_at).await
    }

    /// Leaves a message in a mailbox for pairing; the first one wins.
    ///
    /// # Errors
    /// A failure of the store; that it was not left is no failure.
    pub(crate) async fn leave(
        &self,
        id: MailboxId,
        message: Vec<u8>,
        now: u64,
    ) -> Result<Result<(), NotLeft>, StoreError> {
        self.backend.leave(id, message, now).await
    }

    /// Takes the message out of a mailbox; there is none a second time.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn take(&self, id: MailboxId, now: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.backend.take(id, now).await
    }

    /// How many vaults there are.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn vault_count(&self) -> Result<u64, StoreError> {
        self.backend.vault_count().await
    }

    /// What the store holds as a whole.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn totals(&self, now: u64) -> Result<Totals, StoreError> {
        self.backend.totals(now).await
    }

    /// Whether both reading and writing get an answer.
    ///
    /// # Errors
    /// A failure of the store.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        self.backend.ready().await
    }

    /// Finishes all waiting jobs and closes the database; a write-ahead log is folded into its file.
    ///
    /// Later calls answer `Unavailable`.
    pub(crate) async fn close(&self) {
        self.backend.close().await;
    }
}

#[cfg(test)]
mod tests;
