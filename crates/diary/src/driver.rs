//! The driver: performs what the sync state machine asks for, within a time budget.

use std::time::{Duration, Instant};

use lissom_sync::client::{Commit, Effect, End, Event, Outcome, Statement, Violation};
use lissom_sync::http::Request;
#[cfg(feature = "planted")]
use lissom_sync::protocol::planted::{Fault, planted};
use lissom_sync::protocol::problem::ProblemKind;

use crate::diary::Diary;
use crate::error::{Error, problem, unreachable, violation};
use crate::storage::entries::{Done, count};
use crate::storage::notice::{self, Notice};
use crate::storage::page::PageCommit;
use crate::texts::{Lang, Sentence, Text, notice as notices, relay as words};
use crate::transport::{RelayUrl, Transport};

/// Who wants the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartedBy {
    /// A person asked for it: a repair always runs.
    Person,
    /// The app, on its own: repairs back off from a relay that cries wolf.
    App,
}

/// How to sync.
#[derive(Debug, Clone, Copy)]
pub struct SyncOptions {
    /// Longest that it may take. What is done by then is kept; the rest comes next time.
    pub budget: Duration,
    /// Who wants it.
    pub started_by: StartedBy,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self { budget: Duration::from_mins(1), started_by: StartedBy::Person }
    }
}

/// What a sync did.
#[derive(Debug, Clone)]
pub struct SyncReport {
    /// Entries that went up and have their place in the log.
    pub pushed: usize,
    /// Entries that came down and were new here.
    pub pulled: usize,
    /// Changes on this device that the relay has not confirmed.
    pub unsynced: usize,
    /// What this sync noted for the owner.
    pub notices: Vec<Notice>,
    /// How it ended.
    pub end: End,
    /// Why the transport brought no answer, if that is how it ended.
    unreachable: Option<Sentence>,
}

/// How a sync begins.
pub(crate) enum Begun {
    /// With this for the client.
    First(Event),
    /// It is over already.
    Over(Outcome),
}

impl Diary {
    /// Exchanges entries with the relay: pushes first, then pulls to the end, each page committed with its cursor.
    ///
    /// Whatever happens on the way, nothing recorded is lost, and the next sync goes on from there.
    ///
    /// # Errors
    /// Only what the device itself cannot do, such as [`Error::StorageFull`]. What the relay or the network did
    /// not do is in [`SyncReport::end`]; [`SyncReport::check`] makes an error of it.
    pub fn sync(&mut self, transport: &mut dyn Transport, options: SyncOptions) -> Result<SyncReport, Error> {
        let deadline = Instant::now().checked_add(options.budget);
        let newest_notice = notice::newest(self.storage.sql())?;
        let mut unreachable = None;
        let outcome = match self.begin_sync(options.started_by)? {
            Begun::Over(outcome) => outcome,
            // Another process set another relay since the transport was made: nothing for the one is shown to the other.
            Begun::First(_) if transport.relay().is_some_and(|relay| self.client_of.as_ref() != Some(relay)) => {
                let why = Sentence::from(words::CHANGED);
                let end = End::Unreachable(why.say(Lang::En));
                unreachable = Some(why);
                Outcome { pushed: 0, pulled: 0, end }
            }
            Begun::First(event) => {
                let outcome = self.run(event, transport, deadline, &mut unreachable)?;
                self.note_end(&outcome.end)?;
                outcome
            }
        };
        self.report(outcome, newest_notice, unreachable)
    }

    /// What a sync begins with.
    pub(crate) fn begin_sync(&mut self, started_by: StartedBy) -> Result<Begun, Error> {
        self.follow_relay()?;
        if let Some(statement) = self.storage.meta::<[u8; 64]>("statement")? {
            // The owner deleted this vault: nothing of it goes up again, to whatever relay.
            let end = End::Gone { statement: Statement(statement) };
            return Ok(Begun::Over(Outcome { pushed: 0, pulled: 0, end }));
        }
        if !self.refused_retried {
            if count(self.storage.sql(), "SELECT count(*) FROM entry WHERE pos IS NULL AND refused IS NOT NULL")? > 0 {
                self.storage.write(|write| write.retry_refused())?;
            }
            self.refused_retried = true;
        }
        let heals_allowed = self.storage.heals_allowed(started_by == StartedBy::Person)?;
        Ok(Begun::First(Event::Begin { stored: self.storage.stored()?, heals_allowed }))
    }

    /// What the owner hears of a sync that is over.
    pub(crate) fn report(
        &self,
        outcome: Outcome,
        newest_notice: i64,
        unreachable: Option<Sentence>,
    ) -> Result<SyncReport, Error> {
        let sql = self.storage.sql();
        Ok(SyncReport {
            pushed: outcome.pushed,
            pulled: outcome.pulled,
            unsynced: crate::status::unsynced(sql)?,
            notices: notice::after(sql, newest_notice)?,
            end: outcome.end,
            unreachable,
        })
    }

    /// The relay, and the request that opens its stream of pokes; `None` before this diary has synced with this relay since it
    /// was opened.
    #[must_use]
    pub fn watch_request(&self) -> Option<(RelayUrl, Request)> {
        let request = self.client.watch_request().filter(|_| self.is_same_relay().unwrap_or(false))?;
        Some((self.client_of.clone()?, request))
    }

    fn run(
        &mut self,
        mut event: Event,
        transport: &mut dyn Transport,
        deadline: Option<Instant>,
        unreachable: &mut Option<Sentence>,
    ) -> Result<Outcome, Error> {
        let mut late = false;
        let left = || deadline.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        loop {
            event = match self.next_effect(event)? {
                // What was done shows that the relay is there: it was our time that ran out.
                Effect::Finish(Outcome { end: End::Unreachable(_), pushed, pulled }) if late && pushed + pulled > 0 => {
                    return Ok(Outcome { end: End::OutOfTime, pushed, pulled });
                }
                Effect::Finish(outcome) => return Ok(outcome),
                Effect::Exchange(_) if left().is_zero() => return Ok(self.client.give_up()),
                Effect::Exchange(request) => match transport.exchange(&request, left().min(Duration::from_mins(10))) {
                    Ok(response) => Event::Answer(response),
                    Err(error) => {
                        late = left().is_zero();
                        let detail = error.to_string();
                        *unreachable = Some(error.0);
                        Event::NoAnswer(detail)
                    }
                },
                Effect::TakeBatch { entries_max } => self.take_batch(entries_max)?,
                Effect::Commit(commit) => self.commit(&commit)?,
            };
        }
    }

    pub(crate) fn next_effect(&mut self, event: Event) -> Result<Effect, Error> {
        self.client.handle(event).map_err(|error| Error::Database(error.to_string()))
    }

    pub(crate) fn take_batch(&mut self, entries_max: usize) -> Result<Event, Error> {
        Ok(Event::Batch(self.storage.take_batch(&self.keys, entries_max)?))
    }

    pub(crate) fn commit(&mut self, commit: &Commit) -> Result<Event, Error> {
        let done = match commit {
            Commit::Page { at, to, entries, end } => {
                let page = PageCommit { at: *at, to: *to, entries, end: *end };
                self.storage.commit_page(&self.keys, &page)?
            }
            other => self.storage.commit(other)?,
        };
        let stored = self.storage.stored()?;
        Ok(match done {
            Done::Committed { pulled } => Event::Committed { stored, pulled },
            Done::Superseded => Event::Superseded { stored },
            Done::Repeated => Event::Rejected(Violation::Repeated),
        })
    }

    /// Notes what the owner should see, and when the last sync that reached the end was.
    pub(crate) fn note_end(&mut self, end: &End) -> Result<(), Error> {
        match end {
            End::Done | End::PushHeld(_) => self.storage.write(|write| {
                let now = write.now_ms();
                // An empty log needs no commit of its own to have been seen.
                write.set_meta("known", true)?;
                write.sql.execute("UPDATE missing SET exchanges = exchanges + 1", [])?;
                write.set_meta("last_sync_ms", now)
            }),
            End::Misbehaving(violated) => {
                let note = notices::MISBEHAVING.with("what", violation(*violated));
                self.storage.write(|write| write.note("misbehaving", &note))
            }
            End::HealHeld => self.storage.write(|write| write.note("unsettled", &notices::UNSETTLED.into())),
            #[cfg(feature = "planted")]
            End::Gone { .. } if planted(Fault::V12StatementForgotten) => Ok(()),
            End::Gone { statement } => self.storage.write(|write| {
                write.set_meta("statement", statement.0.as_slice())?;
                write.note("gone", &notices::GONE.into())
            }),
            _ => Ok(()),
        }
    }
}

impl SyncReport {
    /// An error for every end but a finished sync and a time budget that ran out.
    ///
    /// # Errors
    /// [`Error::Relay`], [`Error::UnknownVault`] or [`Error::Integrity`], with a line that says what to do.
    pub fn check(&self) -> Result<(), Error> {
        let safe = match self.unsynced {
            0 => words::SAFE_ALL.into(),
            n => words::SAFE_CHANGES.with("n", n),
        };
        let relay = |sentence: Sentence| Err(Error::Relay(sentence.with("safe", safe.clone())));
        match &self.end {
            End::Done | End::OutOfTime => Ok(()),
            End::Unreachable(why) => {
                // In the transport's own sentence, if that is what the client repeats.
                let told = self.unreachable.as_ref().filter(|told| told.say(Lang::En) == *why);
                relay(words::ENDED.with("why", told.cloned().unwrap_or_else(|| unreachable(why))))
            }
            End::PushHeld(kind) => relay(words::ENDED.with("why", held(*kind))),
            End::HealHeld => relay(words::HEAL_HELD.into()),
            End::VaultUnknown => Err(Error::UnknownVault),
            End::NotAdmitted(kind) => relay(words::NOT_ADMITTED.with("why", problem(*kind))),
            End::Gone { .. } => relay(words::ENDED.with("why", words::GONE)),
            End::Refused(kind) => relay(words::REFUSED.with("why", problem(*kind))),
            End::Misbehaving(violated) => {
                Err(Error::integrity(words::MISBEHAVING.with("what", violation(*violated)).with("safe", safe)))
            }
        }
    }
}

fn held(kind: ProblemKind) -> Text {
    match kind {
        ProblemKind::StorageFull => words::HELD_STORAGE_FULL,
        ProblemKind::TooManyRequests => words::HELD_TOO_MANY_REQUESTS,
        ProblemKind::TooLarge => words::HELD_TOO_LARGE,
        _ => words::HELD_OTHER,
    }
}
