//! An evil relay: answers as a relay does, and lies.
//!
//! It keeps a view of the log for each client and everything that anybody ever posted. What it says of itself is
//! consistent where it wants to be: chains and positions are computed over what it shows. Asking for tokens is left to an
//! honest relay. [`EvilRelay::answer_as`] takes a request and gives an answer, so it serves devices in the simulator as
//! well as anybody's over HTTP, which is what the program `evil-relay` does ([`program`]).

mod fault;
mod listen;
pub mod program;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};

use lissom_protocol::api::{Appended, CHAIN_HEADER, CursorQuery, HEAD_HEADER, POS_HEADER};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::{assemble, header};
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::limits::BATCH_ENTRIES_MAX;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream;
use lissom_sync::http::{Method, Request, Response};

pub use crate::evil::fault::Fault;
use crate::simulator::{Relay, Rng, problem, vault_in};

/// What it is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mischief {
    /// Nothing: it shows everything in order, to everybody.
    None,
    /// Leaves out entries, and shows those after them.
    Omit,
    /// Shows entries in another order to each.
    Reorder,
    /// Shows nothing new.
    Withhold,
    /// Shows entries again that were there before.
    Replay,
    /// Goes back to an earlier log.
    RollBack,
    /// Gives each client what that client alone posted.
    Fork,
    /// Shows entries of another vault.
    SwapVaults,
    /// Changes a byte of a signature, and says the rest as it is.
    MutateSignature,
    /// Changes a byte of what is sealed, and computes the chain over it.
    MutateSealed,
    /// Changes a byte on the way, and leaves the chain as it was.
    Corrupt,
    /// Says 409 to everything.
    CryWolf,
    /// Says that the vault was deleted, and has no statement.
    UnsignedGone,
    /// Says that the vault is unknown.
    Unknown,
    /// Answers with what is no answer.
    Rubbish,
    /// States a chain that the page does not make.
    ChainLie,
    /// States positions that do not follow.
    PositionLie,
    /// Sends more than a page may hold.
    Huge,
    /// Says that there is more, and sends nothing.
    EmptyBeforeEnd,
    /// Acknowledges and forgets.
    ForgetPosts,
    /// Acknowledges at places that do not follow.
    GapLie,
    /// Acknowledges with a chain of its own.
    AckLie,
}

impl Mischief {
    /// All of it.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Omit,
        Self::Reorder,
        Self::Withhold,
        Self::Replay,
        Self::RollBack,
        Self::Fork,
        Self::SwapVaults,
        Self::MutateSignature,
        Self::MutateSealed,
        Self::Corrupt,
        Self::CryWolf,
        Self::UnsignedGone,
        Self::Unknown,
        Self::Rubbish,
        Self::ChainLie,
        Self::PositionLie,
        Self::Huge,
        Self::EmptyBeforeEnd,
        Self::ForgetPosts,
        Self::GapLie,
        Self::AckLie,
    ];
}

type Shown = Vec<(EntryId, Vec<u8>)>;

/// The relay.
#[derive(Debug)]
pub struct EvilRelay {
    rng: Rng,
    mischief: Mischief,
    /// Everything ever posted, in the order in which it came, and by whom.
    pool: Vec<(u64, EntryId, Vec<u8>)>,
    known: BTreeSet<EntryId>,
    views: BTreeMap<u64, Shown>,
    caught: Option<&'static str>,
    /// It does what it is at whenever it can, and not by chance.
    determined: bool,
    /// What it left out of whose view, for good. Only if it is determined: by chance all comes in the end.
    left_out: BTreeSet<(u64, EntryId)>,
    did: bool,
}

impl EvilRelay {
    /// One whose whims follow from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            mischief: Mischief::None,
            pool: Vec::new(),
            known: BTreeSet::new(),
            views: BTreeMap::new(),
            caught: None,
            determined: false,
            left_out: BTreeSet::new(),
            did: false,
        }
    }

    /// One that lets no opportunity pass.
    #[must_use]
    pub fn determined(seed: u64) -> Self {
        Self { determined: true, ..Self::new(seed) }
    }

    /// Takes up another mischief.
    pub fn turn(&mut self, chance: u64) {
        let at = usize::try_from(chance % 4096).unwrap_or(0) % Mischief::ALL.len();
        self.mischief = Mischief::ALL[at];
    }

    /// Takes up this mischief.
    pub fn be(&mut self, mischief: Mischief) {
        self.mischief = mischief;
    }

    /// It has this entry, from whomever.
    pub fn learn(&mut self, id: EntryId, bytes: &[u8]) {
        self.learn_from(u64::MAX, id, bytes);
    }

    fn learn_from(&mut self, client: u64, id: EntryId, bytes: &[u8]) {
        if self.known.insert(id) {
            self.pool.push((client, id, bytes.to_vec()));
        }
    }

    /// A client was answered by the honest relay itself: what it is shown begins anew there.
    pub fn follow(&mut self, client: u64) {
        self.views.remove(&client);
        self.left_out.retain(|(of, _)| *of != client);
    }

    /// A client that was shown nothing of ours yet has read the honest log up to here.
    pub fn lead_from(&mut self, client: u64, log: &[(EntryId, Vec<u8>)], pos: u64) {
        let read = usize::try_from(pos).unwrap_or(usize::MAX).min(log.len());
        self.views.entry(client).or_insert_with(|| log.iter().take(read).cloned().collect());
    }

    /// A client posted these, and the honest relay has them.
    pub fn learn_posted(&mut self, client: u64, vault: &VaultId, body: &[u8]) {
        for entry in stream::split(body).unwrap_or_default() {
            self.learn_from(client, entry.id(vault), &entry.into_bytes());
        }
    }

    /// Clients that it showed something.
    #[must_use]
    pub fn clients(&self) -> Vec<u64> {
        self.views.keys().copied().collect()
    }

    /// The log as a client was shown it.
    #[must_use]
    pub fn shown(&self, client: u64) -> Vec<Vec<u8>> {
        self.views.get(&client).into_iter().flatten().map(|(_, bytes)| bytes.clone()).collect()
    }

    /// The lie in the last answer that whoever got it can prove, if there was one.
    pub fn caught(&mut self) -> Option<&'static str> {
        self.caught.take()
    }

    /// Whether the last answer was another than an honest relay's.
    #[must_use]
    pub fn did(&self) -> bool {
        self.did
    }

    fn chance(&mut self, percent: u64) -> bool {
        let now = self.determined || self.rng.percent(percent);
        self.did |= now;
        now
    }

    /// The answer to a client's request.
    pub fn answer_as(&mut self, client: u64, request: &Request, honest: &mut dyn Relay) -> Option<Response> {
        (self.caught, self.did) = (None, false);
        let asked = vault_in(&request.path).zip(place_in(&request.path));
        let Some((vault, (at, limit))) = asked else { return honest.answer(request) };
        let mischief = self.mischief;
        let instead = match mischief {
            Mischief::CryWolf => Some(problem(ProblemKind::LogDiverged)),
            Mischief::UnsignedGone => Some(problem(ProblemKind::Gone)),
            Mischief::Unknown if self.chance(50) => Some(problem(ProblemKind::VaultUnknown)),
            Mischief::Rubbish => Some(self.rubbish(request.method)),
            _ => None,
        };
        if instead.is_some() {
            self.did = true;
            return instead;
        }
        self.change_view(client, &vault);
        let view = self.views.entry(client).or_default();
        if place(&vault, view, at.pos) != Some(at) {
            return Some(problem(ProblemKind::LogDiverged));
        }
        match request.method {
            Method::Post => self.append(client, &vault, at, &request.body),
            _ => Some(self.page(client, at, limit)),
        }
    }

    fn rubbish(&mut self, method: Method) -> Response {
        let kinds = ["text/html", "application/json", stream::MEDIA_TYPE, "application/problem+json"];
        let kind = kinds[self.rng.index(kinds.len())];
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        let mut body = vec![0; self.rng.index(200)];
        self.rng.fill(&mut body);
        let statuses = [200, 201, 204, 302, 400, 403, 404, 409, 410, 413, 418, 500];
        let status = statuses[self.rng.index(statuses.len())];
        // Anything on the way could have given the others: only this claims to be a page, and states no place.
        if status == 200 && kind == stream::MEDIA_TYPE && method == Method::Get {
            self.caught = Some("rubbish for a page");
        }
        Response { status, headers, body }
    }

    /// What a client is to be shown from now on.
    fn change_view(&mut self, client: u64, vault: &VaultId) {
        // Taken out while it changes.
        let mut view = self.views.remove(&client).unwrap_or_default();
        let mut new: Shown = Vec::new();
        let has = |view: &Shown, id: &EntryId| view.iter().any(|(shown, _)| shown == id);
        for (from, id, bytes) in &self.pool {
            let wanted = match self.mischief {
                Mischief::Withhold => false,
                Mischief::Fork => *from == client,
                Mischief::Omit => self.determined || self.rng.percent(60),
                _ => true,
            };
            let missing = !has(&view, id) && !self.left_out.contains(&(client, *id));
            if wanted && missing {
                new.push((*id, bytes.clone()));
            }
            self.did |= !wanted && missing;
        }
        if self.determined && self.mischief == Mischief::Omit && new.len() > 1 {
            // All but the newest, which names what is not there.
            let last = new.split_off(new.len() - 1);
            self.left_out.extend(new.iter().map(|(id, _)| (client, *id)));
            (new, self.did) = (last, true);
        }
        let mischief = self.mischief;
        match mischief {
            Mischief::Reorder => {
                if self.determined && view.len() > 1 {
                    // What was shown already stands in another order too.
                    view.rotate_left(1);
                    self.did = true;
                }
                for last in (1..new.len()).rev() {
                    let other = self.rng.index(last + 1);
                    self.did |= other != last;
                    new.swap(last, other);
                }
            }
            Mischief::RollBack if !view.is_empty() && self.chance(30) => {
                view.truncate(self.rng.index(view.len()));
                new.clear();
            }
            Mischief::Replay if !view.is_empty() && self.chance(50) => {
                new.push(view[self.rng.index(view.len())].clone());
            }
            Mischief::SwapVaults if self.chance(50) => {
                let mut sealed = [0; 100];
                let mut nonce = [0; 24];
                self.rng.fill(&mut sealed);
                self.rng.fill(&mut nonce);
                let other = VaultId([7; 32]);
                if let Ok(entry) = assemble(header(1), &other, nonce, &sealed, |_| [5; 64]) {
                    let bytes = entry.bytes().to_vec();
                    if let Ok(entry) = lissom_protocol::entry::UnverifiedEntry::parse(bytes.clone()) {
                        new.push((entry.id(vault), bytes));
                    }
                }
            }
            Mischief::MutateSignature | Mischief::MutateSealed if !new.is_empty() && self.chance(50) => {
                let at = self.rng.index(new.len());
                let bytes = &mut new[at].1;
                let length = bytes.len();
                // The last 64 bytes are the signature, and no part of the id.
                let byte = if mischief == Mischief::MutateSignature { length - 1 } else { length - 70 };
                bytes[byte] ^= 1;
                if let Ok(entry) = lissom_protocol::entry::UnverifiedEntry::parse(bytes.clone()) {
                    new[at].0 = entry.id(vault);
                }
            }
            _ => {}
        }
        view.extend(new);
        self.views.insert(client, view);
    }

    fn append(&mut self, client: u64, vault: &VaultId, at: Cursor, body: &[u8]) -> Option<Response> {
        let entries = stream::split(body).ok()?;
        let mut view = self.views.get(&client).cloned().unwrap_or_default();
        let mut positions = Vec::new();
        for entry in entries {
            let id = entry.id(vault);
            let bytes = entry.into_bytes();
            self.learn_from(client, id, &bytes);
            let place = view.iter().position(|(shown, _)| *shown == id).unwrap_or_else(|| {
                view.push((id, bytes));
                view.len() - 1
            });
            positions.push(u64::try_from(place).ok()? + 1);
        }
        let highest = positions.iter().copied().max().unwrap_or(at.pos);
        let mut chain = place(vault, &view, highest)?.chain;
        match self.mischief {
            Mischief::ForgetPosts => {
                self.did = true;
                if self.determined {
                    // Whoever posted them does not see them again.
                    let kept = self.views.get(&client).map_or(0, Vec::len);
                    self.left_out.extend(view.iter().skip(kept).map(|(id, _)| (client, *id)));
                }
            }
            Mischief::GapLie => {
                self.did = true;
                for pos in &mut positions {
                    *pos += 3;
                }
            }
            Mischief::AckLie => {
                self.did = true;
                chain = Chain([9; 32]);
                if positions.iter().zip(at.pos + 1..).all(|(pos, want)| *pos == want) {
                    self.caught = Some("a false acknowledgement");
                }
            }
            _ => {
                self.views.insert(client, view);
            }
        }
        let body = serde_json::to_vec(&Appended { positions, chain: chain.to_text() }).ok()?;
        Some(Response { status: 200, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body })
    }

    fn page(&mut self, client: u64, at: Cursor, limit: usize) -> Response {
        let view = self.views.get(&client).cloned().unwrap_or_default();
        let skip = usize::try_from(at.pos).unwrap_or(usize::MAX);
        let mut count = (1 + self.rng.index(8)).min(limit);
        if self.mischief == Mischief::EmptyBeforeEnd {
            count = 0;
        }
        let entries: Shown = view.iter().skip(skip).take(count).cloned().collect();
        let mut to = at;
        for (id, _) in &entries {
            to = to.after([id]);
        }
        let mut body: Vec<u8> = entries.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        let head = u64::try_from(view.len()).unwrap_or(u64::MAX);
        let junk = matches!(self.mischief, Mischief::SwapVaults | Mischief::MutateSignature | Mischief::MutateSealed);
        match self.mischief {
            Mischief::ChainLie => {
                self.did = true;
                (to.chain, self.caught) = (Chain([3; 32]), Some("a false chain"));
            }
            Mischief::PositionLie => {
                self.did = true;
                to.pos += 1 + self.rng.below(3);
                self.caught = Some("a false position");
            }
            Mischief::Corrupt if !body.is_empty() => {
                self.did = true;
                // Of what is sealed or of the layout; the signature's last byte would leave the id as it is.
                let at = self.rng.index(body.len() - 64);
                body[at] ^= 4;
                let ids = entries.len();
                let clean = stream::split(&body).is_ok_and(|got| got.len() == ids);
                // In a signature further on it makes junk, which is reported by another name.
                self.caught = (!clean || ids == 1).then_some("a changed byte");
            }
            Mischief::Huge if !entries.is_empty() => {
                self.did = true;
                let one = entries[0].1.clone();
                while body.len() < 5 * 1024 * 1024 {
                    body.extend_from_slice(&one);
                }
                self.caught = Some("a page too large");
            }
            Mischief::EmptyBeforeEnd if head > at.pos => {
                (self.caught, self.did) = (Some("an empty page before the end"), true);
            }
            _ if junk && entries.iter().any(|(id, _)| !self.known.contains(id)) => {
                self.caught = Some("entries that are not the owner's");
            }
            _ => {}
        }
        let facts = [
            ("content-type", stream::MEDIA_TYPE.to_owned()),
            (POS_HEADER, to.pos.to_string()),
            (CHAIN_HEADER, to.chain.to_text()),
            (HEAD_HEADER, head.to_string()),
        ];
        let headers = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Response { status: 200, headers, body }
    }
}

/// The place after so many entries of a view.
fn place(vault: &VaultId, view: &Shown, pos: u64) -> Option<Cursor> {
    let shown = view.get(..usize::try_from(pos).ok()?)?;
    Some(Cursor::start(vault).after(shown.iter().map(|(id, _)| id)))
}

/// The place in a log that a path names, and how many entries are wanted of there at most.
fn place_in(path: &str) -> Option<(Cursor, usize)> {
    let (path, query) = path.split_once('?')?;
    if !path.ends_with("/entries") {
        return None;
    }
    let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let limit = field("limit").and_then(|limit| limit.parse().ok());
    let query = CursorQuery { after: field("after")?.parse().ok()?, chain: field("chain")?.to_owned(), limit };
    let limit = limit.filter(|limit| (1..=BATCH_ENTRIES_MAX).contains(limit));
    Some((query.cursor()?, limit.unwrap_or(BATCH_ENTRIES_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Relay for Nobody {
        fn answer(&mut self, _: &Request) -> Option<Response> {
            None
        }
    }

    #[test]
    fn rubbish_is_provable_only_where_it_claims_to_be_a_page() {
        let vault = VaultId([1; 32]);
        let path = lissom_protocol::api::entries_path(&vault, &Cursor::start(&vault));
        let mut provable = 0;
        for seed in 0..500 {
            for method in [Method::Get, Method::Post] {
                let mut evil = EvilRelay::new(seed);
                evil.be(Mischief::Rubbish);
                let request = Request { method, path: path.clone(), headers: Vec::new(), body: Vec::new() };
                let response = evil.answer_as(0, &request, &mut Nobody).unwrap();
                let claims = response.status == 200 && response.media_type() == stream::MEDIA_TYPE;
                let caught = evil.caught().is_some();
                assert_eq!(caught, claims && method == Method::Get, "{response:?}");
                provable += u32::from(caught);
            }
        }
        assert!(provable > 0);
    }
}
