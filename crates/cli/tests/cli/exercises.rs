//! The catalogue, and exercises of the person's own.

use serde_json::{Value, json};

use crate::device::Device;

fn ids(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|exercise| exercise["id"].as_str().unwrap()).collect()
}

/// Writes an own exercise down; gives its id.
fn add(device: &Device, more: &[&str]) -> String {
    let needed = ["own", "add", "--name", "Handtuchzug", "--kind", "strength", "--sets", "2", "--reps", "6"];
    device.json(&[&needed, more].concat())["id"].as_str().unwrap().to_owned()
}

#[test]
fn everything_about_an_exercise_is_shown() {
    let device = Device::empty();
    for exercise in device.json(&["exercises"]).as_array().unwrap() {
        let id = exercise["id"].as_str().unwrap();
        let shown = device.run(&["exercise", id]).out;
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let cues = exercise["cues"].as_object().unwrap().values();
        let lists = ["sources", "mistakes", "stop", "muscles", "muscles_secondary", "equipment"];
        let listed = lists.iter().flat_map(|list| exercise[list].as_array().unwrap());
        let names =
            ["name", "why", "healthkit", "health_connect", "health_connect_segment"].map(|name| &exercise[name]);
        for said in cues.chain(listed).chain(names).filter_map(Value::as_str) {
            assert!(flat.contains(&said.split_whitespace().collect::<Vec<_>>().join(" ")), "{said} in\n{shown}");
        }
        for link in ["easier", "harder"].iter().flat_map(|list| exercise[list].as_array().unwrap()) {
            assert!(flat.contains(&format!("(`{}`)", link.as_str().unwrap())), "{link} in\n{shown}");
        }
        let cautions = exercise["cautions"].as_array().unwrap().len();
        assert_eq!(shown.contains("Mind this"), cautions > 0, "{shown}");
        assert!(shown.contains("Review: none") && shown.contains("Next: `lissom "), "{shown}");
    }
    let tilt = device.run(&["exercise", "pelvic-tilt"]).out;
    assert!(tilt.contains("2 s out, 1 s still, 2 s back") && tilt.contains("You lie on your back."), "{tilt}");
}

#[test]
fn the_list_is_narrowed_down_and_a_regions_first_choices_come_first() {
    let device = Device::empty();
    let lower = device.json(&["exercises", "--region", "lower"]);
    assert_eq!(ids(&lower)[..3], ["pelvic-tilt", "knee-to-chest", "partial-crunch"]);
    let gentle = device.json(&["exercises", "--level-max", "0"]);
    assert!(gentle.as_array().unwrap().iter().all(|exercise| exercise["level"] == 0) && !ids(&gentle).is_empty());
    let prone = device.json(&["exercises", "--position", "prone"]);
    assert_eq!(ids(&prone), ["prone-on-elbows", "prone-press-up"]);
    let bare = device.json(&["exercises", "--equipment", "none"]);
    assert!(!ids(&bare).contains(&"pelvic-tilt") && ids(&bare).contains(&"walking"));
    let mat = device.json(&["exercises", "--equipment", "mat,resistance-band"]);
    assert!(ids(&mat).contains(&"pelvic-tilt") && ids(&mat).contains(&"band-row") && !ids(&mat).contains(&"swimming"));
    let said = device.refused(3, &["exercises", "--equipment", "anvil"]);
    assert!(said.starts_with("--equipment: ") && said.contains("towel roll"), "{said}");
    assert_eq!(device.run(&["exercises", "--level-max", "4"]).exit, 2);
    let list = device.run(&["exercises", "--region", "lower"]).out;
    let place = |words: &str| list.find(words).unwrap_or_else(|| panic!("{words} in\n{list}"));
    assert!(place("First choices") < place("pelvic-tilt") && place("pelvic-tilt") < place("\nMore\n"), "{list}");
    let all = device.run(&["exercises"]).out;
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
}

#[test]
fn an_own_exercise_is_written_down_shown_changed_and_logged() {
    let device = Device::begun();
    let added = device.json(&["own", "add", "--name", "Handtuchzug", "--kind", "strength", "--reps", "6"]);
    let names: Vec<&str> = added.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["gaps", "id", "record"]);
    assert_eq!(added["gaps"], json!(["regions", "level", "bias", "position", "cautions"]));
    let id = added["id"].as_str().unwrap();
    assert!(id.starts_with("own-") && id.len() == 16, "{id}");
    assert_eq!(ids(&device.json(&["own", "list"])), [id]);
    let fill =
        ["--level", "1", "--bias", "neutral", "--position", "standing", "--regions", "lower", "--cautions", "none"];
    let edited = device.json(&[&["own", "edit", id, "--sets", "3"], &fill[..]].concat());
    assert_eq!(edited["gaps"], json!([]));
    let own = device.json(&["own", "show", id]);
    let archive = device.file("diary.json");
    device.json(&["export", &archive]);
    let other = Device::begun();
    other.json(&["import", &archive]);
    assert_eq!(other.json(&["own", "show", id]), own, "with its edited lists");
    assert_eq!(own, device.json(&["exercise", id]));
    assert_eq!((&own["dose"]["sets"], &own["dose"]["reps"], &own["level"]), (&json!(3), &json!(6), &json!(1)));
    assert_eq!(device.json(&["own", "show", "handtuchzug"]), own, "by its name");
    assert_eq!(ids(&device.json(&["exercises", "--region", "lower"])).last(), Some(&id));
    assert!(!ids(&device.json(&["exercises", "--level-max", "0"])).contains(&id));
    let list = device.run(&["exercises"]).out;
    assert!(list.contains("Your own") && list.contains("Handtuchzug"), "{list}");
    let logged = device.json(&["log", id]);
    assert_eq!(logged["starting_dose"], true);
    device.log(&[id, "--sets", "1", "--reps", "4"]);
    let rows = device.history(&[]);
    assert_eq!((&rows[0]["exercise"], &rows[0]["sets"], &rows[0]["completed"]), (&json!(id), &json!(3), &json!("yes")));
    assert_eq!(rows[1]["completed"], "no");
    assert!(device.run(&["history"]).out.contains("Handtuchzug"));
    assert!(device.refused(3, &["log", id, "--minutes", "5"]).starts_with("--minutes: "));
    assert!(device.refused(3, &["log", id, "--side", "left"]).starts_with("--side: "));
    assert!(device.refused(3, &["log", "own-000000000000"]).starts_with("exercise: "));
}

#[test]
fn an_own_exercise_is_deleted_and_comes_back() {
    let device = Device::begun();
    let id = add(&device, &[]);
    let result = device.log(&[&id]);
    device.json(&["delete", &id]);
    assert_eq!(device.json(&["own", "list"]), json!([]));
    device.refused(3, &["log", &id]);
    device.refused(4, &["own", "show", &id]);
    // What was done of it keeps its name, and can be put right.
    device.json(&["edit", &result, "--pain-after", "2"]);
    assert!(device.run(&["history"]).out.contains("Handtuchzug"));
    device.json(&["restore", &id]);
    assert_eq!(ids(&device.json(&["own", "list"])), [id.as_str()]);
    assert!(device.refused(3, &["edit", &id, "--reps", "5"]).contains("`lissom own edit`"));
    device.refused(4, &["delete", "own-000000000000"]);
}

#[test]
fn what_makes_no_exercise_is_refused_by_its_flag() {
    let device = Device::begun();
    for (arguments, flag) in [
        (&["--kind", "strength", "--reps", "6"][..], "--name: "),
        (&["--name", "  ", "--kind", "strength", "--reps", "6"], "--name: "),
        (&["--name", "x", "--reps", "6"], "--kind: "),
        (&["--name", "x", "--kind", "yoga", "--reps", "6"], "--kind: "),
        (&["--name", "x", "--kind", "strength"], "--mode: "),
        (&["--name", "x", "--kind", "strength", "--mode", "miles"], "--mode: "),
        (&["--name", "x", "--kind", "strength", "--mode", "reps", "--minutes", "5"], "--minutes: "),
        (&["--name", "x", "--kind", "strength", "--reps", "0"], "--reps: "),
        (&["--name", "x", "--kind", "strength", "--reps", "6", "--level", "4"], "--level: "),
        (&["--name", "x", "--kind", "strength", "--reps", "6", "--regions", "knee"], "--regions: "),
        (&["--name", "x", "--kind", "strength", "--reps", "6", "--cautions", "bad"], "--cautions: "),
        (&["--name", "x", "--kind", "strength", "--reps", "6", "--easier", "pelvic-tlit"], "--easier: "),
        (&["--name", "x", "--kind", "strength", "--reps", "6", "--tempo", "slow"], "--tempo: "),
        (&["--name", "x", "--kind", "stretch", "--hold", "20", "--ladder", "reps"], "--ladder: "),
        (&["--name", "x", "--kind", "stretch", "--mode", "hold", "--hold", "0"], "--hold: "),
    ] {
        let said = device.refused(3, &[&["own", "add"], arguments].concat());
        assert!(said.starts_with(flag), "{arguments:?}: {said}");
    }
    assert_eq!(device.json(&["own", "list"]), json!([]));
    let id = add(&device, &[]);
    assert_eq!(device.run(&["own", "edit", &id]).exit, 2);
    assert!(device.refused(3, &["own", "edit", &id, "--kind", ""]).starts_with("--kind: "));
    device.refused(4, &["own", "edit", "own-000000000000", "--reps", "5"]);
    add(&device, &[]);
    assert!(device.refused(3, &["own", "show", "Handtuchzug"]).starts_with("id: "), "two have this name");
}
