//! Moving from SQLite to PostgreSQL: everything, verified, and gone on with after an interruption.

use lissom_protocol::cursor::Cursor;

use super::postgres::{Operator, import};
use super::sqlite::{self, Export, Exported};
use super::vault::short_form;
use super::verdict::Verdict;
use super::{OpenError, PostgresUrl, StoreError};
use crate::config::Config;

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Diaries that are there now.
    pub vaults: u64,
    /// Entries that went over.
    pub entries: u64,
    /// Entries that were there already.
    pub before: u64,
    /// Statements of deleted diaries.
    pub deleted: u64,
    /// Invites.
    pub invites: u64,
}

/// Why not everything was moved. What went over is there, and the next attempt goes on from it.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// What is to be moved is damaged.
    #[error("the database to be moved is damaged in {} places", verdict.damage.len())]
    SourceDamaged {
        /// What is wrong.
        verdict: Verdict,
    },
    /// What arrived is not what was sent.
    #[error("the database in PostgreSQL is damaged in {} places", verdict.damage.len())]
    TargetDamaged {
        /// What is wrong.
        verdict: Verdict,
    },
    /// The same diary has another history there.
    #[error("diary {vault} has another history in PostgreSQL")]
    Conflict {
        /// The first characters of its id.
        vault: String,
    },
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Moves everything from the file in the data folder into PostgreSQL, where it makes the tables if they are missing.
/// `progress` hears how many entries of how many are there. Nobody can write to the file meanwhile.
///
/// Merges into what is there: a diary that is there already is gone on with, or left alone where it has grown since; one
/// that its owner has deleted there stays deleted.
///
/// # Errors
/// [`MigrateError`]; nothing is changed in the file in any case.
pub fn migrate(
    config: &Config,
    url: &PostgresUrl,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Migrated, MigrateError> {
    let mut source = sqlite::Database::open(&config.data)?;
    let source = source.export()?;
    let verdict = source.verify()?;
    if !verdict.is_good() {
        return Err(MigrateError::SourceDamaged { verdict });
    }
    let target = Operator::make(url, config)?;
    let mut migrated = Migrated::default();
    let key = source.server_key()?;
    target.run(async |db| import::server_key(db, &key).await)?;
    for exported in source.vaults()? {
        progress(migrated.entries.saturating_add(migrated.before), verdict.entries);
        let Some(end) = target.run(async |db| import::vault(db, &exported).await)? else { continue };
        migrated.vaults = migrated.vaults.saturating_add(1);
        migrated.before = migrated.before.saturating_add(end.pos.min(exported.vault.head.pos));
        if end.pos > exported.vault.head.pos {
            let there =
                target.run(async |db| import::chain_at(db, &exported.vault.id, exported.vault.head.pos).await)?;
            if exported.vault.head.pos > 0 && there != Some(exported.vault.head.chain) {
                return Err(conflict(&exported));
            }
            continue;
        }
        if source.chain_at(&exported.vault, end.pos)? != Some(end.chain) {
            return Err(conflict(&exported));
        }
        let mut end = end;
        while let Some(next) = step(&source, &exported, &end, |rows| {
            target.run(async |db| import::entries(db, &exported, &end, rows).await)
        })? {
            migrated.entries = migrated.entries.saturating_add(next.pos.saturating_sub(end.pos));
            end = next;
            progress(migrated.entries.saturating_add(migrated.before), verdict.entries);
        }
    }
    for (vault, statement) in source.deleted()? {
        target.run(async |db| import::deleted(db, &vault, &statement).await)?;
        migrated.deleted = migrated.deleted.saturating_add(1);
    }
    for invite in source.invites()? {
        target.run(async |db| import::invite(db, &invite).await)?;
        migrated.invites = migrated.invites.saturating_add(1);
    }
    let verdict = target.verify()?;
    if verdict.is_good() { Ok(migrated) } else { Err(MigrateError::TargetDamaged { verdict }) }
}

/// Moves the next entries; the place after the last of them, or none if there were none.
fn step(
    source: &Export<'_>,
    exported: &Exported,
    end: &Cursor,
    add: impl FnOnce(&[sqlite::Row]) -> Result<(), StoreError>,
) -> Result<Option<Cursor>, MigrateError> {
    let rows = source.entries(&exported.vault, end.pos)?;
    let Some(last) = rows.last().map(|row| row.place) else { return Ok(None) };
    add(&rows)?;
    Ok(Some(last))
}

fn conflict(exported: &Exported) -> MigrateError {
    MigrateError::Conflict { vault: short_form(&exported.vault.id) }
}
