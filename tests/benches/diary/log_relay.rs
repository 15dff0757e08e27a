//! A relay in memory whose log can be kept in a file and shown bit by bit: what a device does is then measured
//! without anything of a relay or a network but a copy of the page.

use std::path::Path;
use std::time::Duration;

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::sync::protocol::api::{
    Appended, CHAIN_HEADER, CHALLENGE_PATH, Challenge, HEAD_HEADER, POS_HEADER, TOKEN_PATH, Token,
};
use lissom_diary::sync::protocol::cursor::Cursor;
use lissom_diary::sync::protocol::entry::{UnverifiedEntry, stated_length};
use lissom_diary::sync::protocol::ids::VaultId;
use lissom_diary::sync::protocol::limits::BATCH_ENTRIES_MAX;
use lissom_diary::sync::protocol::stream;
use lissom_diary::{Transport, TransportError};

use crate::clocks::thread_ms;

/// The log of one vault. Takes every entry of a diary that is alone in posting.
pub(crate) struct LogRelay {
    vault: VaultId,
    entries: Vec<Vec<u8>>,
    /// The cursor before the first entry, and after each.
    cursors: Vec<Cursor>,
    /// So many entries are shown.
    pub(crate) shown: usize,
    /// So many entries make a page.
    pub(crate) page: usize,
    /// The thread's processor time at each request for a page.
    pub(crate) asked: Vec<f64>,
}

impl LogRelay {
    pub(crate) fn new(vault: &str) -> Self {
        let vault = VaultId::from_text(vault).unwrap();
        let cursors = vec![Cursor::start(&vault)];
        Self { vault, entries: Vec::new(), cursors, shown: usize::MAX, page: BATCH_ENTRIES_MAX, asked: Vec::new() }
    }

    /// With the log that [`LogRelay::save`] wrote.
    pub(crate) fn load(vault: &str, file: &Path) -> Self {
        let mut relay = Self::new(vault);
        let bytes = std::fs::read(file).unwrap();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (entry, after) = rest.split_at(stated_length(rest).unwrap());
            relay.push(entry.to_vec());
            rest = after;
        }
        relay
    }

    pub(crate) fn save(&self, file: &Path) {
        std::fs::write(file, self.entries.concat()).unwrap();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.entries.iter()
    }

    /// Bytes of all entries.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(Vec::len).sum()
    }

    fn push(&mut self, bytes: Vec<u8>) {
        let id = UnverifiedEntry::parse(bytes.clone()).unwrap().id(&self.vault);
        let cursor = self.cursors[self.cursors.len() - 1].after([&id]);
        self.cursors.push(cursor);
        self.entries.push(bytes);
    }

    fn append(&mut self, body: &[u8]) -> Response {
        let first = self.cursors.len();
        for entry in stream::split(body).unwrap() {
            self.push(entry.into_bytes());
        }
        let positions = (first..self.cursors.len()).map(|position| position as u64).collect();
        let chain = self.cursors[self.cursors.len() - 1].chain.to_text();
        json(serde_json::to_vec(&Appended { positions, chain }).unwrap())
    }

    fn page(&mut self, after: usize) -> Response {
        self.asked.push(thread_ms());
        let head = self.shown.min(self.entries.len());
        let end = (after + self.page).min(head);
        let to = self.cursors[end];
        let facts = [
            ("content-type", stream::MEDIA_TYPE.to_owned()),
            (POS_HEADER, to.pos.to_string()),
            (CHAIN_HEADER, to.chain.to_text()),
            (HEAD_HEADER, head.to_string()),
        ];
        let headers = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Response { status: 200, headers, body: self.entries[after..end].concat() }
    }
}

impl Transport for LogRelay {
    fn exchange(&mut self, request: &Request, _: Duration) -> Result<Response, TransportError> {
        Ok(match (request.path.as_str(), request.method) {
            (CHALLENGE_PATH, _) => json(serde_json::to_vec(&Challenge { challenge: "AAAA".into() }).unwrap()),
            (TOKEN_PATH, _) => json(serde_json::to_vec(&Token { token: "t".into(), expires_in: 900 }).unwrap()),
            (_, Method::Post) => self.append(&request.body),
            (path, _) => {
                let (_, after) = path.split_once("after=").unwrap();
                self.page(after.split_once('&').unwrap().0.parse().unwrap())
            }
        })
    }
}

fn json(body: Vec<u8>) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status: 200, headers, body }
}
