//! What there is to do today.

use lissom_diary::{CheckInValues, ResultValues};
use serde_json::{Value, json};

use crate::advice::two_good_weeks;
use crate::device::{Device, at};

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// A screened person with a routine on every day.
fn planned() -> Device {
    let device = Device::screened();
    device.json_on(0, &["plan", "new", "--preset", "lower-back", "--days", "7"]);
    device
}

/// [`planned`], and how the person is, so that no short check is due in the days after.
fn checked_in() -> Device {
    let device = planned();
    let calm = CheckInValues { pain: Some(2), ..CheckInValues::default() };
    device.diary().record_check_in(&calm, Some(at(0, 7))).unwrap();
    device
}

#[test]
fn today_is_exactly_these_names() {
    let today = planned().json_on(0, &["today"]);
    let expected = [
        "alerts",
        "card",
        "checked_in",
        "day",
        "desk_check_due",
        "done",
        "flare",
        "flare_over",
        "next",
        "plan",
        "proposals",
        "recovered",
        "safety",
        "session",
        "streak",
        "waiting",
        "week",
    ];
    assert_eq!(names(&today), expected);
    assert_eq!(names(&today["session"]), ["extras", "items", "nothing", "removed", "seconds", "skipped"]);
    let item = &today["session"]["items"][0];
    assert_eq!(names(item), ["cue", "done", "doses", "exercise", "name", "notes", "place", "seconds"]);
    assert_eq!(names(&today["safety"]), ["asks", "cleared", "level", "sentences"]);
    assert_eq!(today["week"]["to_do"], 7);
}

#[test]
fn there_is_exactly_one_next_step_and_it_moves_on() {
    let device = planned();
    let next = |day| device.json_on(day, &["today"])["next"]["command"].as_str().unwrap().to_owned();
    assert_eq!(next(0), "lissom check-in");
    two_good_weeks(&device);
    let items = device.json_on(0, &["today"])["session"]["items"].clone();
    let first = items[0]["exercise"].as_str().unwrap().to_owned();
    assert_eq!(next(0), format!("lissom log {first}"));
    let mut diary = device.diary();
    for item in items.as_array().unwrap() {
        let exercise = Some(item["exercise"].as_str().unwrap().to_owned());
        let result = ResultValues { exercise, ..Default::default() };
        diary.record_result(&result, Some(at(0, 19))).unwrap();
    }
    assert_eq!(next(0), "lissom today");
    assert!(device.json_on(0, &["today"])["session"]["items"].as_array().unwrap().iter().all(|i| i["done"] == true));
    let said = device.run_on(0, &["today"]).out;
    assert_eq!(said.matches("Next:").count(), 1, "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn nothing_is_put_together_without_the_safety_answers_and_logging_goes_on() {
    let device = Device::begun();
    let today = device.json(&["today"]);
    assert_eq!((&today["session"], &today["safety"]["cleared"]), (&Value::Null, &json!(false)));
    assert_eq!(today["next"]["command"], "lissom screen");
    let said = device.run(&["today"]).out;
    assert!(said.contains("`lissom log EXERCISE`") && said.contains("Next: `lissom screen`"), "{said}");
    device.log(&["walking", "--minutes", "10"]);
}

#[test]
fn without_a_plan_the_next_step_is_to_make_one() {
    let device = Device::screened();
    assert_eq!(device.json_on(0, &["today"])["next"]["command"], "lissom plan new");
}

#[test]
fn a_flare_halves_the_session_and_its_end_restores_it() {
    let device = checked_in();
    let reps = |day| -> i64 {
        let today = device.json_on(day, &["today"]);
        let items = today["session"]["items"].as_array().unwrap().clone();
        let tilt = items.iter().find(|item| item["exercise"] == "pelvic-tilt").unwrap();
        let dose = &tilt["doses"][0]["dose"];
        dose["sets"].as_i64().unwrap() * dose["reps"].as_i64().unwrap()
    };
    let before = device.json_on(0, &["today"])["session"]["seconds"].as_i64().unwrap();
    assert_eq!(reps(0), 16);
    device.json_on(0, &["plan", "off", "flare"]);
    assert_eq!(reps(0), 8);
    let today = device.json_on(0, &["today"]);
    assert!(today["session"]["seconds"].as_i64().unwrap() < before);
    assert_eq!(today["flare"]["because"]["rule"], "dose.flare.told");
    device.json_on(1, &["plan", "off", "flare-over"]);
    assert_eq!(reps(1), 16);
}

#[test]
fn on_a_day_off_nothing_is_planned() {
    let device = checked_in();
    device.json_on(0, &["plan", "off", "travel", "--from", "2025-03-03", "--to", "2025-03-05"]);
    for day in 0..3 {
        let today = device.json_on(day, &["today"]);
        assert_eq!(today["session"]["nothing"]["key"], "plan.nothing.travel");
    }
    assert_eq!(device.json_on(3, &["today"])["session"]["nothing"], Value::Null);
    let listed = device.json(&["plan", "off"]);
    assert_eq!((&listed[0]["reason"], &listed[0]["to"]), (&json!("travel"), &json!("2025-03-05")));
    let id = listed[0]["id"].as_str().unwrap();
    device.json(&["plan", "off", "--delete", &id[id.len() - 8..]]);
    assert_eq!(device.json_on(0, &["today"])["session"]["nothing"], Value::Null);
}

#[test]
fn on_the_day_of_a_stop_that_wants_help_the_next_step_is_for_tomorrow() {
    let device = checked_in();
    let stopped = ResultValues {
        exercise: Some("bird-dog".to_owned()),
        reps: Some(4),
        stopped: Some("saddle-bladder-weakness-chest".to_owned()),
        ..ResultValues::default()
    };
    device.diary().record_result(&stopped, Some(at(0, 9))).unwrap();
    let next = |day| device.json_on(day, &["today"])["next"].clone();
    let said = next(0)["sentence"]["text"].as_str().unwrap().to_owned();
    assert!(said.contains("tomorrow"), "{said}");
    let refused = device.run_on(0, &["plan", "new", "--preset", "ten-minutes", "--days", "mo"]).err;
    let advice = device.run_on(0, &["advice"]).out;
    let shown = device.run_on(0, &["screen", "show"]).out;
    for said in [&refused, &advice, &shown] {
        assert!(said.contains("omorrow") && said.contains("`lissom screen --changed`"), "{said}");
        assert!(!said.contains("`lissom screen`"), "{said}");
    }
    assert_eq!(next(1)["command"], "lissom screen");
    assert!(!next(1)["sentence"]["text"].as_str().unwrap().contains("tomorrow"));
}
