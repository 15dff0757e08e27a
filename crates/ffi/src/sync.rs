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
use crate::worker::{Ask, Desk, Worker};

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
    /// This exchange; then `step` with what came of it.
    Exchange {
        /// The request.
        request: HttpRequest,
    },
    /// Nothing: it is over.
    Finished {
        /// What it did.
        report: SyncReport,
    },
}

/// A sync over the app's own transport: call `step` with `Begin`, then with each answer, until it is finished.
///
/// Between two steps everything else goes on. It may be left at any point: what was committed is kept, and another sync
/// goes on from there. A sync that begins takes the place of one that is under way, whose next step is `Cancelled`.
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
            let relay = core.relay()?.ok_or(Error::NoRelay)?;
            Ok(core.watch_request().map(|request| HttpRequest::new(&relay, &request)))
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
        let (mut next, relay) = session.begin().await?;
        loop {
            let request = match next {
                Next::Exchange(request) => request,
                Next::Over(report) => return Ok(report),
            };
            let left = deadline.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return session.give_up().await;
            }
            let answer = self.net.exchange(relay.clone(), request, left).await;
            next = session.answered(answer).await?;
        }
    }
}

#[uniffi::export]
impl SyncSession {
    /// Takes what came of the last request; gives the next thing to do.
    ///
    /// # Errors
    /// As the built-in sync; the session is over then.
    pub async fn step(&self, answer: Answer) -> Result<SyncStep, LissomError> {
        let (next, relay) = match answer.read() {
            None => self.begin().await?,
            Some(answer) => {
                let relay = self.worker.read(|core| core.relay()?.ok_or(Error::NoRelay)).await?;
                (self.answered(answer).await?, relay)
            }
        };
        Ok(match next {
            Next::Exchange(request) => SyncStep::Exchange { request: HttpRequest::new(&relay, &request) },
            Next::Over(report) => SyncStep::Finished { report },
        })
    }
}

/// What a sync wants next, once its transactions are done.
pub(crate) enum Next {
    /// This exchange.
    Exchange(Request),
    /// Nothing.
    Over(SyncReport),
}

impl SyncSession {
    fn new(worker: Worker, started_by: StartedBy) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { worker, id: NEXT.fetch_add(1, Ordering::Relaxed), started_by }
    }

    async fn begin(&self) -> Result<(Next, RelayUrl), LissomError> {
        let (id, lang) = (self.id, self.worker.lang);
        let started_by = match self.started_by {
            StartedBy::Person => lissom_diary::StartedBy::Person,
            StartedBy::App => lissom_diary::StartedBy::App,
        };
        let begin = move |desk: &mut Desk| {
            let core = desk.core()?;
            let begin = |core: &mut Core| {
                let relay = core.relay()?.ok_or(Error::NoRelay)?;
                let (stepped, step) = core.sync_begin(started_by)?;
                Ok((relay, stepped, step))
            };
            let (relay, stepped, step) = begin(core).map_err(|error: Error| LissomError::of(&error, lang))?;
            if !matches!(step, Step::Finished(_)) {
                desk.sync = Some((id, stepped));
            }
            Ok((step, relay))
        };
        let (step, relay) = self.worker.ask(Ask::Writing, begin).await?;
        Ok((self.perform(step).await?, relay))
    }

    async fn answered(&self, answer: Result<Response, TransportError>) -> Result<Next, LissomError> {
        let step = self.with(move |core, stepped| core.sync_answered(stepped, answer)).await?;
        self.perform(step).await
    }

    /// Does the transactions one by one, so that the person's own work gets in between.
    async fn perform(&self, mut step: Step) -> Result<Next, LissomError> {
        loop {
            step = match step {
                Step::Work(work) => self.work(work).await?,
                Step::Exchange(request) => return Ok(Next::Exchange(request)),
                Step::Finished(report) => {
                    let error = LissomError::of_sync(&report, self.worker.lang);
                    let report = SyncReport::of(&report, self.worker.lang);
                    let detail = format!("pushed {} pulled {}", report.pushed, report.pulled);
                    log(LogLevel::Info, if error.is_none() { "sync.ended" } else { "sync.failed" }, &detail);
                    return error.map_or(Ok(Next::Over(report)), Err);
                }
            };
        }
    }

    async fn work(&self, work: Work) -> Result<Step, LissomError> {
        self.with(move |core, stepped| core.sync_work(stepped, &work)).await
    }

    #[cfg(feature = "net")]
    async fn give_up(&self) -> Result<SyncReport, LissomError> {
        let step = self.with(|core, stepped| core.sync_given_up(stepped).map(Step::Finished)).await?;
        match self.perform(step).await? {
            Next::Over(report) => Ok(report),
            Next::Exchange(_) => Err(LissomError::internal("internal.sync")),
        }
    }

    /// One piece of this sync on the diary's thread; `Cancelled` if it is not the one under way any more.
    async fn with(
        &self,
        work: impl FnOnce(&mut Core, &SteppedSync) -> Result<Step, Error> + Send + 'static,
    ) -> Result<Step, LissomError> {
        let (id, lang) = (self.id, self.worker.lang);
        let piece = move |desk: &mut Desk| {
            let (_, stepped) = desk.sync.take_if(|(known, _)| *known == id).ok_or(LissomError::Cancelled)?;
            let step = work(desk.core()?, &stepped).map_err(|error| LissomError::of(&error, lang))?;
            if !matches!(step, Step::Finished(_)) {
                desk.sync = Some((id, stepped));
            }
            Ok(step)
        };
        self.worker.ask(Ask::Writing, piece).await
    }
}

impl Drop for SyncSession {
    /// Left half way: the place is free for the next one.
    fn drop(&mut self) {
        let id = self.id;
        self.worker.leave(move |desk| {
            if let Some((_, stepped)) = desk.sync.take_if(|(known, _)| *known == id)
                && let Ok(core) = desk.core()
            {
                // What it committed is kept; that it was left is no news.
                let _left = core.sync_given_up(&stepped);
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
