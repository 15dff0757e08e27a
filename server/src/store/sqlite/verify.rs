//! Looking over everything that is stored.

use lissom_protocol::cursor::Chain;
use lissom_protocol::ids::EntryId;
use rusqlite::{Connection, params};

use super::vaults;
use crate::store::StoreError;
use crate::store::vault::Vault;
use crate::store::verdict::{Look, Verdict};

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
    let mut look = Look::begin(vault, verdict);
    let mut entries = db.prepare("SELECT pos, entry_id, chain, bytes FROM entry WHERE vault = ?1 ORDER BY pos")?;
    let mut entries = entries.query(params![vault.row])?;
    while let Some(row) = entries.next()? {
        look.entry(row.get(0)?, &EntryId(row.get(1)?), Chain(row.get(2)?), row.get(3)?);
    }
    look.end();
    Ok(())
}
