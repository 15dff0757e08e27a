//! Notices: what happened to the diary that its owner should see.

use rusqlite::Connection;
use serde::Serialize;

use crate::error::Error;
use crate::storage::Write;

/// Notices kept; older ones are forgotten.
const KEPT: i64 = 50;

/// Something that happened to the diary, or a state it is in, for its owner to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Stable word for programs: `repaired`, `junk`, `misbehaving`, `missing`, `quarantined`, …
    pub kind: String,
    /// A sentence for people. No health data, no ids.
    pub text: String,
    /// When it was noted, in milliseconds since 1970 by this device's clock; absent for a present state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
}

impl Notice {
    /// A present state.
    pub(crate) fn state(kind: &str, text: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), text: text.into(), at_ms: None }
    }
}

impl Write<'_> {
    /// Notes what happened.
    pub(crate) fn note(&mut self, kind: &str, text: &str) -> Result<(), Error> {
        let now = self.now_ms();
        // The same once more is no news, and must not push out what is.
        let again = "UPDATE notice SET at_ms = ?1 WHERE id = (SELECT max(id) FROM notice) AND kind = ?2 AND text = ?3";
        if self.sql.execute(again, (now, kind, text))? > 0 {
            return Ok(());
        }
        self.sql.execute("INSERT INTO notice (at_ms, kind, text) VALUES (?1, ?2, ?3)", (now, kind, text))?;
        self.sql.execute("DELETE FROM notice WHERE id <= (SELECT max(id) FROM notice) - ?1", [KEPT])?;
        Ok(())
    }
}

/// Number of the newest notice.
pub(crate) fn newest(sql: &Connection) -> Result<i64, Error> {
    Ok(sql.query_row("SELECT coalesce(max(id), 0) FROM notice", [], |row| row.get(0))?)
}

/// Notices after this number.
pub(crate) fn after(sql: &Connection, id: i64) -> Result<Vec<Notice>, Error> {
    let mut select = sql.prepare_cached("SELECT kind, text, at_ms FROM notice WHERE id > ?1 ORDER BY id")?;
    let rows = select.query_map([id], |row| Ok(Notice { kind: row.get(0)?, text: row.get(1)?, at_ms: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
