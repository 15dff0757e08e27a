//! What both databases know of a vault, and of the invites that let one in.

use std::time::{SystemTime, UNIX_EPOCH};

use lissom_protocol::api::to_text;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{VaultId, VaultKeys};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::StoreError;

/// What a registration comes with, and what the relay asks for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Anybody may register.
    Open,
    /// Nobody may.
    Closed,
    /// Only with a good invite.
    Invite {
        /// The token that came, if any.
        token: Option<String>,
        /// Seconds since 1970 by the relay's clock.
        now: u64,
    },
}

impl std::fmt::Debug for Admission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Admission(..)")
    }
}

/// What a registration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registered {
    /// The vault is new.
    New,
    /// It was known; nothing was changed.
    Known,
}

/// One vault as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VaultSummary {
    /// The first eight characters of its id: enough to tell it apart, too little to ask for it.
    pub vault: String,
    /// How many entries it holds.
    pub entries: u64,
    /// How many bytes these are.
    pub bytes: u64,
    /// Most bytes that it may hold, if that is not what the settings say.
    pub quota: Option<u64>,
    /// Start of the day (UTC) on which it was last written to, in seconds since 1970.
    pub last_activity: u64,
}

/// A living vault's row.
pub(super) struct Vault {
    pub(super) row: i64,
    pub(super) id: VaultId,
    pub(super) keys: VaultKeys,
    pub(super) head: Cursor,
    pub(super) bytes: u64,
}

impl Vault {
    /// The chain at a cursor's position, where that needs no look at the log.
    pub(super) fn known_chain(&self, pos: u64) -> Known {
        match pos {
            0 => Known::Is(Chain::start(&self.id)),
            pos if pos == self.head.pos => Known::Is(self.head.chain),
            pos if pos > self.head.pos => Known::IsNot,
            _ => Known::AskTheLog,
        }
    }
}

/// What is known of the chain at a position.
pub(super) enum Known {
    /// It is this one.
    Is(Chain),
    /// There is none.
    IsNot,
    /// The log knows.
    AskTheLog,
}

/// What a store holds as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) vaults: u64,
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// Of the database.
    pub(crate) file: u64,
    /// Mailboxes that are in use.
    pub(crate) mailboxes: u64,
}

pub(super) fn short_form(vault: &VaultId) -> String {
    vault.to_text().chars().take(8).collect()
}

/// Shortest beginning of an id that names a vault.
const BEGINNING_MIN: usize = 6;

/// The one vault whose id begins like this.
pub(super) fn beginning<T>(
    vaults: impl IntoIterator<Item = T>,
    id: impl Fn(&T) -> VaultId,
    text: &str,
) -> Result<T, StoreError> {
    if text.len() < BEGINNING_MIN {
        return Err(StoreError::Ambiguous);
    }
    let mut fitting = vaults.into_iter().filter(|vault| id(vault).to_text().starts_with(text));
    match (fitting.next(), fitting.next()) {
        (Some(vault), None) => Ok(vault),
        (None, _) => Err(StoreError::VaultUnknown),
        _ => Err(StoreError::Ambiguous),
    }
}

/// A new invite's token.
pub(super) fn invite_token() -> Result<String, StoreError> {
    let mut secret = [0; 24];
    getrandom::fill(&mut secret).map_err(|_| StoreError::Unavailable)?;
    Ok(to_text(&secret))
}

/// What is stored of an invite's token.
pub(super) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Seconds since 1970 by the system's clock.
#[must_use]
pub fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Days since 1970. The store keeps no finer times: the operator needs none.
pub(super) fn today() -> u64 {
    unix_seconds() / 86_400
}
