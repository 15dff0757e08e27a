//! Looking over everything that is stored.

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::entry::{SIGNATURE_BYTES, UnverifiedEntry, signed_message};
use lissom_protocol::ids::EntryId;
use lissom_protocol::statement::is_signed;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::StoreError;
use super::vaults::{self, Vault};

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
    /// The short form of the vault's id; none where the file as a whole is meant.
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

    fn report(&mut self, vault: Option<&Vault>, pos: Option<u64>, what: impl Into<String>) {
        if self.damage.len() < DAMAGE_MAX {
            let vault = vault.map(|vault| vaults::short_form(&vault.id));
            self.damage.push(Damage { vault, pos, what: what.into() });
        }
    }
}

pub(super) fn all(db: &Connection) -> Result<Verdict, StoreError> {
    let mut verdict = Verdict::default();
    let mut check = db.prepare("PRAGMA integrity_check")?;
    let mut lines = check.query([])?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            verdict.report(None, None, format!("SQLite: {line}"));
        }
    }
    for vault in vaults::all(db)? {
        verdict.vaults = verdict.vaults.saturating_add(1);
        one(db, &vault, &mut verdict)?;
    }
    let strays: u64 =
        db.query_row("SELECT count(*) FROM entry WHERE vault NOT IN (SELECT id FROM vault)", [], |row| row.get(0))?;
    if strays > 0 {
        verdict.report(None, None, format!("{strays} entries belong to no vault"));
    }
    Ok(verdict)
}

fn one(db: &Connection, vault: &Vault, verdict: &mut Verdict) -> Result<(), StoreError> {
    if vault.keys.vault_id() != vault.id {
        verdict.report(Some(vault), None, "the keys do not make this vault's id");
    }
    let mut place = Cursor::start(&vault.id);
    let mut total = 0_u64;
    let mut entries = db.prepare("SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = ?1 ORDER BY pos")?;
    let mut entries = entries.query(params![vault.row])?;
    while let Some(row) = entries.next()? {
        let (pos, id): (u64, _) = (row.get(0)?, EntryId(row.get(1)?));
        let bytes: Vec<u8> = row.get(3)?;
        verdict.entries = verdict.entries.saturating_add(1);
        total = total.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        place = place.after([&id]);
        if pos != place.pos {
            verdict.report(Some(vault), Some(pos), format!("position {} is missing", place.pos));
            place.pos = pos;
        }
        if Chain(row.get(2)?) != place.chain {
            verdict.report(Some(vault), Some(pos), "the chain does not follow");
            place.chain = Chain(row.get(2)?);
        }
        if let Err(what) = entry(vault, &id, bytes) {
            verdict.report(Some(vault), Some(pos), what);
        }
    }
    if place != vault.head {
        verdict.report(Some(vault), None, "the head is not where the log ends");
    }
    if total != vault.bytes {
        verdict.report(Some(vault), None, "the bytes counted are not the bytes stored");
    }
    verdict.bytes = verdict.bytes.saturating_add(total);
    Ok(())
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
