//! The names and shapes that other programs rely on, one test for each line of the contract.

use serde_json::{Value, json};

use crate::device::{Device, lissom};

/// The names of an object, as a set.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn init_gives_the_vault_and_24_words_once() {
    let device = Device::empty();
    let begun = device.json(&["init", "--name", "Phone"]);
    assert_eq!(names(&begun), ["device", "phrase", "relay", "synced", "vault"]);
    assert_eq!((&begun["device"], &begun["relay"], &begun["synced"]), (&json!("Phone"), &Value::Null, &json!(false)));
    assert_eq!(begun["phrase"].as_str().unwrap().split(' ').count(), 24);
    assert_eq!(device.json(&["phrase"]), json!({"phrase": begun["phrase"]}));
    let again = device.refused(3, &["init", "--name", "Phone"]);
    assert!(again.contains("already") && again.contains("lissom status"), "{again}");
}

#[test]
fn init_shows_people_a_grid_to_copy() {
    let ran = Device::empty().run(&["init", "--name", "Phone"]);
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
    let numbered = ran.out.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(numbered.flat_map(str::split_whitespace).count(), 48, "24 numbers and 24 words:\n{}", ran.out);
    assert!(ran.out.contains("Write these 24 words on paper"));
}

#[test]
fn without_a_diary_everything_says_how_to_begin() {
    let device = Device::empty();
    for command in [&["history"][..], &["status"], &["log", "walking"], &["sync"], &["phrase"], &["verify"], &["watch"]]
    {
        assert!(device.refused(4, command).contains("lissom init"));
    }
    assert!(!device.data().exists(), "looking makes no folder");
}

#[test]
fn the_data_folder_comes_from_the_flag_or_the_environment() {
    let device = Device::begun();
    let ran = lissom().env("LISSOM_DATA", device.data()).args(["status", "--json"]).output().unwrap();
    assert!(ran.status.success());
    let other = Device::begun();
    let ran =
        lissom().env("LISSOM_DATA", other.data()).arg("--data").arg(device.data()).arg("phrase").output().unwrap();
    assert_eq!(String::from_utf8(ran.stdout).unwrap().trim_end(), device.json(&["phrase"])["phrase"].as_str().unwrap());
}

#[test]
fn the_default_folder_is_the_platforms() {
    let home = tempfile::tempdir().unwrap();
    let mut command = lissom();
    command.env("HOME", home.path()).env("XDG_DATA_HOME", home.path()).env("APPDATA", home.path());
    assert!(command.args(["init", "--name", "Phone", "--json"]).status().unwrap().success());
    if cfg!(target_os = "linux") {
        assert!(home.path().join("lissom").join("diary.sqlite").exists());
    }
}

#[test]
fn log_gives_the_results_id_and_its_session() {
    let device = Device::begun();
    let logged = device.json(&["log", "pelvic-tilt", "--sets", "2", "--reps", "8"]);
    assert_eq!(names(&logged), ["id", "session"]);
    let (id, session) = (logged["id"].as_str().unwrap(), logged["session"].as_str().unwrap());
    assert!(id.starts_with(&format!("{session}.r")), "{id} {session}");
    let human = device.run(&["log", "walking", "--minutes", "20"]);
    let id = human.out.lines().last().unwrap();
    assert_eq!(device.history(&[])[1]["id"], id, "{}", human.out);
}

#[test]
fn history_rows_are_exactly_these() {
    let device = Device::begun();
    let at = ["--at", "2024-07-01T18:30"];
    let all = [
        "knee-to-chest",
        "--sets",
        "3",
        "--reps",
        "2",
        "--hold",
        "20",
        "--side",
        "left",
        "--effort",
        "3",
        "--pain-before",
        "4",
        "--pain-during",
        "5",
        "--pain-after",
        "2",
        "--note",
        "fine",
        "--form",
        "sure",
        "--spread",
        "no",
        "--tingling",
        "none",
    ];
    let id = device.log(&[&all[..], &at].concat());
    let ran = device.run(&["history", "--json"]);
    let exact = format!(
        r#"[{{"id":"{id}","type":"result","at":"2024-07-01T18:30:00.000+02:00","exercise":"knee-to-chest","sets":3,"reps":2,"hold_seconds":20,"minutes":null,"side":"left","effort":3,"pain_before":4,"pain_during":5,"pain_after":2,"note":"fine","deleted":false,"completed":"yes","form":"sure","spread":"no","tingling":"none","stopped":null}}]"#
    );
    assert_eq!(ran.out.trim_end(), exact);
}

#[test]
fn a_check_in_is_a_row_too() {
    let device = Device::begun();
    let given = [
        "check-in",
        "--pain",
        "4",
        "--leg",
        "1",
        "--sleep",
        "7",
        "--mood",
        "6",
        "--note",
        "stiff",
        "--at",
        "2024-12-01 07:05",
    ];
    let logged = device.json(&given);
    assert_eq!(names(&logged), ["id"]);
    let ran = device.run(&["history", "--json"]);
    let exact = format!(
        r#"[{{"id":{},"type":"check_in","at":"2024-12-01T07:05:00.000+01:00","pain":4,"leg":1,"sleep":7,"stress":null,"note":"stiff","deleted":false,"mood":6}}]"#,
        logged["id"]
    );
    assert_eq!(ran.out.trim_end(), exact);
}

#[test]
fn exercises_are_found_by_region_and_kind() {
    let device = Device::empty();
    let all = device.json(&["exercises"]);
    assert!(all.as_array().unwrap().len() >= 49);
    for exercise in all.as_array().unwrap() {
        for name in ["id", "name", "kind", "regions", "dose", "cues", "stop"] {
            assert!(exercise.get(name).is_some(), "{name} of {}", exercise["id"]);
        }
    }
    let found = device.json(&["exercises", "--region", "sciatica", "--kind", "mobility"]);
    let ids: Vec<&Value> = found.as_array().unwrap().iter().map(|exercise| &exercise["id"]).collect();
    let meant = [
        "nerve-glide-slider",
        "nerve-glide-small",
        "prone-on-elbows",
        "prone-press-up",
        "seated-pelvic-tilt",
        "standing-back-bend",
    ];
    assert_eq!(ids, meant);
    assert_eq!(device.json(&["exercise", "nerve-glide-slider"]), found[0]);
    assert!(device.refused(4, &["exercise", "pelvic-tlit"]).ends_with("did you mean pelvic-tilt?"));
}

#[test]
fn status_says_what_is_where() {
    let device = Device::begun();
    device.log(&["walking"]);
    let status = device.json(&["status"]);
    for name in ["unsynced", "quarantined", "waiting", "refused", "last_sync", "state_hash", "devices", "notices"] {
        assert!(status.get(name).is_some(), "{name}");
    }
    assert_eq!(status["last_sync"], Value::Null);
    assert_eq!(status["unsynced"], 2, "the device's name and the walk");
    assert_eq!(status["state_hash"].as_str().unwrap().len(), 64);
    assert_eq!(status["devices"], json!([{"name": "Phone", "last_heard": null, "this_device": true}]));
    let human = device.run(&["status"]).out;
    assert!(human.contains("this device only") && human.contains("2 changes; safe on this device"), "{human}");
}

#[test]
fn relay_is_shown_and_changed() {
    let device = Device::begun();
    assert_eq!(device.json(&["relay"]), json!({"relay": null}));
    let url = "https://relay.example.org";
    assert_eq!(device.json(&["relay", &format!("{url}/")]), json!({"relay": url}));
    assert_eq!(device.run(&["relay"]).out.trim_end(), url);
    // An invite alone is for the relay that is set.
    assert_eq!(device.json(&["relay", "--invite", "token"]), json!({"relay": url}));
    assert!(Device::begun().refused(5, &["relay", "--invite", "token"]).contains("lissom relay URL"));
}

#[test]
fn verify_finds_what_was_changed_and_rebuilding_mends_it() {
    let device = Device::begun();
    device.log(&["walking", "--minutes", "20"]);
    assert_eq!(device.json(&["verify"])["problems"], json!([]));
    let database = rusqlite::Connection::open(device.data().join("diary.sqlite")).unwrap();
    assert_eq!(database.execute("UPDATE result SET minutes = 99", []).unwrap(), 1);
    let ran = device.run(&["verify", "--json"]);
    assert_eq!(ran.exit, 6);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(found["problems"][0].as_str().unwrap().contains("lissom rebuild-history"));
    assert_eq!(serde_json::from_str::<Value>(&ran.err).unwrap()["error"]["code"], "integrity");
    assert_eq!(device.json(&["rebuild-history"]), json!({"rows": 1}));
    assert_eq!(device.run(&["verify"]).exit, 0);
    assert_eq!(device.history(&[])[0]["minutes"], 20);
}
