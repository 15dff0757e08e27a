//! Export and import: a person's data, in forms that others can read.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use data_encoding::BASE64;
use lissom_core::check_in::CheckInValues;
use lissom_core::device::DeviceValues;
use lissom_core::document::{Document, Put};
use lissom_core::dose::{AnswerValues, DayOffValues};
use lissom_core::measure::MeasureValues;
use lissom_core::moment::uuid7_ms;
use lissom_core::own_exercise::OwnExerciseValues;
use lissom_core::plan::PlanValues;
use lissom_core::record::{Field, Kind, Record, Values, check_fields, doc_of, kind_of, session_of, split_key};
use lissom_core::result::{ResultValues, SessionValues};
use lissom_core::screening::{CautionValues, ClearanceValues, ScreeningValues};
use lissom_core::value::{Fields, Value, decode, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::diary::Diary;
use crate::error::Error;
use crate::history::{HistoryQuery, HistoryRow, RowValues};
use crate::secret_file::sync_folder;
use crate::storage::documents::{doc_ids, load};
use crate::texts::{Sentence, error as words, import};

/// Name of the archive's format, its first field.
const FORMAT: &str = "lissom-archive";
const VERSION: u64 = 1;
/// Largest file that is imported, in bytes.
const IMPORT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Puts and bytes in one change of an import: well inside what a change may hold.
const PUTS_PER_CHANGE: usize = 1_000;
const BYTES_PER_CHANGE: usize = 96 * 1024;

/// A form to export in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Everything, to be imported again: records with their edits, also those of later versions.
    Json,
    /// The history as a table, for spreadsheets. A text that they would take for a formula has an apostrophe before it.
    Csv,
    /// One Automerge document with the present value under every key, without history.
    Automerge,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Records in the file.
    pub records: usize,
    /// Records that were not here before.
    pub added: usize,
    /// Edits that were not here before, of records that were.
    pub edits: usize,
}

#[derive(Serialize, Deserialize)]
struct Archive {
    format: String,
    version: u64,
    records: Vec<ArchivedRecord>,
}

/// A record: its value as it was written, by field name (by number where this version has no name), and its edits.
#[derive(Serialize, Deserialize)]
struct ArchivedRecord {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Map<String, Json>>,
    /// A value in a form that this version cannot read, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value_bytes: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    edits: Map<String, Json>,
}

impl Diary {
    /// Writes everything to a file, which takes its place only when it is whole; gives the number of records.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::StorageFull`]; a file that is no export of ours is not replaced.
    pub fn export(&self, path: &Path, format: ExportFormat) -> Result<usize, Error> {
        let (bytes, count) = self.exported(format)?;
        refuse_foreign(path)?;
        let mut draft = path.as_os_str().to_owned();
        draft.push(".part");
        let what = || words::TRIED_WRITE.with("path", path.display().to_string());
        // Health data: for its owner's eyes, whatever the folder.
        let mut file = private_file(&draft).map_err(Error::file(what()))?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(Error::file(what()))?;
        std::fs::rename(&draft, path).map_err(Error::file(what()))?;
        // Not every folder that takes a file can be flushed; the file itself is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        drop(sync_folder(folder));
        Ok(count)
    }

    /// What [`Diary::export`] writes, and the number of records in it.
    ///
    /// # Errors
    /// [`Error::Database`], if the diary cannot be read.
    pub fn exported(&self, format: ExportFormat) -> Result<(Vec<u8>, usize), Error> {
        match format {
            ExportFormat::Json => self.to_json(),
            ExportFormat::Csv => self.to_csv(),
            ExportFormat::Automerge => self.to_automerge(),
        }
    }

    /// Reads an archive that [`ExportFormat::Json`] wrote. What is here already stays as it is: importing twice
    /// changes nothing. All of it is imported, or nothing.
    ///
    /// # Errors
    /// [`Error::Import`] says which record is wrong.
    pub fn import(&mut self, path: &Path) -> Result<Imported, Error> {
        let what = || words::TRIED_READ.with("path", path.display().to_string());
        let length = std::fs::metadata(path).map_err(Error::file(what()))?.len();
        if length > IMPORT_BYTES_MAX {
            return Err(Error::Import(
                import::TOO_LARGE.with("bytes", length.to_string()).with("max", IMPORT_BYTES_MAX.to_string()),
            ));
        }
        let bytes = std::fs::read(path).map_err(Error::file(what()))?;
        let archive: Archive = serde_json::from_slice(&bytes).map_err(|error| {
            Error::Import(import::NOT_AN_ARCHIVE.with("line", error.line()).with("column", error.column()))
        })?;
        if archive.format != FORMAT || archive.version > VERSION {
            let says = import::OTHER_FORMAT.with("format", format!("{:.40}", archive.format));
            let says = says.with("version", archive.version.to_string());
            return Err(Error::Import(says.with("known", FORMAT).with("newest", VERSION.to_string())));
        }
        let mut documents: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        let count = archive.records.len();
        for (index, archived) in archive.records.into_iter().enumerate() {
            let record = to_record(archived)
                .map_err(|why| Error::Import(import::RECORD.with("place", index.saturating_add(1)).with("why", why)))?;
            documents.entry(doc_of(&record.key)).or_default().push(record);
        }
        self.storage.write(|write| {
            let mut imported = Imported { records: count, added: 0, edits: 0 };
            for (doc_id, records) in documents {
                let puts = new_puts(write.document(&doc_id)?, &records, &mut imported);
                for part in parts(puts) {
                    write.put(&doc_id, &part)?;
                }
            }
            Ok(imported)
        })
    }

    fn documents(&self) -> Result<Vec<Document>, Error> {
        let sql = self.storage.sql();
        doc_ids(sql)?.iter().map(|doc_id| load(sql, doc_id)).collect()
    }

    fn to_json(&self) -> Result<(Vec<u8>, usize), Error> {
        let records: Vec<Record> = self.documents()?.iter().flat_map(Document::records).collect();
        let records: Vec<ArchivedRecord> = records.into_iter().map(from_record).collect();
        let count = records.len();
        let archive = Archive { format: FORMAT.to_owned(), version: VERSION, records };
        let bytes = serde_json::to_vec_pretty(&archive).map_err(|error| Error::Database(error.to_string()))?;
        Ok((bytes, count))
    }

    fn to_automerge(&self) -> Result<(Vec<u8>, usize), Error> {
        let documents = self.documents()?;
        let count = documents.iter().map(|document| document.records().len()).sum();
        Ok((Document::union(&documents)?, count))
    }

    fn to_csv(&self) -> Result<(Vec<u8>, usize), Error> {
        let rows = self.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() })?;
        let fields: Vec<&str> = columns().collect();
        // Columns that came later stand at the end: what was made for the others goes on.
        let measured: Vec<&str> = measure_columns().chain([SCORE]).collect();
        let mut out = csv::Writer::from_writer(Vec::new());
        let broken = |error: csv::Error| Error::Database(error.to_string());
        out.write_record(
            ["type", "id", "at"]
                .into_iter()
                .chain(fields.iter().copied())
                .chain(["deleted"])
                .chain(measured.iter().copied()),
        )
        .map_err(broken)?;
        for row in &rows {
            let cells = fields.iter().map(|name| cell(row, name));
            let (kind, deleted) = (row.values.type_name().to_owned(), row.deleted.to_string());
            let front = [kind, row.id.clone(), row.at.to_rfc3339()];
            let measured = measured.iter().map(|name| cell(row, name));
            out.write_record(front.into_iter().chain(cells).chain([deleted]).chain(measured)).map_err(broken)?;
        }
        let bytes = out.into_inner().map_err(|error| Error::Database(error.to_string()))?;
        Ok((bytes, rows.len()))
    }
}

/// Column of what a measure comes to, in tenths of its unit.
const SCORE: &str = "score_tenths";

/// Names of the fields of results and check-ins; `at` stands apart.
fn columns() -> impl Iterator<Item = &'static str> {
    let result = ResultValues::FIELDS.iter().map(|field| field.name).filter(|name| *name != "note");
    let check_in = CheckInValues::FIELDS.iter().map(|field| field.name);
    result.chain(check_in.filter(|name| !matches!(*name, "at_ms" | "offset_minutes")))
}

/// Names of the fields that measures alone have.
fn measure_columns() -> impl Iterator<Item = &'static str> {
    MeasureValues::FIELDS
        .iter()
        .map(|field| field.name)
        .filter(|name| !matches!(*name, "at_ms" | "offset_minutes" | "note"))
}

fn cell(row: &HistoryRow, name: &str) -> String {
    let value = match &row.values {
        RowValues::Result(values) => values.get(name),
        RowValues::CheckIn(values) => values.get(name),
        RowValues::Measure(values) if name == SCORE => values.score_tenths().map(Value::Int),
        RowValues::Measure(values) => values.get(name),
    };
    match value {
        Some(value @ Value::Int(_)) => in_cell(&value),
        Some(value) => no_formula(in_cell(&value)),
        None => String::new(),
    }
}

fn in_cell(value: &Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::Text(text) => text.clone(),
        Value::Array(values) => values.iter().map(in_cell).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    }
}

/// A text that no spreadsheet computes: one that begins like a formula gets an apostrophe before it (OWASP, CSV injection).
fn no_formula(text: String) -> String {
    const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if text.starts_with(BEGINS) { format!("'{text}") } else { text }
}

impl RowValues {
    /// `result`, `check_in` or `measure`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Result(_) => "result",
            Self::CheckIn(_) => "check_in",
            Self::Measure(_) => "measure",
        }
    }
}

/// A new file that only its owner can read.
fn private_file(path: &OsStr) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// A name typed wrong must not cost a file that is something else.
fn refuse_foreign(path: &Path) -> Result<(), Error> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(()) };
    let starts = [b"{\n  \"format\": \"lissom-archive\"".as_slice(), b"type,id,at,exercise", &[0x85, 0x6f, 0x4a, 0x83]];
    if bytes.is_empty() || starts.iter().any(|start| bytes.starts_with(start)) {
        return Ok(());
    }
    let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    Err(Error::File { what: words::TRIED_FOREIGN.with("path", path.display().to_string()), source })
}

fn from_record(record: Record) -> ArchivedRecord {
    let fields = kind_of(&record.key).map_or(&[][..], Kind::fields);
    let decoded = record.value.as_deref().map(decode);
    let edits = record.edits.into_iter().map(|(field, value)| (field, to_json(&value))).collect();
    let (value, value_bytes) = match decoded {
        Some(Ok(value)) => (Some(named(&value, fields)), None),
        Some(Err(_)) => (None, record.value.map(|bytes| BASE64.encode(&bytes))),
        None => (None, None),
    };
    ArchivedRecord { id: record.key, value, value_bytes, edits }
}

fn named(value: &Fields, fields: &[Field]) -> Map<String, Json> {
    let name = |number: &u64| fields.iter().find(|field| field.number == *number).map(|field| field.name.to_owned());
    value.iter().map(|(number, value)| (name(number).unwrap_or_else(|| number.to_string()), to_json(value))).collect()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bytes(bytes) => Json::Object(Map::from_iter([("bytes".to_owned(), Json::String(BASE64.encode(bytes)))])),
        Value::Array(values) => Json::Array(values.iter().map(to_json).collect()),
        Value::Map(fields) => Json::Object(Map::from_iter([("map".to_owned(), Json::Object(named(fields, &[])))])),
    }
}

fn from_json(json: Json) -> Result<Value, Sentence> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Int(number.as_i64().ok_or(import::FRACTION)?),
        Json::String(text) => Value::Text(text),
        Json::Array(values) => Value::Array(values.into_iter().map(from_json).collect::<Result<_, _>>()?),
        Json::Object(mut object) => match (object.remove("bytes"), object.remove("map")) {
            (Some(Json::String(text)), None) => {
                Value::Bytes(BASE64.decode(text.as_bytes()).map_err(|_| import::BYTES)?)
            }
            (None, Some(Json::Object(map))) => Value::Map(numbered(map, &[])?),
            _ => return Err(import::VALUE_FORM.into()),
        },
    })
}

fn numbered(map: Map<String, Json>, fields: &[Field]) -> Result<Fields, Sentence> {
    let mut numbered = Fields::new();
    for (name, value) in map {
        let number = fields.iter().find(|field| field.name == name).map(|field| field.number);
        let number =
            number.or_else(|| name.parse().ok()).ok_or_else(|| import::NO_FIELD.with("name", format!("{name:.40}")))?;
        if numbered.insert(number, from_json(value)?).is_some() {
            return Err(import::VALUE_FORM.into());
        }
    }
    Ok(numbered)
}

/// Reads an archived record, and checks what this version knows of its kind.
fn to_record(archived: ArchivedRecord) -> Result<Record, Sentence> {
    let key = archived.id;
    let kind = kind_of(&key);
    let prefix = session_of(&key).split_once(':');
    let dated = prefix.is_some_and(|(prefix, _)| matches!(prefix, "s" | "c" | "m"));
    if key.len() > 200 || split_key(&key).1.is_some() || prefix.is_none() {
        return Err(import::NO_ID.into());
    }
    if dated && prefix.is_none_or(|(_, id)| uuid7_ms(id).is_none()) {
        return Err(import::NO_UUID.into());
    }
    let fields = kind.map_or(&[][..], Kind::fields);
    let value = match (archived.value, archived.value_bytes) {
        (Some(map), None) => {
            let bytes = encode(&numbered(map, fields)?);
            // Nested deeper than a record may be: it would be kept and never read.
            decode(&bytes).map_err(|_| import::VALUE_FORM)?;
            Some(bytes)
        }
        (None, Some(text)) => Some(BASE64.decode(text.as_bytes()).map_err(|_| import::VALUE_BYTES)?),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(import::TWO_VALUES.into()),
    };
    let mut edits = BTreeMap::new();
    for (field, json) in archived.edits {
        // `r0000000a` would be another record's key, and a list no edit can be.
        let value = from_json(json)?;
        let scalar = !matches!(value, Value::Array(_) | Value::Map(_));
        if !scalar || split_key(&format!("{key}.{field}")) != (key.as_str(), Some(field.as_str())) {
            return Err(import::NO_EDIT.with("name", format!("{field:.40}")));
        }
        edits.insert(field, value);
    }
    let record = Record { key, value, edits };
    let refused = match kind {
        Some(Kind::Session) => check::<SessionValues>(&record),
        Some(Kind::Result) => check::<ResultValues>(&record),
        Some(Kind::CheckIn) => check::<CheckInValues>(&record),
        Some(Kind::Device) => check::<DeviceValues>(&record),
        Some(Kind::Measure) => check::<MeasureValues>(&record),
        Some(Kind::Screening) => check::<ScreeningValues>(&record),
        Some(Kind::Caution) => check::<CautionValues>(&record),
        Some(Kind::Clearance) => check::<ClearanceValues>(&record),
        Some(Kind::Plan) => check::<PlanValues>(&record),
        Some(Kind::Answer) => check::<AnswerValues>(&record),
        Some(Kind::DayOff) => check::<DayOffValues>(&record),
        Some(Kind::OwnExercise) => check::<OwnExerciseValues>(&record),
        None => None,
    };
    refused.map_or(Ok(record), Err)
}

/// What is out of range in the value or the edits, for people.
fn check<V: Values>(record: &Record) -> Option<Sentence> {
    let value = record.value.as_deref().and_then(|bytes| decode(bytes).ok())?;
    V::FIELDS
        .iter()
        .find_map(|field| {
            let edit = record.edits.get(field.name).map(|edit| field.edited(edit));
            let layers = [value.get(&field.number), edit.as_ref()];
            layers
                .into_iter()
                .flatten()
                .filter(|value| **value != Value::Null)
                .find_map(|value| field.check(value).err())
        })
        .or_else(|| record.read::<V>().and_then(|(values, _)| check_fields(&values).err()))
        .map(|refusal| refusal.sentence())
}

/// What of these records is not in the document yet.
fn new_puts(document: &Document, records: &[Record], imported: &mut Imported) -> Vec<Put> {
    let mut puts = Vec::new();
    for record in records {
        let here = document.record(&record.key);
        if let Some(value) = record.value.clone().filter(|_| here.as_ref().is_none_or(|here| here.value.is_none())) {
            imported.added = imported.added.saturating_add(1);
            puts.push(Put::Record { key: record.key.clone(), value });
        }
        for (field, value) in &record.edits {
            if here.as_ref().is_some_and(|here| here.edits.contains_key(field)) {
                continue;
            }
            imported.edits = imported.edits.saturating_add(usize::from(here.is_some()));
            puts.push(Put::Field { key: record.key.clone(), field: field.clone(), value: value.clone() });
        }
    }
    puts
}

/// Splits the work of an import, so that each change passes the limits that every other device checks.
fn parts(puts: Vec<Put>) -> Vec<Vec<Put>> {
    let mut parts: Vec<Vec<Put>> = Vec::new();
    let mut room = 0_usize;
    for put in puts {
        let size = put.size();
        if let Some(part) = parts.last_mut().filter(|part| size <= room && part.len() < PUTS_PER_CHANGE) {
            part.push(put);
        } else {
            room = BYTES_PER_CHANGE;
            parts.push(vec![put]);
        }
        room = room.saturating_sub(size);
    }
    parts
}
