//! [`VaultClient`]: one sync with one relay, as a state machine.
//!
//! The host calls [`VaultClient::handle`] with what happened and performs the one [`Effect`] it gets back, until
//! that is [`Effect::Finish`]. All that must outlast the process is in the host's database: the client keeps
//! nothing between two syncs but the bearer token.
//!
//! ```text
//! Begin -> [challenge -> token -> (register -> heal)] -> TakeBatch -> post -> ack -> ... -> page -> commit -> ... -> Finish
//! ```
//!
//! The rules, in the words of `docs/protocol.md`:
//! * reading and posting both carry the cursor; `log-diverged` is answered by a **heal**, and nothing else;
//! * an **ack** counts only if its positions follow the cursor in the order sent and the chain computes;
//!   otherwise nothing is written, and the log is pulled to its end before anything is posted again;
//! * every **commit** names the cursor that its request carried: the host drops it if the stored one has moved;
//! * a **refused** batch is split, an entry refused alone is set aside, and the pull goes on;
//! * full or busy relays hold the push, never the pull;
//! * only a problem of our own `type` counts: any other answer is "relay unreachable".

mod answer;
mod effect;

use std::collections::BTreeSet;

use lissom_protocol::api;
use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::EntryId;
use lissom_protocol::limits::BATCH_ENTRIES_MAX;
#[cfg(feature = "planted")]
use lissom_protocol::planted::{Fault, planted};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;
use lissom_protocol::stream;

use crate::client::answer::{Answer, read_answer, read_appended, read_page};
pub use crate::client::effect::{
    Batch, Commit, Effect, End, Event, HealCause, Outcome, Received, Statement, Stored, Violation,
};
use crate::http::{Method, Request, Response};
use crate::keys::Keys;

/// Most turns from pushing to pulling and back in one sync. Two are enough with an honest relay and one other
/// device writing; a relay that always claims a gap would otherwise keep a phone busy for ever.
const GAPS_MAX: u32 = 8;

/// One sync with one relay. See the [module](self).
#[derive(Debug)]
pub struct VaultClient {
    keys: Keys,
    invite: Option<String>,
    token: Option<String>,
    run: Run,
}

/// What is remembered within one sync.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one run, not the states of a machine")]
struct Run {
    state: State,
    stored: Option<Stored>,
    heals_left: u32,
    reauthorised: bool,
    registered: bool,
    at_end: bool,
    /// What junk stands in the place of was asked for again, or there was none when this began.
    junk_asked: bool,
    gaps: u32,
    pull_first: bool,
    nothing_to_post: bool,
    batch_limit: usize,
    held: Option<ProblemKind>,
    /// Posted, and their places not known yet: the page that brings them says that they went up.
    posted: BTreeSet<EntryId>,
    pushed: usize,
    pulled: usize,
}

/// What the client waits for.
#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Challenge,
    Token,
    Registered,
    Batch,
    Appended {
        at: Cursor,
        entries: Vec<EntryId>,
    },
    Page {
        at: Cursor,
    },
    Committed {
        new: usize,
        reaches_end: bool,
    },
    Finished,
}

/// The host told something that cannot have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host reported an event that the client did not wait for")]
pub struct HostError;

impl VaultClient {
    /// A client for the vault of these keys. `invite` is shown if the relay asks for one at registration.
    #[must_use]
    pub fn new(keys: Keys, invite: Option<String>) -> Self {
        Self { keys, invite, token: None, run: Run::default() }
    }

    /// The request for the relay's stream of pokes, while there is a token.
    #[must_use]
    pub fn watch_request(&self) -> Option<Request> {
        let token = self.token.as_ref()?;
        let accept = ("accept", "text/event-stream".to_owned());
        let path = api::watch_path(&self.keys.vault());
        Some(Request { method: Method::Get, path, headers: vec![bearer(token), accept], body: Vec::new() })
    }

    /// Ends the sync for want of time: what it has done so far is kept, and the next one goes on from there.
    pub fn give_up(&mut self) -> Outcome {
        self.run.state = State::Finished;
        self.outcome(End::OutOfTime)
    }

    /// Takes what happened; gives the next thing to do.
    ///
    /// # Errors
    /// [`HostError`] if the event is not an answer to the last effect.
    pub fn handle(&mut self, event: Event) -> Result<Effect, HostError> {
        let state = std::mem::take(&mut self.run.state);
        Ok(match (state, event) {
            #[cfg(feature = "planted")]
            (State::Appended { at, entries }, Event::NoAnswer(_)) if planted(Fault::NoAnswerIsAck) => {
                self.commit(Commit::Ack { at, to: at.after(&entries), entries }, 0, false)
            }
            // In any state: a host whose storage failed half way simply begins again.
            (_, Event::Begin { stored, heals_allowed }) => self.begin(stored, heals_allowed),
            (State::Challenge, Event::Answer(response)) => self.on_challenge(&response),
            (State::Token, Event::Answer(response)) => self.on_token(&response),
            (State::Registered, Event::Answer(response)) => self.on_registered(&response),
            (State::Appended { at, entries }, Event::Answer(response)) => self.on_appended(at, entries, &response),
            (State::Page { at }, Event::Answer(response)) => self.on_page(at, &response),
            (State::Batch, Event::Batch(batch)) => self.on_batch(batch),
            (State::Committed { new, reaches_end }, Event::Committed { stored, pulled }) => {
                self.run.pushed = self.run.pushed.saturating_add(new);
                self.run.pulled = self.run.pulled.saturating_add(pulled);
                self.run.at_end |= reaches_end;
                self.next(stored)
            }
            // Another process moved the cursor while the answer was under way: what it said is about a place
            // that is no longer ours. If it healed, there may be more to post than there was.
            (State::Committed { .. }, Event::Superseded { stored }) => {
                self.run.at_end = false;
                self.run.nothing_to_post = false;
                self.next(stored)
            }
            (State::Committed { .. }, Event::Rejected(violation)) => self.misbehaving(violation),
            (
                State::Challenge | State::Token | State::Registered | State::Appended { .. } | State::Page { .. },
                Event::NoAnswer(detail),
            ) => self.finish(End::Unreachable(detail)),
            _ => return Err(HostError),
        })
    }

    fn begin(&mut self, stored: Stored, heals_allowed: u32) -> Effect {
        self.run = Run { heals_left: heals_allowed, batch_limit: BATCH_ENTRIES_MAX, ..Run::default() };
        self.next(stored)
    }

    /// The whole control flow: what to do from this stored state.
    fn next(&mut self, stored: Stored) -> Effect {
        let at = stored.cursor;
        let pull_first = stored.healing || self.run.pull_first;
        let may_post = self.keys.role() == Role::Owner && !self.run.nothing_to_post && self.run.held.is_none();
        self.run.stored = Some(stored);
        if self.token.is_none() {
            return self.ask_challenge();
        }
        // Once in a sync, before anything else: what a relay served instead of an entry must not keep its place for ever.
        if stored.junk && !self.run.junk_asked && self.run.heals_left > 0 {
            self.run.junk_asked = true;
            self.run.heals_left = self.run.heals_left.saturating_sub(1);
            return self.heal(HealCause::Junk);
        }
        self.run.junk_asked = true;
        if may_post && (self.run.at_end || !pull_first) {
            self.run.state = State::Batch;
            return Effect::TakeBatch { entries_max: self.run.batch_limit };
        }
        if !self.run.at_end {
            return self.ask_page(at);
        }
        match self.run.held {
            Some(kind) => self.finish(End::PushHeld(kind)),
            None => self.finish(End::Done),
        }
    }

    /// Goes on from the state last stored.
    fn again(&mut self) -> Effect {
        match self.run.stored {
            Some(stored) => self.next(stored),
            None => self.finish(End::Unreachable("the sync was not begun".to_owned())),
        }
    }

    fn ask_challenge(&mut self) -> Effect {
        self.run.state = State::Challenge;
        let body = api::ChallengeRequest { vault: self.keys.vault().to_text() };
        Effect::Exchange(post_json(api::CHALLENGE_PATH, &body))
    }

    fn on_challenge(&mut self, response: &Response) -> Effect {
        let answer = match read_answer::<api::Challenge>(response) {
            Answer::Ok(challenge) => challenge,
            other => return self.refused_outright(other),
        };
        let Some(challenge) = api::bytes_from_text(&answer.challenge) else {
            return self.finish(End::Unreachable("the relay's challenge cannot be read".to_owned()));
        };
        self.run.state = State::Token;
        let body = api::TokenRequest {
            vault: self.keys.vault().to_text(),
            role: self.keys.role(),
            challenge: answer.challenge,
            signature: api::to_text(&self.keys.sign_auth(&challenge)),
        };
        Effect::Exchange(post_json(api::TOKEN_PATH, &body))
    }

    fn on_token(&mut self, response: &Response) -> Effect {
        match read_answer::<api::Token>(response) {
            Answer::Ok(token) => {
                self.token = Some(token.token);
                self.again()
            }
            Answer::Problem(ProblemKind::VaultUnknown, _) => self.vault_unknown(),
            other => self.refused_outright(other),
        }
    }

    /// A vault that this database created or has synced before is registered again; a device that is only
    /// joining, or a reader, has nothing to register.
    fn vault_unknown(&mut self) -> Effect {
        self.token = None;
        let known = self.run.stored.is_some_and(|stored| stored.known_here);
        let Some(signature) = self.keys.sign_register().filter(|_| known) else {
            return self.finish(End::VaultUnknown);
        };
        // Lost again within one sync: the next one registers once more, and this is no phrase that the relay does not know.
        if self.run.registered {
            return self.finish(End::HealHeld);
        }
        // Registering makes everything go up again: that too backs off from a relay that cries wolf.
        let start = Cursor::start(&self.keys.vault());
        if self.run.stored.is_some_and(|stored| stored.cursor != start) {
            if self.run.heals_left == 0 {
                return self.finish(End::HealHeld);
            }
            self.run.heals_left = self.run.heals_left.saturating_sub(1);
        }
        let public = self.keys.public();
        let body = api::Register {
            write: api::to_text(&public.write),
            read: api::to_text(&public.read),
            key_check: api::to_text(&public.key_check),
            signature: api::to_text(&signature),
            invite: self.invite.clone(),
        };
        self.run.registered = true;
        self.run.state = State::Registered;
        Effect::Exchange(post_json(api::VAULTS_PATH, &body))
    }

    fn on_registered(&mut self, response: &Response) -> Effect {
        match read_answer::<api::Head>(response) {
            Answer::Ok(_) => self.heal(HealCause::Registered),
            Answer::Problem(kind @ (ProblemKind::InviteRequired | ProblemKind::RegistrationClosed), _) => {
                self.finish(End::NotAdmitted(kind))
            }
            other => self.refused_outright(other),
        }
    }

    fn heal(&mut self, cause: HealCause) -> Effect {
        let Some(stored) = self.run.stored else { return self.again() };
        self.run.at_end = false;
        self.run.nothing_to_post = false;
        self.commit(Commit::Heal { at: stored.cursor, cause }, 0, false)
    }

    fn on_batch(&mut self, batch: Batch) -> Effect {
        let Batch { stored, entries } = batch;
        // The end that was reached is that of another place, if another process moved the cursor since.
        self.run.at_end &= self.run.stored.is_some_and(|before| before.cursor == stored.cursor);
        self.run.stored = Some(stored);
        if entries.is_empty() {
            self.run.nothing_to_post = true;
            return self.next(stored);
        }
        if stored.healing && !self.run.at_end {
            return self.next(stored);
        }
        let Some(token) = &self.token else { return self.ask_challenge() };
        let at = stored.cursor;
        let (ids, bytes): (Vec<EntryId>, Vec<&[u8]>) = entries.iter().map(|e| (e.id(), e.bytes())).unzip();
        let headers = vec![bearer(token), ("content-type", stream::MEDIA_TYPE.to_owned())];
        let path = api::entries_path(&self.keys.vault(), &at);
        self.run.state = State::Appended { at, entries: ids };
        Effect::Exchange(Request { method: Method::Post, path, headers, body: bytes.concat() })
    }

    fn on_appended(&mut self, at: Cursor, entries: Vec<EntryId>, response: &Response) -> Effect {
        let kind = match read_answer::<api::Appended>(response) {
            Answer::Ok(appended) => return self.on_ack(at, entries, &appended),
            Answer::Problem(kind, _) => kind,
            // A proxy in front of the relay with a limit of its own: smaller batches may pass it.
            Answer::Foreign(413) if entries.len() > 1 => return self.split_batch(entries.len()),
            Answer::Foreign(413) => return self.hold(ProblemKind::TooLarge),
            // A busy proxy: reading may still pass.
            Answer::Foreign(429 | 500..=599) => return self.hold(ProblemKind::Unavailable),
            other => return self.refused_outright(other),
        };
        match kind {
            #[cfg(feature = "planted")]
            ProblemKind::BadSignature | ProblemKind::TooLarge if planted(Fault::V10PoisonedBatch) => {
                self.finish(End::Refused(kind))
            }
            ProblemKind::BadSignature | ProblemKind::TooLarge => match entries.as_slice() {
                [entry] => {
                    let entry = *entry;
                    self.run.batch_limit = BATCH_ENTRIES_MAX;
                    self.commit(Commit::SetAside { at, entry, kind }, 0, false)
                }
                many => self.split_batch(many.len()),
            },
            ProblemKind::TooManyRequests
            | ProblemKind::StorageFull
            | ProblemKind::Internal
            | ProblemKind::Unavailable
            | ProblemKind::Malformed
            | ProblemKind::Forbidden
            | ProblemKind::UnsupportedMediaType => self.hold(kind),
            _ => self.refused_in_run(kind, response),
        }
    }

    fn split_batch(&mut self, size: usize) -> Effect {
        self.run.batch_limit = size.div_ceil(2);
        self.again()
    }

    fn hold(&mut self, kind: ProblemKind) -> Effect {
        self.run.held = Some(kind);
        self.again()
    }

    fn on_ack(&mut self, at: Cursor, entries: Vec<EntryId>, appended: &api::Appended) -> Effect {
        match read_appended(at, &entries, appended) {
            Ok(Some(to)) => {
                let new = entries.len();
                self.commit(Commit::Ack { at, to, entries }, new, false)
            }
            // Others wrote in between: the page that brings their entries brings ours too, with its place.
            Ok(None) => {
                self.run.posted.extend(entries);
                self.run.pull_first = true;
                self.run.at_end = false;
                self.run.gaps = self.run.gaps.saturating_add(1);
                if self.run.gaps > GAPS_MAX { self.misbehaving(Violation::EndlessGap) } else { self.again() }
            }
            Err(violation) => self.misbehaving(violation),
        }
    }

    fn ask_page(&mut self, at: Cursor) -> Effect {
        let Some(token) = &self.token else { return self.ask_challenge() };
        let path = api::entries_path(&self.keys.vault(), &at);
        let headers = vec![bearer(token), ("accept", stream::MEDIA_TYPE.to_owned())];
        self.run.state = State::Page { at };
        Effect::Exchange(Request { method: Method::Get, path, headers, body: Vec::new() })
    }

    fn on_page(&mut self, at: Cursor, response: &Response) -> Effect {
        if response.status != 200 || response.media_type() != stream::MEDIA_TYPE {
            return match read_answer::<api::Head>(response) {
                Answer::Problem(kind, _) => self.refused_in_run(kind, response),
                other => self.refused_outright(other),
            };
        }
        let page = match read_page(&self.keys, at, response) {
            Ok(page) => page,
            Err(violation) => return self.misbehaving(violation),
        };
        let healing = self.run.stored.is_some_and(|stored| stored.healing);
        if page.entries.is_empty() && !healing {
            self.run.at_end = true;
            return self.again();
        }
        let end = page.end;
        let went_up = page.entries.iter().filter(|received| self.run.posted.remove(&received.id())).count();
        self.commit(Commit::Page { at, to: page.to, entries: page.entries, end }, went_up, end)
    }

    fn commit(&mut self, commit: Commit, new: usize, reaches_end: bool) -> Effect {
        self.run.state = State::Committed { new, reaches_end };
        Effect::Commit(commit)
    }

    /// Problems that may meet any request made with a token.
    fn refused_in_run(&mut self, kind: ProblemKind, response: &Response) -> Effect {
        match kind {
            ProblemKind::LogDiverged => self.diverged(),
            ProblemKind::TokenInvalid if !self.run.reauthorised => {
                self.run.reauthorised = true;
                self.token = None;
                self.again()
            }
            ProblemKind::VaultUnknown => self.vault_unknown(),
            _ => self.refused_outright(read_answer::<api::Head>(response)),
        }
    }

    fn diverged(&mut self) -> Effect {
        let Some(stored) = self.run.stored else { return self.again() };
        #[cfg(feature = "planted")]
        if planted(Fault::V04SetBackIsBlamed) {
            return self.misbehaving(Violation::PageChain);
        }
        if stored.cursor == Cursor::start(&self.keys.vault()) {
            return self.misbehaving(Violation::StartDiverged);
        }
        if self.run.heals_left == 0 {
            return self.finish(End::HealHeld);
        }
        self.run.heals_left = self.run.heals_left.saturating_sub(1);
        self.heal(HealCause::Diverged)
    }

    /// Ends the sync on an answer that leaves nothing to do.
    fn refused_outright<T>(&mut self, answer: Answer<T>) -> Effect {
        match answer {
            Answer::Problem(ProblemKind::Gone, problem) => match answer::deletion_statement(&self.keys, &problem) {
                Some(statement) => self.finish(End::Gone { statement }),
                #[cfg(feature = "planted")]
                None if planted(Fault::V12UnsignedGone) => self.finish(End::Gone { statement: Statement([0; 64]) }),
                None => self.finish(End::Unreachable("the relay says the diary was deleted, without proof".to_owned())),
            },
            Answer::Problem(kind, _) => self.finish(End::Refused(kind)),
            Answer::Ok(_) | Answer::Rubbish => {
                self.finish(End::Unreachable("something that is not a Lissom relay answers at this address".to_owned()))
            }
            Answer::Foreign(status) => {
                let what = format!("something that is not a Lissom relay answers at this address (HTTP {status})");
                self.finish(End::Unreachable(what))
            }
        }
    }

    fn misbehaving(&mut self, violation: Violation) -> Effect {
        self.finish(End::Misbehaving(violation))
    }

    fn finish(&mut self, end: End) -> Effect {
        self.run.state = State::Finished;
        Effect::Finish(self.outcome(end))
    }

    fn outcome(&self, end: End) -> Outcome {
        Outcome { pushed: self.run.pushed, pulled: self.run.pulled, end }
    }
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn post_json(path: &str, body: &impl serde::Serialize) -> Request {
    // Strings and an enum: nothing here can fail to be JSON.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let headers = vec![("content-type", "application/json".to_owned())];
    Request { method: Method::Post, path: path.to_owned(), headers, body }
}

#[cfg(test)]
mod tests;
