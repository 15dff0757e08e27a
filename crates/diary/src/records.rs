//! Records of every kind as the rules read them, and writing those that are read whole.

use lissom_core::check_in::CheckInValues;
use lissom_core::day::Day;
use lissom_core::document::Put;
use lissom_core::dose::DayOffValues;
use lissom_core::moment::{Moment, uuid7};
use lissom_core::record::{Dated, Values, check_fields, doc_of};
use lissom_core::result::ResultValues;
use lissom_core::value::{Value, decode};

use crate::diary::{Diary, new_record};
use crate::error::Error;
use crate::history::{Found, HistoryQuery, check_ins, results};
use crate::host::random;

impl Diary {
    /// Records values of a kind that is read whole; gives the record's id. Durable when it returns.
    ///
    /// `at` is when it was; `None` is now, in UTC. A time in the values is not used.
    pub(crate) fn add<V: Values>(&mut self, values: &V, at: Option<Moment>) -> Result<String, Error> {
        let at = self.moment(at)?;
        let (id, put) = self.made(values, at)?;
        self.storage.write(|write| write.put(&doc_of(&id), &[put]))?;
        Ok(id)
    }

    /// A record of these values at this time, to be written: its id, and what writes it.
    pub(crate) fn made<V: Values>(&mut self, values: &V, at: Moment) -> Result<(String, Put), Error> {
        let mut values = values.clone();
        values.set("at_ms", Value::Int(at.at_ms));
        values.set("offset_minutes", Value::Int(at.offset_minutes));
        check_fields(&values)?;
        let id = format!("{}:{}", V::KIND.letter(), uuid7(at.at_ms, random(self.storage.host.as_mut())));
        let put = new_record(&id, &values);
        Ok((id, put))
    }

    /// Every record of a kind since a day that was not deleted, sorted by time, then id. `None` is from the beginning.
    pub(crate) fn read<V: Values>(&self, since: Option<Day>) -> Result<Vec<Dated<V>>, Error> {
        self.read_kind(since, false)
    }

    /// Every record of a kind that safety rests on, those deleted on another device too: deleting takes nothing back.
    pub(crate) fn read_kept<V: Values>(&self) -> Result<Vec<Dated<V>>, Error> {
        self.read_kind(None, true)
    }

    /// [`Diary::read`], with those that were deleted if asked for.
    pub(crate) fn read_kind<V: Values>(&self, since: Option<Day>, deleted: bool) -> Result<Vec<Dated<V>>, Error> {
        let select = "SELECT key, at_ms, offset_minutes, body FROM record
                      WHERE kind = ?1 AND at_ms >= ?2 AND (?3 OR deleted_at IS NULL) ORDER BY at_ms, key";
        let from = since.map_or(i64::MIN, |day| day.plus(-1).start_ms());
        let mut select = self.storage.sql().prepare_cached(select)?;
        let mut rows = select.query((V::KIND.letter(), from, deleted))?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let at = Moment { at_ms: row.get(1)?, offset_minutes: row.get(2)? };
            let record = Dated::new(row.get::<_, String>(0)?, at, values_of(row, 3)?);
            if since.is_none_or(|since| record.day >= since) {
                records.push(record);
            }
        }
        Ok(records)
    }

    /// Results since a day, sorted by time, then id. `None` is from the beginning.
    pub(crate) fn read_results(&self, since: Option<Day>) -> Result<Vec<Dated<ResultValues>>, Error> {
        Ok(dated(results(self.storage.sql(), &between(since, None))?))
    }

    /// Check-ins from one day to another, sorted by time, then id. `None` is from the beginning, or to the end.
    pub(crate) fn read_check_ins(
        &self,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<Vec<Dated<CheckInValues>>, Error> {
        Ok(dated(check_ins(self.storage.sql(), &between(from, to))?))
    }
}

fn between(from: Option<Day>, to: Option<Day>) -> HistoryQuery {
    let text = |day: Day| day.to_string();
    HistoryQuery { from: from.map(text), to: to.map(text), ..HistoryQuery::default() }
}

fn dated<V>(found: Vec<Found<V>>) -> Vec<Dated<V>> {
    let mut records: Vec<Dated<V>> =
        found.into_iter().map(|found| Dated::new(found.id, found.at, found.values)).collect();
    records.sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
    records
}

/// The values in a column that holds the body of a record.
pub(crate) fn values_of<V: Values>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<V> {
    let body = row.get_ref(column)?.as_blob().unwrap_or_default();
    // Written here, by this version: a body that cannot be read has no values.
    let fields = decode(body).unwrap_or_default();
    let mut values = V::default();
    for field in V::FIELDS {
        values.set(field.name, fields.get(&field.number).cloned().unwrap_or(Value::Null));
    }
    Ok(values)
}

/// What was read to fold the days, and goes on to be what outcomes are found from.
pub(crate) struct Log {
    pub(crate) results: Vec<Dated<ResultValues>>,
    pub(crate) check_ins: Vec<Dated<CheckInValues>>,
    pub(crate) days_off: Vec<Dated<DayOffValues>>,
}
