//! Everything that is in the file, for moving to another database. Nobody writes to it meanwhile.

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{EntryId, VaultId};
use lissom_protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{schema, vaults, verify};
use crate::store::vault::Vault;
use crate::store::verdict::Verdict;
use crate::store::{OpenError, Statement, StoreError};

/// A vault with the quota that the operator gave to it, and the day of its last activity.
pub(in crate::store) struct Exported {
    pub(in crate::store) vault: Vault,
    pub(in crate::store) quota: Option<u64>,
    pub(in crate::store) active_day: u64,
}

/// One entry as it is stored.
pub(in crate::store) struct Row {
    pub(in crate::store) place: Cursor,
    pub(in crate::store) id: EntryId,
    pub(in crate::store) bytes: Vec<u8>,
}

/// An invite, of which only the token's hash is known.
pub(in crate::store) struct Invite {
    pub(in crate::store) hash: [u8; 32],
    pub(in crate::store) uses_left: i64,
    pub(in crate::store) expires_at: Option<i64>,
}

/// One state of the file.
pub(in crate::store) struct Export<'a> {
    transaction: Transaction<'a>,
}

impl<'a> Export<'a> {
    pub(super) fn of(transaction: Transaction<'a>) -> Self {
        Self { transaction }
    }

    pub(in crate::store) fn verify(&self) -> Result<Verdict, StoreError> {
        verify::all(&self.transaction)
    }

    pub(in crate::store) fn server_key(&self) -> Result<[u8; 32], OpenError> {
        schema::server_key(&self.transaction)
    }

    pub(in crate::store) fn vaults(&self) -> Result<Vec<Exported>, StoreError> {
        let all = vaults::all(&self.transaction)?.into_iter();
        let exported = |vault: Vault| {
            let day = "SELECT active_day FROM vault WHERE id = ?1";
            let active_day = self.transaction.query_row(day, [vault.row], |row| row.get(0))?;
            Ok(Exported { quota: vaults::quota_of(&self.transaction, &vault)?, vault, active_day })
        };
        all.map(exported).collect()
    }

    /// The chain at a position of a vault's log.
    pub(in crate::store) fn chain_at(&self, vault: &Vault, pos: u64) -> Result<Option<Chain>, StoreError> {
        if pos == 0 {
            return Ok(Some(Chain::start(&vault.id)));
        }
        let mut query = self.transaction.prepare_cached("SELECT chain FROM entry WHERE vault = ?1 AND pos = ?2")?;
        Ok(query.query_row(params![vault.row, pos], |row| row.get(0)).optional()?.map(Chain))
    }

    /// The next entries of a vault, as many as go into a batch.
    pub(in crate::store) fn entries(&self, vault: &Vault, after: u64) -> Result<Vec<Row>, StoreError> {
        let sql = "SELECT pos, chain, entry_id, bytes FROM entry WHERE vault = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3";
        let mut query = self.transaction.prepare_cached(sql)?;
        let rows = query.query_map(params![vault.row, after, BATCH_ENTRIES_MAX], |row| {
            let place = Cursor { pos: row.get(0)?, chain: Chain(row.get(1)?) };
            Ok(Row { place, id: EntryId(row.get(2)?), bytes: row.get(3)? })
        })?;
        // Not all at once where they are large: they are in memory, and on their way in one transaction.
        let (mut found, mut bytes) = (Vec::new(), 0_usize);
        for row in rows {
            let row = row?;
            bytes = bytes.saturating_add(row.bytes.len());
            found.push(row);
            if bytes > BATCH_BYTES_MAX {
                break;
            }
        }
        Ok(found)
    }

    pub(in crate::store) fn deleted(&self) -> Result<Vec<(VaultId, Statement)>, StoreError> {
        let mut query = self.transaction.prepare("SELECT vault_id, statement FROM deleted ORDER BY rowid")?;
        let rows = query.query_map([], |row| Ok((VaultId(row.get(0)?), Statement(row.get(1)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(in crate::store) fn invites(&self) -> Result<Vec<Invite>, StoreError> {
        let mut query = self.transaction.prepare("SELECT token_hash, uses_left, expires_at FROM invite")?;
        let rows = query
            .query_map([], |row| Ok(Invite { hash: row.get(0)?, uses_left: row.get(1)?, expires_at: row.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
