//! Moving from SQLite to PostgreSQL: everything, verified, and gone on with after an interruption.

use std::collections::HashMap;

use lissom_protocol::cursor::Cursor;
use lissom_protocol::ids::VaultId;

use super::postgres::{Operator, import};
use super::sqlite::{self, Invite};
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
    /// There is something else in PostgreSQL already: a relay's diaries, or another relay's half of a move.
    #[error("the database in PostgreSQL is in use already")]
    InUse,
    /// A node serves from the database in PostgreSQL.
    #[error("a relay is serving from the database in PostgreSQL")]
    Serving,
    /// Something that went over is not there any more.
    #[error("{missing} diaries are not in PostgreSQL as they were sent")]
    Missing {
        /// How many.
        missing: usize,
    },
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Moves everything from the file in the data folder into PostgreSQL, where it makes the tables if they are missing.
/// `progress` hears how many entries of how many are there. Nobody can write to the file meanwhile, and no node starts on
/// the database until everything is there. What was interrupted is gone on with, and follows what has changed in the file.
///
/// # Errors
/// [`MigrateError`]; nothing is lost in any case.
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
    // What devices brought to such a node would be taken for something that is gone from the file.
    if !target.run(async |db| import::is_alone(db).await)? {
        return Err(MigrateError::Serving);
    }
    let key = source.server_key()?;
    if !target.run(async |db| import::begin(db, &key).await)? {
        return Err(MigrateError::InUse);
    }
    let mut migrated = Migrated::default();
    // What each vault is to be in the end.
    let mut ends = HashMap::new();
    for exported in source.vaults()? {
        ends.insert(exported.vault.id, Some(exported.vault.head));
        migrated.vaults = migrated.vaults.saturating_add(1);
        let mut end = target.run(async |db| import::vault(db, &exported).await)?;
        if source.chain_at(&exported.vault, end.pos)? != Some(end.chain) {
            // The file was set back since.
            target.run(async |db| import::remove(db, &exported.vault.id).await)?;
            end = target.run(async |db| import::vault(db, &exported).await)?;
        }
        migrated.before = migrated.before.saturating_add(end.pos);
        loop {
            progress(migrated.entries.saturating_add(migrated.before), verdict.entries);
            let rows = source.entries(&exported.vault, end.pos)?;
            let Some(next) = rows.last().map(|row| row.place) else { break };
            target.run(async |db| import::entries(db, &exported, &end, &rows).await)?;
            migrated.entries = migrated.entries.saturating_add(next.pos.saturating_sub(end.pos));
            end = next;
        }
    }
    for (vault, statement) in source.deleted()? {
        target.run(async |db| import::deleted(db, &vault, &statement).await)?;
        ends.insert(vault, None);
        migrated.deleted = migrated.deleted.saturating_add(1);
    }
    finish(&target, &ends, &source.invites()?, &mut migrated)?;
    Ok(migrated)
}

/// Looks over what arrived, and only then says that it counts.
fn finish(
    target: &Operator,
    ends: &HashMap<VaultId, Option<Cursor>>,
    invites: &[Invite],
    migrated: &mut Migrated,
) -> Result<(), MigrateError> {
    for vault in target.run(async |db| import::ends(db).await)?.keys().filter(|vault| !ends.contains_key(vault)) {
        // The operator took it off the file since this move was begun.
        target.run(async |db| import::remove(db, vault).await)?;
    }
    let verdict = target.verify()?;
    if !verdict.is_good() {
        return Err(MigrateError::TargetDamaged { verdict });
    }
    let there = target.run(async |db| import::ends(db).await)?;
    let missing = ends.iter().filter(|(vault, end)| there.get(vault) != Some(end)).count();
    if missing > 0 {
        return Err(MigrateError::Missing { missing });
    }
    target.run(async |db| import::finish(db, invites).await)?;
    migrated.invites = u64::try_from(invites.len()).unwrap_or(u64::MAX);
    Ok(())
}
