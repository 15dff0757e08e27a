//! Vaults as a whole: registering, finding, deleting, listing; and the invites that let them in.

use std::time::{SystemTime, UNIX_EPOCH};

use lissom_protocol::api::to_text;
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{VaultId, VaultKeys};
#[cfg(feature = "planted")]
use lissom_protocol::planted::{Fault, planted};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Statement, StoreError};

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

/// A vault's row.
pub(super) struct Vault {
    pub(super) row: i64,
    pub(super) id: VaultId,
    pub(super) keys: VaultKeys,
    pub(super) head: Cursor,
    pub(super) bytes: u64,
}

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
    let mut secret = [0; 24];
    getrandom::fill(&mut secret).map_err(|_| StoreError::Unavailable)?;
    let token = to_text(&secret);
    // Spent and expired invites are of no more use to anybody.
    db.execute("DELETE FROM invite WHERE uses_left <= 0 OR expires_at <= ?1", [unix_seconds()])?;
    db.execute(
        "INSERT INTO invite (token_hash, uses_left, expires_at) VALUES (?1, ?2, ?3)",
        params![token_hash(&token), uses, expires_at],
    )?;
    Ok(token)
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
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
    let sql = "SELECT vault_id, head, vault.bytes, active_day, quota.bytes
               FROM vault LEFT JOIN quota ON quota.vault = vault.id ORDER BY vault.id";
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

/// Shortest beginning of an id that names a vault.
const BEGINNING_MIN: usize = 6;

/// The one vault whose id begins like this.
pub(super) fn beginning(db: &Connection, text: &str) -> Result<Vault, StoreError> {
    if text.len() < BEGINNING_MIN {
        return Err(StoreError::Ambiguous);
    }
    let mut fitting = all(db)?.into_iter().filter(|vault| vault.id.to_text().starts_with(text));
    match (fitting.next(), fitting.next()) {
        (Some(vault), None) => Ok(vault),
        (None, _) => Err(StoreError::VaultUnknown),
        _ => Err(StoreError::Ambiguous),
    }
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

/// What a store holds as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) vaults: u64,
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// Of the database's file.
    pub(crate) file: u64,
}

pub(super) fn totals(db: &Connection) -> Result<Totals, StoreError> {
    let sql = "SELECT count(*), coalesce(sum(head), 0), coalesce(sum(bytes), 0),
               (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) FROM vault";
    let totals =
        |row: &Row<'_>| Ok(Totals { vaults: row.get(0)?, entries: row.get(1)?, bytes: row.get(2)?, file: row.get(3)? });
    Ok(db.query_row(sql, [], totals)?)
}

pub(super) fn short_form(vault: &VaultId) -> String {
    vault.to_text().chars().take(8).collect()
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
