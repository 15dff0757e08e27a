//! Bytes as an archive to import, and everything that a diary says about what came in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use lissom_diary::core::day::Day;
use lissom_diary::core::moment::uuid7;
use lissom_diary::core::record::Kind;
use lissom_diary::{Diary, Error, ExportFormat, HistoryQuery, Imported, SystemHost};
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use super::input::Input;

/// 28 November 2026: most records are near it.
const TODAY: Day = Day(20_785);
const DAY_MS: i64 = 86_400_000;

const KINDS: [Kind; 12] = [
    Kind::Session,
    Kind::Result,
    Kind::CheckIn,
    Kind::Device,
    Kind::Measure,
    Kind::Screening,
    Kind::Caution,
    Kind::Clearance,
    Kind::Plan,
    Kind::Answer,
    Kind::DayOff,
    Kind::OwnExercise,
];

/// A new diary, made once and copied for each input.
static FRESH: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = scratch();
    drop(Diary::create(&folder.path().join("diary"), "Phone", SystemHost).expect("a new diary"));
    folder
});

/// A folder in memory where there is one: nothing here needs to outlast a power cut.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

fn fresh(folder: &TempDir, name: &str) -> Diary {
    let path = folder.path().join(name);
    // Not by `fs::copy`, which a fuzzer's timer interrupts.
    std::fs::create_dir(&path).expect("a folder");
    for file in std::fs::read_dir(FRESH.path().join("diary")).expect("the new diary") {
        let file = file.expect("a file of it");
        let bytes = std::fs::read(file.path()).expect("its bytes");
        std::fs::write(path.join(file.file_name()), bytes).expect("a copy of it");
    }
    Diary::open(&path, SystemHost).expect("the new diary")
}

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let archive = match input.below(2) {
        0 => input.rest().to_vec(),
        _ => composed(&mut input).to_string().into_bytes(),
    };
    let folder = scratch();
    let mut diary = fresh(&folder, "one");
    let (state, revision) = facts(&diary);
    let path = folder.path().join("archive.json");
    std::fs::write(&path, &archive).expect("a file");
    match diary.import(&path) {
        Ok(_) => {}
        Err(Error::Import(_)) => {
            assert!(facts(&diary) == (state, revision), "an import that was refused left something");
            return;
        }
        Err(other) => unreachable!("an archive makes a diary fail: {other:?}"),
    }
    let verified = diary.verify().expect("a diary that can be checked");
    assert_eq!(verified.problems, Vec::new(), "an import damaged the diary");
    let state = facts(&diary).0;
    let again = diary.import(&path).expect("what was imported once");
    assert!(matches!(again, Imported { added: 0, edits: 0, .. }), "importing twice changes something");
    assert!(facts(&diary).0 == state, "importing twice changes something");
    said(&mut diary);
    // What is exported is what is here: another diary that imports it holds the same records.
    let all = exported(&diary, &folder.path().join("all.json"));
    let given: Json = serde_json::from_slice(&archive).expect("what was imported is JSON");
    let given = given.get("records").and_then(Json::as_array).expect("records");
    for record in given.iter().filter(|record| record.get("value").is_some_and(Json::is_object)) {
        let once = given.iter().filter(|other| other.get("id") == record.get("id")).count() == 1;
        let there = record.get("id").and_then(Json::as_str).and_then(|id| all.get(id));
        assert!(
            !once || there.is_some_and(|there| there.get("value").is_some()),
            "a value came in that cannot be read"
        );
    }
    let mut other = fresh(&folder, "other");
    other.import(&folder.path().join("all.json")).expect("our own export");
    let there = exported(&other, &folder.path().join("there.json"));
    for (id, record) in &all {
        assert!(there.get(id) == Some(record), "a record does not come back from an export");
    }
}

fn facts(diary: &Diary) -> (String, i64) {
    (diary.state_hash().expect("a state"), diary.revision().expect("a revision"))
}

/// Nothing that a person looks at fails on what was imported.
fn said(diary: &mut Diary) {
    for today in [TODAY, TODAY.plus(40)] {
        let one = format!("{:?}", diary.advice(today).expect("advice"));
        let two = format!("{:?}", diary.advice(today).expect("advice"));
        assert_eq!(one, two, "asked twice, it says something else");
        diary.safety(today).expect("safety");
        diary.digest(today.monday(), today).expect("a digest");
        diary.volume_by_muscle(today.plus(-7), today).expect("a volume");
    }
    diary.replay(None).expect("a replay");
    diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).expect("a history");
    diary.status().expect("a status");
    diary.plan().expect("a plan");
    diary.measures().expect("measures");
    diary.own_exercises().expect("own exercises");
    diary.days_off().expect("days off");
    diary.cautions().expect("cautions");
    diary.clearances().expect("clearances");
}

fn exported(diary: &Diary, path: &PathBuf) -> BTreeMap<String, Json> {
    for (format, end) in [(ExportFormat::Csv, "csv"), (ExportFormat::Automerge, "automerge")] {
        diary.export(&path.with_extension(end), format).expect("an export");
    }
    diary.export(path, ExportFormat::Json).expect("an export");
    let archive: Json = serde_json::from_slice(&std::fs::read(path).expect("the export")).expect("JSON");
    let records = archive.get("records").and_then(Json::as_array).expect("records");
    let id = |record: &Json| record.get("id").and_then(Json::as_str).expect("an id").to_owned();
    records.iter().map(|record| (id(record), record.clone())).collect()
}

/// An archive whose records have ids in form and fields that this version knows, with values that may not fit.
fn composed(input: &mut Input<'_>) -> Json {
    let mut records = Vec::new();
    while !input.is_empty() && records.len() < 40 {
        let kind = KINDS.get(input.below(KINDS.len())).copied().unwrap_or(Kind::CheckIn);
        let days = i64::from(input.byte()) - 200;
        let at_ms = (i64::from(TODAY.0) + days) * DAY_MS + i64::from(input.byte()) * 60_000;
        let uuid = uuid7(at_ms, [input.byte() % 4; 10]);
        let id = match kind {
            Kind::Result => format!("s:{uuid}.r0000000{:x}", input.byte() % 16),
            Kind::Device => format!("d:{:032x}", input.byte()),
            kind => format!("{}:{uuid}", kind.letter()),
        };
        let mut value = Map::from_iter([("at_ms".to_owned(), json!(at_ms)), ("offset_minutes".to_owned(), json!(60))]);
        value.retain(|name, _| kind.fields().iter().any(|field| field.name == name));
        let mut edits = Map::new();
        for _ in 0..input.below(8) {
            let at = input.below(kind.fields().len().max(1));
            let Some(field) = kind.fields().get(at) else { continue };
            value.insert(field.name.to_owned(), fitting(input, field));
        }
        for _ in 0..input.below(3) {
            let at = input.below(kind.fields().len() + 1);
            let name = kind.fields().get(at).map_or("deleted_at", |field| field.name);
            edits.insert(name.to_owned(), any(input, 0));
        }
        records.push(json!({ "id": id, "value": value, "edits": edits }));
    }
    json!({ "format": "lissom-archive", "version": 1, "records": records })
}

/// Mostly a value of the field's form, so that the import goes on to what is behind it.
fn fitting(input: &mut Input<'_>, field: &lissom_diary::core::record::Field) -> Json {
    use lissom_diary::core::record::Form;
    let text = |input: &mut Input<'_>| {
        let words = ["pelvic-tilt", "bird-dog", "standing", "yes", "no", "left", "oswestry", "own:x", "1", ""];
        words.get(input.below(words.len() + 2)).map_or_else(|| text(input), |word| (*word).to_owned())
    };
    match (field.form, input.byte()) {
        (_, 250..) => any(input, 2),
        (Form::Int(_), choice) if choice % 4 == 0 => json!(input.number().cast_signed()),
        (Form::Int(_), _) => json!(input.byte() % 16),
        (Form::Text(_), _) => json!(text(input)),
        (Form::Choice(choices), _) => json!(choices.get(input.below(choices.len().max(1)))),
        (Form::Ints(..), _) => (0..input.below(5)).map(|_| json!(input.byte() % 16)).collect(),
        (Form::Texts(..), _) => (0..input.below(5)).map(|_| json!(text(input))).collect(),
        (Form::Rows(_), _) => (0..input.below(4))
            .map(|_| {
                let cells = (0..input.below(6)).map(|_| {
                    let cell = if input.byte() & 1 == 0 { json!(input.byte() % 16) } else { json!(text(input)) };
                    ((input.byte() % 12).to_string(), cell)
                });
                json!({ "map": cells.collect::<Map<_, _>>() })
            })
            .collect(),
    }
}

fn text(input: &mut Input<'_>) -> String {
    String::from_utf8_lossy(input.short()).into_owned()
}

fn any(input: &mut Input<'_>, depth: u32) -> Json {
    match input.below(8) {
        0 => Json::Null,
        1 => json!(true),
        2 => json!(input.byte()),
        3 => json!(input.number().cast_signed()),
        4 => json!(text(input)),
        5 if depth > 0 => (0..input.below(4)).map(|_| any(input, depth - 1)).collect(),
        6 if depth > 0 => {
            let cells = (0..input.below(4)).map(|_| (input.byte().to_string(), any(input, depth - 1)));
            json!({ "map": cells.collect::<Map<_, _>>() })
        }
        _ => json!({ "bytes": "AAEC" }),
    }
}
