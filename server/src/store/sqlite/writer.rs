//! Group commit: one thread, one connection, one transaction for all jobs that wait.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::disk::Guard;
use super::scrub::Scrubber;
use crate::store::StoreError;

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

type Work<T> = Box<dyn FnOnce(&Connection, bool) -> Result<T, StoreError> + Send>;

/// Something to be done inside the next transaction.
pub(in crate::store) struct Job<T, A> {
    /// Whether the files are to be scrubbed once it is done.
    scrubs: bool,
    work: Work<T>,
    after: A,
}

impl<T: 'static> Job<T, fn(&T)> {
    /// A job that stores something new, unless it hears that there is no room for it.
    ///
    /// It is done either way: only the job knows whether what came is new, and everything else that there is to
    /// say goes before the news of a full disk.
    pub(in crate::store) fn growing(
        work: impl FnOnce(&Connection, bool) -> Result<T, StoreError> + Send + 'static,
    ) -> Self {
        Self { scrubs: false, work: Box::new(work), after: |_| {} }
    }

    /// A job that stores next to nothing.
    pub(in crate::store) fn small(work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Self {
        Self::growing(move |db, _| work(db))
    }

    /// A job that deletes.
    pub(in crate::store) fn scrubbing(
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Self {
        Self { scrubs: true, ..Self::small(work) }
    }

    /// Adds what happens on the writing thread once the job is committed, whether or not anybody still waits
    /// for its answer.
    pub(in crate::store) fn then<A: FnOnce(&T)>(self, after: A) -> Job<T, A> {
        Job { scrubs: self.scrubs, work: self.work, after }
    }
}

/// Tells the outcome to whoever waits, once the transaction's fate is known.
type Finish = Box<dyn FnOnce(Result<(), Broken>) + Send>;

/// What a job left behind.
struct Ran {
    /// Whether the transaction can go on.
    state: Result<(), Broken>,
    /// Whether it deleted something, so that the files are to be scrubbed.
    scrub: bool,
    finish: Finish,
}

/// A job with its types put away: given the open transaction, if there is one, and whether the disk has room.
type Run = Box<dyn FnOnce(Option<&Connection>, bool) -> Ran + Send>;

enum Message {
    Do(Run),
    Close(oneshot::Sender<()>),
}

/// The writing thread's front.
pub(in crate::store) struct Writer {
    jobs: mpsc::Sender<Message>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
    /// How often scrubbing was tried.
    #[cfg(test)]
    pub(in crate::store) scrubs: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Writer {
    pub(super) fn start(connection: Connection, guard: Guard) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel(WAITING_MAX);
        let scrubber = Scrubber::new();
        #[cfg(test)]
        let scrubs = std::sync::Arc::clone(&scrubber.attempts);
        let work = Loop { connection, guard, inbox, scrubber };
        let thread = thread::Builder::new().name("lissom-relay-writer".to_owned()).spawn(move || work.run())?;
        Ok(Self {
            jobs,
            thread: Mutex::new(Some(thread)),
            #[cfg(test)]
            scrubs,
        })
    }

    /// Has a job done in the next transaction and answers after its COMMIT.
    pub(in crate::store) async fn run<T, A>(&self, job: Job<T, A>) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let Job { scrubs, work, after } = job;
        let run: Run = Box::new(move |db, room| {
            let outcome = db.map_or(Err(StoreError::Unavailable), |db| work(db, room));
            let state = match &outcome {
                Err(StoreError::Sqlite(error)) => Err(broken_by(error)),
                _ => Ok(()),
            };
            let scrub = scrubs && outcome.is_ok();
            let finish: Finish = Box::new(move |committed| {
                let outcome = committed.map_err(StoreError::from).and(outcome);
                if let Ok(done) = &outcome {
                    // A listener's panic is a bug of ours as well, and what is committed is answered all the same.
                    drop(catch_unwind(AssertUnwindSafe(|| after(done))));
                }
                // Whoever asked may have gone; what is committed stays committed.
                drop(reply.send(outcome));
            });
            Ran { state, scrub, finish }
        });
        self.jobs.send(Message::Do(run)).await.map_err(|_| StoreError::Unavailable)?;
        answer.await.map_err(|_| StoreError::Unavailable)?
    }

    /// Finishes what waits and closes the connection.
    pub(in crate::store) async fn close(&self) {
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
    scrubber: Scrubber,
}

impl Loop {
    fn run(mut self) {
        self.scrubber.run(&self.connection);
        let mut closing = None;
        while closing.is_none() {
            let mut group = Vec::new();
            let mut next = self.inbox.blocking_recv();
            loop {
                match next {
                    Some(Message::Do(run)) => group.push(run),
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
            self.scrubber.run(&self.connection);
        }
        self.inbox.close();
        self.scrubber.finish(&self.connection);
        drop(self.connection);
        if let Some(Some(reply)) = closing {
            let _: Result<(), ()> = reply.send(());
        }
    }

    /// Runs jobs in one transaction until none is left or one breaks it; the rest waits for the next.
    fn transact(&mut self, waiting: &mut std::vec::IntoIter<Run>) {
        let room = self.guard.has_room();
        let mut finishes = Vec::new();
        let mut state = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| broken_by(&error));
        let mut scrub = false;
        if state.is_err() {
            // Nobody can be served: tell all of them.
            finishes.extend(waiting.map(|run| run(None, room).finish));
        } else {
            for run in waiting {
                // A panic is a bug of ours, and must not take the writing thread with it.
                match catch_unwind(AssertUnwindSafe(|| run(Some(&self.connection), room))) {
                    Ok(ran) => {
                        state = ran.state;
                        scrub |= ran.scrub;
                        finishes.push(ran.finish);
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
        if scrub && state.is_ok() {
            self.scrubber.want();
        }
        for finish in finishes {
            finish(state);
        }
    }

    fn commit(&self) -> Result<(), Broken> {
        self.connection.execute_batch("COMMIT").map_err(|error| broken_by(&error))
    }
}

fn broken_by(error: &rusqlite::Error) -> Broken {
    let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
    tracing::error!(code = ?error.sqlite_error_code(), "a transaction failed and was undone");
    if full { Broken::DiskFull } else { Broken::Failed }
}
