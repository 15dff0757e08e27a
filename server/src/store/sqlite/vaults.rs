//! Vaults as a whole: registering, finding, deleting, listing; and the invites that let them in.

use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{VaultId, VaultKeys};
#[cfg(feature = "planted")]
use lissom_protocol::planted::{Fault, planted};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::vault::{
    Admission, Registered, Totals, Vault, VaultSummary, beginning, invite_token, short_form, today, token_hash,
    unix_seconds,
};
use crate::store::{Statement, StoreError};

const COLUMNS: &str = "id, vault_id, write_key, read_key, key_check, head, chain, bytes";

pub(super) fn vault_of(row: &Row<'_>) -> rusqlite::Result<Vault> {
    Ok(Vault {
        row: row.get(0)?,
        id: VaultId(row.get(1)?),
        keys: VaultKeys { write: row.get(2)?, read: row.get(3)?, key_check: row.get(4)? },
        head: Cursor { pos: row.get(5)?, chain: Chain(row.get(6)?) },
        bytes: row.get(7)?,
    })
}

fn look_up(db: &Connection, vault: &VaultId) -> Result<Option<Vault>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM vault WHERE vault_id = ?1"))?;
    Ok(query.query_row([vault.0], vault_of).optional()?)
}

fn statement_of(db: &Connection, vault: &VaultId) -> Result<Option<Statement>, StoreError> {
    let mut query = db.prepare_cached("SELECT statement FROM deleted WHERE vault_id = ?1")?;
    Ok(query.query_row([vault.0], |row| row.get(0)).optional()?.map(Statement))
}

/// A living vault; `Gone` or `VaultUnknown` if it is none.
pub(super) fn find(db: &Connection, vault: &VaultId) -> Result<Vault, StoreError> {
    match look_up(db, vault)? {
        Some(found) => Ok(found),
        None => Err(statement_of(db, vault)?.map_or(StoreError::VaultUnknown, StoreError::Gone)),
    }
}

/// Every living vault, oldest first.
pub(super) fn all(db: &Connection) -> Result<Vec<Vault>, StoreError> {
    let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM vault ORDER BY id"))?;
    Ok(query.query_map([], vault_of)?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn register(
    db: &Connection,
    keys: &VaultKeys,
    admission: &Admission,
    room: bool,
) -> Result<Registered, StoreError> {
    let vault = keys.vault_id();
    match find(db, &vault) {
        Ok(_) => return Ok(Registered::Known),
        Err(StoreError::VaultUnknown) => {}
        Err(other) => return Err(other),
    }
    let used = match admission {
        Admission::Open => None,
        Admission::Closed => return Err(StoreError::RegistrationClosed),
        Admission::Invite { token: None, .. } => return Err(StoreError::InviteRequired),
        Admission::Invite { token: Some(token), now } => Some(good_invite(db, token, *now)?),
    };
    if !room {
        return Err(StoreError::DiskFull);
    }
    // Nothing is refused from here on.
    if let Some(row) = used {
        db.execute("UPDATE invite SET uses_left = uses_left - 1 WHERE rowid = ?1", [row])?;
    }
    db.execute(
        "INSERT INTO vault (vault_id, write_key, read_key, key_check, head, chain, bytes, active_day)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, 0, ?6)",
        params![vault.0, keys.write, keys.read, keys.key_check, Chain::start(&vault).0, today()],
    )?;
    Ok(Registered::New)
}

fn good_invite(db: &Connection, token: &str, now: u64) -> Result<i64, StoreError> {
    db.query_row(
        "SELECT rowid FROM invite
         WHERE token_hash = ?1 AND uses_left > 0 AND (expires_at IS NULL OR expires_at > ?2)",
        params![token_hash(token), now],
        |row| row.get(0),
    )
    .optional()?
    .ok_or(StoreError::InviteRequired)
}

pub(super) fn make_invite(db: &Connection, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
    let token = invite_token()?;
    // Spent and expired invites are of no more use to anybody.
    db.execute("DELETE FROM invite WHERE uses_left <= 0 OR expires_at <= ?1", [unix_seconds()])?;
    db.execute(
        "INSERT INTO invite (token_hash, uses_left, expires_at) VALUES (?1, ?2, ?3)",
        params![token_hash(&token), uses, expires_at],
    )?;
    Ok(token)
}

pub(super) fn delete(
    db: &Connection,
    vault: &VaultId,
    cursor: &Cursor,
    statement: &Statement,
) -> Result<(), StoreError> {
    let found = find(db, vault)?;
    #[cfg(feature = "planted")]
    let cursor = if planted(Fault::V13UnconditionalDelete) { &found.head } else { cursor };
    if found.head != *cursor {
        return Err(StoreError::Diverged);
    }
    db.execute("DELETE FROM entry WHERE vault = ?1", [found.row])?;
    db.execute("DELETE FROM vault WHERE id = ?1", [found.row])?;
    db.execute("INSERT INTO deleted (vault_id, statement) VALUES (?1, ?2)", params![vault.0, statement.0])?;
    Ok(())
}

pub(super) fn list(db: &Connection) -> Result<Vec<VaultSummary>, StoreError> {
    // A database of the first version has no quotas, and is looked at as it is.
    let sql = if db.table_exists(None, "quota")? {
        "SELECT vault_id, head, vault.bytes, active_day, quota.bytes
         FROM vault LEFT JOIN quota ON quota.vault = vault.id ORDER BY vault.id"
    } else {
        "SELECT vault_id, head, bytes, active_day, NULL FROM vault ORDER BY id"
    };
    let mut query = db.prepare(sql)?;
    let rows = query.query_map([], |row| {
        let day: u64 = row.get(3)?;
        Ok(VaultSummary {
            vault: short_form(&VaultId(row.get(0)?)),
            entries: row.get(1)?,
            bytes: row.get(2)?,
            quota: row.get(4)?,
            last_activity: day.saturating_mul(86_400),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The one vault whose id begins like this.
pub(super) fn beginning_with(db: &Connection, text: &str) -> Result<Vault, StoreError> {
    beginning(all(db)?, |vault| vault.id, text)
}

/// The quota that the operator gave to a vault.
pub(super) fn quota_of(db: &Connection, vault: &Vault) -> Result<Option<u64>, StoreError> {
    let mut query = db.prepare_cached("SELECT bytes FROM quota WHERE vault = ?1")?;
    Ok(query.query_row([vault.row], |row| row.get(0)).optional()?)
}

/// Gives a vault a quota of its own, or takes it back.
pub(super) fn set_quota(db: &Connection, vault: &Vault, bytes: Option<u64>) -> Result<(), StoreError> {
    match bytes {
        Some(bytes) => {
            db.execute("INSERT OR REPLACE INTO quota (vault, bytes) VALUES (?1, ?2)", params![vault.row, bytes])?
        }
        None => db.execute("DELETE FROM quota WHERE vault = ?1", [vault.row])?,
    };
    Ok(())
}

/// Takes a vault away without its owner's statement: to devices it is as if it had never been here.
pub(super) fn forget(db: &Connection, vault: &Vault) -> Result<(), StoreError> {
    db.execute("DELETE FROM entry WHERE vault = ?1", [vault.row])?;
    db.execute("DELETE FROM vault WHERE id = ?1", [vault.row])?;
    Ok(())
}

pub(super) fn totals(db: &Connection) -> Result<Totals, StoreError> {
    let sql = "SELECT count(*), coalesce(sum(head), 0), coalesce(sum(bytes), 0),
               (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) FROM vault";
    let totals = |row: &Row<'_>| {
        let [vaults, entries, bytes, file] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
        Ok(Totals { vaults, entries, bytes, file, mailboxes: 0 })
    };
    Ok(db.query_row(sql, [], totals)?)
}
