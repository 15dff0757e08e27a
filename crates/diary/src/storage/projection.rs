//! The projection: rows to look things up in, derived from the documents and droppable.
//!
//! One path for every change, made here or elsewhere: the keys it touched are read again from the document, and
//! their rows are written anew. A record in a document that is not its own has no row, whichever came first.

use std::collections::{BTreeMap, BTreeSet};

use lissom_core::check_in::CheckInValues;
use lissom_core::day::Day;
use lissom_core::device::DeviceValues;
use lissom_core::document::Document;
use lissom_core::dose::{AnswerValues, DayOffValues, rests_on};
use lissom_core::measure::MeasureValues;
use lissom_core::moment::uuid7_ms;
use lissom_core::own_exercise::OwnExerciseValues;
use lissom_core::plan::PlanValues;
use lissom_core::record::{DELETED_AT, Kind, Record, Values, doc_of, kind_of, session_of, to_fields};
use lissom_core::result::{ResultValues, SessionValues};
use lissom_core::screening::{CautionValues, ClearanceValues, ScreeningValues};
use lissom_core::value::{Value, encode};
use rusqlite::types::{ToSqlOutput, Value as SqlValue};
use rusqlite::{Connection, OptionalExtension, ToSql};

use crate::error::Error;
use crate::storage::documents::{doc_ids, load};
use crate::storage::{Write, projection_hash};

impl Write<'_> {
    /// Writes the rows of these records anew.
    pub(crate) fn project(&mut self, doc_id: &str, dirty: &BTreeSet<String>) -> Result<(), Error> {
        self.document(doc_id)?;
        let Some(document) = self.documents.get(doc_id) else { return Ok(()) };
        let projector = Projector { sql: &self.sql, schema: "main", revision: self.revision };
        if dirty.len() > WALK_FROM {
            // Looking a key up costs more than passing it: a large page is one walk.
            let records: BTreeMap<String, Record> =
                document.records().into_iter().map(|record| (record.key.clone(), record)).collect();
            let mut ours = dirty.iter().filter(|key| doc_of(key) == doc_id);
            return ours.try_for_each(|key| projector.record(document, key, records.get(key)));
        }
        let mut ours = dirty.iter().filter(|key| doc_of(key) == doc_id);
        ours.try_for_each(|key| projector.record(document, key, document.record(key).as_ref()))
    }

    /// Drops every row and fills the projection from the documents.
    pub(crate) fn rebuild_projection(&mut self) -> Result<(), Error> {
        super::rebuild_tables(&self.sql, "main")?;
        fill(&self.sql, "main", self.revision)?;
        self.set_meta("projection", projection_hash())
    }
}

/// Widest offset of local time, in milliseconds.
pub(crate) const OFFSET_MS_MAX: i64 = 18 * 60 * 60 * 1000;
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// So many records are read in one walk through their document.
const WALK_FROM: usize = 200;

/// Fills empty tables of a schema from the stored documents.
pub(crate) fn fill(sql: &Connection, schema: &str, revision: i64) -> Result<(), Error> {
    for doc_id in doc_ids(sql)? {
        let document = load(sql, &doc_id)?;
        let projector = Projector { sql, schema, revision };
        for record in document.records().iter().filter(|record| doc_of(&record.key) == doc_id) {
            projector.record(&document, &record.key, Some(record))?;
        }
    }
    Ok(())
}

struct Projector<'a> {
    sql: &'a Connection,
    schema: &'a str,
    revision: i64,
}

impl Projector<'_> {
    fn record(&self, document: &Document, key: &str, record: Option<&Record>) -> Result<(), Error> {
        match kind_of(key) {
            Some(Kind::Session) => self.session(key, record),
            Some(Kind::Result) => self.result(document, key, record),
            Some(Kind::CheckIn) => self.check_in(key, record),
            Some(Kind::Device) => self.device(key, record),
            Some(Kind::Measure) => self.body::<MeasureValues>(key, record),
            Some(Kind::Screening) => self.body::<ScreeningValues>(key, record),
            Some(Kind::Caution) => self.body::<CautionValues>(key, record),
            Some(Kind::Clearance) => self.body::<ClearanceValues>(key, record),
            Some(Kind::Plan) => self.body::<PlanValues>(key, record),
            Some(Kind::Answer) => self.body::<AnswerValues>(key, record),
            Some(Kind::DayOff) => self.body::<DayOffValues>(key, record),
            Some(Kind::OwnExercise) => self.body::<OwnExerciseValues>(key, record),
            None => Ok(()),
        }
    }

    /// A session has a row as soon as anything of it is here: a header that is late or unreadable never hides a
    /// result. Its time is then that of its id.
    fn session(&self, key: &str, record: Option<&Record>) -> Result<(), Error> {
        let Self { schema, revision, .. } = *self;
        self.touch_old(&format!("SELECT at_ms FROM {schema}.session WHERE key = ?1"), key)?;
        if record.is_none() {
            return self.prune_session(key);
        }
        let values = record.and_then(Record::read::<SessionValues>).map(|(values, _)| values).unwrap_or_default();
        let at = values.at_ms.or_else(|| id_ms(key)).unwrap_or(0);
        self.touch(at)?;
        let deleted = record.and_then(Record::deleted_at);
        let sql = format!(
            "INSERT INTO {schema}.session (key, at_ms, offset_minutes, deleted_at, revision) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET at_ms = ?2, offset_minutes = ?3, deleted_at = ?4, revision = ?5"
        );
        let offset = values.offset_minutes.unwrap_or(0);
        self.sql.prepare_cached(&sql)?.execute((key, at, offset, deleted, revision))?;
        Ok(())
    }

    /// A session of which the document holds nothing, neither header nor result, has no row.
    fn prune_session(&self, key: &str) -> Result<(), Error> {
        let sql = format!(
            "DELETE FROM {0}.session WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM {0}.result WHERE session = session.id)",
            self.schema
        );
        self.sql.prepare_cached(&sql)?.execute([key])?;
        Ok(())
    }

    fn result(&self, document: &Document, key: &str, record: Option<&Record>) -> Result<(), Error> {
        let session_key = session_of(key);
        let header = document.record(session_key);
        let find = format!("SELECT id FROM {}.session WHERE key = ?1", self.schema);
        let find = || -> Result<Option<i64>, Error> {
            Ok(self.sql.prepare_cached(&find)?.query_row([session_key], |row| row.get(0)).optional()?)
        };
        if find()?.is_none() {
            let empty = Record { key: session_key.to_owned(), value: None, edits: BTreeMap::default() };
            self.session(session_key, header.as_ref().or(Some(&empty)))?;
        }
        let session = find()?.unwrap_or(0);
        self.touch_old(&format!("SELECT at_ms FROM {}.session WHERE key = ?1", self.schema), session_key)?;
        let suffix = key.rsplit_once(".r").and_then(|(_, hex)| i64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let place: [(&str, &dyn ToSql); 2] = [("session", &session), ("suffix", &suffix)];
        self.upsert::<ResultValues>("result", &place, record, None)?;
        if record.is_none() && header.is_none() { self.prune_session(session_key) } else { Ok(()) }
    }

    fn check_in(&self, key: &str, record: Option<&Record>) -> Result<(), Error> {
        // A time that is missing or out of form never hides the rest.
        let time = id_ms(key).map(|at| ("at_ms", Value::Int(at)));
        let at = record.and_then(Record::read::<CheckInValues>).and_then(|(values, _)| values.at_ms);
        at.or_else(|| id_ms(key)).map_or(Ok(()), |at| self.touch(at))?;
        self.touch_old(&format!("SELECT at_ms FROM {}.check_in WHERE key = ?1", self.schema), key)?;
        self.upsert::<CheckInValues>("check_in", &[("key", &key)], record, time)
    }

    /// A record of a kind that is read whole: its values as one body.
    fn body<V: Values>(&self, key: &str, record: Option<&Record>) -> Result<(), Error> {
        let schema = self.schema;
        let find = format!("SELECT 1 FROM {schema}.record WHERE key = ?1");
        let known = self.sql.prepare_cached(&find)?.exists([key])?;
        if known || V::KIND == Kind::OwnExercise {
            // It may be filed under another day now, and an own exercise changes how all its results are read.
            self.touch(i64::MIN)?;
        }
        let Some((record, (values, attention))) = record.and_then(read_body::<V>) else {
            self.sql.prepare_cached(&format!("DELETE FROM {schema}.record WHERE key = ?1"))?.execute([key])?;
            return Ok(());
        };
        let number = |name| match values.get(name) {
            Some(Value::Int(number)) => Some(number),
            _ => None,
        };
        let at = number("at_ms").or_else(|| id_ms(key)).unwrap_or(0);
        // Days off may have been written down long after.
        let from = match values.get("from") {
            Some(Value::Text(day)) => day.parse::<Day>().ok(),
            _ => None,
        };
        let rests_on = match values.get("proposal") {
            Some(Value::Text(proposal)) => rests_on(&proposal),
            _ => None,
        };
        let first = [from, rests_on].into_iter().flatten().map(Day::start_ms).min();
        self.touch(first.map_or(at, |first| first.min(at)))?;
        let sql = format!(
            "INSERT INTO {schema}.record (key, kind, at_ms, offset_minutes, body, deleted_at, attention, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (key) DO UPDATE SET
             at_ms = ?3, offset_minutes = ?4, body = ?5, deleted_at = ?6, attention = ?7, revision = ?8"
        );
        let body = encode(&to_fields(&values));
        let (letter, offset) = (V::KIND.letter(), number("offset_minutes").unwrap_or(0));
        let row = (key, letter, at, offset, body, record.deleted_at(), attention, self.revision);
        self.sql.prepare_cached(&sql)?.execute(row)?;
        Ok(())
    }

    /// Something at this time changed: what was made of later days holds no more.
    fn touch(&self, at_ms: i64) -> Result<(), Error> {
        let first = at_ms.saturating_sub(OFFSET_MS_MAX).div_euclid(DAY_MS);
        let sql = format!("DELETE FROM {}.checkpoint WHERE through >= ?1", self.schema);
        self.sql.prepare_cached(&sql)?.execute([first])?;
        Ok(())
    }

    /// [`Projector::touch`] at the time that a row has so far.
    fn touch_old(&self, select: &str, key: &str) -> Result<(), Error> {
        let old: Option<Option<i64>> =
            self.sql.prepare_cached(select)?.query_row([key], |row| row.get(0)).optional()?;
        old.flatten().map_or(Ok(()), |at| self.touch(at))
    }

    fn device(&self, key: &str, record: Option<&Record>) -> Result<(), Error> {
        if record.is_none() {
            let sql = format!("DELETE FROM {}.device WHERE key = ?1", self.schema);
            self.sql.prepare_cached(&sql)?.execute([key])?;
            return Ok(());
        }
        let name = record.and_then(Record::read::<DeviceValues>).and_then(|(values, _)| values.name);
        let sql =
            format!("INSERT INTO {}.device VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET name = ?2", self.schema);
        self.sql.prepare_cached(&sql)?.execute((key, name))?;
        Ok(())
    }

    /// Writes the row of a record whose columns are named like its fields; a record that cannot be read has none.
    fn upsert<V: Values>(
        &self,
        table: &str,
        place: &[(&str, &dyn ToSql)],
        record: Option<&Record>,
        otherwise: Option<(&str, Value)>,
    ) -> Result<(), Error> {
        let schema = self.schema;
        let Some((record, (mut values, attention))) = record.and_then(|record| Some((record, record.read::<V>()?)))
        else {
            let which = place.iter().enumerate().map(|(n, (name, _))| format!("{name} = ?{}", n.saturating_add(1)));
            let sql = format!("DELETE FROM {schema}.{table} WHERE {}", which.collect::<Vec<_>>().join(" AND "));
            let keys: Vec<&dyn ToSql> = place.iter().map(|(_, value)| *value).collect();
            self.sql.prepare_cached(&sql)?.execute(keys.as_slice())?;
            return Ok(());
        };
        if let Some((name, value)) = otherwise.filter(|(name, _)| values.get(name).is_none()) {
            values.set(name, value);
        }
        let fields: Vec<(&str, Column)> =
            V::FIELDS.iter().map(|field| (field.name, Column(values.get(field.name)))).collect();
        let deleted = record.deleted_at();
        let mut columns: Vec<(&str, &dyn ToSql)> = place.to_vec();
        columns.extend(fields.iter().map(|(name, value)| (*name, value as &dyn ToSql)));
        columns.extend([
            ("deleted_at", &deleted as &dyn ToSql),
            ("attention", &attention),
            ("revision", &self.revision),
        ]);
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let updates: Vec<String> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let keys: Vec<&str> = place.iter().map(|(name, _)| *name).collect();
        let sql = format!(
            "INSERT INTO {schema}.{table} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
            names.join(", "),
            marks.join(", "),
            keys.join(", "),
            updates.join(", ")
        );
        let values: Vec<&dyn ToSql> = columns.iter().map(|(_, value)| *value).collect();
        self.sql.prepare_cached(&sql)?.execute(values.as_slice())?;
        Ok(())
    }
}

/// What a record that is read whole says. `None` if it says nothing yet.
///
/// What safety rests on is never edited, so edits of it from elsewhere do not count; and what cannot be read must not
/// vanish: it is there, says nothing, and so locks.
fn read_body<V: Values>(record: &Record) -> Option<(&Record, (V, bool))> {
    if !matches!(V::KIND, Kind::Screening | Kind::Caution | Kind::Clearance) {
        return Some((record, record.read::<V>()?));
    }
    record.value.as_ref()?;
    let edited = record.edits.keys().any(|field| field != DELETED_AT);
    let bare = Record { edits: BTreeMap::new(), ..record.clone() };
    let (values, passed_over) = bare.read::<V>().unwrap_or_else(|| (V::default(), true));
    Some((record, (values, passed_over || edited)))
}

/// The time in a record's id.
fn id_ms(key: &str) -> Option<i64> {
    uuid7_ms(key.split_once(':')?.1)
}

/// A field's value as a column.
struct Column(Option<Value>);

impl ToSql for Column {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match &self.0 {
            Some(Value::Int(value)) => SqlValue::Integer(*value),
            Some(Value::Text(text)) => SqlValue::Text(text.clone()),
            _ => SqlValue::Null,
        }))
    }
}

/// Every row of a schema's projection as text without row ids, sorted: equal texts mean equal projections.
pub(crate) fn dump(sql: &Connection, schema: &str) -> Result<Vec<String>, Error> {
    let list = |prefix: &str, names: &[&str]| {
        names.iter().map(|n| format!("quote({prefix}{n})")).collect::<Vec<_>>().join("||','||")
    };
    let mut result: Vec<&str> = ResultValues::FIELDS.iter().map(|field| field.name).collect();
    result.extend(["suffix", "deleted_at", "attention"]);
    let mut check_in: Vec<&str> = CheckInValues::FIELDS.iter().map(|field| field.name).collect();
    check_in.extend(["key", "deleted_at", "attention"]);
    let selects = [
        format!("SELECT 's,'||{} FROM {schema}.session", list("", &["key", "at_ms", "offset_minutes", "deleted_at"])),
        format!(
            "SELECT 'r,'||quote(s.key)||','||{} FROM {schema}.result r JOIN {schema}.session s ON s.id = r.session",
            list("r.", &result)
        ),
        format!("SELECT 'c,'||{} FROM {schema}.check_in", list("", &check_in)),
        format!("SELECT 'd,'||{} FROM {schema}.device", list("", &["key", "name"])),
        format!(
            "SELECT kind||','||{} FROM {schema}.record",
            list("", &["key", "at_ms", "offset_minutes", "body", "deleted_at", "attention"])
        ),
    ];
    let mut rows = Vec::new();
    for select in selects {
        let mut select = sql.prepare(&select)?;
        for row in select.query_map([], |row| row.get(0))? {
            rows.push(row?);
        }
    }
    rows.sort_unstable();
    Ok(rows)
}
