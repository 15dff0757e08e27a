//! What was unusual about a set: not done to the end, spreading, tingling, stopped early. And mood.

use serde_json::{Value, json};

use crate::device::Device;

#[test]
fn what_was_unusual_is_kept_shown_and_changed() {
    let device = Device::begun();
    let given =
        ["bird-dog", "--reps", "4", "--completed", "yes", "--form", "unsure", "--spread", "yes", "--tingling", "none"];
    let id = device.log(&given);
    let row = &device.history(&[])[0];
    for (field, value) in [("completed", "yes"), ("form", "unsure"), ("spread", "yes"), ("tingling", "none")] {
        assert_eq!(row[field], value, "{field}");
    }
    assert_eq!(row["stopped"], Value::Null);
    let shown = device.run(&["history"]).out;
    assert!(shown.contains("spread, unsure") && !shown.contains("tingling"), "{shown}");
    device.json(&["edit", &id, "--spread", "none", "--form", "sure", "--tingling", "lasting", "--completed", "no"]);
    let shown = device.run(&["history"]).out;
    assert!(shown.contains("tingling") && !shown.contains("unsure") && !shown.contains("spread"), "{shown}");
    device.json(&["edit", &id, "--tingling", "", "--stopped", "sharp-or-too-much"]);
    let row = &device.history(&[])[0];
    assert_eq!(
        (&row["tingling"], &row["stopped"], &row["completed"]),
        (&Value::Null, &json!("sharp-or-too-much"), &json!("no"))
    );
    assert!(device.run(&["history"]).out.contains("stopped"));
    for (flag, value) in
        [("--completed", "maybe"), ("--form", "so-so"), ("--spread", "x"), ("--tingling", "x"), ("--stopped", "tired")]
    {
        let said = device.refused(3, &["log", "bird-dog", flag, value]);
        assert!(said.starts_with(&format!("{flag}: must be one of ")), "{said}");
        let said = device.refused(3, &["edit", &id, flag, value]);
        assert!(said.starts_with(&format!("{flag}: must be one of ")), "{said}");
    }
    assert_eq!(device.history(&[]).len(), 1);
}

#[test]
fn whether_the_dose_was_reached_is_said_without_asking() {
    let device = Device::begun();
    let completed = |arguments: &[&str]| {
        let id = device.log(arguments);
        let rows = device.history(&[]);
        rows.iter().find(|row| row["id"] == id.as_str()).unwrap()["completed"].clone()
    };
    // 2 sets of 8 held for 5 seconds.
    assert_eq!(completed(&["pelvic-tilt"]), "yes");
    assert_eq!(completed(&["pelvic-tilt", "--sets", "2", "--reps", "8"]), "yes");
    assert_eq!(completed(&["pelvic-tilt", "--sets", "2", "--reps", "7"]), "no");
    assert_eq!(completed(&["pelvic-tilt", "--sets", "2", "--reps", "7", "--completed", "yes"]), "yes");
    assert_eq!(completed(&["pelvic-tilt", "--pain-after", "2"]), Value::Null);
    assert_eq!(completed(&["walking", "--minutes", "1"]), "no");
    assert_eq!(completed(&["knee-to-chest", "--side", "left"]), Value::Null);
}

#[test]
fn after_a_stop_it_says_what_to_do() {
    let device = Device::begun();
    let at = |time: &str| format!("2024-07-01T{time}");
    let stop = |time: &str, reason: &str| {
        device.json(&["log", "bird-dog", "--stopped", reason, "--at", &at(time)])["stop"].clone()
    };
    let first = stop("09:00", "sharp-or-too-much");
    let names: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["ask_tomorrow", "card", "red", "sentences", "then"]);
    assert_eq!((&first["then"], &first["card"], &first["red"]), (&json!("easier_variant"), &Value::Null, &json!(true)));
    // A second one on the same day ends the session; what comes later, or on another day, does not count.
    assert_eq!(stop("10:00", "spreading")["then"], "end_gently");
    assert_eq!(stop("08:00", "spreading")["then"], "swap");
    let other = device.json(&["log", "bird-dog", "--stopped", "spreading", "--at", "2024-07-02T09:00"]);
    assert_eq!(other["stop"]["then"], "swap");
    let urgent = device.run(&["log", "bird-dog", "--stopped", "saddle-bladder-weakness-chest"]);
    assert!(urgent.out.starts_with("Stop now. Call your local emergency number"), "{}", urgent.out);
    assert!(urgent.out.contains("Saved: ") && urgent.exit == 0);
    // Nothing milder is said after that on the same day.
    let later = device.run(&["log", "bird-dog", "--stopped", "ache-only"]);
    assert!(later.out.starts_with("Stop now. Call your local emergency number"), "{}", later.out);
    let next = ["--stopped", "spreading", "--at", "2024-07-03T09:00"];
    let note = "x".repeat(3_000);
    let full = [&["--max-bytes", "1", "log", "bird-dog", "--note", &note], &next[..]].concat();
    let full = device.run(&full);
    assert!(full.exit == 7 && full.out.starts_with("Stop this exercise"), "{}{}", full.out, full.err);
    assert_eq!(stop("11:00", "saddle-bladder-weakness-chest")["card"], "a");
}

#[test]
fn mood_is_part_of_a_check_in() {
    let device = Device::begun();
    let id = device.json(&["check-in", "--pain", "3", "--mood", "6"])["id"].as_str().unwrap().to_owned();
    assert!(device.run(&["history"]).out.contains("mood 6"));
    device.json(&["edit", &id, "--mood", "8"]);
    assert_eq!(device.history(&[])[0]["mood"], 8);
    device.json(&["edit", &id, "--mood", "none"]);
    assert_eq!(device.history(&[])[0]["mood"], Value::Null);
    assert!(device.refused(3, &["check-in", "--pain", "3", "--mood", "11"]).starts_with("--mood: "));
}
