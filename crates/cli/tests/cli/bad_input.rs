//! Each wrong input has its answer: what is wrong, in the flag's own spelling, and what to do.

use std::fs;

use serde_json::Value;

use crate::device::Device;

#[test]
fn an_unknown_exercise_suggests_the_nearest() {
    let said = Device::begun().refused(3, &["log", "pelvic-tlit"]);
    assert!(said.ends_with("did you mean pelvic-tilt?"), "{said}");
    let said = Device::begun().refused(3, &["log", "jogging-on-the-moon"]);
    assert!(said.contains("lissom exercises"), "{said}");
}

#[test]
fn a_number_off_its_scale_names_the_flag() {
    let device = Device::begun();
    for (flag, value) in [
        ("--pain-before", "11"),
        ("--pain-during", "-1"),
        ("--pain-after", "11"),
        ("--effort", "11"),
        ("--sets", "0"),
        ("--reps", "501"),
        ("--hold", "601"),
    ] {
        let said = device.refused(3, &["log", "pelvic-tilt", flag, value]);
        assert!(said.starts_with(&format!("{flag}: {value} is outside")), "{said}");
    }
    assert!(device.refused(3, &["check-in", "--pain", "11"]).starts_with("--pain: 11 is outside 0 to 10"));
    assert!(device.refused(3, &["log", "pelvic-tilt", "--side", "up"]).contains("left, right, both"));
    assert_eq!(device.history(&["--deleted"]).len(), 0);
}

#[test]
fn what_the_exercise_is_not_measured_in_is_refused() {
    let device = Device::begun();
    assert!(
        device
            .refused(3, &["log", "walking", "--hold", "5"])
            .starts_with("--hold: this exercise is measured in minutes")
    );
    assert!(device.refused(3, &["log", "pelvic-tilt", "--minutes", "5"]).starts_with("--minutes: "));
    assert!(device.refused(3, &["log", "pelvic-tilt", "--side", "left"]).starts_with("--side: "));
}

#[test]
fn a_time_far_ahead_needs_force() {
    let device = Device::begun();
    let said = device.refused(3, &["log", "walking", "--at", "2150-01-01"]);
    assert!(said.starts_with("--at: ") && said.contains("--force"), "{said}");
    assert!(device.refused(3, &["check-in", "--pain", "3", "--at", "2150-01-01"]).contains("--force"));
    device.log(&["walking", "--at", "2150-01-01", "--force"]);
    device.log(&["walking", "--at", "2150-01-01T12:00"]);
    assert_eq!(device.history(&[]).len(), 2, "the newest record counts as much as the clock");
    assert!(device.refused(3, &["log", "walking", "--at", "tomorrow"]).contains("2026-11-22T18:30"));
    assert!(device.refused(3, &["history", "--from", "2026-02-30"]).starts_with("--from: not a day"));
}

#[test]
fn a_wrong_phrase_says_where_to_look_and_creates_nothing() {
    let device = Device::empty();
    // The words of 32 zero bytes; the last one holds the checksum.
    let phrase = format!("{}art", "abandon ".repeat(23));
    for (words, why) in [
        (phrase.replace(" art", ""), "has 23 words"),
        (phrase.replacen("abandon", "lissom", 1), "word 1 of the phrase is not in the list"),
        (phrase.replace("art", "zoo"), "do not belong together"),
    ] {
        let file = device.file("words.txt");
        fs::write(&file, words).unwrap();
        let join = ["join", "--phrase-file", &file, "--name", "Tablet", "--relay", "http://127.0.0.1:9"];
        let said = device.refused(3, &join);
        assert!(said.contains(why), "{said}");
        assert!(!["abandon", "lissom", "zoo"].iter().any(|word| said.contains(word)), "no words in messages: {said}");
    }
    let missing = ["join", "--phrase-file", "no-such-file", "--name", "Tablet", "--relay", "http://127.0.0.1:9"];
    assert!(device.refused(4, &missing).contains("no such file"));
    assert!(!device.data().exists());
}

#[test]
fn a_relay_without_tls_must_be_on_this_machine() {
    let device = Device::begun();
    for url in ["http://relay.example.org", "http://192.168.1.2:8460"] {
        assert!(device.refused(3, &["relay", url]).contains("--insecure"));
        let new = Device::empty();
        assert!(new.refused(3, &["init", "--name", "Phone", "--relay", url]).contains("--insecure"));
        assert!(!new.data().exists(), "a wrong address is said before anything is made");
        device.json(&["relay", url, "--insecure"]);
        device.json(&["relay", "--invite", "token"]);
    }
    assert!(device.refused(3, &["relay", "relay.example.org"]).contains("https://relay.example.org"));
}

#[test]
fn a_full_disk_keeps_what_is_there() {
    let device = Device::begun();
    let note = "x".repeat(3000);
    let full = |device: &Device| device.run(&["--max-bytes", "300000", "log", "walking", "--note", &note]);
    let mut saved = 0;
    let refused = loop {
        let ran = full(&device);
        if ran.exit != 0 {
            break ran;
        }
        saved += 1;
        assert!(saved < 1000, "the limit does not hold");
    };
    assert_eq!(refused.exit, 7, "{}", refused.err);
    assert!(refused.err.starts_with("lissom: the disk is full; nothing of this was saved"), "{}", refused.err);
    assert_eq!(device.history(&[]).len(), saved);
    device.log(&["walking", "--note", &note]);
    assert_eq!(device.run(&["verify"]).exit, 0);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let device = Device::begun();
    let database = rusqlite::Connection::open(device.data().join("diary.sqlite")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    assert!(device.refused(7, &["log", "walking"]).contains("update this program"));
}

#[test]
fn a_damaged_database_is_an_integrity_problem() {
    let device = Device::begun();
    for name in ["diary.sqlite-wal", "diary.sqlite-shm"] {
        drop(fs::remove_file(device.data().join(name)));
    }
    fs::write(device.data().join("diary.sqlite"), "this is no database, and long enough to be looked at. ".repeat(99))
        .unwrap();
    assert!(device.refused(6, &["history"]).contains("damaged"));
}

#[test]
fn errors_for_programs_are_objects() {
    let device = Device::begun();
    let error = |arguments: &[&str], exit: i32| -> Value {
        let ran = device.run(arguments);
        assert_eq!((ran.exit, ran.out.as_str()), (exit, ""));
        serde_json::from_str::<Value>(&ran.err).unwrap()["error"].clone()
    };
    let refused = error(&["log", "walking", "--hold", "5", "--json"], 3);
    assert_eq!((&refused["code"], &refused["field"]), (&"invalid-input".into(), &"hold_seconds".into()));
    assert!(refused["message"].as_str().unwrap().starts_with("--hold: "));
    assert_eq!(error(&["delete", "zzzzzzzz", "--json"], 4)["code"], "not-found");
    let usage = error(&["log", "--json", "walking", "--minutes", "many"], 2);
    assert_eq!(usage["code"], "usage");
    assert!(usage["message"].as_str().unwrap().contains("--minutes"), "{usage}");
}

#[test]
fn an_unknown_command_is_a_usage_error() {
    let device = Device::begun();
    for wrong in
        [&["logg"][..], &["log"], &["check-in"], &["exercises", "--region", "knee"], &["history", "--last", "x"]]
    {
        let ran = device.run(wrong);
        assert_eq!((ran.exit, ran.out.as_str()), (2, ""), "{wrong:?}");
    }
}
