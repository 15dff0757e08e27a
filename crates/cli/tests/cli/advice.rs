//! What is offered, what goes down by itself, and answers to it.

use lissom_diary::{CheckInValues, ResultValues};
use serde_json::{Value, json};

use crate::device::{Device, at, date};

/// One exercise done, well or not.
pub(crate) fn done(exercise: &str, during: i64) -> ResultValues {
    let text = |text: &str| Some(text.to_owned());
    ResultValues {
        exercise: text(exercise),
        sets: Some(2),
        reps: Some(8),
        effort: Some(3),
        pain_before: Some(2),
        pain_during: Some(during),
        completed: text("yes"),
        form: text("sure"),
        spread: text("no"),
        tingling: text("none"),
        ..ResultValues::default()
    }
}

/// A check-in every morning and a good session every second day, up to the thirteenth day.
pub(crate) fn two_good_weeks(device: &Device) {
    let mut diary = device.diary();
    for day in 0..=14 {
        let calm = CheckInValues { pain: Some(2), ..CheckInValues::default() };
        diary.record_check_in(&calm, Some(at(day, 7))).unwrap();
        if day % 2 == 1 {
            let results = [done("pelvic-tilt", 2), done("knee-to-chest", 2)];
            diary.record_session(&results, Some(at(day, 18))).unwrap();
        }
    }
}

fn doses(advice: &Value, exercise: &str) -> Vec<Value> {
    let all = advice["doses"].as_array().unwrap().iter();
    all.filter(|dose| dose["exercise"] == exercise).cloned().collect()
}

fn offered(advice: &Value) -> Vec<String> {
    let all = advice["proposals"].as_array().unwrap().iter();
    all.map(|one| one["short"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn two_good_weeks_lead_to_an_offer_and_a_yes_makes_it_one_step_more() {
    let device = Device::screened();
    two_good_weeks(&device);
    let advice = device.json_on(14, &["advice"]);
    assert_eq!(offered(&advice), ["knee-to-chest/left", "knee-to-chest/right", "pelvic-tilt"]);
    let proposal = &advice["proposals"][2];
    assert_eq!((&proposal["rule"], &proposal["to_step"]), (&json!("dose.progress"), &json!(1)));
    assert_eq!(proposal["to_dose"]["reps"], 10);
    let basis: Vec<&str> = proposal["basis"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let records = advice["records"].as_array().unwrap();
    assert!(basis.iter().all(|id| records.iter().any(|record| record["id"] == *id)), "{basis:?}");

    let why = device.run_on(14, &["advice", "--why"]).out;
    assert!(why.contains("dose.progress") && why.contains(&date(13)), "{why}");
    assert!(why.lines().all(|line| line.chars().count() <= 90), "{why}");

    let answer = device.json_on(14, &["advice", "accept", "pelvic-tilt"]);
    assert_eq!((&answer[0]["answer"], &answer[0]["dose"]["reps"]), (&json!("accept"), &json!(10)));
    device.json_on(14, &["advice", "decline", "knee-to-chest"]);
    let after = device.json_on(14, &["advice"]);
    assert_eq!(offered(&after), Vec::<String>::new());
    assert_eq!(doses(&after, "pelvic-tilt")[0]["dose"]["reps"], 10);
    assert!(doses(&after, "knee-to-chest").iter().all(|dose| dose["step"] == 0));
    let again = device.refused_on(14, 4, &["advice", "accept", "pelvic-tilt"]);
    assert!(again.contains("lissom advice"), "{again}");

    device.json_on(14, &["plan", "new", "--preset", "lower-back", "--days", "7"]);
    let today = device.json_on(14, &["today"]);
    let first = &today["session"]["items"][0];
    assert_eq!((&first["exercise"], &first["doses"][0]["dose"]["reps"]), (&json!("pelvic-tilt"), &json!(10)));
}

#[test]
fn too_much_lowers_at_once_and_nobody_is_asked() {
    let device = Device::screened();
    two_good_weeks(&device);
    device.json_on(14, &["advice", "accept", "pelvic-tilt"]);
    device.diary().record_result(&done("pelvic-tilt", 8), Some(at(15, 18))).unwrap();
    let advice = device.json_on(15, &["advice"]);
    let dose = &doses(&advice, "pelvic-tilt")[0];
    assert_eq!((&dose["zone"], &dose["step"], &dose["dose"]["reps"]), (&json!("red"), &json!(0), &json!(8)));
    let rules: Vec<&Value> = dose["because"].as_array().unwrap().iter().map(|reason| &reason["rule"]).collect();
    assert!(rules.contains(&&json!("dose.regress.red")), "{rules:?}");
    assert!(!offered(&advice).contains(&"pelvic-tilt".to_owned()));
}

#[test]
fn a_replay_tells_how_it_came_about_the_same_on_every_device() {
    let device = Device::screened();
    two_good_weeks(&device);
    device.json_on(14, &["advice", "accept", "pelvic-tilt"]);
    let replay = device.json_on(14, &["replay", "pelvic-tilt"]);
    let lines = replay["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 7);
    let last = lines.last().unwrap();
    assert_eq!((&last["step_before"], &last["step_after"], &last["zone"]), (&json!(0), &json!(1), &json!("green")));
    assert_eq!(replay["today"][0]["step"], 1);
    let file = device.file("diary.json");
    device.json(&["export", &file]);
    let other = Device::begun();
    other.json(&["import", &file]);
    for command in [&["replay"][..], &["replay", "knee-to-chest"], &["advice"], &["today"]] {
        assert_eq!(device.json_on(14, command), other.json_on(14, command), "{command:?}");
    }
    let said = device.run_on(14, &["replay", "pelvic-tilt"]).out;
    assert!(said.contains("step 0 -> 1") && said.contains("2 x 10"), "{said}");
    assert!(device.refused_on(14, 4, &["replay", "pelvic-tlit"]).ends_with("did you mean pelvic-tilt?"));
    assert_eq!(device.json_on(14, &["replay", "walking"])["lines"], json!([]));
}

#[test]
fn without_the_safety_answers_nothing_is_offered_and_yes_is_refused() {
    let device = Device::begun();
    two_good_weeks(&device);
    let advice = device.json_on(14, &["advice"]);
    assert_eq!(advice["proposals"], json!([]));
    assert_eq!(advice["locked"][0]["key"], "screening.ask_first");
    let refused = device.refused_on(14, 3, &["advice", "accept", "pelvic-tilt"]);
    assert!(refused.contains("lissom screen"), "{refused}");
}

#[test]
fn advice_is_exactly_these_names() {
    let device = Device::screened();
    let advice = device.json_on(0, &["advice"]);
    let names: Vec<&String> = advice.as_object().unwrap().keys().collect();
    let expected = [
        "alerts",
        "day",
        "doses",
        "flare",
        "flare_over",
        "level_because",
        "level_max",
        "locked",
        "proposals",
        "records",
        "recovered",
        "statement",
        "usual_pain",
        "waiting",
    ];
    let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}
