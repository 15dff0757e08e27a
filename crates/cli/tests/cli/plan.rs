//! Making, showing and changing the plan.

use serde_json::{Value, json};

use crate::device::Device;

const NEW: [&str; 8] = ["plan", "new", "--region", "lower", "--minutes", "18", "--days", "mo,we,fr"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    NEW.iter().copied().chain(more.iter().copied()).collect()
}

fn of_day(answer: &Value, day: &str) -> Vec<String> {
    let days = answer["week"].as_array().unwrap();
    let Some(found) = days.iter().find(|one| one["day"] == day) else { return Vec::new() };
    let items = found["items"].as_array().unwrap().iter();
    items.map(|item| item["exercise"].as_str().unwrap().to_owned()).collect()
}

fn everything(answer: &Value) -> Vec<String> {
    ["mo", "tu", "we", "th", "fr", "sa", "su"].iter().flat_map(|day| of_day(answer, day)).collect()
}

#[test]
fn a_plan_is_made_from_flags_and_shown() {
    let device = Device::screened();
    let made =
        device.json_on(0, &with(&["--pain", "4", "--settles", "day", "--equipment", "mat", "--goal", "strength"]));
    let mut names: Vec<&String> = made.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["extras", "gaps", "id", "left_out", "next", "week"]);
    let days: Vec<&Value> = made["week"].as_array().unwrap().iter().map(|day| &day["day"]).collect();
    assert_eq!(days, ["mo", "we", "fr"]);
    assert!(made["week"].as_array().unwrap().iter().all(|day| day["seconds"].as_i64().unwrap() <= 18 * 60));
    let shown = device.json_on(0, &["plan", "show", "--versions"]);
    assert_eq!((&shown["week"], &shown["plan"]["id"]), (&made["week"], &made["id"]));
    assert_eq!(shown["versions"].as_array().unwrap().len(), 1);
    let said = device.run_on(0, &["plan", "--help"]).out;
    assert!(said.contains("Examples:"));
    let said = device.run_on(0, &["plan", "show", "--why"]).out;
    assert!(said.contains("Monday") && said.contains("Why each is there") && said.contains("Next: `lissom today`"));
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn what_cannot_be_a_plan_is_refused_with_the_flag() {
    let device = Device::screened();
    let refused = |exit, more: &[&str]| device.refused_on(0, exit, more);
    let new = |minutes: &'static str, days: &'static str| {
        vec!["plan", "new", "--region", "lower", "--minutes", minutes, "--days", days]
    };
    assert_eq!(refused(3, &new("0", "3")), "--minutes: 0 is outside 3 to 120 minutes");
    assert_eq!(refused(3, &new("-5", "3")), "--minutes: -5 is outside 3 to 120 minutes");
    assert!(refused(3, &new("18", "0")).starts_with("--days: a plan needs one day a week or more"));
    assert!(refused(3, &new("18", "mittwoch")).starts_with("--days: no such day"));
    assert!(refused(3, &with(&["--pain", "11"])).starts_with("--pain: 11 is outside 0 to 10"));
    assert!(refused(3, &with(&["--like", "walking", "--dislike", "walking"])).starts_with("--like: cannot be true"));
    assert!(refused(3, &with(&["--like", "pelvic-tlit"])).ends_with("did you mean pelvic-tilt?"));
    assert!(refused(3, &with(&["--dislike", "moonwalk"])).starts_with("--dislike: no such exercise"));
    assert!(refused(3, &with(&["--equipment", "anvil"])).starts_with("--equipment: must be one of mat"));
    assert!(refused(3, &with(&["--settles", "soon"])).starts_with("--settles: must be one of hour, day, longer"));
    let elbow = ["plan", "new", "--region", "elbow", "--minutes", "18", "--days", "3"];
    assert!(refused(3, &elbow).starts_with("--region: must be one of lower, upper, sciatica, whole"));
    assert!(refused(2, &["plan", "new"]).contains("`--region`, `--minutes`, `--days`"));
    assert!(refused(2, &["plan", "new", "--preset", "ten-minutes"]).contains("`--days`"));
    assert!(refused(3, &["plan", "new", "--preset", "twenty", "--days", "3"]).starts_with("--preset: must be one of"));
    assert!(refused(4, &["plan"]).contains("lissom plan new"), "nothing was made on the way");
}

#[test]
fn without_a_mat_and_without_the_floor_there_is_still_a_plan() {
    let device = Device::screened();
    device.diary().record_caution("no-floor", true, None, Some(crate::device::at(0, 7))).unwrap();
    let made = device.json_on(0, &with(&["--equipment", "none", "--pain", "8"]));
    let ids = everything(&made);
    assert!(!ids.is_empty());
    for id in ids {
        let position = device.json(&["exercise", &id])["position"].as_str().unwrap().to_owned();
        assert!(!["supine", "prone", "side-lying", "hands-and-knees", "kneeling"].contains(&position.as_str()), "{id}");
    }
}

#[test]
fn locked_until_the_questions_are_answered() {
    let device = Device::begun();
    let ran = device.run(&[&NEW[..], &["--json"]].concat());
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((ran.exit, &error["error"]["code"]), (3, &json!("locked")));
    assert!(error["error"]["message"].as_str().unwrap().contains("`lissom screen`"));
    let preset = ["plan", "new", "--preset", "ten-minutes", "--days", "3"];
    assert!(device.refused(3, &preset).contains("lissom screen"));
}

#[test]
fn a_sample_routine_becomes_the_plan() {
    let device = Device::screened();
    let presets = device.json(&["plan", "presets"]);
    assert_eq!(presets.as_array().unwrap().len(), 6);
    assert_eq!(device.json(&["plan", "presets", "sciatica"]), presets[5]);
    let made = device.json_on(0, &["plan", "new", "--preset", "ten-minutes", "--days", "mo,th"]);
    assert_eq!(of_day(&made, "mo"), ["cat-cow", "sit-to-stand", "walking", "knee-to-chest"]);
    assert_eq!(of_day(&made, "mo"), of_day(&made, "th"));
    assert!(device.refused(4, &["plan", "presets", "twenty"]).contains("lissom plan presets"));
}

#[test]
fn each_change_makes_a_version_and_an_old_one_can_be_followed_again() {
    let device = Device::screened();
    let made = device.json_on(0, &["plan", "new", "--preset", "ten-minutes", "--days", "mo,th"]);
    let edit = |arguments: &[&str]| device.json_on(0, &[&["plan", "edit"], arguments].concat());
    let swapped = edit(&["swap", "cat-cow", "pelvic-tilt", "--day", "mo"]);
    assert_eq!(of_day(&swapped, "mo")[0], "pelvic-tilt");
    assert_eq!(of_day(&swapped, "th")[0], "cat-cow");
    assert_eq!(of_day(&edit(&["add", "diaphragmatic-breathing", "--day", "mo", "--minutes", "4"]), "mo").len(), 5);
    assert_eq!(of_day(&edit(&["remove", "walking", "--day", "mo"]), "mo").len(), 4);
    assert_eq!(of_day(&edit(&["reorder", "mo", "2", "1"]), "mo")[..2], ["sit-to-stand", "pelvic-tilt"]);
    let moved = edit(&["move", "mo", "tu"]);
    assert_eq!((of_day(&moved, "mo").len(), of_day(&moved, "tu").len()), (0, 4));
    let locked = edit(&["lock", "pelvic-tilt"]);
    assert!(locked["week"].to_string().contains(r#""locked":true"#));
    assert!(everything(&edit(&["minutes", "20"])).contains(&"pelvic-tilt".to_owned()), "what is kept stays");
    edit(&["unlock", "pelvic-tilt"]);
    assert_eq!(edit(&["days", "fr"])["week"].as_array().unwrap().len(), 1, "all of it on Friday");
    let versions = device.json_on(0, &["plan", "show", "--versions"]);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 10);
    let id = made["id"].as_str().unwrap();
    device.json_on(0, &["plan", "follow", &id[id.len() - 8..]]);
    let back = device.json_on(0, &["plan"]);
    assert_eq!((&back["week"], &back["others"]), (&made["week"], &json!([])));
    assert!(device.refused_on(0, 4, &["plan", "follow", "zzzzzzzz"]).contains("--versions"));
}

#[test]
fn a_change_that_must_not_be_made_says_why_and_what_would_do() {
    let device = Device::screened();
    device.json_on(0, &NEW);
    let refused = |exit, arguments: &[&str]| device.refused_on(0, exit, &[&["plan", "edit"], arguments].concat());
    let first = of_day(&device.json_on(0, &["plan"]), "mo")[0].clone();
    let blocked = refused(3, &["swap", &first, "partial-crunch"]);
    assert!(blocked.starts_with("Partial crunch: not yet.") && blocked.contains("Instead you could take"), "{blocked}");
    assert!(refused(3, &["add", &first, "--day", "mo"]).contains("there on that day already"));
    assert!(refused(3, &["add", "pelvic-tlit", "--day", "tu"]).ends_with("did you mean pelvic-tilt?"));
    assert!(refused(4, &["remove", "swimming"]).contains("not in your plan"));
    assert!(refused(4, &["move", "su", "mo"]).contains("Sunday"));
    assert!(refused(3, &["reorder", "mo", "0", "1"]).contains("there is no place 0"));
    assert!(refused(3, &["add", "walking", "--day", "x"]).starts_with("--day: no such day"));
    assert!(refused(3, &["minutes", "1000"]).starts_with("--minutes: 1000 is outside"));
    assert_eq!(device.json_on(0, &["plan", "show", "--versions"])["versions"].as_array().unwrap().len(), 1);
}

#[test]
fn keeping_well_is_switched_on_and_off() {
    let device = Device::screened();
    assert!(device.refused_on(0, 4, &["plan", "well"]).contains("lissom plan new"));
    device.json_on(0, &NEW);
    assert_eq!(device.json_on(0, &["plan", "well"])["mode"], "maintenance");
    assert_eq!(device.json_on(0, &["plan"])["plan"]["mode"], "maintenance");
    assert!(device.run_on(0, &["plan"]).out.starts_with("Your plan for keeping well"));
    let again = device.json_on(0, &["plan", "well"]);
    assert_eq!((&again["mode"], &again["changed"]), (&json!("maintenance"), &json!(false)));
    assert!(device.run_on(0, &["plan", "well"]).out.contains("like this already"));
    assert_eq!(device.json_on(0, &["plan", "well", "--end"])["mode"], "recovery");
}

#[test]
fn a_plan_in_the_future_is_refused() {
    let device = Device::screened();
    let refused = device.run(&[&["--today", "2150-01-01"], &NEW[..]].concat());
    assert_eq!(refused.exit, 3, "{}", refused.err);
}

#[test]
fn a_change_that_changes_nothing_says_so_and_makes_no_version() {
    let device = Device::screened();
    device.json_on(0, &["plan", "new", "--preset", "ten-minutes", "--days", "mo,th"]);
    let versions = || device.json_on(0, &["plan", "show", "--versions"])["versions"].as_array().unwrap().len();
    for arguments in [&["unlock", "cat-cow"][..], &["reorder", "mo", "2", "2"], &["move", "mo", "mo"]] {
        let edited = device.json_on(0, &[&["plan", "edit"], arguments].concat());
        assert_eq!((&edited["changed"], versions()), (&json!(false), 1), "{arguments:?}");
    }
    device.json_on(0, &["plan", "edit", "minutes", "20"]);
    let again = device.run_on(0, &["plan", "edit", "minutes", "20"]).out;
    assert!(again.contains("Nothing changed") && versions() == 2, "{again}");
    let said = device.run_on(0, &["plan"]).out;
    assert!(!said.contains("ten-minutes"), "{said}");
}

#[test]
fn what_cannot_be_taken_is_said_before_the_safety_questions() {
    let device = Device::screened();
    let new = |flag: &'static str, given: &'static str| device.refused_on(3, 3, &["plan", "new", flag, given]);
    assert_eq!(new("--minutes", "0"), "--minutes: 0 is outside 3 to 120 minutes");
    let preset = device.refused_on(3, 3, &["plan", "new", "--preset", "ten-minutes", "--days", "mittwoch"]);
    assert!(preset.starts_with("--days: no such day"), "{preset}");
}

#[test]
fn a_locked_plan_is_a_list_to_read_and_is_unlocked_by_no_more_than_is_due() {
    let device = Device::screened();
    device.json_on(0, &["plan", "new", "--preset", "ten-minutes", "--days", "7"]);
    let said = device.refused_on(3, 3, &with(&["--name", "for the knees"]));
    assert!(said.contains("`lissom screen --short`") && !said.contains("`lissom screen`"), "{said}");
    assert!(said.contains("--minutes 18") && said.contains("--name \"for the knees\""), "{said}");
    assert!(device.refused_on(3, 3, &with(&["--name=-x"])).contains("--name=-x"), "what begins with a dash is no flag");
    let shown = device.run_on(3, &["plan"]).out;
    assert!(shown.lines().skip(1).all(|line| !line.contains(" min")), "{shown}");
    let (why, week) = (shown.find("five short questions"), shown.find("Monday"));
    assert!(why.is_some() && why < week, "that it is locked stands first: {shown}");
    assert!(shown.trim_end().ends_with("`lissom screen --short`"), "{shown}");
    assert_eq!(device.json_on(3, &["plan"])["week"][0]["seconds"], 0);
}

#[test]
fn what_is_meant_for_another_place_is_left_out_for_that() {
    let device = Device::screened();
    let new = ["plan", "new", "--region", "lower", "--minutes", "18", "--days", "mo,we,fr", "--pain", "5"];
    let made = device.json_on(0, &new);
    let mut seen = 0;
    for out in made["left_out"].as_array().unwrap() {
        let exercise = device.json(&["exercise", out["exercise"].as_str().unwrap()]);
        let regions: Vec<&str> = exercise["regions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if !regions.iter().any(|region| ["lower", "whole"].contains(region)) {
            assert_eq!(out["because"]["key"], "plan.out.region", "{out}");
            seen += 1;
        }
    }
    assert!(seen >= 2, "{made}");
}
