//! Status: what is where, and what waits for what.

use std::collections::BTreeMap;

use lissom_core::device::device_key;
use lissom_sync::payload::VERSION;
use rusqlite::Connection;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::diary::Diary;
use crate::error::Error;
use crate::storage::documents::{doc_ids, load};
use crate::storage::entries::count;
use crate::storage::notice::{self, Notice};
use crate::texts::notice as notices_of;

/// A parent that is missing for so long, and through two syncs to the end of the log, is worth a notice.
const MISSING_MS: i64 = 24 * 60 * 60 * 1000;
/// Notices of what happened are shown for so long.
const NOTICE_DAYS: i64 = 14;

/// The state of a diary on this device.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Changes here that the relay has not confirmed.
    pub unsynced: usize,
    /// Changes and entries that cannot be taken in: kept, and tried again after an update.
    pub quarantined: usize,
    /// Changes that wait for what they build on, and entries known to exist that have not arrived.
    pub waiting: usize,
    /// Names of the devices whose changes wait or are quarantined; `None` for one that is not known here yet.
    pub waiting_for: Vec<Option<String>>,
    /// Entries that the relay refused; kept, and tried again.
    pub refused: usize,
    /// When a sync last reached the end of the log, in milliseconds since 1970 by this device's clock.
    pub last_sync_ms: Option<i64>,
    /// Equal on two devices exactly when their documents are: 64 hex digits.
    pub state_hash: String,
    /// Records of every kind that are read here, devices aside; deleted ones too.
    pub records: usize,
    /// Sealed entries held, own and received.
    pub entries: usize,
    /// The person's devices.
    pub devices: Vec<DeviceStatus>,
    /// What happened lately, and what is the matter now.
    pub notices: Vec<Notice>,
}

/// One of the person's devices.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DeviceStatus {
    /// The name its owner gave it, if it has one.
    pub name: Option<String>,
    /// When something of it last arrived here, in milliseconds since 1970; `None` for this device, and for one never
    /// heard from. The newest entries of another device can be withheld without a trace: this is how it shows.
    pub last_heard_ms: Option<i64>,
    /// It is this one.
    pub this_device: bool,
}

impl Diary {
    /// What is where, and what waits for what. Loads the documents, to hash them.
    ///
    /// # Errors
    /// What the database says.
    pub fn status(&mut self) -> Result<Status, Error> {
        let now = self.storage.host.now_ms();
        let sql = self.storage.sql();
        let missing = count(sql, "SELECT count(*) FROM missing")?;
        let waiting = count(sql, "SELECT count(*) FROM chunk WHERE state = 1")?.saturating_add(missing);
        let quarantined = count(sql, "SELECT count(*) FROM chunk WHERE state = 2")?
            .saturating_add(count(sql, "SELECT count(*) FROM entry WHERE state <> 0")?);
        let refused = count(sql, "SELECT count(*) FROM entry WHERE pos IS NULL AND refused IS NOT NULL")?;
        let devices = self.devices()?;
        let mut notices = recent(sql, now)?;
        notices.extend(self.present(now, quarantined, refused)?);
        Ok(Status {
            unsynced: unsynced(sql)?,
            quarantined,
            waiting,
            waiting_for: waiting_for(sql)?,
            refused,
            last_sync_ms: self.storage.meta("last_sync_ms")?,
            state_hash: state_hash(sql)?,
            records: count(
                sql,
                "SELECT (SELECT count(*) FROM result) + (SELECT count(*) FROM check_in) + (SELECT count(*) FROM record)",
            )?,
            entries: count(sql, "SELECT count(*) FROM entry")?,
            devices,
            notices,
        })
    }

    /// Changes here that the relay has not confirmed. Cheap enough to ask after every change.
    ///
    /// # Errors
    /// What the database says.
    pub fn unsynced(&self) -> Result<usize, Error> {
        unsynced(self.storage.sql())
    }

    /// Hash of every document's keys and winning values: equal on two devices exactly when these are. Changes that
    /// wait are not in it.
    ///
    /// # Errors
    /// What the database says.
    pub fn state_hash(&self) -> Result<String, Error> {
        state_hash(self.storage.sql())
    }

    fn devices(&self) -> Result<Vec<DeviceStatus>, Error> {
        let sql = self.storage.sql();
        let own: [u8; 16] = self.storage.meta("device")?.ok_or(Error::NoDiary)?;
        let own = device_key(&own);
        let mut select =
            sql.prepare_cached("SELECT device, max(at_ms) FROM entry WHERE device IS NOT NULL GROUP BY device")?;
        let rows = select.query_map([], |row| Ok((device_key(&row.get(0)?), row.get(1)?)))?;
        let heard: BTreeMap<String, i64> = rows.collect::<Result<_, _>>()?;
        let mut select = sql.prepare_cached("SELECT key, name FROM device ORDER BY name, key")?;
        let rows = select.query_map([], |row| {
            let key: String = row.get(0)?;
            let this_device = key == own;
            let last_heard_ms = heard.get(&key).copied().filter(|_| !this_device);
            Ok(DeviceStatus { name: row.get(1)?, last_heard_ms, this_device })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notices of what is the matter now.
    fn present(&self, now: i64, quarantined: usize, refused: usize) -> Result<Vec<Notice>, Error> {
        let sql = self.storage.sql();
        let mut notices = Vec::new();
        let long = format!(
            "SELECT count(*) FROM missing WHERE exchanges >= 2 AND NOT ({now} - since_ms BETWEEN 0 AND {MISSING_MS})"
        );
        let long = count(sql, &long)?;
        if long > 0 {
            notices.push(Notice::state("missing", notices_of::MISSING.with("n", long)));
        }
        if quarantined > 0 {
            notices.push(Notice::state("quarantined", notices_of::QUARANTINED.with("n", quarantined)));
        }
        if refused > 0 {
            notices.push(Notice::state("refused", notices_of::REFUSED.with("n", refused)));
        }
        let newer = format!("SELECT count(*) FROM doc WHERE min_version > {VERSION}");
        if count(sql, &newer)? > 0 {
            notices.push(Notice::state("update-needed", notices_of::UPDATE_NEEDED));
        }
        if self.storage.meta::<Vec<u8>>("statement")?.is_some() {
            notices.push(Notice::state("gone", notices_of::GONE));
        }
        Ok(notices)
    }
}

/// Changes that the relay has not confirmed.
pub(crate) fn unsynced(sql: &Connection) -> Result<usize, Error> {
    // In two parts, so that both find their rows by an index.
    count(
        sql,
        "SELECT (SELECT count(*) FROM chunk WHERE entry IS NULL)
              + (SELECT count(*) FROM entry JOIN chunk ON chunk.entry = entry.seq WHERE entry.pos IS NULL)",
    )
}

fn recent(sql: &Connection, now: i64) -> Result<Vec<Notice>, Error> {
    let recent = |at: i64| now.saturating_sub(at) <= NOTICE_DAYS.saturating_mul(24 * 60 * 60 * 1000);
    Ok(notice::after(sql, 0)?.into_iter().filter(|notice| notice.at_ms.is_none_or(recent)).collect())
}

fn waiting_for(sql: &Connection) -> Result<Vec<Option<String>>, Error> {
    let mut select = sql.prepare_cached(
        "SELECT DISTINCT d.name FROM entry e
         LEFT JOIN device d ON d.key = 'd:' || lower(hex(e.device))
         WHERE e.state <> 0 OR e.seq IN (SELECT entry FROM chunk WHERE state <> 0) ORDER BY 1",
    )?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn state_hash(sql: &Connection) -> Result<String, Error> {
    let mut hash = Sha256::new();
    for doc_id in doc_ids(sql)? {
        let document = load(sql, &doc_id)?;
        if document.heads().is_empty() {
            continue;
        }
        hash.update(u64::try_from(doc_id.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(doc_id.as_bytes());
        document.hash_state(&mut hash);
    }
    Ok(data_encoding::HEXLOWER.encode(&hash.finalize()))
}

impl std::fmt::Debug for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { unsynced, quarantined, waiting, refused, .. } = self;
        write!(f, "Status({unsynced} unsynced, {quarantined} quarantined, {waiting} waiting, {refused} refused)")
    }
}

impl std::fmt::Debug for DeviceStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceStatus(..)")
    }
}
