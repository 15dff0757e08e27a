//! Measures: taking, showing, changing, and what is refused.

use serde_json::{Value, json};

use crate::device::Device;

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Takes the usual activities with these ratings.
fn psfs<'a>(ratings: [&'a str; 2], at: &'a str) -> Vec<&'a str> {
    vec!["measure", "psfs", "--item", ratings[0], "--item", ratings[1], "--at", at]
}

#[test]
fn a_taking_is_saved_and_says_how_far_it_moved() {
    let device = Device::begun();
    let saved = device.json(&psfs(["bending=3", "sitting at work=4"], "2026-03-01T20:00"));
    assert_eq!(names(&saved), ["change", "desk", "id", "measure", "next", "score_tenths"]);
    assert_eq!(
        (&saved["score_tenths"], &saved["change"], &saved["next"]),
        (&35.into(), &Value::Null, &"2026-03-15".into())
    );
    let saved = device.json(&psfs(["Bending=5", "sitting at work=5"], "2026-03-15T20:00"));
    assert_eq!(saved["change"], json!({"since": "2026-03-01", "tenths": 15, "size": "small"}));
    let said = device.run(&psfs(["bending=5", "sitting at work=5"], "2026-03-29T20:00")).out;
    assert!(said.starts_with("Your own activities: 5 points. Saved.\nSince 2026-03-15: the same.\n"), "{said}");
    assert!(said.lines().last().unwrap().starts_with("m:"), "{said}");
    let rows = device.history(&[]);
    assert_eq!(
        names(&rows[1]),
        ["at", "deleted", "id", "items", "labels", "measure", "name", "note", "score_tenths", "type", "value"]
    );
    assert_eq!((&rows[1]["type"], &rows[1]["items"]), (&"measure".into(), &json!([5, 5])));
    assert_eq!(rows[1]["labels"], json!(["bending", "sitting at work"]), "as they were named first");
}

#[test]
fn all_takings_are_shown_with_dates_and_change() {
    let device = Device::begun();
    for (rating, day) in [(3, "2026-03-01"), (4, "2026-03-15"), (7, "2026-03-29")] {
        device.json(&["measure", "psfs", "--item", &format!("bending={rating}"), "--at", day]);
    }
    let shown = device.json(&["measure", "show", "psfs", "--today", "2026-04-01"]);
    assert_eq!(names(&shown), ["bands_tenths", "better", "change", "measure", "name", "next", "source", "takings"]);
    assert_eq!(shown["takings"][2]["change"], json!({"since": "2026-03-15", "tenths": 30, "size": "large"}));
    assert_eq!(shown["change"], json!({"since": "2026-03-01", "tenths": 40, "size": "large"}));
    let before = device.json(&["measure", "show", "psfs", "--today", "2026-03-20"]);
    assert_eq!(before["takings"].as_array().unwrap().len(), 2);
    let said = device.run(&["measure", "show", "psfs", "--today", "2026-04-01"]).out;
    assert!(
        said.contains("3 points more: a large change") && said.contains("1 point more: less than a small"),
        "{said}"
    );
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(device.refused(4, &["measure", "show", "psf"]).contains("did you mean psfs?"));
    assert!(device.refused(2, &["measure", "show"]).contains("lissom measure show psfs"));
    assert!(device.run(&["measure", "show", "steps"]).out.contains("Not taken yet"));
}

#[test]
fn the_list_says_what_is_due() {
    let device = Device::begun();
    device.json(&["measure", "pgic", "2", "--at", "2026-03-01"]);
    let listed = device.json(&["measure", "--today", "2026-03-29"]);
    let pgic = listed.as_array().unwrap().iter().find(|one| one["id"] == "pgic").unwrap();
    assert_eq!(names(pgic), ["about", "ask", "due", "every_days", "id", "last", "name", "next"]);
    assert_eq!((&pgic["due"], &pgic["next"]), (&true.into(), &"2026-03-29".into()));
    assert_eq!(pgic["last"], json!({"day": "2026-03-01", "score_tenths": 20}));
    let said = device.run(&["measure", "--today", "2026-03-20"]).out;
    assert!(said.contains("in 9 days") && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(device.refused(3, &["measure", "--today", "2026-02-30"]).starts_with("--today: "));
}

#[test]
fn what_is_half_filled_in_comes_back_with_the_command_that_goes_on() {
    let device = Device::begun();
    let why = device.refused(3, &["measure", "psfs", "--item", "bending=4", "--item", "sitting at work"]);
    assert!(why.contains("2 of 2 has no answer") && why.contains("“sitting at work”"), "{why}");
    assert!(why.contains("`lissom measure psfs --item bending=4 --item \"sitting at work=?\"`"), "{why}");
    device.json(&psfs(["bending=3", "lifting=4"], "2026-03-01"));
    let why = device.refused(3, &["measure", "psfs", "--item", "bending=4"]);
    assert!(why.contains("--item bending=4 --item \"lifting=?\"`"), "{why}");
    let chosen = device.json(&["measure", "psfs", "--new", "--item", "walking=4"]);
    assert_eq!((&chosen["score_tenths"], &chosen["change"]), (&40.into(), &Value::Null), "nothing to compare");
    let why = device.refused(3, &["measure", "desk-check", "--place", "home", "--answers", "yes,no"]);
    assert!(why.starts_with("--answers: 3 of 12 has no answer: Does the chair"), "{why}");
    assert!(why.contains("--answers \"yes,no,?,?,?,?,?,?,?,?,?,?\"`"), "{why}");
    assert!(device.refused(3, &["measure", "sit-to-stand"]).contains("`lissom measure sit-to-stand N`"));
    assert!(device.refused(3, &["measure", "psfs", "--new"]).contains("an activity that your back makes hard"));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_flag() {
    let device = Device::begun();
    for (arguments, why) in [
        (&["measure", "psf"][..], "measure: no such measure; did you mean psfs?"),
        (&["measure", "pgic", "8"], "value: 8 is outside 1 to 7"),
        (&["measure", "steps", "many"], "value: not a whole number"),
        (&["measure", "steps", "-3"], "value: -3 is outside"),
        (&["measure", "steps", "5", "--item", "a=3"], "--item: this measure does not ask for it"),
        (&["measure", "psfs", "5"], "value: this measure is more than one number"),
        (&["measure", "psfs", "--item", "a=11"], "--item: 11 is outside 0 to 10"),
        (&["measure", "psfs", "--item", "a=1", "--item", "A=2"], "--item: A is there twice"),
        (&["measure", "psfs", "--item", "=1"], "--item: the activity is missing"),
        (
            &[
                "measure", "psfs", "--item", "a=1", "--item", "b=1", "--item", "c=1", "--item", "d=1", "--item", "e=1",
                "--item", "f=1",
            ],
            "--item: 6 items, the most is 5",
        ),
        (&["measure", "desk-check"], "--place: needed: one of home, work"),
        (&["measure", "desk-check", "--place", "home", "--answers", "perhaps"], "--answers: answer yes, no or na"),
        (&["measure", "own:x", "--items", "3"], "--labels: needed the first time"),
        (
            &[
                "measure",
                "own:x",
                "--labels",
                "a",
                "--item-max",
                "9",
                "--scoring",
                "best",
                "--name",
                "X",
                "--items",
                "3",
            ],
            "--scoring: must be one of mean, sum",
        ),
        (&["measure", "steps", "5", "--at", "2150-01-01"], "--at: later than now"),
    ] {
        let said = device.refused(3, arguments);
        assert!(said.starts_with(why), "{arguments:?}: {said}");
    }
    assert_eq!(device.history(&[]).len(), 0);
}

#[test]
fn a_questionnaire_of_ones_own_is_described_once() {
    let device = Device::begun();
    let id = "own:sleepiness";
    let described =
        ["--name", "Sleepiness", "--labels", "bus,meeting,reading", "--item-max", "10", "--scoring", "mean"];
    let first = device.json(&[&["measure", id, "--items", "3,4,2", "--at", "2026-03-01"], &described[..]].concat());
    assert_eq!(first["score_tenths"], 30);
    let again = device.json(&["measure", id, "--items", "6,4,2", "--at", "2026-03-08"]);
    assert_eq!(again["change"], json!({"since": "2026-03-01", "tenths": 10, "size": null}));
    let why = device.refused(3, &["measure", id, "--items", "6,4"]);
    assert!(why.contains("3 of 3 has no answer: “reading”") && why.contains("--items \"6,4,?\"`"), "{why}");
    let shown = device.run(&["measure", "show", id]).out;
    assert!(shown.starts_with("Sleepiness") && shown.contains("bus 6, meeting 4, reading 2"), "{shown}");
    let trend = device.run(&["trend", id, "--today", "2026-03-09"]).out;
    assert!(trend.starts_with("Sleepiness "), "{trend}");
}

#[test]
fn a_desk_check_advises_and_compares_pain_before_and_after() {
    let device = Device::begun();
    let check = |answers: &str, at: &str| {
        device.json(&["measure", "desk-check", "--place", "work", "--answers", answers, "--at", at])
    };
    let first = check("yes,no,yes,yes,yes,yes,yes,na,yes,yes,no,yes", "2026-03-15T12:00");
    let desk = &first["desk"];
    assert_eq!(names(desk), ["advice", "asked", "good", "look_again", "pain", "place", "summary"]);
    assert_eq!((&desk["good"], &desk["asked"], &desk["look_again"]), (&9.into(), &11.into(), &"2026-03-22".into()));
    assert_eq!(desk["advice"][0]["key"], "desk.feet.advice");
    assert_eq!((&desk["pain"], first["score_tenths"].as_i64()), (&Value::Null, Some(90)));
    // Something did not fit: it is due again after a week, and not after four.
    let list = device.json(&["measure", "--today", "2026-03-21"]);
    let listed = list.as_array().unwrap().iter().find(|one| one["id"] == "desk-check").unwrap();
    assert_eq!((&listed["next"], &listed["due"]), (&"2026-03-22".into(), &false.into()));
    for (today, due) in [("2026-03-21", false), ("2026-03-22", true)] {
        assert_eq!(device.json(&["today", "--today", today])["desk_check_due"], due, "{today}");
    }
    for day in 8..=21 {
        device.json(&["check-in", "--pain", "6", "--at", &format!("2026-03-{day:02}")]);
    }
    let second = check("yes,yes,yes,yes,yes,yes,yes,na,yes,yes,no,yes", "2026-03-22T12:00");
    assert_eq!(second["desk"]["pain"]["sentence"]["key"], "desk.change.unknown");
    for day in 23..=31 {
        device.json(&["check-in", "--pain", "3", "--at", &format!("2026-03-{day:02}")]);
    }
    let third = check("yes,yes,yes,yes,yes,yes,yes,na,yes,yes,no,yes", "2026-04-05T12:00");
    let pain = &third["desk"]["pain"];
    assert_eq!((&pain["changed"], &pain["sentence"]["key"]), (&"2026-03-22".into(), &"desk.change.better".into()));
    assert_eq!(pain["before"], json!({"median_tenths": 60, "days": 14}));
    assert_eq!(pain["after"], json!({"median_tenths": 30, "days": 9}));
    let answers = "yes,no,yes,yes,yes,yes,yes,na,yes,yes,no,yes";
    let said = device.run(&["measure", "desk-check", "--place", "home", "--answers", answers]).out;
    assert!(said.contains("Put something firm under your feet") && said.contains("Look again on "), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn a_measure_is_edited_deleted_and_restored_by_the_end_of_its_id() {
    let device = Device::begun();
    let id = device.json(&["measure", "steps", "4000"])["id"].as_str().unwrap().to_owned();
    let end = &id[id.len() - 8..];
    device.json(&["edit", end, "--value", "5000", "--note", "a walk"]);
    let row = device.history(&[])[0].clone();
    assert_eq!((&row["value"], &row["score_tenths"], &row["note"]), (&5000.into(), &50_000.into(), &"a walk".into()));
    device.json(&["edit", end, "--at", "2026-03-01T10:00"]);
    assert!(device.history(&[])[0]["at"].as_str().unwrap().starts_with("2026-03-01"));
    assert!(device.refused(3, &["edit", end, "--value", "-1"]).starts_with("value: "));
    assert!(device.refused(3, &["edit", end, "--reps", "3"]).contains("this record is a measure"));
    let walk = device.log(&["walking"]);
    assert!(device.refused(3, &["edit", &walk, "--value", "3"]).contains("only measures have this"));
    device.json(&["delete", end]);
    assert_eq!(device.history(&[]).len(), 1);
    device.json(&["restore", end]);
    assert_eq!(device.history(&[]).len(), 2);
    let table = device.run(&["history"]).out;
    assert!(table.contains("Steps") && table.contains("5000 steps"), "{table}");
}

#[test]
fn a_table_for_spreadsheets_has_the_measures_in_columns_at_its_end() {
    let device = Device::begun();
    device.json(&psfs(["bending=3", "lifting=4"], "2026-03-01"));
    let file = device.file("diary.csv");
    device.json(&["export", &file]);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    assert!(lines.next().unwrap().ends_with(",deleted,measure,value,items,labels,name,item_max,scoring,score_tenths"));
    assert!(lines.next().unwrap().ends_with(",false,psfs,,3; 4,bending; lifting,,,,35"), "{text}");
}
