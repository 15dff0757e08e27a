//! What a diary does without a network.

use lissom_diary::{CheckInValues, Diary, Error, HistoryQuery, Moment, ResultValues, RowValues, SystemHost};

fn tilt() -> ResultValues {
    ResultValues { exercise: Some("pelvic-tilt".into()), sets: Some(2), reps: Some(8), ..Default::default() }
}

fn all() -> HistoryQuery {
    HistoryQuery { deleted: true, ..HistoryQuery::default() }
}

#[test]
fn what_was_recorded_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let at = Moment::new(1_795_333_458_123, 60).unwrap();
    let recorded = diary.record_result(&tilt(), Some(at)).unwrap();
    let check_in =
        diary.record_check_in(&CheckInValues { pain: Some(4), leg: Some(1), ..Default::default() }, None).unwrap();
    drop(diary);
    let mut diary = Diary::open(folder.path(), SystemHost).unwrap();
    let rows = diary.history(&all()).unwrap();
    assert_eq!(rows.len(), 2);
    let result = rows.iter().find(|row| row.id == recorded.id).unwrap();
    assert_eq!((result.at, &result.values), (at, &RowValues::Result(tilt())));
    assert!(rows.iter().any(|row| row.id == check_in));
    assert_eq!(diary.verify().unwrap().problems, []);
}

#[test]
fn edits_change_only_what_differs_and_deletes_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let id = diary.record_result(&tilt(), None).unwrap().id;
    diary.edit_result(&id, |values| values.pain_after = Some(2)).unwrap();
    let refused = diary.edit_result(&id, |values| values.pain_after = Some(12));
    assert!(matches!(refused, Err(Error::InvalidInput(refusal)) if refusal.field == "pain_after"));
    diary.edit_time(&id, Moment::new(1_700_000_000_000, 0).unwrap()).unwrap();
    diary.delete(&id).unwrap();
    assert!(diary.history(&HistoryQuery::default()).unwrap().is_empty());
    diary.restore(&id).unwrap();
    let rows = diary.history(&HistoryQuery::default()).unwrap();
    assert_eq!(rows[0].values, RowValues::Result(ResultValues { pain_after: Some(2), ..tilt() }));
    assert_eq!(rows[0].at.at_ms, 1_700_000_000_000);
    assert!(matches!(diary.delete("s:nothing"), Err(Error::NotFound)));
    assert_eq!(diary.verify().unwrap().problems, []);
}

#[test]
fn two_processes_write_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let mut two = Diary::open(folder.path(), SystemHost).unwrap();
    for _ in 0..5 {
        one.record_result(&tilt(), None).unwrap();
        two.record_result(&tilt(), None).unwrap();
    }
    assert_eq!(one.history(&all()).unwrap().len(), 10);
    assert_eq!(one.state_hash().unwrap(), two.state_hash().unwrap());
    assert_eq!(two.verify().unwrap().problems, []);
}

#[test]
fn a_folder_has_one_diary_and_a_file_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Diary::open(folder.path(), SystemHost), Err(Error::NoDiary)));
    drop(Diary::create(folder.path(), "Phone", SystemHost).unwrap());
    assert!(matches!(Diary::create(folder.path(), "Phone", SystemHost), Err(Error::DiaryExists)));
    let file = rusqlite::Connection::open(folder.path().join("diary.sqlite")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    assert!(matches!(Diary::open(folder.path(), SystemHost), Err(Error::Newer { found: 99, .. })));
}

#[test]
fn a_projection_of_another_version_is_made_anew_at_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    diary.record_result(&tilt(), None).unwrap();
    drop(diary);
    let file = rusqlite::Connection::open(folder.path().join("diary.sqlite")).unwrap();
    file.execute_batch(
        "DROP TABLE result; CREATE TABLE result (old); UPDATE meta SET value = x'00' WHERE key = 'projection'",
    )
    .unwrap();
    drop(file);
    let mut diary = Diary::open(folder.path(), SystemHost).unwrap();
    assert_eq!(diary.history(&all()).unwrap().len(), 1);
    assert_eq!(diary.verify().unwrap().problems, []);
}

#[test]
fn the_newest_rows_until_a_day_are_those_before_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    for day in 0..10_i64 {
        let at = Moment::new(1_795_305_600_000 + day * 86_400_000, 60).unwrap();
        diary.record_result(&tilt(), Some(at)).unwrap();
    }
    let query = HistoryQuery { to: Some("2026-11-26".into()), newest: Some(3), ..HistoryQuery::default() };
    let days: Vec<String> = diary.history(&query).unwrap().iter().map(|row| row.at.local_date()).collect();
    assert_eq!(days, ["2026-11-24", "2026-11-25", "2026-11-26"]);
}

#[test]
fn an_archive_cannot_reach_another_record_through_an_edit_or_hide_a_check_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let recorded = diary.record_result(&tilt(), None).unwrap();
    let suffix = recorded.id.rsplit_once('.').unwrap().1;
    let file = folder.path().join("archive.json");
    let mut import = |records: String| {
        std::fs::write(&file, format!(r#"{{"format":"lissom-archive","version":1,"records":[{records}]}}"#)).unwrap();
        diary.import(&file)
    };
    for edits in [format!(r#""{suffix}":1"#), format!(r#""{suffix}.pain_after":99"#), r#""note":[1]"#.to_owned()] {
        let refused = import(format!(r#"{{"id":"{}","edits":{{{edits}}}}}"#, recorded.session));
        assert!(matches!(refused, Err(Error::Import(_))), "{edits}");
    }
    import(r#"{"id":"c:01a20236-88cb-7202-8202-020202020202","value":{"pain":3}}"#.to_owned()).unwrap();
    let rows = diary.history(&all()).unwrap();
    assert!(rows.iter().any(|row| row.id.starts_with("c:") && row.at.at_ms == 1_795_333_458_123));
    assert_eq!(diary.verify().unwrap().problems, []);
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    diary.limit_size(300_000).unwrap();
    let noted = ResultValues { note: Some("x".repeat(3000)), ..tilt() };
    let mut saved = 0;
    let refused = loop {
        match diary.record_result(&noted, None) {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < 1000, "the limit does not hold");
    };
    assert!(matches!(refused, Error::StorageFull), "{refused}");
    assert_eq!(diary.history(&all()).unwrap().len(), saved);
    diary.limit_size(30_000_000).unwrap();
    diary.record_result(&noted, None).unwrap();
    assert_eq!(diary.history(&all()).unwrap().len(), saved + 1);
    assert_eq!(diary.verify().unwrap().problems, []);
}

#[cfg(unix)]
#[test]
fn the_secret_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(Diary::create(&folder.path().join("diary"), "Phone", SystemHost).unwrap());
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("diary"), mode("diary/secret")), (0o700, 0o600));
}
