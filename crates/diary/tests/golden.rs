//! What is kept for years: an archive and a database of version 1, as programs wrote them when the formats were frozen.
//!
//! A difference means that somebody's old file reads as something else now. `UPDATE_GOLDEN=1` writes the archive anew from
//! itself. The database is a file that a program left behind and is never written again; of a later schema another one is
//! put beside it.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lissom_diary::core::day::Day;
use lissom_diary::{Diary, ExportFormat, HistoryQuery, HistoryRow, ResultValues, RowValues, SystemHost};
use serde_json::Value;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// An archive's records by their ids.
fn records(archive: &Value) -> BTreeMap<String, Value> {
    let records = archive["records"].as_array().unwrap();
    records.iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record.clone())).collect()
}

fn exported(diary: &Diary) -> Value {
    serde_json::from_slice(&diary.exported(ExportFormat::Json).unwrap().0).unwrap()
}

fn history(diary: &Diary) -> Vec<HistoryRow> {
    diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).unwrap()
}

fn minutes(rows: &[HistoryRow]) -> Vec<i64> {
    let minutes = |row: &HistoryRow| match &row.values {
        RowValues::Result(values) => values.minutes,
        _ => None,
    };
    let mut all: Vec<i64> = rows.iter().filter_map(minutes).collect();
    all.sort_unstable();
    all
}

#[test]
fn an_archive_of_version_1_gives_the_same_records_and_is_written_as_ever() {
    let file = golden("archive-1.json");
    let root = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(&root.path().join("diary"), "Phone", SystemHost).unwrap();
    let imported = diary.import(&file).unwrap();
    let read = || serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap();
    let wanted = records(&read());
    let mut now = exported(&diary);
    // The device into which it was imported is a record of its own.
    now["records"].as_array_mut().unwrap().retain(|record| wanted.contains_key(record["id"].as_str().unwrap()));
    if std::env::var_os("UPDATE_GOLDEN").is_some() && now != read() {
        std::fs::write(&file, serde_json::to_string_pretty(&now).unwrap()).unwrap();
    }
    assert_eq!(now, read());
    assert_eq!((now["format"].as_str(), now["version"].as_u64()), (Some("lissom-archive"), Some(1)));
    // One record of it is an edit alone, of a record that never came.
    assert_eq!((imported.records, imported.added), (23, 22));

    let kinds: String = wanted.keys().filter_map(|id| id.chars().next()).collect();
    assert!("acdefklmpstz".chars().all(|kind| kinds.contains(kind)), "every kind, and one that nobody knows: {kinds}");
    let rows = history(&diary);
    assert_eq!(minutes(&rows), [25, 30], "20 were edited");
    assert_eq!(rows.iter().filter(|row| row.deleted).count(), 1);
    assert_eq!(diary.own_exercises().unwrap().len(), 1);
    assert_eq!(diary.verify().unwrap().problems, Vec::new());
    assert_eq!(diary.import(&file).unwrap().added, 0);
}

#[test]
fn a_diary_of_schema_1_opens_with_everything_that_was_in_it() {
    let root = tempfile::tempdir().unwrap();
    for name in ["diary.sqlite", "secret"] {
        std::fs::copy(golden("device-1").join(name), root.path().join(name)).unwrap();
    }
    let mut diary = Diary::open(root.path(), SystemHost).unwrap();
    let status = diary.status().unwrap();
    assert_eq!((status.entries, status.unsynced, status.waiting, status.quarantined), (3, 1, 0, 0));
    assert_eq!(status.state_hash, "8b2efd4df76bac87ea925132905c24d870236559e4a146891f71039b14b57dd4");
    let rows = history(&diary);
    assert_eq!((rows.len(), minutes(&rows)), (7, vec![25, 30]));
    assert_eq!(diary.verify().unwrap().problems, Vec::new());
    assert!(diary.phrase().starts_with("mutual mom ankle "));
    let day: Day = "2026-11-30".parse().unwrap();
    assert!(diary.advice(day).unwrap().plan.plan.is_some(), "the plan that was made then is followed");
    // And goes on from there.
    let values = ResultValues { exercise: Some("walking".into()), minutes: Some(40), ..ResultValues::default() };
    diary.record_result(&values, None).unwrap();
    drop(diary);
    let diary = Diary::open(root.path(), SystemHost).unwrap();
    assert_eq!(minutes(&history(&diary)), [25, 30, 40]);
}
