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

/// The way to the honest relay, and what was read there of each log.
pub(super) struct Upstream {
    way: HttpTransport,
    logs: BTreeMap<VaultId, Log>,
}

/// A log in the honest order, as far as it was read.
struct Log {
    to: Cursor,
    entries: Vec<(EntryId, Vec<u8>)>,
}

impl Upstream {
    pub(super) fn new(url: &str) -> Result<Self, RelayUrlError> {
        Ok(Self { way: HttpTransport::new(RelayUrl::parse(url, true)?), logs: BTreeMap::new() })
    }

    /// Reads on in a vault's log, with the token that a client brought.
    ///
    /// The refusal goes to the client as it is.
    pub(super) fn read(
        &mut self,
        vault: &VaultId,
        headers: &[(&'static str, String)],
    ) -> Result<&[(EntryId, Vec<u8>)], Option<Response>> {
        let token: Vec<_> = headers.iter().filter(|(name, _)| *name == "authorization").cloned().collect();
        loop {
            let at = self.logs.get(vault).map_or_else(|| Cursor::start(vault), |log| log.to);
            let path = entries_path(vault, &at);
            let page = self.answer(&Request { method: Method::Get, path, headers: token.clone(), body: Vec::new() });
            let page = page.ok_or(None)?;
            // Set back behind our back: everything is read again.
            if page.status == ProblemKind::LogDiverged.status() && at.pos > 0 {
                self.logs.remove(vault);
                continue;
            }
            let news = (page.status == 200).then(|| stream::split(&page.body).ok()).flatten();
            let Some(news) = news else { return Err(Some(page)) };
            let last = news.is_empty();
            let log = self.logs.entry(*vault).or_insert_with(|| Log { to: at, entries: Vec::new() });
            for entry in news {
                let id = entry.id(vault);
                log.to = log.to.after([&id]);
                log.entries.push((id, entry.into_bytes()));
            }
            if last {
                break;
            }
        }
        Ok(self.logs.get(vault).map_or(&[], |log| &log.entries))
    }

    /// Brings what a client posted to the honest relay, wherever that client is in its own view of the log.
    pub(super) fn keep(&mut self, vault: &VaultId, posted: &Request) -> Option<Response> {
        let path = entries_path(vault, &Cursor::start(vault));
        self.answer(&Request { path, ..posted.clone() })
    }
}

impl Relay for Upstream {
    fn answer(&mut self, request: &Request) -> Option<Response> {
        self.way.exchange(request, TIMEOUT).ok()
    }
}
