//! The database as the operator's commands see it: blocking, and beside a relay that is serving.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::copy::{self, CopyError};
use super::readers::read_transaction;
use super::{Export, schema, scrub, vaults, verify};
use crate::store::vault::{Vault, VaultSummary, short_form};
use crate::store::verdict::Verdict;
use crate::store::{FILE_NAME, OpenError, StoreError};

/// An existing database, opened for the operator. Several processes may have it open. Whoever only looks leaves one of an older
/// version as it is: a backup made before the first start of a new program is one that the old program reads.
#[derive(Debug)]
pub(in crate::store) struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the database in a data folder.
    pub(in crate::store) fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(FILE_NAME);
        let opened = if path.exists() { schema::open_existing(&path)? } else { None };
        match opened {
            Some(connection) => Ok(Self { connection, path }),
            None => Err(OpenError::Missing { place: folder.display().to_string() }),
        }
    }

    fn write(&mut self) -> Result<Transaction<'_>, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match schema::take_over(&transaction, &self.path) {
            Ok(()) => Ok(transaction),
            Err(OpenError::Sqlite { source, .. }) => Err(source.into()),
            Err(other) => {
                tracing::error!(error = %other, "cannot take over the database of an older version");
                Err(StoreError::Unavailable)
            }
        }
    }

    /// Makes an invite and gives back its token, which is stored only as a hash.
    pub(in crate::store) fn make_invite(&mut self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        let transaction = self.write()?;
        let token = vaults::make_invite(&transaction, uses, expires_at)?;
        transaction.commit()?;
        Ok(token)
    }

    /// Every vault, oldest first.
    pub(in crate::store) fn vaults(&self) -> Result<Vec<VaultSummary>, StoreError> {
        read_transaction(&self.connection, vaults::list)
    }

    /// Gives the one vault whose id begins like this a quota of its own, or takes it back; counts at the next post.
    pub(in crate::store) fn set_quota(
        &mut self,
        beginning: &str,
        bytes: Option<u64>,
    ) -> Result<VaultSummary, StoreError> {
        let transaction = self.write()?;
        let vault = vaults::beginning_with(&transaction, beginning)?;
        vaults::set_quota(&transaction, &vault, bytes)?;
        let summary = summary_of(&transaction, &vault)?;
        transaction.commit()?;
        Ok(summary)
    }

    /// Deletes the one vault whose id begins like this. Its owner has signed nothing, so that devices are told that
    /// there is no such vault, and may register it again where they are let in. Tells besides whether its bytes are off
    /// the files already: who reads at the time keeps them there until the relay starts again.
    pub(in crate::store) fn delete_vault(&mut self, beginning: &str) -> Result<(VaultSummary, bool), StoreError> {
        let transaction = self.write()?;
        let vault = vaults::beginning_with(&transaction, beginning)?;
        let summary = summary_of(&transaction, &vault)?;
        vaults::forget(&transaction, &vault)?;
        transaction.commit()?;
        // It is deleted: whatever is in the way of the rest is no failure of that.
        let scrubbed = scrub::scrub(&self.connection).unwrap_or(false);
        Ok((summary, scrubbed))
    }

    /// The vault whose id begins like this.
    pub(in crate::store) fn vault(&self, beginning: &str) -> Result<VaultSummary, StoreError> {
        let vault = vaults::beginning_with(&self.connection, beginning)?;
        summary_of(&self.connection, &vault)
    }

    /// Checks the file, and every entry's layout, id, signature, position and chain.
    pub(in crate::store) fn verify(&self) -> Result<Verdict, StoreError> {
        read_transaction(&self.connection, verify::all)
    }

    /// Everything that is in it, for moving elsewhere; nobody else can write until it is dropped.
    pub(in crate::store) fn export(&mut self) -> Result<Export<'_>, StoreError> {
        Ok(Export::of(self.write()?))
    }

    /// Writes one consistent state into a new file and verifies it.
    pub(in crate::store) fn backup(&self, file: &Path) -> Result<Verdict, CopyError> {
        copy::backup(&self.connection, file)
    }
}

fn summary_of(db: &Connection, vault: &Vault) -> Result<VaultSummary, StoreError> {
    let short = short_form(&vault.id);
    vaults::list(db)?.into_iter().find(|summary| summary.vault == short).ok_or(StoreError::VaultUnknown)
}
