//! A relay in memory that shows each device its own log: any entries, in any order.
//!
//! Honest about chains and signatures, and about nothing else: what the pages of an ordinary relay can bring, and
//! what only a bad one can, such as a child before its parent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::sync::protocol::api::{
    Appended, CHAIN_HEADER, CHALLENGE_PATH, Challenge, HEAD_HEADER, POS_HEADER, TOKEN_PATH, Token,
};
use lissom_diary::sync::protocol::cursor::{Chain, Cursor};
use lissom_diary::sync::protocol::ids::{EntryId, VaultId};
use lissom_diary::sync::protocol::problem::{self, Problem, ProblemKind};
use lissom_diary::sync::protocol::stream;
use lissom_diary::{Transport, TransportError};

/// Entries that every device has ever posted.
pub(crate) type Pool = Rc<RefCell<BTreeMap<EntryId, Vec<u8>>>>;

/// One device's way to the pool.
pub(crate) struct View {
    /// Everything posted by anybody.
    pub(crate) pool: Pool,
    /// The log as this device sees it.
    pub(crate) log: Vec<EntryId>,
}

impl View {
    /// A view of nothing.
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool, log: Vec::new() }
    }

    /// Adds what is not in the log yet, if `choose` says so.
    pub(crate) fn deliver(&mut self, mut choose: impl FnMut() -> bool) {
        let missing: Vec<EntryId> = self.pool.borrow().keys().filter(|id| !self.log.contains(id)).copied().collect();
        self.log.extend(missing.into_iter().filter(|_| choose()));
    }

    fn cursor(&self, vault: &VaultId, pos: usize) -> Option<Cursor> {
        Some(Cursor::start(vault).after(self.log.get(..pos)?))
    }

    fn answer(&mut self, request: &Request) -> Option<Response> {
        match request.path.as_str() {
            CHALLENGE_PATH => return Some(json(&Challenge { challenge: "AAAA".into() })),
            TOKEN_PATH => return Some(json(&Token { token: "t".into(), expires_in: 900 })),
            _ => {}
        }
        let (path, query) = request.path.split_once('?')?;
        let vault = VaultId::from_text(path.split('/').nth(3)?).ok()?;
        let (after, chain) = query.strip_prefix("after=")?.split_once("&chain=")?;
        let after: usize = after.parse().ok()?;
        let at = self.cursor(&vault, after).filter(|at| Chain::from_text(chain) == Ok(at.chain));
        let Some(at) = at else { return Some(problem(ProblemKind::LogDiverged)) };
        Some(match request.method {
            Method::Post => self.append(&vault, &request.body)?,
            _ => self.page(at, after),
        })
    }

    fn append(&mut self, vault: &VaultId, body: &[u8]) -> Option<Response> {
        let mut positions = Vec::new();
        for entry in stream::split(body).ok()? {
            let id = entry.id(vault);
            if !self.log.contains(&id) {
                self.log.push(id);
            }
            self.pool.borrow_mut().insert(id, entry.into_bytes());
            let place = self.log.iter().position(|known| *known == id)?;
            positions.push(u64::try_from(place).ok()?.checked_add(1)?);
        }
        let last = usize::try_from(*positions.iter().max()?).ok()?;
        let chain = self.cursor(vault, last)?.chain.to_text();
        Some(json(&Appended { positions, chain }))
    }

    fn page(&self, at: Cursor, after: usize) -> Response {
        let ids: Vec<EntryId> = self.log.iter().skip(after).take(3).copied().collect();
        let to = at.after(&ids);
        let body = ids.iter().filter_map(|id| self.pool.borrow().get(id).cloned()).collect::<Vec<_>>().concat();
        let facts = [
            ("content-type", stream::MEDIA_TYPE.to_owned()),
            (POS_HEADER, to.pos.to_string()),
            (CHAIN_HEADER, to.chain.to_text()),
            (HEAD_HEADER, self.log.len().to_string()),
        ];
        let headers = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Response { status: 200, headers, body }
    }
}

impl Transport for View {
    fn exchange(&mut self, request: &Request, _: Duration) -> Result<Response, TransportError> {
        self.answer(request).ok_or_else(|| TransportError::new("the pool does not understand"))
    }
}

fn json(body: &impl serde::Serialize) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status: 200, headers, body: serde_json::to_vec(body).unwrap_or_default() }
}

fn problem(kind: ProblemKind) -> Response {
    let headers = vec![("content-type".to_owned(), problem::MEDIA_TYPE.to_owned())];
    Response { status: kind.status(), headers, body: serde_json::to_vec(&Problem::new(kind)).unwrap_or_default() }
}
