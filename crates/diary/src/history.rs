//! History: rows from the projection, without loading a document.

use lissom_core::check_in::CheckInValues;
use lissom_core::measure::MeasureValues;
use lissom_core::moment::Moment;
use lissom_core::record::Values;
use lissom_core::result::ResultValues;
use lissom_core::value::Value;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::diary::Diary;
use crate::error::Error;
use crate::records::values_of;
use crate::storage::projection::{DAY_MS, OFFSET_MS_MAX};

/// Which rows to give.
#[derive(Debug, Clone, Default)]
pub struct HistoryQuery {
    /// First local day, as `2026-11-22`; `None` is from the beginning.
    pub from: Option<String>,
    /// Last local day, included.
    pub to: Option<String>,
    /// Deleted records too.
    pub deleted: bool,
    /// Only the newest so many.
    pub newest: Option<usize>,
    /// Only what was written by a commit after this one; see [`Diary::revision`].
    pub after_revision: Option<i64>,
}

/// One row of the history.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Id of the record.
    pub id: String,
    /// When it happened.
    pub at: Moment,
    /// What it says.
    pub values: RowValues,
    /// It was deleted, and can be restored.
    pub deleted: bool,
    /// Something in it did not fit its field and is not shown; it is kept.
    pub attention: bool,
}

/// What a row of the history says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowValues {
    /// A result.
    Result(ResultValues),
    /// A check-in.
    CheckIn(CheckInValues),
    /// A measure.
    Measure(MeasureValues),
}

impl Diary {
    /// Results, check-ins and measures, sorted by time, then id.
    ///
    /// # Errors
    /// What the database says.
    pub fn history(&self, query: &HistoryQuery) -> Result<Vec<HistoryRow>, Error> {
        let sql = self.storage.sql();
        let mut rows = measures(sql, query)?;
        rows.extend(results(sql, query)?.into_iter().map(|found| found.into_row(RowValues::Result)));
        rows.extend(check_ins(sql, query)?.into_iter().map(|found| found.into_row(RowValues::CheckIn)));
        Ok(in_order(rows, query))
    }

    /// Number of the last commit to this folder, by whatever process. With
    /// [`HistoryQuery::after_revision`] an app follows changes.
    ///
    /// # Errors
    /// What the database says.
    pub fn revision(&self) -> Result<i64, Error> {
        Ok(self.storage.meta("revision")?.unwrap_or(0))
    }
}

/// What the selects are asked for: ends of the time, deleted ones, how many, revision, ends of the local time.
type Parameters = (i64, i64, bool, i64, i64, i64, i64);

fn parameters(query: &HistoryQuery) -> Result<Parameters, Error> {
    let from = query.from.as_deref().map(day_start).transpose()?;
    let to = query.to.as_deref().map(day_start).transpose()?.map(|start| start.saturating_add(DAY_MS));
    let (from, to) = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
    let limit = query.newest.and_then(|n| i64::try_from(n).ok()).unwrap_or(-1);
    let near = (from.saturating_sub(OFFSET_MS_MAX), to.saturating_add(OFFSET_MS_MAX));
    Ok((near.0, near.1, query.deleted, limit, query.after_revision.unwrap_or(i64::MIN), from, to))
}

/// Sorted, and of those the newest that are wanted.
fn in_order(mut rows: Vec<HistoryRow>, query: &HistoryQuery) -> Vec<HistoryRow> {
    rows.sort_unstable_by(|a, b| (a.at.at_ms, &a.id).cmp(&(b.at.at_ms, &b.id)));
    if let Some(newest) = query.newest {
        rows.drain(..rows.len().saturating_sub(newest));
    }
    rows
}

fn measures(sql: &Connection, query: &HistoryQuery) -> Result<Vec<HistoryRow>, Error> {
    let select = "SELECT key, at_ms, offset_minutes, deleted_at IS NOT NULL AS deleted, attention, body
         FROM record WHERE kind = ?8 AND at_ms BETWEEN ?1 AND ?2 AND (?3 OR NOT deleted) AND revision > ?5
           AND at_ms + offset_minutes * 60000 >= ?6 AND at_ms + offset_minutes * 60000 < ?7
         ORDER BY at_ms DESC, key DESC LIMIT ?4";
    let (near, until, deleted, limit, revision, from, to) = parameters(query)?;
    let parameters = (near, until, deleted, limit, revision, from, to, MeasureValues::KIND.letter());
    let mut select = sql.prepare_cached(select)?;
    let mut rows = select.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let at = Moment { at_ms: row.get(1)?, offset_minutes: row.get(2)? };
        let values = RowValues::Measure(values_of(row, 5)?);
        found.push(HistoryRow { id: row.get(0)?, at, deleted: row.get(3)?, attention: row.get(4)?, values });
    }
    Ok(found)
}

/// A row of a select of records that have columns of their own.
pub(crate) struct Found<V> {
    pub(crate) id: String,
    pub(crate) at: Moment,
    deleted: bool,
    attention: bool,
    pub(crate) values: V,
}

impl<V> Found<V> {
    fn into_row(self, values: fn(V) -> RowValues) -> HistoryRow {
        let Self { id, at, deleted, attention, values: found } = self;
        HistoryRow { id, at, deleted, attention, values: values(found) }
    }
}

/// Results, in no order but that of the newest where only those are wanted.
pub(crate) fn results(sql: &Connection, query: &HistoryQuery) -> Result<Vec<Found<ResultValues>>, Error> {
    let select = format!(
        "SELECT s.key || '.r' || printf('%08x', r.suffix), s.at_ms, s.offset_minutes,
                r.deleted_at IS NOT NULL OR s.deleted_at IS NOT NULL AS deleted, r.attention, {}
         FROM session s JOIN result r ON r.session = s.id
         WHERE s.at_ms BETWEEN ?1 AND ?2 AND (?3 OR NOT deleted) AND max(r.revision, s.revision) > ?5
           AND s.at_ms + s.offset_minutes * 60000 >= ?6 AND s.at_ms + s.offset_minutes * 60000 < ?7
         {} LIMIT ?4",
        columns::<ResultValues>("r."),
        newest_first(query, "s.at_ms DESC, 1 DESC"),
    );
    read_rows(sql, &select, query)
}

/// Check-ins, in no order but that of the newest where only those are wanted.
pub(crate) fn check_ins(sql: &Connection, query: &HistoryQuery) -> Result<Vec<Found<CheckInValues>>, Error> {
    let select = format!(
        "SELECT key, coalesce(at_ms, 0), coalesce(offset_minutes, 0), deleted_at IS NOT NULL AS deleted, attention, {}
         FROM check_in WHERE at_ms BETWEEN ?1 AND ?2 AND (?3 OR NOT deleted) AND revision > ?5
           AND at_ms + coalesce(offset_minutes, 0) * 60000 >= ?6
           AND at_ms + coalesce(offset_minutes, 0) * 60000 < ?7
         {} LIMIT ?4",
        columns::<CheckInValues>(""),
        newest_first(query, "at_ms DESC, key DESC"),
    );
    read_rows(sql, &select, query)
}

/// Sorting is left to whoever merges the rows, except where the database is to say which are the newest.
fn newest_first(query: &HistoryQuery, order: &str) -> String {
    query.newest.map_or_else(String::new, |_| format!("ORDER BY {order}"))
}

fn columns<V: Values>(prefix: &str) -> String {
    V::FIELDS.iter().map(|field| format!("{prefix}{}", field.name)).collect::<Vec<_>>().join(", ")
}

fn read_rows<V: Values>(sql: &Connection, select: &str, query: &HistoryQuery) -> Result<Vec<Found<V>>, Error> {
    let mut select = sql.prepare_cached(select)?;
    let rows = select.query_map(parameters(query)?, read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_row<V: Values>(row: &Row<'_>) -> rusqlite::Result<Found<V>> {
    let mut values = V::default();
    for (index, field) in (5_usize..).zip(V::FIELDS) {
        match row.get_ref(index)? {
            ValueRef::Integer(value) => values.set(field.name, Value::Int(value)),
            ValueRef::Text(text) => values.set(field.name, Value::Text(String::from_utf8_lossy(text).into_owned())),
            _ => {}
        }
    }
    let at = Moment { at_ms: row.get(1)?, offset_minutes: row.get(2)? };
    Ok(Found { id: row.get(0)?, at, deleted: row.get(3)?, attention: row.get(4)?, values })
}

/// Milliseconds of a local day's start, as if local time were UTC.
fn day_start(day: &str) -> Result<i64, Error> {
    lissom_core::moment::day_start_ms(day).map_err(Error::from)
}

impl std::fmt::Debug for HistoryRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HistoryRow(..)")
    }
}
