//! The database as the operator's commands see it: blocking, and beside relays that are serving.

use std::path::Path;

use super::postgres::Operator;
use super::vault::VaultSummary;
use super::verdict::Verdict;
use super::{CopyError, OpenError, StoreError, sqlite};
use crate::config::Config;

/// An existing database, opened for the operator. Several processes may have it open.
#[derive(Debug)]
pub struct Database {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sqlite(sqlite::Database),
    Postgres(Operator),
}

impl Database {
    /// Opens the database in a data folder.
    ///
    /// # Errors
    /// [`OpenError`] if there is none, or if it is none of ours or newer than this program.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Ok(Self { kind: Kind::Sqlite(sqlite::Database::open(folder)?) })
    }

    /// Opens the configured database, wherever it is. Not to be called from within an asynchronous runtime, whose thread it would block.
    ///
    /// # Errors
    /// [`OpenError`] if there is none, or if it is none of ours or newer than this program.
    pub fn configured(config: &Config) -> Result<Self, OpenError> {
        match &config.database {
            None => Self::open(&config.data),
            Some(url) => Ok(Self { kind: Kind::Postgres(Operator::open(url, config)?) }),
        }
    }

    /// Makes an invite and gives back its token, which is stored only as a hash.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn make_invite(&mut self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        match &mut self.kind {
            Kind::Sqlite(database) => database.make_invite(uses, expires_at),
            Kind::Postgres(database) => database.make_invite(uses, expires_at),
        }
    }

    /// Every vault, oldest first.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn vaults(&self) -> Result<Vec<VaultSummary>, StoreError> {
        match &self.kind {
            Kind::Sqlite(database) => database.vaults(),
            Kind::Postgres(database) => database.vaults(),
        }
    }

    /// The vault whose id begins like this.
    ///
    /// # Errors
    /// `VaultUnknown`, `Ambiguous`, or a failure of the store.
    pub fn vault(&self, beginning: &str) -> Result<VaultSummary, StoreError> {
        match &self.kind {
            Kind::Sqlite(database) => database.vault(beginning),
            Kind::Postgres(database) => database.vault(beginning),
        }
    }

    /// Gives the one vault whose id begins like this a quota of its own, or takes it back; counts at the next post.
    ///
    /// # Errors
    /// `VaultUnknown`, `Ambiguous`, or a failure of the store.
    pub fn set_quota(&mut self, beginning: &str, bytes: Option<u64>) -> Result<VaultSummary, StoreError> {
        match &mut self.kind {
            Kind::Sqlite(database) => database.set_quota(beginning, bytes),
            Kind::Postgres(database) => database.set_quota(beginning, bytes),
        }
    }

    /// Deletes the one vault whose id begins like this. Its owner has signed nothing, so that devices are told that
    /// there is no such vault, and may register it again where they are let in. Tells besides whether its bytes are off
    /// the files already: who reads at the time keeps them there until the relay starts again, and PostgreSQL until it
    /// vacuums.
    ///
    /// # Errors
    /// `VaultUnknown`, `Ambiguous`, or a failure of the store.
    pub fn delete_vault(&mut self, beginning: &str) -> Result<(VaultSummary, bool), StoreError> {
        match &mut self.kind {
            Kind::Sqlite(database) => database.delete_vault(beginning),
            Kind::Postgres(database) => Ok((database.delete_vault(beginning)?, true)),
        }
    }

    /// Checks every entry's layout, id, signature, position and chain, and SQLite's file as a whole.
    ///
    /// # Errors
    /// A failure of the store; damage is no error but in the [`Verdict`].
    pub fn verify(&self) -> Result<Verdict, StoreError> {
        match &self.kind {
            Kind::Sqlite(database) => database.verify(),
            Kind::Postgres(database) => database.verify(),
        }
    }

    /// Writes one consistent state into a new file and verifies it.
    ///
    /// # Errors
    /// [`CopyError`] if the file exists, cannot be written, or turns out damaged; and for PostgreSQL, whose own tools
    /// make its backups.
    pub fn backup(&self, file: &Path) -> Result<Verdict, CopyError> {
        match &self.kind {
            Kind::Sqlite(database) => database.backup(file),
            Kind::Postgres(_) => Err(StoreError::NotHere("backed up by its own tools").into()),
        }
    }
}
