//! Logging, looking back, changing.

use serde_json::Value;

use crate::device::Device;

#[test]
fn with_no_numbers_the_starting_dose_is_written_down_and_said() {
    let device = Device::begun();
    let said = device.run(&["log", "pelvic-tilt"]).out;
    assert!(said.contains("2 x 8, 5 s hold (the starting dose"), "{said}");
    device.log(&["pelvic-tilt", "--pain-after", "2"]);
    let rows = device.history(&[]);
    assert_eq!((&rows[0]["sets"], &rows[0]["reps"], &rows[0]["hold_seconds"]), (&2.into(), &8.into(), &5.into()));
    assert_eq!(rows[1]["sets"], Value::Null, "what was said is all that is written down");
}

#[test]
fn rows_are_sorted_by_time_whatever_the_order_of_writing() {
    let device = Device::begun();
    for at in ["2024-03-02T10:00", "2024-03-01T10:00", "2024-03-01T08:00-05:00"] {
        device.log(&["walking", "--at", at]);
    }
    let times: Vec<Value> = device.history(&[]).into_iter().map(|row| row["at"].clone()).collect();
    let sorted = ["2024-03-01T10:00:00.000+01:00", "2024-03-01T08:00:00.000-05:00", "2024-03-02T10:00:00.000+01:00"];
    assert_eq!(times, sorted);
    let newest = device.history(&["--last", "1"]);
    assert_eq!(newest[0]["at"], sorted[2]);
}

#[test]
fn days_are_local_and_both_ends_count() {
    let device = Device::begun();
    for at in ["2024-03-01T00:10", "2024-03-02T23:50", "2024-03-03T00:10"] {
        device.log(&["walking", "--at", at]);
    }
    assert_eq!(device.history(&["--from", "2024-03-01", "--to", "2024-03-02"]).len(), 2);
    assert_eq!(device.history(&["--from", "2024-03-03"]).len(), 1);
    assert_eq!(device.history(&["--to", "2024-02-28"]).len(), 0);
    let ran = device.run(&["history", "--to", "2024-02-28"]);
    assert_eq!(ran.out.trim_end(), "Nothing was written down on these days.");
}

#[test]
fn an_edit_changes_clears_and_moves() {
    let device = Device::begun();
    let id = device.log(&["pelvic-tilt", "--sets", "2", "--reps", "8", "--hold", "5", "--note", "none"]);
    device.json(&["edit", &id, "--reps", "10", "--hold", "none", "--pain-after", "1", "--at", "2024-03-01T10:00"]);
    let row = device.history(&[])[0].clone();
    assert_eq!((&row["sets"], &row["reps"], &row["pain_after"]), (&2.into(), &10.into(), &1.into()));
    assert_eq!((&row["hold_seconds"], &row["note"]), (&Value::Null, &"none".into()));
    assert_eq!(row["at"], "2024-03-01T10:00:00.000+01:00");
    device.json(&["edit", &id, "--note", "", "--exercise", "partial-crunch"]);
    let row = device.history(&[])[0].clone();
    assert_eq!((&row["note"], &row["exercise"]), (&Value::Null, &"partial-crunch".into()));
}

#[test]
fn a_check_in_is_edited_too() {
    let device = Device::begun();
    device.json(&["check-in", "--pain", "4"]);
    let id = device.history(&[])[0]["id"].as_str().unwrap().to_owned();
    device.json(&["edit", &id, "--pain", "3", "--leg", "2", "--note", "better"]);
    let row = device.history(&[])[0].clone();
    assert_eq!((&row["pain"], &row["leg"], &row["note"]), (&3.into(), &2.into(), &"better".into()));
    assert!(device.refused(3, &["edit", &id, "--reps", "3"]).starts_with("--reps: this record is a check-in"));
    let result = device.log(&["walking"]);
    assert!(device.refused(3, &["edit", &result, "--leg", "3"]).starts_with("--leg: this record is a result"));
}

#[test]
fn an_edit_that_is_refused_is_not_half_done() {
    let device = Device::begun();
    let id = device.log(&["walking", "--minutes", "20"]);
    let before = device.history(&[]);
    assert!(device.refused(3, &["edit", &id, "--effort", "3", "--at", "2150-01-01"]).starts_with("--at: "));
    assert!(device.refused(3, &["edit", &id, "--effort", "3", "--hold", "5"]).starts_with("--hold: "));
    assert_eq!(device.history(&[]), before);
    assert!(device.refused(2, &["edit", &id]).contains("lissom edit --help"));
}

#[test]
fn a_deleted_record_comes_back() {
    let device = Device::begun();
    let id = device.log(&["walking"]);
    assert_eq!(device.json(&["delete", &id])["id"], id.as_str());
    assert_eq!(device.history(&[]).len(), 0);
    let deleted = device.history(&["--deleted"]);
    assert_eq!((deleted.len(), &deleted[0]["deleted"]), (1, &true.into()));
    device.json(&["delete", &id]);
    device.json(&["restore", &id]);
    assert_eq!(device.history(&[])[0]["deleted"], false);
}

#[test]
fn the_end_of_an_id_is_enough() {
    let device = Device::begun();
    let id = device.log(&["walking", "--minutes", "20"]);
    device.log(&["walking", "--minutes", "30"]);
    let end = &id[id.len() - 8..];
    assert!(device.run(&["history"]).out.contains(end), "the table shows it");
    assert_eq!(device.json(&["edit", end, "--minutes", "25"])["id"], id.as_str());
    assert_eq!(device.json(&["delete", &end.to_uppercase()])["id"], id.as_str());
    assert_eq!(device.json(&["restore", &id[2..]])["id"], id.as_str(), "without its kind");
    assert!(device.run(&["history", "--ids"]).out.contains(&id));
}

#[test]
fn an_id_that_fits_several_or_none_is_refused() {
    let device = Device::begun();
    let ids = [device.log(&["walking"]), device.log(&["walking"])];
    let several = device.refused(3, &["delete", "s:01"]);
    assert!(ids.iter().all(|id| several.contains(id.as_str())), "{several}");
    assert!(device.refused(3, &["delete", "01"]).contains("at least 4"));
    for unknown in ["zzzzzzzz", "s:01a20279-883b-7064-b176-7110efbbe3a8.r0ecfa9ec"] {
        assert!(device.refused(4, &["restore", unknown]).contains("lissom history --deleted"));
    }
}

#[test]
fn the_table_is_aligned_and_a_note_cannot_drive_the_terminal() {
    let device = Device::begun();
    device.log(&["pelvic-tilt", "--sets", "2", "--reps", "8", "--note", "a\u{1b}[31mred\u{7}", "--at", "2024-03-01"]);
    device.json(&["check-in", "--pain", "4", "--leg", "1", "--at", "2024-03-02T08:00"]);
    let ran = device.run(&["history"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("When              What         Dose"), "{}", lines[0]);
    assert!(lines[1].starts_with("2024-03-01 00:00  Pelvic tilt  2 x 8"), "{}", lines[1]);
    assert!(lines[3].starts_with("2024-03-02 08:00  Check-in     leg 1"), "{}", lines[3]);
    assert!(ran.out.contains("a [31mred") && !ran.out.contains('\u{1b}') && !ran.out.contains('\u{7}'));
}

#[test]
fn what_changes_nothing_is_not_said_to_have_changed_something() {
    let device = Device::begun();
    let id = device.log(&["walking", "--minutes", "20"]);
    let own = device.json(&["own", "add", "--name", "Ball", "--kind", "strength", "--reps", "6"]);
    let own = own["id"].as_str().unwrap().to_owned();
    let twice = |arguments: &[&str], words: [&str; 2]| {
        for (time, word) in words.into_iter().enumerate() {
            let ran = device.run(arguments);
            assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.err);
            assert!(ran.out.contains(word), "{arguments:?}, time {time}: {}", ran.out);
        }
    };
    twice(&["edit", &id, "--minutes", "25"], ["Changed", "as it was"]);
    twice(&["edit", &id, "--at", "2024-03-01T10:00"], ["Changed", "as it was"]);
    twice(&["delete", &id], ["Deleted", "deleted already"]);
    twice(&["edit", &id, "--minutes", "30"], ["which is deleted", "as it was"]);
    twice(&["restore", &id], ["Restored", "is not deleted"]);
    twice(&["own", "edit", &own, "--reps", "8"], ["Changed", "as it was"]);
    twice(&["delete", &own], ["Deleted", "deleted already"]);
    twice(&["restore", &own], ["Restored", "is not deleted"]);
    assert_eq!(device.json(&["restore", &id])["changed"], false);
    assert_eq!(device.json(&["delete", &id])["changed"], true);
}
