//! Group commit: one thread, one connection, one transaction for all jobs that wait.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::disk::Guard;

/// Jobs that may wait; senders wait beyond that.
const WAITING_MAX: usize = 128;
/// Jobs in one transaction. Bounds how long the first of them waits for the last.
const GROUP_MAX: usize = 128;

/// Why a whole group failed.
#[derive(Debug, Clone, Copy)]
enum Broken {
    DiskFull,
    Failed,
}

impl From<Broken> for StoreError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::DiskFull => Self::DiskFull,
            Broken::Failed => Self::Unavailable,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stores something new: not when the disk is nearly full.
    Growing,
    /// Stores next to nothing.
    Small,
    /// Deletes, and has the files scrubbed.
    Scrubbing,
}

type Work<T> = Box<dyn FnOnce(&Connection) -> Result<T, StoreError> + Send>;

/// Something to be done inside the next transaction.
pub(super) struct Job<T, A> {
    kind: Kind,
    work: Work<T>,
    after: A,
}

impl<T: 'static> Job<T, fn(&T)> {
    fn new(kind: Kind, work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Self {
        Self { kind, work: Box::new(work), after: |_| {} }
    }

    pub(super) fn growing(work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Self {
        Self::new(Kind::Growing, work)
    }

    pub(super) fn small(work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Self {
        Self::new(Kind::Small, work)
    }

    pub(super) fn scrubbing(work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Self {
        Self::new(Kind::Scrubbing, work)
    }

    /// Adds what happens on the writing thread once the job is committed, whether or not anybody still waits
    /// for its answer.
    pub(super) fn then<A: FnOnce(&T)>(self, after: A) -> Job<T, A> {
        Job { kind: self.kind, work: self.work, after }
    }
}

/// Tells the outcome to whoever waits, once the transaction's fate is known.
type Finish = Box<dyn FnOnce(Result<(), Broken>) + Send>;

/// A job with its types put away: given the open transaction, or the news that there is no room.
type Run = Box<dyn FnOnce(Option<&Connection>) -> (Result<(), Broken>, Finish) + Send>;

enum Message {
    Do(Kind, Run),
    Close(oneshot::Sender<()>),
}

/// The writing thread's front.
pub(super) struct Writer {
    jobs: mpsc::Sender<Message>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, guard: Guard) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel(WAITING_MAX);
        let work = Loop { connection, guard, inbox, scrub: false };
        let thread = thread::Builder::new().name("lissom-relay-writer".to_owned()).spawn(move || work.run())?;
        Ok(Self { jobs, thread: Mutex::new(Some(thread)) })
    }

    /// Has a job done in the next transaction and answers after its COMMIT.
    pub(super) async fn run<T, A>(&self, job: Job<T, A>) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let Job { kind, work, after } = job;
        let run: Run = Box::new(move |db| {
            let outcome = db.map_or(Err(StoreError::DiskFull), work);
            let state = match &outcome {
                Err(StoreError::Sqlite(error)) => Err(broken_by(error)),
                _ => Ok(()),
            };
            let finish: Finish = Box::new(move |committed| {
                let outcome = committed.map_err(StoreError::from).and(outcome);
                if let Ok(done) = &outcome {
                    after(done);
                }
                // Whoever asked may have gone; what is committed stays committed.
                drop(reply.send(outcome));
            });
            (state, finish)
        });
        self.jobs.send(Message::Do(kind, run)).await.map_err(|_| StoreError::Unavailable)?;
        answer.await.map_err(|_| StoreError::Unavailable)?
    }

    /// Finishes what waits and closes the connection.
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.jobs.send(Message::Close(reply)).await.is_ok() {
            drop(closed.await);
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // It has answered, so that joining it takes no time worth mentioning.
        drop(thread.map(thread::JoinHandle::join));
    }
}

struct Loop {
    connection: Connection,
    guard: Guard,
    inbox: mpsc::Receiver<Message>,
    /// Deleted bytes may still stand in the write-ahead log.
    scrub: bool,
}

impl Loop {
    fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            let mut group = Vec::new();
            let mut next = self.inbox.blocking_recv();
            loop {
                match next {
                    Some(Message::Do(kind, run)) => group.push((kind, run)),
                    Some(Message::Close(reply)) => closing = Some(Some(reply)),
                    // Every handle was dropped.
                    None => closing = Some(None),
                }
                if closing.is_some() || group.len() >= GROUP_MAX {
                    break;
                }
                match self.inbox.try_recv() {
                    Ok(message) => next = Some(message),
                    Err(_) => break,
                }
            }
            let mut waiting = group.into_iter();
            while !waiting.as_slice().is_empty() {
                self.transact(&mut waiting);
            }
            if self.scrub {
                self.scrub();
            }
        }
        self.inbox.close();
        if let Err(error) = checkpoint(&self.connection) {
            tracing::warn!(%error, "the write-ahead log was not folded in; the next start will do it");
        }
        drop(self.connection);
        if let Some(Some(reply)) = closing {
            let _: Result<(), ()> = reply.send(());
        }
    }

    /// Runs jobs in one transaction until none is left or one breaks it; the rest waits for the next.
    fn transact(&mut self, waiting: &mut std::vec::IntoIter<(Kind, Run)>) {
        let room = self.guard.has_room();
        let mut finishes = Vec::new();
        let mut state = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| broken_by(&error));
        let mut scrub = false;
        if state.is_err() {
            // Nobody can be served: tell all of them.
            finishes.extend(waiting.map(|(_, run)| run(None).1));
        } else {
            for (kind, run) in waiting {
                scrub |= kind == Kind::Scrubbing;
                let db = (room || kind != Kind::Growing).then_some(&self.connection);
                // A panic is a bug of ours, and must not take the writing thread with it.
                match catch_unwind(AssertUnwindSafe(|| run(db))) {
                    Ok((ran, finish)) => {
                        state = ran;
                        finishes.push(finish);
                    }
                    Err(_) => state = Err(Broken::Failed),
                }
                if state.is_err() {
                    break;
                }
            }
            state = state.and_then(|()| self.commit());
        }
        if state.is_err() && !self.connection.is_autocommit() {
            drop(self.connection.execute_batch("ROLLBACK"));
        }
        self.scrub |= scrub && state.is_ok();
        for finish in finishes {
            finish(state);
        }
    }

    fn commit(&self) -> Result<(), Broken> {
        self.connection.execute_batch("COMMIT").map_err(|error| broken_by(&error))
    }

    /// Gives freed pages back to the system and empties the write-ahead log of what was deleted.
    fn scrub(&mut self) {
        let scrubbed = shrink(&self.connection).and_then(|()| checkpoint(&self.connection));
        match scrubbed {
            // A reader was in the way: again after the next group.
            Ok(complete) => self.scrub = !complete,
            Err(error) => tracing::warn!(%error, "deleted bytes are not yet off the write-ahead log"),
        }
    }
}

fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    // Every step frees one page.
    while rows.next()?.is_some() {}
    Ok(())
}

/// Folds the whole write-ahead log into the database; false if somebody was in the way.
fn checkpoint(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map(|busy: i64| busy == 0)
}

fn broken_by(error: &rusqlite::Error) -> Broken {
    let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
    tracing::error!(code = ?error.sqlite_error_code(), "a transaction failed and was undone");
    if full { Broken::DiskFull } else { Broken::Failed }
}
