//! Sync: over the built-in transport, or step by step over the app's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "net")]
use std::time::{Duration, Instant};

use lissom_diary::sync::client::End;
use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{Diary as Core, Error, RelayUrl, Step, SteppedSync, TransportError, Work};

#[cfg(feature = "net")]
use crate::cancel::{CancelToken, until};
use crate::diary::Diary;
use crate::error::LissomError;
use crate::exchange::{Answer, HttpRequest};
use crate::logging::{LogLevel, log};
#[cfg(feature = "net")]
use crate::numbers::unsigned;
use crate::status::Notice;
use crate::worker::{Ask, Desk, UnderWay, Worker};

/// Who wants the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum StartedBy {
    /// A person asked for it: a repair always runs.
    Person,
    /// The app, on its own: repairs back off from a relay that cries wolf.
    App,
}

/// How to sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncOptions {
    /// Who wants it.
    pub started_by: StartedBy,
    /// Longest that it may take, in milliseconds. What is done by then is kept; the rest comes next time.
    #[uniffi(default = 60000)]
    pub budget_ms: i32,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Entries that went up and have their place in the log.
    pub pushed: i32,
    /// Entries that came down and were new here.
    pub pulled: i32,
    /// Changes here that the relay has not confirmed.
    pub unsynced: i32,
    /// Both sides have the same log. If not, the time ran out: sync again.
    pub complete: bool,
    /// What this sync noted for the owner.
    pub notices: Vec<Notice>,
}

/// What a sync wants next.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum SyncStep {
    /// This exchange; then `step` with its number and what came of it.
    Exchange {
        /// Number of the exchange.
        number: i64,
        /// The request.
        request: HttpRequest,
    },
    /// Nothing: it is over.
    Finished {
        /// What it did.
        report: SyncReport,
    },
}

/// A sync over the app's own transport: call `begin`, then `step` with each answer, until it is finished.
///
/// Between two steps everything else goes on. It may be left at any point: what was committed is kept, and another sync
/// goes on from there. A sync that begins takes the place of one that is under way, whose next step is `Cancelled`.
///
/// All of it is for the relay that it began with. An answer counts once, and for the exchange whose number it bears: one
/// that comes again, or too late, is `OutOfTurn`, and the session goes on as if it had not come.
#[derive(uniffi::Object)]
pub struct SyncSession {
    worker: Worker,
    id: u64,
    started_by: StartedBy,
}

#[uniffi::export]
impl Diary {
    /// A sync over the app's own transport. Nothing happens before its first step.
    #[must_use]
    pub fn sync_session(&self, started_by: StartedBy) -> Arc<SyncSession> {
        Arc::new(SyncSession::new(self.worker.clone(), started_by))
    }

    /// The request that opens the relay's stream of pokes (`text/event-stream`; an `event: poke` means: sync). `None`
    /// before this diary has synced since it was opened.
    ///
    /// # Errors
    /// What the database says.
    pub async fn watch_request(&self) -> Result<Option<HttpRequest>, LissomError> {
        let work = |core: &mut Core| {
            if core.relay()?.is_none() {
                return Err(Error::NoRelay);
            }
            Ok(core.watch_request().map(|(relay, request)| HttpRequest::new(&relay, &request)))
        };
        self.worker.read(work).await
    }
}

#[cfg(feature = "net")]
#[uniffi::export]
impl Diary {
    /// Exchanges what is new with the relay: pushes first, then pulls to the end, each page committed by itself.
    ///
    /// Recording and reading go on meanwhile.
    ///
    /// # Errors
    /// `Relay` if it was not reached or does not take this now, `UnknownVault`, `Cancelled`; `StorageFull` and others of
    /// the device. In every case what was committed is kept.
    #[uniffi::method(default(cancel = None))]
    pub async fn sync(
        &self,
        options: SyncOptions,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<SyncReport, LissomError> {
        let deadline = Instant::now().checked_add(Duration::from_millis(u64::from(unsigned(options.budget_ms))));
        let session = SyncSession::new(self.worker.clone(), options.started_by);
        until(cancel.as_deref(), self.run_sync(&session, deadline)).await
    }
}

#[cfg(feature = "net")]
impl Diary {
    async fn run_sync(&self, session: &SyncSession, deadline: Option<Instant>) -> Result<SyncReport, LissomError> {
        let left = || deadline.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        let mut next = session.first().await?;
        loop {
            let Exchange { number, relay, request } = match next {
                Next::Exchange(exchange) => exchange,
                Next::Over(report) => return Ok(report),
            };
            if left().is_zero() {
                return session.give_up(number).await;
            }
            let answer = self.net.exchange(relay, request, left()).await;
            let late = answer.is_err() && left().is_zero();
            next = session.answered(number, answer, late).await?;
        }
    }
}

#[uniffi::export]
impl SyncSession {
    /// Begins the sync, or begins it anew; gives the first thing to do.
    ///
    /// # Errors
    /// `InvalidInput` of `relay` if none is set, and errors of the device.
    pub async fn begin(&self) -> Result<SyncStep, LissomError> {
        self.first().await.map(SyncStep::of)
    }

    /// Takes what came of the exchange with this number; gives the next thing to do.
    ///
    /// # Errors
    /// `OutOfTurn`: nothing happened. Otherwise as the built-in sync; the session is over then.
    pub async fn step(&self, number: i64, answer: Answer) -> Result<SyncStep, LissomError> {
        self.answered(number, answer.read(), false).await.map(SyncStep::of)
    }
}

impl SyncStep {
    fn of(next: Next) -> Self {
        match next {
            Next::Exchange(Exchange { number, relay, request }) => {
                Self::Exchange { number, request: HttpRequest::new(&relay, &request) }
            }
            Next::Over(report) => Self::Finished { report },
        }
    }
}

/// What a sync wants next, once its transactions are done.
enum Next {
    Exchange(Exchange),
    /// Nothing.
    Over(SyncReport),
}

struct Exchange {
    number: i64,
    relay: RelayUrl,
    request: Request,
}

/// What a piece of a sync came to.
enum Piece {
    /// A transaction, which belongs to this turn.
    Work(i64, Work),
    Exchange(Exchange),
    Over(lissom_diary::SyncReport),
}

/// Keeps a sync under way for its next turn, unless it is over.
fn keep(desk: &mut Desk, mut under: UnderWay, step: Step) -> Piece {
    let piece = match step {
        Step::Finished(report) => return Piece::Over(report),
        Step::Work(work) => {
            under.out = false;
            Piece::Work(under.turn, work)
        }
        Step::Exchange(request) => {
            (under.turn, under.out) = (desk.turn(), true);
            Piece::Exchange(Exchange { number: under.turn, relay: under.relay.clone(), request })
        }
    };
    desk.sync = Some(under);
    piece
}

impl SyncSession {
    fn new(worker: Worker, started_by: StartedBy) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { worker, id: NEXT.fetch_add(1, Ordering::Relaxed), started_by }
    }

    async fn first(&self) -> Result<Next, LissomError> {
        let (session, lang) = (self.id, self.worker.lang);
        let started_by = match self.started_by {
            StartedBy::Person => lissom_diary::StartedBy::Person,
            StartedBy::App => lissom_diary::StartedBy::App,
        };
        let begin = move |desk: &mut Desk| {
            let begin = |core: &mut Core| {
                if core.relay()?.is_none() {
                    return Err(Error::NoRelay);
                }
                let (stepped, step) = core.sync_begin(started_by)?;
                let relay = stepped.relay().cloned().ok_or(Error::NoRelay)?;
                Ok((relay, stepped, step))
            };
            let (relay, stepped, step) = begin(desk.core()?).map_err(|error: Error| LissomError::of(&error, lang))?;
            let turn = desk.turn();
            Ok(keep(desk, UnderWay { session, relay, stepped, turn, out: false }, step))
        };
        let piece = self.worker.ask(Ask::Writing, begin).await?;
        self.perform(piece, false).await
    }

    /// `late`: there is none because the time was up.
    async fn answered(
        &self,
        number: i64,
        answer: Result<Response, TransportError>,
        late: bool,
    ) -> Result<Next, LissomError> {
        let piece = self.with((number, true), move |core, stepped| core.sync_answered(stepped, answer)).await?;
        self.perform(piece, late).await
    }

    /// Does the transactions one by one, so that the person's own work gets in between.
    async fn perform(&self, mut piece: Piece, late: bool) -> Result<Next, LissomError> {
        loop {
            piece = match piece {
                Piece::Work(turn, work) => {
                    self.with((turn, false), move |core, stepped| core.sync_work(stepped, &work)).await?
                }
                Piece::Exchange(exchange) => return Ok(Next::Exchange(exchange)),
                Piece::Over(report) => {
                    // What was done shows that the relay is there: it was our time that ran out.
                    let ran_out =
                        late && matches!(report.end, End::Unreachable(_)) && report.pushed + report.pulled > 0;
                    let error = LissomError::of_sync(&report, self.worker.lang).filter(|_| !ran_out);
                    let report = SyncReport::of(&report, self.worker.lang);
                    let detail = format!("pushed {} pulled {}", report.pushed, report.pulled);
                    log(LogLevel::Info, if error.is_none() { "sync.ended" } else { "sync.failed" }, &detail);
                    return error.map_or(Ok(Next::Over(report)), Err);
                }
            };
        }
    }

    #[cfg(feature = "net")]
    async fn give_up(&self, number: i64) -> Result<SyncReport, LissomError> {
        let give_up = |core: &mut Core, stepped: &SteppedSync| core.sync_given_up(stepped).map(Step::Finished);
        let piece = self.with((number, true), give_up).await?;
        match self.perform(piece, false).await? {
            Next::Over(report) => Ok(report),
            Next::Exchange(_) => Err(LissomError::internal("internal.sync")),
        }
    }

    /// One piece of this sync on the diary's thread, in its turn: its number, and whether it is the answer to an exchange.
    async fn with(
        &self,
        turn: (i64, bool),
        work: impl FnOnce(&mut Core, &SteppedSync) -> Result<Step, Error> + Send + 'static,
    ) -> Result<Piece, LissomError> {
        let (session, lang) = (self.id, self.worker.lang);
        let piece = move |desk: &mut Desk| {
            let under = desk.sync.as_ref().filter(|under| under.session == session).ok_or(LissomError::Cancelled)?;
            if (under.turn, under.out) != turn {
                return Err(LissomError::OutOfTurn);
            }
            // Taken off the desk: if this fails, the sync is over.
            let under = desk.sync.take().ok_or(LissomError::Cancelled)?;
            let step = work(desk.core()?, &under.stepped).map_err(|error| LissomError::of(&error, lang))?;
            Ok(keep(desk, under, step))
        };
        self.worker.ask(Ask::Writing, piece).await
    }
}

impl Drop for SyncSession {
    /// Left half way: the place is free for the next one.
    fn drop(&mut self) {
        let id = self.id;
        self.worker.leave(move |desk| {
            if let Some(under) = desk.sync.take_if(|under| under.session == id)
                && let Ok(core) = desk.core()
            {
                // What it committed is kept; that it was left is no news.
                let _left = core.sync_given_up(&under.stepped);
            }
        });
    }
}

impl SyncReport {
    fn of(report: &lissom_diary::SyncReport, lang: lissom_diary::texts::Lang) -> Self {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Self {
            pushed: count(report.pushed),
            pulled: count(report.pulled),
            unsynced: count(report.unsynced),
            complete: matches!(report.end, End::Done),
            notices: report.notices.iter().map(|notice| Notice::of(notice, lang)).collect(),
        }
    }
}

impl std::fmt::Debug for SyncSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SyncSession(..)")
    }
}
