//! How the program behaves beside other programs.

use crate::device::Device;

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let device = Device::begun();
    device.log(&["walking"]);
    for arguments in [&["history"][..], &["history", "--json"], &["exercises"], &["status"], &["--help"], &["watch"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = device.command(arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!((ran.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn output_that_cannot_be_written_is_said() {
    if cfg!(target_os = "linux") {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Device::begun().command(&["history"]).stdout(full).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(7), "{said}");
        assert!(said.starts_with("lissom: the answer cannot be written"), "{said}");
    }
}

#[test]
fn colours_are_for_terminals_only() {
    let device = Device::begun();
    device.log(&["walking"]);
    for arguments in [&["history"][..], &["status"], &["exercise", "walking"], &["--help"], &["logg"]] {
        let ran = device.run(arguments);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{arguments:?}");
    }
    let forced = device.command(&["history"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1b), "where they are wanted, they are there");
    let both = device.command(&["history"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!both.stdout.contains(&0x1b));
}

#[test]
fn several_processes_write_into_one_folder() {
    let device = Device::begun();
    let children: Vec<_> = (0..8).map(|_| device.command(&["log", "walking", "--json"]).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(device.history(&[]).len(), 8);
    assert_eq!(device.run(&["verify"]).exit, 0);
}

/// What a command says on standard error when its answer cannot be written.
#[cfg(target_os = "linux")]
#[track_caller]
fn unwritten(device: &Device, arguments: &[&str]) -> (Option<i32>, String) {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = device.command(arguments).stdout(full).output().unwrap();
    (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_saved_is_said_to_be_saved_where_the_answer_cannot_be_written() {
    let device = Device::screened();
    let today = ["--today", crate::device::FIRST];
    let id = device.log(&["walking", "--minutes", "20"]);
    let own = device.json(&["own", "add", "--name", "Ball", "--kind", "strength", "--reps", "6"]);
    let own = own["id"].as_str().unwrap().to_owned();
    let writing: [&[&str]; 17] = [
        &["log", "walking", "--minutes", "20"],
        &["log", "walking", "--minutes", "20", "--json"],
        &["log", "bird-dog", "--reps", "4", "--stopped", "spreading"],
        &["check-in", "--pain", "4"],
        &["measure", "sit-to-stand", "12"],
        &["edit", &id, "--minutes", "25"],
        &["delete", &id],
        &["restore", &id],
        &["own", "add", "--name", "Door", "--kind", "stretch", "--hold", "20"],
        &["own", "edit", &own, "--reps", "8"],
        &["screen", "--age", "47", "--all-no"],
        &["screen", "caution", "wrist-pain", "yes"],
        &["plan", "off", "rest"],
        &["plan", "new", "--preset", "ten-minutes", "--days", "3"],
        &["plan", "edit", "minutes", "12"],
        &["plan", "well"],
        &["relay", "https://relay.example.org"],
    ];
    for arguments in writing {
        let new = arguments.first() == Some(&"plan") && arguments.get(1) != Some(&"off");
        let arguments = if new { [&today[..], arguments].concat() } else { arguments.to_vec() };
        let before = device.json(&["status"])["state_hash"].clone();
        let (exit, said) = unwritten(&device, &arguments);
        assert_eq!(exit, Some(7), "{arguments:?}: {said}");
        assert!(said.contains("it is saved, so do not write it down again"), "{arguments:?}: {said}");
        let relay = arguments.first() == Some(&"relay");
        assert!(relay || device.json(&["status"])["state_hash"] != before, "{arguments:?} saved nothing");
    }
    let results = device.history(&[]);
    let bird_dogs = results.iter().filter(|row| row["exercise"] == "bird-dog").count();
    assert_eq!(bird_dogs, 1, "what to do could not be said, and it is written down all the same");
    let (_, said) = unwritten(&device, &["log", "bird-dog", "--stopped", "saddle-bladder-weakness-chest"]);
    assert!(said.lines().count() > 1, "whom to call is said where somebody may still read: {said}");
}

#[test]
fn nothing_that_was_written_down_turns_what_a_terminal_shows() {
    let device = Device::begun();
    let turns = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{61c}', '\u{2028}'];
    let evil = format!("a{}b", turns.iter().collect::<String>());
    let own = device.json(&["own", "add", "--name", &evil, "--kind", "strength", "--reps", "6", "--why", &evil]);
    let own = own["id"].as_str().unwrap();
    let id = device.log(&[own, "--note", &evil]);
    device.json(&["check-in", "--pain", "3", "--note", &evil]);
    device.json(&["measure", "psfs", "--item", &format!("{evil}=4")]);
    device.json(&[
        "measure",
        "own:x",
        "--name",
        &evil,
        "--labels",
        &evil,
        "--item-max",
        "10",
        "--scoring",
        "sum",
        "--items",
        "3",
    ]);
    let shown: [&[&str]; 10] = [
        &["history"],
        &["own", "list"],
        &["own", "show", own],
        &["exercises"],
        &["log", own, "--reps", "3"],
        &["measure"],
        &["measure", "show", "psfs"],
        &["trend", "own:x"],
        &["edit", &id, "--note", &evil],
        &["log", &evil],
    ];
    for arguments in shown {
        let ran = device.run(arguments);
        assert!(!ran.out.contains(turns) && !ran.err.contains(turns), "{arguments:?}: {}{}", ran.out, ran.err);
    }
    let kept = device.history(&[]).iter().any(|row| row["note"] == evil.as_str());
    assert!(kept, "programs get what was written");
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let device = Device::screened();
    let note = "words of a note that goes on and on and would be far too long for one line ".repeat(3);
    let id = device.log(&[
        "seated-hamstring",
        "--side",
        "left",
        "--sets",
        "2",
        "--hold",
        "20",
        "--pain-before",
        "4",
        "--effort",
        "3",
        "--note",
        &note,
    ]);
    device.json(&[
        "check-in", "--pain", "4", "--leg", "1", "--sleep", "7", "--stress", "5", "--mood", "6", "--note", &note,
    ]);
    let narrow = |width: &str, arguments: &[&str]| {
        let ran: crate::device::Ran = device.command(arguments).env("COLUMNS", width).output().unwrap().into();
        let wide = |line: &&str| line.chars().count() > width.parse().unwrap() && !line.contains(&*device.file(""));
        let out = ran.out.lines().chain(ran.err.lines()).find(wide).map(str::to_owned);
        assert_eq!(out, None, "{arguments:?} in {width} columns:\n{}{}", ran.out, ran.err);
    };
    let all: [&[&str]; 31] = [
        &["history"],
        &["status"],
        &["exercises"],
        &["own", "list"],
        &["learn"],
        &["breaks"],
        &["plan", "presets"],
        &["measure"],
        &["trend"],
        &["screen", "show"],
        &["edit", &id, "--leg", "3"],
        &["edit", &id],
        &["delete", "zzzzzzzz"],
        &["plan"],
        &["plan", "new"],
        &["plan", "new", "--region", "lower", "--minutes", "18", "--days", "mo,we,fr", "--pain", "4"],
        &["plan", "edit", "swap", "a", "b"],
        &["log", "jogging-on-the-moon"],
        &["log", "walking", "--stopped", "tired"],
        &["log", "walking", "--at", "2026-07-22T18:30+04:00[America/New_York]"],
        &["check-in"],
        &["check-in", "--pain", "11"],
        &["screen"],
        &["screen", "--answer", "a1=perhaps"],
        &["screen", "clear", "--who", "x", "--covers", "zzzzzzzz"],
        &["measure", "psfs"],
        &["measure", "desk-check"],
        &["measure", "own:y", "--items", "3"],
        &["plan", "off", "flare", "--to", "2026-01-01"],
        &["sync"],
        &["exercises", "--equipment", "anvil"],
    ];
    for arguments in all {
        narrow("80", arguments);
    }
    for arguments in [
        &["plan", "new", "--goal", "x", "--colour", "red"][..],
        &["exercises", "--position", "flying"],
        &["plan", "off", "holiday"],
    ] {
        narrow("80", arguments);
    }
    narrow("72", &["history"]);
    narrow("60", &["log", "walking", "--stopped", "tired"]);
}
