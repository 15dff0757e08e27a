//! A relay that is a list, a store that is a list, and a loop that carries messages between them and the client.
//!
//! The relay is honest unless told otherwise, once or always; the store keeps the rules of the host: it writes
//! only if the cursor is still the one that the request carried.

use std::collections::VecDeque;

use lissom_protocol::api;
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{UnverifiedEntry, VerifiedEntry, assemble, header};
use lissom_protocol::ids::EntryId;
use lissom_protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use lissom_protocol::problem::{self, Problem, ProblemKind};
use lissom_protocol::statement::{Role, auth_message, is_signed, register_message};
use lissom_protocol::stream;

use crate::client::{Batch, Commit, Effect, Event, HealCause, Outcome, Received, Stored, VaultClient, Violation};
use crate::http::{Method, Request, Response};
use crate::keys::{Keys, Secret};

pub(super) fn owner() -> Keys {
    Keys::owner(&Secret::from_bytes([1; 32]))
}

pub(super) fn reader() -> Keys {
    Keys::reader(owner().read_root().clone(), owner().public().write)
}

/// A signed entry of the owner; equal numbers give equal entries.
pub(super) fn entry(number: u8) -> VerifiedEntry {
    let keys = owner();
    assemble(header(1), &keys.vault(), [number; 24], b"ciphertext", |m| keys.sign(m).unwrap()).unwrap()
}

pub(super) fn ids(numbers: impl IntoIterator<Item = u8>) -> Vec<EntryId> {
    numbers.into_iter().map(|n| entry(n).id()).collect()
}

pub(super) fn answer(status: u16, media_type: &str, body: &[u8]) -> Response {
    Response { status, headers: vec![("content-type".to_owned(), media_type.to_owned())], body: body.to_vec() }
}

pub(super) fn json(status: u16, body: &impl serde::Serialize) -> Response {
    answer(status, "application/json", &serde_json::to_vec(body).unwrap())
}

pub(super) fn refusal(kind: ProblemKind) -> Response {
    refusal_with(&Problem::new(kind))
}

pub(super) fn refusal_with(problem: &Problem) -> Response {
    answer(problem.status, problem::MEDIA_TYPE, &serde_json::to_vec(problem).unwrap())
}

/// A page as a relay would send it if these were its facts.
pub(super) fn page(to: Cursor, head: u64, body: &[u8]) -> Response {
    let mut page = answer(200, stream::MEDIA_TYPE, body);
    for (name, value) in [
        (api::POS_HEADER, to.pos.to_string()),
        (api::CHAIN_HEADER, to.chain.to_text()),
        (api::HEAD_HEADER, head.to_string()),
    ] {
        page.headers.push((name.to_owned(), value));
    }
    page
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Challenge,
    Token,
    Register,
    Post,
    Page,
}

pub(super) struct Relay {
    pub(super) registered: bool,
    pub(super) log: Vec<(EntryId, Vec<u8>)>,
    /// Most entries in one page.
    pub(super) page_max: usize,
    /// Answers given once instead of the honest one, and without doing anything.
    pub(super) instead: Vec<(Call, Response)>,
    /// Answers given every time.
    pub(super) always: Vec<(Call, Response)>,
    /// What another device writes just before the next post comes in.
    pub(super) before_post: Vec<VerifiedEntry>,
    /// Entries that are refused, and how.
    pub(super) refused: Option<(EntryId, ProblemKind)>,
    /// A proxy in front answers 413 to more entries than that.
    pub(super) proxy_max: usize,
    token: u32,
}

impl Relay {
    pub(super) fn with(numbers: impl IntoIterator<Item = u8>) -> Self {
        let log = numbers.into_iter().map(|n| (entry(n).id(), entry(n).into_bytes())).collect();
        Self {
            registered: true,
            log,
            page_max: BATCH_ENTRIES_MAX,
            instead: Vec::new(),
            always: Vec::new(),
            before_post: Vec::new(),
            refused: None,
            proxy_max: usize::MAX,
            token: 0,
        }
    }

    pub(super) fn ids(&self) -> Vec<EntryId> {
        self.log.iter().map(|(id, _)| *id).collect()
    }

    /// No token given out so far is good any more.
    pub(super) fn forget_tokens(&mut self) {
        self.token += 1;
    }

    fn cursor(&self, pos: usize) -> Option<Cursor> {
        Some(Cursor::start(&owner().vault()).after(self.log.get(..pos)?.iter().map(|(id, _)| id)))
    }

    fn answer(&mut self, call: Call, request: &Request) -> Response {
        if let Some(at) = self.instead.iter().position(|(instead, _)| *instead == call) {
            return self.instead.remove(at).1;
        }
        if let Some((_, response)) = self.always.iter().find(|(always, _)| *always == call) {
            return response.clone();
        }
        match call {
            Call::Challenge => json(200, &api::Challenge { challenge: api::to_text(b"challenge") }),
            Call::Token => self.give_token(&request.body),
            Call::Register => self.register(&request.body),
            Call::Post | Call::Page => self.entries(call, request),
        }
    }

    fn give_token(&mut self, body: &[u8]) -> Response {
        let asked: api::TokenRequest = serde_json::from_slice(body).unwrap();
        let public = *owner().public();
        let key = if asked.role == Role::Owner { public.write } else { public.read };
        let message = auth_message(&owner().vault(), asked.role, b"challenge");
        let signature = api::bytes_from_text(&asked.signature).unwrap();
        if !is_signed(&key, &message, &signature) {
            return refusal(ProblemKind::ChallengeInvalid);
        }
        if !self.registered {
            return refusal(ProblemKind::VaultUnknown);
        }
        json(200, &api::Token { token: self.token.to_string(), expires_in: 900 })
    }

    fn register(&mut self, body: &[u8]) -> Response {
        let asked: api::Register = serde_json::from_slice(body).unwrap();
        let signature = api::bytes_from_text(&asked.signature).unwrap();
        let keys = owner();
        assert!(is_signed(&keys.public().write, &register_message(keys.public()), &signature));
        self.registered = true;
        let head = self.cursor(self.log.len()).unwrap();
        json(201, &api::Head { pos: head.pos, chain: head.chain.to_text() })
    }

    fn entries(&mut self, call: Call, request: &Request) -> Response {
        let bearer = ("authorization", format!("Bearer {}", self.token));
        if !request.headers.contains(&bearer) {
            return refusal(ProblemKind::TokenInvalid);
        }
        if !self.registered {
            return refusal(ProblemKind::VaultUnknown);
        }
        let at = (0..=self.log.len())
            .filter_map(|pos| self.cursor(pos))
            .find(|at| request.path == api::entries_path(&owner().vault(), at));
        match (at, call) {
            (None, _) => refusal(ProblemKind::LogDiverged),
            (Some(at), Call::Post) => self.append(at, &request.body),
            (Some(at), _) => self.page_after(at),
        }
    }

    fn append(&mut self, at: Cursor, body: &[u8]) -> Response {
        for theirs in std::mem::take(&mut self.before_post) {
            self.log.push((theirs.id(), theirs.into_bytes()));
        }
        let posted: Vec<(EntryId, Vec<u8>)> = stream::split(body)
            .unwrap()
            .into_iter()
            .map(|e| (e.id(&owner().vault()), UnverifiedEntry::into_bytes(e)))
            .collect();
        assert!(!posted.is_empty() && at.pos <= self.log.len() as u64);
        if posted.len() > self.proxy_max {
            return answer(413, "text/html", b"<h1>413 Request Entity Too Large</h1>");
        }
        if let Some((id, kind)) = self.refused
            && posted.iter().any(|(posted, _)| *posted == id)
        {
            return refusal(kind);
        }
        let mut positions = Vec::new();
        for (id, bytes) in posted {
            let known = self.log.iter().position(|(logged, _)| *logged == id);
            positions.push(known.unwrap_or(self.log.len()) as u64 + 1);
            if known.is_none() {
                self.log.push((id, bytes));
            }
        }
        let last = usize::try_from(*positions.iter().max().unwrap()).unwrap();
        json(200, &api::Appended { positions, chain: self.cursor(last).unwrap().chain.to_text() })
    }

    fn page_after(&self, at: Cursor) -> Response {
        let from = usize::try_from(at.pos).unwrap();
        let to = self.log.len().min(from + self.page_max);
        let body: Vec<u8> = self.log[from..to].iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        page(self.cursor(to).unwrap(), self.log.len() as u64, &body)
    }
}

/// One entry that is held.
pub(super) struct Row {
    pub(super) id: EntryId,
    pub(super) pos: Option<u64>,
    pub(super) aside: bool,
    /// `None` for junk.
    entry: Option<VerifiedEntry>,
}

type OtherProcess = Box<dyn FnOnce(&mut Store)>;

pub(super) struct Store {
    pub(super) rows: Vec<Row>,
    pub(super) cursor: Cursor,
    pub(super) healing: bool,
    pub(super) known_here: bool,
    /// Whether something that the owner did not sign has a place.
    pub(super) junk: bool,
    /// How often something was written.
    pub(super) writes: usize,
    /// What another process does to the folder just before the next commits, one for each.
    pub(super) before_commit: VecDeque<OtherProcess>,
}

impl Store {
    fn stored(&self) -> Stored {
        Stored { cursor: self.cursor, healing: self.healing, known_here: self.known_here, junk: self.junk }
    }

    pub(super) fn hold(&mut self, entry: VerifiedEntry, pos: Option<u64>) {
        self.rows.push(Row { id: entry.id(), pos, aside: false, entry: Some(entry) });
    }

    fn batch(&self, entries_max: usize) -> Batch {
        assert!((1..=BATCH_ENTRIES_MAX).contains(&entries_max));
        let waiting = self.rows.iter().filter(|row| row.pos.is_none() && !row.aside);
        let entries: Vec<VerifiedEntry> = waiting.filter_map(|row| row.entry.clone()).take(entries_max).collect();
        assert!(entries.iter().map(|e| e.bytes().len()).sum::<usize>() <= BATCH_BYTES_MAX);
        Batch { stored: self.stored(), entries }
    }

    /// Clears every position, as a heal does, whoever asks for it.
    pub(super) fn heal(&mut self) {
        self.rows.iter_mut().for_each(|row| row.pos = None);
        self.cursor = Cursor::start(&owner().vault());
        self.healing = true;
    }

    fn commit(&mut self, commit: Commit) -> (&'static str, Event) {
        if let Some(other) = self.before_commit.pop_front() {
            other(self);
        }
        let at = match &commit {
            Commit::Ack { at, .. } | Commit::Page { at, .. } | Commit::Heal { at, .. } => *at,
            Commit::SetAside { .. } => self.cursor,
        };
        if at != self.cursor {
            return ("superseded", Event::Superseded { stored: self.stored() });
        }
        let mut pulled = 0;
        let name = match commit {
            Commit::Ack { to, entries, .. } => {
                for (pos, id) in (at.pos + 1..).zip(entries) {
                    let row = self.rows.iter_mut().find(|row| row.id == id).unwrap();
                    row.pos = Some(pos);
                }
                self.cursor = to;
                "ack"
            }
            Commit::Page { to, entries, end, .. } => {
                let placed = |id| self.rows.iter().any(|row| row.id == id && row.pos.is_some());
                if entries.iter().any(|received| placed(received.id())) {
                    return ("rejected", Event::Rejected(Violation::Repeated));
                }
                for (pos, received) in (at.pos + 1..).zip(entries) {
                    pulled += self.receive(pos, received);
                }
                self.cursor = to;
                self.healing &= !end;
                if end { "last page" } else { "a page" }
            }
            Commit::Heal { cause, .. } => {
                self.heal();
                if cause == HealCause::Registered { "heal after registering" } else { "heal" }
            }
            Commit::SetAside { entry, .. } => {
                let row = self.rows.iter_mut().find(|row| row.id == entry).unwrap();
                row.aside = true;
                "set aside"
            }
        };
        self.known_here |= name != "set aside";
        self.writes += 1;
        (name, Event::Committed { stored: self.stored(), pulled })
    }

    fn receive(&mut self, pos: u64, received: Received) -> usize {
        let id = received.id();
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            row.pos = Some(pos);
            return 0;
        }
        let entry = match received {
            Received::Entry(entry) => Some(entry),
            Received::Junk { .. } => None,
        };
        self.rows.push(Row { id, pos: Some(pos), aside: false, entry });
        1
    }
}

/// A device: its client, its folder, and what the last sync asked for, in order.
pub(super) struct Device {
    pub(super) client: VaultClient,
    pub(super) store: Store,
    pub(super) steps: Vec<String>,
}

impl Device {
    /// A device of the owner that has synced before and holds entries that no relay has.
    pub(super) fn with_waiting(numbers: impl IntoIterator<Item = u8>) -> Self {
        let mut device = Self::joining(owner());
        device.store.known_here = true;
        numbers.into_iter().for_each(|n| device.store.hold(entry(n), None));
        device
    }

    /// A device that has synced these entries already.
    pub(super) fn in_step_with(numbers: impl IntoIterator<Item = u8>) -> Self {
        let mut device = Self::with_waiting([]);
        for number in numbers {
            device.store.cursor = device.store.cursor.after([&entry(number).id()]);
            let pos = device.store.cursor.pos;
            device.store.hold(entry(number), Some(pos));
        }
        device
    }

    /// A device with these keys and nothing else.
    pub(super) fn joining(keys: Keys) -> Self {
        let store = Store {
            rows: Vec::new(),
            cursor: Cursor::start(&keys.vault()),
            healing: false,
            known_here: false,
            junk: false,
            writes: 0,
            before_commit: VecDeque::new(),
        };
        Self { client: VaultClient::new(keys, None), store, steps: Vec::new() }
    }

    pub(super) fn begin(&self, heals_allowed: u32) -> Event {
        Event::Begin { stored: self.store.stored(), heals_allowed }
    }

    pub(super) fn sync(&mut self, relay: &mut Relay) -> Outcome {
        self.sync_allowing(relay, 3)
    }

    pub(super) fn sync_allowing(&mut self, relay: &mut Relay, heals_allowed: u32) -> Outcome {
        self.steps.clear();
        let mut effect = self.client.handle(self.begin(heals_allowed)).unwrap();
        for _ in 0..500 {
            if let Effect::Finish(outcome) = effect {
                return outcome;
            }
            let event = self.perform(effect, relay);
            effect = self.client.handle(event).unwrap();
        }
        panic!("the sync does not end: {:?}", self.steps);
    }

    /// Does what the client asks for.
    pub(super) fn perform(&mut self, effect: Effect, relay: &mut Relay) -> Event {
        match effect {
            Effect::Exchange(request) => {
                let call = call(&request);
                self.steps.push(match call {
                    Call::Post => format!("post {}", stream::split(&request.body).unwrap().len()),
                    call => format!("{call:?}").to_lowercase(),
                });
                Event::Answer(relay.answer(call, &request))
            }
            Effect::TakeBatch { entries_max } => Event::Batch(self.store.batch(entries_max)),
            Effect::Commit(commit) => {
                let (name, event) = self.store.commit(commit);
                self.steps.push(name.to_owned());
                event
            }
            Effect::Finish(_) => panic!("there is nothing to do"),
        }
    }

    /// The entries that have their place, in its order.
    pub(super) fn placed(&self) -> Vec<EntryId> {
        let mut placed: Vec<(u64, EntryId)> = self.store.rows.iter().filter_map(|r| Some((r.pos?, r.id))).collect();
        placed.sort_unstable_by_key(|(pos, _)| *pos);
        placed.into_iter().map(|(_, id)| id).collect()
    }

    /// How many entries have no place yet.
    pub(super) fn waiting(&self) -> usize {
        self.store.rows.iter().filter(|row| row.pos.is_none()).count()
    }
}

fn call(request: &Request) -> Call {
    match (request.method, request.path.as_str()) {
        (Method::Post, api::CHALLENGE_PATH) => Call::Challenge,
        (Method::Post, api::TOKEN_PATH) => Call::Token,
        (Method::Post, api::VAULTS_PATH) => Call::Register,
        (Method::Post, path) if path.contains("/entries?") => Call::Post,
        (Method::Get, path) if path.contains("/entries?") => Call::Page,
        _ => panic!("an unknown request"),
    }
}
