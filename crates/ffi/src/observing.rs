//! Observers: told of commits in order, from one thread of their own.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::diary::Diary;
use crate::error::LissomError;
use crate::logging::{LogLevel, log};
use crate::panics::{THREADS, contained};
use crate::worker::Ask;

/// That something was committed, by this object, by a sync, or by another process.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DiaryChange {
    /// Number of the last commit.
    pub revision: i64,
    /// Number of the last commit that this observer was told of before: `history` with `after_revision = since` has just
    /// what is new.
    pub since: i64,
    /// Changes here that no relay has confirmed.
    pub unsynced: i32,
    /// Whether this is the present state, told once when observing begins, and no change.
    pub first: bool,
}

/// Is told of changes.
#[uniffi::export(foreign)]
pub trait DiaryObserver: Send + Sync {
    /// Something was committed. Called from one thread, in order, the present state first; changes that come faster than
    /// they are taken are told as one. It may call the diary.
    ///
    /// # Errors
    /// Whatever the app's code does wrong is counted and logged. It never reaches the call that wrote, and the next change
    /// is told all the same.
    fn on_change(&self, change: DiaryChange) -> Result<(), LissomError>;

    /// The diary was closed, or nobody holds it any more: no further change comes. Called last, once; not after `cancel`.
    ///
    /// # Errors
    /// As `on_change`.
    fn on_end(&self) -> Result<(), LissomError>;
}

/// An observer that is being told. Ends with `cancel`, or when it is let go: keep it as long as you want to hear.
#[derive(uniffi::Object)]
pub struct Subscription {
    board: Arc<Shared>,
    id: u64,
}

#[uniffi::export]
impl Diary {
    /// Tells an observer of the present state and of every change from now on.
    ///
    /// # Errors
    /// `Suspended`, `Closed`, or what the database says.
    pub async fn observe(&self, observer: Arc<dyn DiaryObserver>) -> Result<Arc<Subscription>, LissomError> {
        let begin = move |desk: &mut crate::worker::Desk| {
            // What others committed meanwhile is news to the observers before this one, and where this one begins.
            desk.tell();
            let first = desk.present()?;
            desk.notifier.add(observer, first)
        };
        self.worker.ask(Ask::Reading, begin).await
    }
}

#[uniffi::export]
impl Subscription {
    /// Ends it: no further call begins. One that is running goes on to its end.
    pub fn cancel(&self) {
        let gone = self.board.lock().seats.remove(&self.id);
        // Letting go of the app's object calls the app: not while the board is locked.
        drop(gone);
    }

    /// How many calls of this observer failed.
    #[must_use]
    pub fn failures(&self) -> i32 {
        self.board.lock().seats.get(&self.id).map_or(0, |seat| seat.failures)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Tells all observers of one diary.
#[derive(Default)]
pub(crate) struct Notifier {
    shared: Arc<Shared>,
    has_thread: bool,
    next_id: u64,
}

#[derive(Default)]
struct Shared {
    board: Mutex<Board>,
    changed: Condvar,
}

#[derive(Default)]
struct Board {
    seats: BTreeMap<u64, Seat>,
    closed: bool,
}

struct Seat {
    observer: Arc<dyn DiaryObserver>,
    pending: Option<DiaryChange>,
    failures: i32,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier {
    fn add(&mut self, observer: Arc<dyn DiaryObserver>, first: DiaryChange) -> Result<Arc<Subscription>, LissomError> {
        if !self.has_thread {
            let shared = Arc::clone(&self.shared);
            let thread = std::thread::Builder::new().name(format!("{THREADS}notify"));
            thread.spawn(move || deliver(&shared)).map_err(|_| LissomError::internal("internal.no-thread"))?;
            self.has_thread = true;
        }
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        self.shared.lock().seats.insert(id, Seat { observer, pending: Some(first), failures: 0 });
        self.shared.changed.notify_one();
        Ok(Arc::new(Subscription { board: Arc::clone(&self.shared), id }))
    }

    /// Puts a change before every observer. Never waits for the app.
    pub(crate) fn tell(&self, change: &DiaryChange) {
        for seat in self.shared.lock().seats.values_mut() {
            let next = match seat.pending.take() {
                // Not taken yet: told as one.
                Some(before) => DiaryChange { since: before.since, first: before.first, ..change.clone() },
                None => change.clone(),
            };
            seat.pending = Some(next);
        }
        self.shared.changed.notify_one();
    }
}

impl Drop for Notifier {
    /// The diary's thread is at its end, however it came to it: tells what is pending, then that it is over.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
    }
}

fn deliver(shared: &Shared) {
    loop {
        let mut board = shared.lock();
        let (id, observer, change) = loop {
            let next = board.seats.iter_mut().find_map(|(id, seat)| {
                let change = seat.pending.take()?;
                Some((*id, Arc::clone(&seat.observer), change))
            });
            match next {
                Some(next) => break next,
                None if board.closed => {
                    let gone = std::mem::take(&mut board.seats);
                    drop(board);
                    // Telling the app, and letting go of its objects, calls it: not while the board is locked.
                    for seat in gone.into_values() {
                        if contained(|| seat.observer.on_end()).is_err() {
                            log(LogLevel::Warn, "observer.failed", "");
                        }
                    }
                    return;
                }
                None => board = shared.changed.wait(board).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(board);
        if contained(|| observer.on_change(change)).is_err() {
            if let Some(seat) = shared.lock().seats.get_mut(&id) {
                seat.failures = seat.failures.saturating_add(1);
            }
            log(LogLevel::Warn, "observer.failed", "");
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(..)")
    }
}
