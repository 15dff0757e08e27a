//! The store in PostgreSQL, for several nodes that share it: any of them answers for every vault.
//!
//! Each job is a transaction of its own that first locks its vault's row: positions are given in the order of commits,
//! and one vault's writers wait for each other and for nobody else's. `LISTEN` and `NOTIFY` are a hint from node to
//! node that somebody should look, and nothing rests on them.
//!
//! What differs from SQLite, of the contract:
//!
//! - **C1** goes as far as the server's settings: `synchronous_commit` is switched on where it is off, and a server
//!   that runs without `fsync` is warned of at the start.
//! - **C8** A deleted vault's row stays, with nothing in it but the statement: so its id is never taken again, however
//!   requests cross each other.
//! - **C11** What was deleted is gone from every answer at once. Its bytes leave the server's files when it vacuums
//!   and reuses their room, and its write-ahead log and backups when these are dropped.
//! - **C13, C14** Room and the write-ahead log are the server's business; when its disk is full, posts hear so.
//! - Mailboxes for pairing are in a table without a write-ahead log, which a crash empties.

mod connect;
pub(super) mod import;
mod log;
mod news;
mod operator;
mod rows;
mod schema;
mod vaults;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{VaultId, VaultKeys};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use super::growth::{Appended, Page, Quota};
use super::vault::{Admission, Registered, Totals};
use super::{Answer, Backend, Event, Hold, Listener, OpenError, Statement, StoreError, UseOfKeys};
use crate::config::Config;
use crate::mailboxes::{MailboxId, NotLeft};

pub use self::connect::PostgresUrl;
use self::news::News;
pub(super) use self::operator::Operator;

/// Longest wait of whoever asks whether the relay is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(3);

pub(super) struct Postgres {
    pool: Pool,
    quota: Quota,
    mailboxes_max: i64,
    server_key: [u8; 32],
    news: News,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres(..)")
    }
}

impl Postgres {
    /// Connects, waiting for the server as long as the settings say, and makes the tables if they are missing.
    pub(super) async fn open(url: &PostgresUrl, config: &Config, listener: Listener) -> Result<Self, OpenError> {
        let door = connect::Door::open(url, config).await?;
        let pool = door.pool(config.database_connections)?;
        let server_key = schema::migrate(&mut connect::take(&pool).await?).await?;
        Ok(Self {
            pool,
            quota: Quota { bytes: config.vault_bytes_max, entries: config.vault_entries_max },
            mailboxes_max: i64::try_from(config.mailboxes_max).unwrap_or(i64::MAX),
            server_key,
            news: News::start(door, listener)?,
        })
    }

    /// Does a job to its end, whether or not anybody still waits for it: what is committed is told.
    fn write<T, F>(&self, job: impl FnOnce(Object) -> F + Send + 'static) -> Answer<'_, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let pool = self.pool.clone();
        let working = tokio::spawn(async move { job(connection(&pool).await?).await });
        Box::pin(async { failed(working.await.unwrap_or(Err(StoreError::Unavailable))) })
    }

    fn read<'a, T, F>(&'a self, job: impl FnOnce(Object) -> F + Send + 'a) -> Answer<'a, T>
    where
        T: Send + 'a,
        F: Future<Output = Result<T, StoreError>> + Send + 'a,
    {
        Box::pin(async { failed(job(connection(&self.pool).await?).await) })
    }
}

async fn connection(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| {
        tracing::warn!(%error, "no connection to PostgreSQL");
        StoreError::Unavailable
    })
}

/// What PostgreSQL said, in our words where we have some.
fn failed<T>(result: Result<T, StoreError>) -> Result<T, StoreError> {
    let Err(StoreError::Postgres(error)) = &result else { return result };
    let code = error.code();
    // Its messages may show rows, and so ids: the code is enough.
    tracing::error!(code = code.map_or("none", SqlState::code), "a transaction failed and was undone");
    Err(if code == Some(&SqlState::DISK_FULL) { StoreError::DiskFull } else { StoreError::Unavailable })
}

impl Backend for Postgres {
    fn server_key(&self) -> &[u8; 32] {
        &self.server_key
    }

    fn register(&self, keys: VaultKeys, admission: Admission) -> Answer<'_, Registered> {
        self.write(move |mut db| async move { vaults::register(&mut db, &keys, &admission).await })
    }

    fn with_keys(&self, vault: VaultId, work: UseOfKeys) -> Answer<'_, ()> {
        self.read(move |db| async move {
            let keys = rows::find(&db, &vault).await?.keys;
            // Others need the connection more.
            drop(db);
            tokio::task::spawn_blocking(move || work(&keys)).await.map_err(|_| StoreError::Unavailable)
        })
    }

    fn append(&self, vault: VaultId, cursor: Cursor, entries: Vec<VerifiedEntry>, hold: Hold) -> Answer<'_, Appended> {
        let (quota, news) = (self.quota, self.news.clone());
        self.write(move |mut db| async move {
            let appended = log::append(&mut db, &vault, &cursor, &entries, quota).await?;
            drop((entries, hold));
            if appended.new > 0 {
                news.tell(Event::Grown(vault));
            }
            Ok(appended)
        })
    }

    fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Answer<'_, Page> {
        self.read(move |mut db| async move { log::page(&mut db, &vault, &cursor, limit).await })
    }

    fn head(&self, vault: VaultId) -> Answer<'_, Cursor> {
        self.read(move |db| async move { Ok(rows::find(&db, &vault).await?.head) })
    }

    fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Answer<'_, ()> {
        let news = self.news.clone();
        self.write(move |mut db| async move {
            vaults::delete(&mut db, &vault, &cursor, &statement).await?;
            news.tell(Event::Deleted(vault));
            Ok(())
        })
    }

    fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Answer<'_, String> {
        self.write(move |db| async move { vaults::make_invite(&db, uses, expires_at).await })
    }

    fn leave(&self, id: MailboxId, message: Vec<u8>, _now: u64) -> Answer<'_, Result<(), NotLeft>> {
        let most = self.mailboxes_max;
        self.write(move |db| async move { vaults::leave(&db, id, message, most).await })
    }

    fn take(&self, id: MailboxId, _now: u64) -> Answer<'_, Option<Vec<u8>>> {
        self.write(move |db| async move { vaults::take(&db, id).await })
    }

    fn vault_count(&self) -> Answer<'_, u64> {
        self.read(|db| async move { rows::vault_count(&db).await })
    }

    fn totals(&self, _now: u64) -> Answer<'_, Totals> {
        self.read(|db| async move { rows::totals(&db).await })
    }

    fn ready(&self) -> Answer<'_, ()> {
        let looking = self.read(|db| async move { rows::can_write(&db).await });
        Box::pin(async { timeout(READY_TIMEOUT, looking).await.unwrap_or(Err(StoreError::Unavailable)) })
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.news.close().await;
            self.pool.close();
        })
    }
}
