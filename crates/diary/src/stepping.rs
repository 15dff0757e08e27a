//! One sync, effect by effect: for apps that carry the requests themselves, and for a simulator.
//!
//! [`Diary::sync`] performs all effects of a sync in one call. Here each is a call of its own, so that anything may happen
//! between any two: the person goes on recording, the app is suspended, a crash, another process's work, the network's
//! whims. The effects themselves are the same code.

use lissom_sync::client::{Commit, Effect, Event, Outcome};
use lissom_sync::http::{Request, Response};

use crate::diary::Diary;
use crate::driver::{Begun, StartedBy, SyncReport};
use crate::error::Error;
use crate::storage::notice;
use crate::texts::Sentence;
use crate::transport::{RelayUrl, TransportError};

/// A sync under way.
#[derive(Debug)]
pub struct SteppedSync {
    newest_notice: i64,
    relay: Option<RelayUrl>,
}

impl SteppedSync {
    /// The relay that it is for: all its requests go there, whatever is set since. `None` if none was set.
    #[must_use]
    pub fn relay(&self) -> Option<&RelayUrl> {
        self.relay.as_ref()
    }
}

/// What a sync wants next.
#[derive(Debug)]
pub enum Step {
    /// This exchange; then [`Diary::sync_answered`].
    Exchange(Request),
    /// One transaction in the database; then [`Diary::sync_work`].
    Work(Work),
    /// Nothing: it is over.
    Finished(SyncReport),
}

/// One transaction that a sync asks for.
#[derive(Debug)]
pub enum Work {
    /// Seal, and take what to post next.
    TakeBatch {
        /// At most so many entries.
        entries_max: usize,
    },
    /// Write what an answer said.
    Commit(Commit),
}

impl Diary {
    /// Begins a sync.
    ///
    /// # Errors
    /// As [`Diary::sync`].
    pub fn sync_begin(&mut self, started_by: StartedBy) -> Result<(SteppedSync, Step), Error> {
        let newest_notice = notice::newest(self.storage.sql())?;
        let begun = self.begin_sync(started_by)?;
        let stepped = SteppedSync { newest_notice, relay: self.client_of.clone() };
        let step = match begun {
            Begun::First(event) => self.go_on(&stepped, event, None)?,
            Begun::Over(outcome) => Step::Finished(self.report(outcome, stepped.newest_notice, None)?),
        };
        Ok((stepped, step))
    }

    /// Goes on with an answer, or with none.
    ///
    /// # Errors
    /// As [`Diary::sync`].
    pub fn sync_answered(
        &mut self,
        stepped: &SteppedSync,
        answer: Result<Response, TransportError>,
    ) -> Result<Step, Error> {
        let (event, why) = match answer {
            Ok(response) => (Event::Answer(response), None),
            Err(error) => (Event::NoAnswer(error.to_string()), Some(error.0)),
        };
        self.go_on(stepped, event, why)
    }

    /// Does the transaction, and goes on.
    ///
    /// # Errors
    /// As [`Diary::sync`].
    pub fn sync_work(&mut self, stepped: &SteppedSync, work: &Work) -> Result<Step, Error> {
        let event = match work {
            Work::TakeBatch { entries_max } => self.take_batch(*entries_max)?,
            Work::Commit(commit) => self.commit(commit)?,
        };
        self.go_on(stepped, event, None)
    }

    /// Ends a sync that nobody goes on with. What is done is kept, and the rest comes next time.
    ///
    /// # Errors
    /// As [`Diary::sync`].
    pub fn sync_given_up(&mut self, stepped: &SteppedSync) -> Result<SyncReport, Error> {
        let outcome = self.client.give_up();
        self.over(stepped, outcome, None)
    }

    fn go_on(&mut self, stepped: &SteppedSync, event: Event, why: Option<Sentence>) -> Result<Step, Error> {
        Ok(match self.next_effect(event)? {
            Effect::Exchange(request) => Step::Exchange(request),
            Effect::TakeBatch { entries_max } => Step::Work(Work::TakeBatch { entries_max }),
            Effect::Commit(commit) => Step::Work(Work::Commit(commit)),
            Effect::Finish(outcome) => Step::Finished(self.over(stepped, outcome, why)?),
        })
    }

    fn over(&mut self, stepped: &SteppedSync, outcome: Outcome, why: Option<Sentence>) -> Result<SyncReport, Error> {
        self.note_end(&outcome.end)?;
        self.report(outcome, stepped.newest_notice, why)
    }
}

/// What only a simulator wants: a process that ends where it is told to.
#[cfg(feature = "simulator")]
impl Diary {
    /// Makes every transaction after so many more fail, as if the process had ended before it. Drop it then.
    pub fn end_after_transactions(&mut self, transactions: u32) {
        self.storage.fuse = Some(transactions);
    }

    /// Leaves it to the operating system when bytes reach the disk, and keeps the write-ahead log short. A simulated
    /// crash ends a process and not the machine, so that nothing is lost by it.
    ///
    /// # Errors
    /// What the database says.
    pub fn relax_syncing(&self) -> Result<(), Error> {
        self.storage.sql().pragma_update(None, "synchronous", "OFF")?;
        Ok(self.storage.sql().pragma_update_and_check(None, "wal_autocheckpoint", 100, |_| Ok(()))?)
    }
}
