//! What looking over everything that is stored gives.

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::{SIGNATURE_BYTES, UnverifiedEntry, signed_message};
use lissom_protocol::ids::EntryId;
use lissom_protocol::statement::is_signed;
use serde::Serialize;

use super::vault::{Vault, short_form};

/// What looking over a database gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Vaults looked at.
    pub vaults: u64,
    /// Entries looked at.
    pub entries: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Everything that is wrong; the first hundred.
    pub damage: Vec<Damage>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The short form of the vault's id; none where the database as a whole is meant.
    pub vault: Option<String>,
    /// The entry's position, where one is meant.
    pub pos: Option<u64>,
    /// What is wrong.
    pub what: String,
}

const DAMAGE_MAX: usize = 100;

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.damage.is_empty()
    }

    pub(super) fn report(&mut self, vault: Option<&Vault>, pos: Option<u64>, what: impl Into<String>) {
        if self.damage.len() < DAMAGE_MAX {
            let vault = vault.map(|vault| short_form(&vault.id));
            self.damage.push(Damage { vault, pos, what: what.into() });
        }
    }
}

/// Looks over one vault, entry by entry in the order of their positions.
pub(super) struct Look<'a> {
    vault: &'a Vault,
    verdict: &'a mut Verdict,
    place: Cursor,
    total: u64,
}

impl<'a> Look<'a> {
    pub(super) fn begin(vault: &'a Vault, verdict: &'a mut Verdict) -> Self {
        verdict.vaults = verdict.vaults.saturating_add(1);
        if vault.keys.vault_id() != vault.id {
            verdict.report(Some(vault), None, "the keys do not make this vault's id");
        }
        Self { vault, verdict, place: Cursor::start(&vault.id), total: 0 }
    }

    pub(super) fn entry(&mut self, pos: u64, id: &EntryId, chain: Chain, bytes: Vec<u8>) {
        self.verdict.entries = self.verdict.entries.saturating_add(1);
        self.total = self.total.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.place = self.place.after([id]);
        if pos != self.place.pos {
            self.verdict.report(Some(self.vault), Some(pos), format!("position {} is missing", self.place.pos));
            self.place.pos = pos;
        }
        if chain != self.place.chain {
            self.verdict.report(Some(self.vault), Some(pos), "the chain does not follow");
            self.place.chain = chain;
        }
        if let Err(what) = entry(self.vault, id, bytes) {
            self.verdict.report(Some(self.vault), Some(pos), what);
        }
    }

    pub(super) fn end(self) {
        if self.place != self.vault.head {
            self.verdict.report(Some(self.vault), None, "the head is not where the log ends");
        }
        if self.total != self.vault.bytes {
            self.verdict.report(Some(self.vault), None, "the bytes counted are not the bytes stored");
        }
        self.verdict.bytes = self.verdict.bytes.saturating_add(self.total);
    }
}

/// The bytes of an entry, if they are a whole one of that id, signed by the owner.
pub(super) fn entry(vault: &Vault, id: &EntryId, bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    let entry = UnverifiedEntry::parse(bytes).map_err(|_| "the bytes are no entry")?;
    if entry.id(&vault.id) != *id {
        return Err("the bytes do not give the entry's id");
    }
    let bytes = entry.into_bytes();
    let signature = bytes.len().checked_sub(SIGNATURE_BYTES).and_then(|start| bytes.get(start..)).unwrap_or_default();
    if is_signed(&vault.keys.write, &signed_message(id), signature) {
        Ok(bytes)
    } else {
        Err("the signature is not the owner's")
    }
}
