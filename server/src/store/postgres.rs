//! The store in PostgreSQL, for several nodes that share it: any of them answers for every vault.
//!
//! Each job is a transaction of its own that first locks its vault's row: positions are given in the order of commits,
//! and one vault's writers wait for each other and for nobody else's; on one node they do so before they take a connection.
//! `LISTEN` and `NOTIFY` are a hint from node to node that somebody should look, and nothing rests on them.
//!
//! What differs from SQLite, of the contract:
//!
//! - **C1** goes as far as the server's settings: `synchronous_commit` stays what it was at the start, and is switched on
//!   where it was off; a server that runs without `fsync` is warned of.
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
use tokio_util::task::TaskTracker;

use super::growth::{Appended, Page, Quota};
use super::vault::{Admission, Registered, Totals};
use super::{Answer, Backend, Event, Hold, Listener, OpenError, Statement, StoreError, UseOfKeys};
use crate::config::Config;
use crate::mailboxes::{MailboxId, NotLeft};
use crate::turns::Turns;

pub use self::connect::PostgresUrl;
pub(super) use self::connect::reason;
use self::news::News;
pub(super) use self::operator::Operator;

/// Longest wait of whoever asks whether the relay is ready.
const READY_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for a job: a server that hangs does not bound itself. What becomes of the job then is unknown, and that is
/// what its answer says.
const JOB_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait at the end for jobs that still run.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Postgres {
    pool: Pool,
    /// Jobs that write and have not ended.
    writing: TaskTracker,
    turns: Turns,
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
        let door = connect::Door::open(url, config, connect::For::Requests).await?;
        let pool = door.pool(config.database_connections)?;
        let mut db = connect::take(&pool).await?;
        let server_key = schema::migrate(&mut db).await?;
        if import::is_moving(&db).await.map_err(|error| OpenError::Postgres { reason: error.to_string() })? {
            return Err(OpenError::Unfinished);
        }
        drop(db);
        Ok(Self {
            pool,
            writing: TaskTracker::new(),
            turns: Turns::default(),
            quota: Quota { bytes: config.vault_bytes_max, entries: config.vault_entries_max },
            mailboxes_max: i64::try_from(config.mailboxes_max).unwrap_or(i64::MAX),
            server_key,
            news: News::start(door, listener)?,
        })
    }

    /// Does a job to its end, whether or not anybody still waits for it: what is committed is told. Where a vault is named,
    /// one job of it after the other, so that a single one does not keep all connections waiting for its lock.
    fn write<T, F>(&self, vault: Option<VaultId>, job: impl FnOnce(Object) -> F + Send + 'static) -> Answer<'_, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let (pool, turns) = (self.pool.clone(), self.turns.clone());
        let working = self.writing.spawn(bounded(async move {
            let _turn = match vault {
                Some(vault) => Some(turns.take(vault).await),
                None => None,
            };
            job(connection(&pool).await?).await
        }));
        Box::pin(async { working.await.unwrap_or(Err(StoreError::Unavailable)) })
    }

    fn read<'a, T, F>(&'a self, job: impl FnOnce(Object) -> F + Send + 'a) -> Answer<'a, T>
    where
        T: Send + 'a,
        F: Future<Output = Result<T, StoreError>> + Send + 'a,
    {
        Box::pin(bounded(async { job(connection(&self.pool).await?).await }))
    }
}

/// A job within its time, and what PostgreSQL said in our words. A connection that is left in the middle of something is
/// looked at before anybody gets it again.
async fn bounded<T>(job: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let Ok(result) = timeout(JOB_TIMEOUT, job).await else {
        tracing::error!("PostgreSQL took too long for a transaction");
        return Err(StoreError::Unavailable);
    };
    let Err(StoreError::Postgres(error)) = &result else { return result };
    // Its messages may show rows, and so ids: the code is enough.
    tracing::error!(code = error.code().map_or("none", SqlState::code), "a transaction failed and was undone");
    Err(StoreError::Unavailable)
}

/// A full disk is told to whoever brings something new.
fn room(error: StoreError) -> StoreError {
    match error {
        StoreError::Postgres(error) if error.code() == Some(&SqlState::DISK_FULL) => {
            tracing::error!("PostgreSQL's disk is full");
            StoreError::DiskFull
        }
        other => other,
    }
}

async fn connection(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| {
        tracing::warn!(reason = connect::why(&error), "no connection to PostgreSQL");
        StoreError::Unavailable
    })
}

impl Backend for Postgres {
    fn server_key(&self) -> &[u8; 32] {
        &self.server_key
    }

    fn register(&self, keys: VaultKeys, admission: Admission) -> Answer<'_, Registered> {
        self.write(None, move |mut db| async move { vaults::register(&mut db, &keys, &admission).await.map_err(room) })
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
        self.write(Some(vault), move |mut db| async move {
            let appended = log::append(&mut db, &vault, &cursor, &entries, quota).await.map_err(room)?;
            drop((entries, hold));
            if appended.new > 0 {
                news.tell(Event::Grown(vault));
            }
            Ok(appended)
        })
    }

    fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Answer<'_, Page> {
        self.read(move |db| async move { log::page(db, &vault, &cursor, limit).await })
    }

    fn head(&self, vault: VaultId) -> Answer<'_, Cursor> {
        self.read(move |db| async move { Ok(rows::find(&db, &vault).await?.head) })
    }

    fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Answer<'_, ()> {
        let news = self.news.clone();
        self.write(Some(vault), move |mut db| async move {
            vaults::delete(&mut db, &vault, &cursor, &statement).await?;
            news.tell(Event::Deleted(vault));
            Ok(())
        })
    }

    fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Answer<'_, String> {
        self.write(None, move |db| async move { vaults::make_invite(&db, uses, expires_at).await })
    }

    fn leave(&self, id: MailboxId, message: Vec<u8>, _now: u64) -> Answer<'_, Result<(), NotLeft>> {
        let most = self.mailboxes_max;
        // They come one after the other anyway: those that wait need no connection. No vault has this id, which is a hash.
        let turn = Some(VaultId([0; 32]));
        self.write(turn, move |mut db| async move { vaults::leave(&mut db, id, message, most).await })
    }

    fn take(&self, id: MailboxId, _now: u64) -> Answer<'_, Option<Vec<u8>>> {
        self.write(None, move |db| async move { vaults::take(&db, id).await })
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
            self.writing.close();
            if timeout(CLOSE_TIMEOUT, self.writing.wait()).await.is_err() {
                tracing::warn!("some jobs did not end in time; what is committed is stored");
            }
            self.news.close().await;
            self.pool.close();
        })
    }
}
