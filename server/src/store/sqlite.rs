//! The store in one SQLite file of the data folder: the default, and all that one machine needs.
//!
//! One thread owns the writing connection and takes all jobs that wait into one transaction (group commit);
//! a few connections read. Jobs make all their checks before their first change, so that a refusal has nothing
//! to undo; an error of SQLite itself undoes the whole transaction.

mod copy;
mod database;
mod disk;
mod export;
mod log;
mod readers;
pub(super) mod schema;
mod scrub;
mod vaults;
mod verify;
pub(super) mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::{VaultId, VaultKeys};

use super::growth::{Appended, Page, Quota};
use super::vault::{Admission, Registered, Totals};
use super::{Answer, Backend, Event, FILE_NAME, Hold, Listener, OpenError, Statement, StoreError, UseOfKeys};
use crate::config::Config;
use crate::mailboxes::{MailboxId, Mailboxes, NotLeft};

pub use self::copy::{CopyError, restore};
pub(super) use self::database::Database;
pub use self::disk::{Space, space};
pub(super) use self::export::{Export, Exported, Invite, Row};
use self::readers::Readers;
use self::writer::{Job, Writer};

pub(super) struct Sqlite {
    folder: PathBuf,
    quota: Quota,
    server_key: [u8; 32],
    pub(super) writer: Writer,
    readers: Readers,
    listener: Listener,
    /// In memory alone: nothing of a pairing is ever on the disk.
    mailboxes: Mailboxes,
    closed: AtomicBool,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens the database in the configured folder, and makes both if they are missing.
    pub(super) fn open(config: &Config, listener: Listener) -> Result<Self, OpenError> {
        schema::make_folder(&config.data)?;
        let path = config.data.join(FILE_NAME);
        let connection = schema::open_for_writing(&path)?;
        let server_key = schema::server_key(&connection)?;
        let guard = disk::Guard::new(&config.data, config.free_bytes_min);
        let writer = Writer::start(connection, guard).map_err(|source| OpenError::Thread { source })?;
        let quota = Quota { bytes: config.vault_bytes_max, entries: config.vault_entries_max };
        let (folder, readers) = (config.data.clone(), Readers::new(path));
        let mailboxes = Mailboxes::new(config.mailboxes_max);
        Ok(Self { folder, quota, server_key, writer, readers, listener, mailboxes, closed: AtomicBool::new(false) })
    }

    fn open_still(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::SeqCst) { Err(StoreError::Unavailable) } else { Ok(()) }
    }
}

impl Backend for Sqlite {
    fn server_key(&self) -> &[u8; 32] {
        &self.server_key
    }

    fn register(&self, keys: VaultKeys, admission: Admission) -> Answer<'_, Registered> {
        Box::pin(self.writer.run(Job::growing(move |db, room| vaults::register(db, &keys, &admission, room))))
    }

    fn with_keys(&self, vault: VaultId, work: UseOfKeys) -> Answer<'_, ()> {
        Box::pin(self.readers.run(move |db| {
            work(&vaults::find(db, &vault)?.keys);
            Ok(())
        }))
    }

    fn append(&self, vault: VaultId, cursor: Cursor, entries: Vec<VerifiedEntry>, hold: Hold) -> Answer<'_, Appended> {
        let (quota, listener) = (self.quota, Arc::clone(&self.listener));
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
        Box::pin(self.writer.run(job.then(tell)))
    }

    fn page(&self, vault: VaultId, cursor: Cursor, limit: usize) -> Answer<'_, Page> {
        Box::pin(self.readers.run(move |db| log::page(db, &vault, &cursor, limit)))
    }

    fn head(&self, vault: VaultId) -> Answer<'_, Cursor> {
        Box::pin(self.readers.run(move |db| Ok(vaults::find(db, &vault)?.head)))
    }

    fn delete(&self, vault: VaultId, cursor: Cursor, statement: Statement) -> Answer<'_, ()> {
        let listener = Arc::clone(&self.listener);
        let job = Job::scrubbing(move |db| vaults::delete(db, &vault, &cursor, &statement));
        Box::pin(self.writer.run(job.then(move |()| listener(Event::Deleted(vault)))))
    }

    fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Answer<'_, String> {
        Box::pin(self.writer.run(Job::small(move |db| vaults::make_invite(db, uses, expires_at))))
    }

    fn leave(&self, id: MailboxId, message: Vec<u8>, now: u64) -> Answer<'_, Result<(), NotLeft>> {
        Box::pin(async move { self.open_still().map(|()| self.mailboxes.leave(id, message, now)) })
    }

    fn take(&self, id: MailboxId, now: u64) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move { self.open_still().map(|()| self.mailboxes.take(&id, now)) })
    }

    fn vault_count(&self) -> Answer<'_, u64> {
        Box::pin(self.readers.run(|db| Ok(db.query_row("SELECT count(*) FROM vault", [], |row| row.get(0))?)))
    }

    fn totals(&self, now: u64) -> Answer<'_, Totals> {
        Box::pin(async move {
            let mailboxes = u64::try_from(self.mailboxes.count(now)).unwrap_or(u64::MAX);
            Ok(Totals { mailboxes, ..self.readers.run(vaults::totals).await? })
        })
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.vault_count().await?;
            self.writer.run(Job::small(|_| Ok(()))).await
        })
    }

    fn close(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.closed.store(true, Ordering::SeqCst);
            self.readers.close();
            self.writer.close().await;
        })
    }
}
