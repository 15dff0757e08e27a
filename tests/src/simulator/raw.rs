//! A bare client: speaks the protocol by hand, for what no device of ours would write.

use lissom_core::document::{Document, Put, Writer};
use lissom_protocol::api::{self, Challenge, ChallengeRequest, Token, TokenRequest};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::ids::EntryId;
use lissom_protocol::limits::PARENTS_MAX;
use lissom_protocol::stream;
use lissom_sync::http::{Method, Request, Response};
use lissom_sync::keys::Keys;
use lissom_sync::payload::{Changes, Head, KIND_CHANGES, VERSION};
use lissom_sync::seal::{open, seal};

use crate::simulator::relay::Relay;
use crate::simulator::rng::Rng;

/// A kind of entries that this program does not know.
pub(crate) const NEWER_KIND: u64 = 9;
/// A document that only newer programs write to.
const NEWER_DOCUMENT: &str = "log-2150";

/// A session of such a client with one relay.
pub(crate) struct Raw<'a> {
    keys: &'a Keys,
    token: String,
}

fn json(path: &str, body: &impl serde::Serialize) -> Request {
    let headers = vec![("content-type", "application/json".to_owned())];
    let body = serde_json::to_vec(body).expect("JSON");
    Request { method: Method::Post, path: path.to_owned(), headers, body }
}

fn read<T: serde::de::DeserializeOwned>(response: Option<Response>) -> Option<T> {
    serde_json::from_slice(&response.filter(|response| response.status < 300)?.body).ok()
}

impl<'a> Raw<'a> {
    /// Gets a token; `None` if the relay gives none.
    pub(crate) fn begin(keys: &'a Keys, relay: &mut dyn Relay) -> Option<Self> {
        let vault = keys.vault().to_text();
        let asked = ChallengeRequest { vault: vault.clone() };
        let Challenge { challenge } = read(relay.answer(&json(api::CHALLENGE_PATH, &asked)))?;
        let signature = api::to_text(&keys.sign_auth(&api::bytes_from_text(&challenge)?));
        let asked = TokenRequest { vault, role: keys.role(), challenge, signature };
        let Token { token, .. } = read(relay.answer(&json(api::TOKEN_PATH, &asked)))?;
        Some(Self { keys, token })
    }

    /// Registers the vault.
    pub(crate) fn register(keys: &Keys, relay: &mut dyn Relay) {
        let public = keys.public();
        let body = api::Register {
            write: api::to_text(&public.write),
            read: api::to_text(&public.read),
            key_check: api::to_text(&public.key_check),
            signature: api::to_text(&keys.sign_register().expect("an owner's keys")),
            invite: None,
        };
        let answer = relay.answer(&json(api::VAULTS_PATH, &body));
        assert!(answer.is_some_and(|answer| answer.status < 300), "a vault that can be registered");
    }

    fn ask(&self, relay: &mut dyn Relay, method: Method, path: String, kind: &str, body: Vec<u8>) -> Option<Response> {
        let headers = vec![("authorization", format!("Bearer {}", self.token)), ("content-type", kind.to_owned())];
        relay.answer(&Request { method, path, headers, body })
    }

    /// The whole log.
    pub(crate) fn log(&self, relay: &mut dyn Relay) -> Option<Vec<VerifiedEntry>> {
        let mut at = Cursor::start(&self.keys.vault());
        let mut log = Vec::new();
        loop {
            let path = api::entries_path(&self.keys.vault(), &at);
            let page = self.ask(relay, Method::Get, path, stream::MEDIA_TYPE, Vec::new())?;
            if page.status != 200 {
                return None;
            }
            let entries = stream::split(&page.body).ok()?;
            if entries.is_empty() {
                return Some(log);
            }
            for entry in entries {
                at = at.after([&entry.id(&self.keys.vault())]);
                log.push(self.keys.verify(entry)?);
            }
        }
    }

    /// Posts at this place; whether it was taken.
    pub(crate) fn post(&self, relay: &mut dyn Relay, at: &Cursor, entries: &[VerifiedEntry]) -> bool {
        let path = api::entries_path(&self.keys.vault(), at);
        let body = entries.iter().flat_map(|entry| entry.bytes().iter().copied()).collect();
        self.ask(relay, Method::Post, path, stream::MEDIA_TYPE, body).is_some_and(|answer| answer.status == 200)
    }

    /// Deletes the vault as its owner would, at its head.
    pub(crate) fn delete(&self, relay: &mut dyn Relay) -> bool {
        let Some(log) = self.log(relay) else { return false };
        let ids: Vec<EntryId> = log.iter().map(VerifiedEntry::id).collect();
        self.delete_at(relay, &Cursor::start(&self.keys.vault()).after(&ids))
    }

    /// Deletes the vault, if this is its head.
    pub(crate) fn delete_at(&self, relay: &mut dyn Relay, at: &Cursor) -> bool {
        let path = format!("{}?{}", api::vault_path(&self.keys.vault()), api::cursor_query(at));
        let statement = api::to_text(&self.keys.sign_deletion().expect("an owner's keys"));
        let body = serde_json::to_vec(&api::Delete { statement }).expect("JSON");
        self.ask(relay, Method::Delete, path, "application/json", body).is_some_and(|answer| answer.status == 204)
    }

    /// Writes as a newer program would: another kind, or a document that needs it. Gives the entry and what it was
    /// sealed after, if the relay took it.
    pub(crate) fn write_newer(
        &self,
        relay: &mut dyn Relay,
        another_kind: bool,
        rng: &mut Rng,
    ) -> Option<(EntryId, Vec<EntryId>)> {
        let log = self.log(relay)?;
        let ids: Vec<EntryId> = log.iter().map(VerifiedEntry::id).collect();
        let named: Vec<EntryId> =
            log.iter().filter_map(|entry| open(self.keys, entry).head).flat_map(|head| head.parents).collect();
        let parents = ids.iter().filter(|id| !named.contains(id)).take(PARENTS_MAX).copied().collect();
        let (mut device, mut writer, mut nonce) = ([0; 16], [0; 16], [0; 24]);
        for bytes in [device.as_mut_slice(), writer.as_mut_slice(), nonce.as_mut_slice()] {
            rng.fill(bytes);
        }
        let kind = if another_kind { NEWER_KIND } else { KIND_CHANGES };
        let mut body = Vec::new();
        if !another_kind {
            let put = Put::Record { key: format!("z:{:016x}", rng.next()), value: vec![0xa0] };
            let written = Document::new().write(Writer(writer), &[put]).ok()??;
            body = written.change.bytes;
        }
        let changes =
            Changes { doc_id: NEWER_DOCUMENT.to_owned(), body, min_version: VERSION + u64::from(!another_kind) };
        let entry = seal(self.keys, &Head { kind, device, writer, parents }, &changes, nonce).ok()?;
        let at = Cursor::start(&self.keys.vault()).after(&ids);
        self.post(relay, &at, std::slice::from_ref(&entry)).then(|| (entry.id(), ids))
    }
}
