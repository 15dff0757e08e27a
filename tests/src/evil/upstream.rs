//! The honest relay behind the evil one: it gives tokens, takes vaults, and keeps every entry that anybody posts.

use std::collections::BTreeMap;
use std::time::Duration;

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::{HttpTransport, RelayUrl, RelayUrlError, Transport};
use lissom_protocol::api::entries_path;
use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::{problem::ProblemKind, stream};

use crate::simulator::Relay;

/// Longest wait for it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The way to the honest relay, and how far each log was read.
pub(super) struct Upstream {
    way: HttpTransport,
    read_to: BTreeMap<VaultId, Cursor>,
}

impl Upstream {
    pub(super) fn new(url: &str) -> Result<Self, RelayUrlError> {
        Ok(Self { way: HttpTransport::new(RelayUrl::parse(url, true)?), read_to: BTreeMap::new() })
    }

    /// What is new in a vault's log, read with the token that a client brought.
    ///
    /// The refusal goes to the client as it is.
    pub(super) fn news(
        &mut self,
        vault: &VaultId,
        headers: &[(&'static str, String)],
    ) -> Result<Vec<(EntryId, Vec<u8>)>, Option<Response>> {
        let token: Vec<_> = headers.iter().filter(|(name, _)| *name == "authorization").cloned().collect();
        let mut news = Vec::new();
        loop {
            let at = self.read_to.get(vault).copied().unwrap_or_else(|| Cursor::start(vault));
            let path = entries_path(vault, &at);
            let page = self.answer(&Request { method: Method::Get, path, headers: token.clone(), body: Vec::new() });
            let page = page.ok_or(None)?;
            // Set back behind our back: everything is read again.
            if page.status == ProblemKind::LogDiverged.status() && at.pos > 0 {
                self.read_to.remove(vault);
                continue;
            }
            let entries = (page.status == 200).then(|| stream::split(&page.body).ok()).flatten();
            let Some(entries) = entries else { return Err(Some(page)) };
            let (mut to, count) = (at, entries.len());
            for entry in entries {
                let id = entry.id(vault);
                to = to.after([&id]);
                news.push((id, entry.into_bytes()));
            }
            self.read_to.insert(*vault, to);
            if count == 0 {
                return Ok(news);
            }
        }
    }

    /// Brings what a client posted to the honest relay, wherever that client is in its own view of the log.
    pub(super) fn keep(&mut self, vault: &VaultId, posted: &Request) {
        let path = entries_path(vault, &Cursor::start(vault));
        // Should it refuse, the evil one has it all the same.
        drop(self.answer(&Request { path, ..posted.clone() }));
    }
}

impl Relay for Upstream {
    fn answer(&mut self, request: &Request) -> Option<Response> {
        self.way.exchange(request, TIMEOUT).ok()
    }
}
