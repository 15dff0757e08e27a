//! Every sentence is keyed. The pseudo-locale frames and accents all that is translated, so whatever English is left in
//! an answer was written past the texts. Words that a person typed, ids and what is for a keyboard stay as they are.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::advice::two_good_weeks;
use crate::device::{Device, Ran, date, lissom};
use crate::help::{BELOW, COMMANDS};

/// What stays in every language: the program's name, and the field names that stand for arguments without a flag.
const STAYS: &[&str] = &["lissom", "exercise", "id"];

/// Says in `--lang en-XA`, and fails if anything in the answer is English. `typed` are the person's words.
#[track_caller]
fn say(device: &Device, exit: i32, arguments: &[&str], typed: &[&str]) -> Ran {
    let ran = device.run(&[&["--lang", "en-XA"], arguments].concat());
    assert_eq!(ran.exit, exit, "{arguments:?}: {}{}", ran.out, ran.err);
    let folder = device.data().display().to_string();
    let typed: Vec<&str> = typed.iter().copied().chain([folder.as_str()]).chain(arguments.iter().copied()).collect();
    for said in [&ran.out, &ran.err] {
        assert_translated(said, &typed);
    }
    ran
}

#[track_caller]
fn refuse(device: &Device, exit: i32, arguments: &[&str]) -> String {
    let ran = say(device, exit, arguments, &[]);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.starts_with("lissom: ⟦") && ran.err.ends_with("⟧\n"), "{}", ran.err);
    ran.err
}

#[track_caller]
fn assert_translated(said: &str, typed: &[&str]) {
    let mut depth = 0_i32;
    for letter in said.chars() {
        depth += i32::from(letter == '⟦') - i32::from(letter == '⟧');
        assert!(depth >= 0, "a frame is cut off:\n{said}");
    }
    assert_eq!(depth, 0, "a frame is cut off:\n{said}");
    assert!(!said.contains(['{', '}']), "a gap was not filled:\n{said}");
    // What stands in backticks is for a keyboard, as are commands and flags in the help.
    let mut left: String = said.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut words: Vec<&str> = typed.iter().chain(STAYS).copied().filter(|word| !word.is_empty()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        left = without(&left, word);
    }
    for run in left.split(|letter: char| !letter.is_ascii_alphabetic()) {
        assert!(run.len() < 2, "{run:?} is English in:\n{said}");
    }
}

/// The text without this word, where it stands as a whole one.
fn without(text: &str, word: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let touches = before.ends_with(|c: char| c.is_ascii_alphabetic() && word.starts_with(char::is_alphabetic))
            || after.starts_with(|c: char| c.is_ascii_alphabetic() && word.ends_with(char::is_alphabetic));
        left.push_str(before);
        left.push_str(if touches { word } else { " " });
        rest = after;
    }
    left + rest
}

/// A diary that knows the person's words only, with its ids.
fn begun() -> (Device, Vec<String>) {
    let device = Device::begun();
    let log = ["pelvic-tilt", "--sets", "2", "--reps", "8", "--hold", "5", "--note", "zwickt", "--at", "2026-03-01"];
    let ids = vec![device.log(&log), device.log(&["walking", "--minutes", "20", "--effort", "3"])];
    let ends = ids.iter().map(|id| id[id.len() - 8..].to_owned()).collect::<Vec<_>>();
    (device, [ids, ends].concat())
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn the_catalogue_speaks_the_language() {
    let device = Device::empty();
    let all = device.json(&["exercises"]);
    let ids: Vec<&str> = all.as_array().unwrap().iter().map(|exercise| exercise["id"].as_str().unwrap()).collect();
    let table = say(&device, 0, &["exercises"], &ids).out;
    let rows = || table.lines().filter(|line| ids.iter().any(|id| line.starts_with(id)));
    assert!(rows().count() >= 49 && rows().all(|line| line.matches('⟦').count() == 2), "{table}");
    say(&device, 0, &["exercises", "--region", "sciatica", "--kind", "relaxation"], &ids);
    say(&device, 0, &["exercises", "--region", "upper", "--kind", "aerobic"], &ids);
    for exercise in all.as_array().unwrap() {
        // Citations, and names in other programs.
        let names = ["healthkit", "health_connect", "health_connect_segment"].map(|name| &exercise[name]);
        let cited = exercise["sources"].as_array().unwrap().iter().chain(names).filter_map(|name| name.as_str());
        let cited: Vec<&str> =
            cited.flat_map(str::split_whitespace).chain(["HealthKit", "Health", "Connect"]).collect();
        say(&device, 0, &["exercise", exercise["id"].as_str().unwrap()], &cited);
    }
    let things = "mat strap towel roll resistance band weight pool stationary bike chair wall doorway desk";
    say(&device, 3, &["exercises", "--equipment", "anvil"], &things.split(' ').collect::<Vec<_>>());
    refuse(&device, 4, &["exercise", "jogging-on-the-moon"]);
    say(&device, 4, &["exercise", "pelvic-tlit"], &["pelvic-tilt"]);
}

#[test]
fn cards_sessions_and_breaks_speak_the_language() {
    let device = Device::empty();
    let all = device.json(&["learn"]);
    let ids = |of: &str| all[of].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>();
    let (cards, guided) = (ids("cards"), ids("guided"));
    say(&device, 0, &["learn"], &[&cards[..], &guided[..]].concat());
    for id in &cards {
        let card = device.json(&["learn", id]);
        let cited = card["sources"].as_array().unwrap().iter().map(|source| source["name"].as_str().unwrap());
        let cited: Vec<&str> = cited.flat_map(str::split_whitespace).collect();
        say(&device, 0, &["learn", id], &cited);
    }
    for id in guided {
        say(&device, 0, &["learn", id], &[]);
    }
    say(&device, 4, &["learn", "cause"], &["causes"]);
    refuse(&device, 4, &["learn", "xyz"]);
    refuse(&device, 4, &["learn", "pelvic-tilt"]);
    refuse(&device, 3, &["learn", "causes", "--minutes", "5"]);
    refuse(&device, 3, &["learn", "body-scan", "--minutes", "5"]);
    refuse(&device, 3, &["learn", "breathing", "--minutes", "31"]);
    refuse(&device, 3, &["learn", "breathing", "--play"]);
    say(&device, 0, &["breaks", "--today", "2024-07-01"], &[]);
    say(&device, 0, &["breaks", "--today", "2024-06-30"], &[]);
    say(&device, 0, &["breaks", "--days", ""], &[]);
    refuse(&device, 3, &["breaks", "--from", "nine"]);
    refuse(&device, 3, &["breaks", "--quiet", "nine"]);
    refuse(&device, 3, &["breaks", "--days", "nine"]);
    refuse(&device, 3, &["breaks", "--every", "9"]);
}

#[test]
fn own_exercises_and_what_was_unusual_speak_the_language() {
    let device = Device::begun();
    say(&device, 0, &["own", "list"], &[]);
    let add = ["own", "add", "--name", "Handtuchzug", "--kind", "strength", "--sets", "2", "--reps", "6"];
    let id = device.json(&add)["id"].as_str().unwrap().to_owned();
    let typed = [id.as_str(), "Handtuchzug", "own", "pelvic-tilt"];
    say(&device, 0, &["own", "list"], &typed);
    say(&device, 0, &["own", "show", &id], &typed);
    let full = ["--easier", "pelvic-tilt", "--tempo", "2-1-2", "--cautions", "preg_supine", "--stop", "zwickt"];
    say(&device, 0, &[&["own", "edit", &id], &full[..]].concat(), &typed);
    say(&device, 0, &["own", "show", &id], &[&typed[..], &["zwickt"]].concat());
    let ids = device.json(&["exercises"]);
    let ids: Vec<&str> = ids.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    say(&device, 0, &["exercises"], &[&ids[..], &typed[..]].concat());
    let ran = device.run(&["--lang", "en-XA", "own", "add", "--name", "Ball", "--kind", "strength", "--reps", "6"]);
    let (said, next) = ran.out.split_once('\n').unwrap();
    assert_translated(said, &["Ball"]);
    assert_translated(next.split_once('\n').unwrap().1, &[]);
    say(&device, 3, &["own", "add", "--name", "x", "--reps", "6"], &["kind"]);
    refuse(&device, 4, &["own", "show", "own-000000000000"]);
    refuse(&device, 2, &["own", "edit", &id]);
    refuse(&device, 3, &["edit", &id, "--reps", "5"]);
    let stops =
        ["saddle-bladder-weakness-chest", "dizzy", "dizzy", "spreading", "lasting-tingling", "ache-only", "pregnancy"];
    for reason in stops {
        let ran =
            device.run(&["--lang", "en-XA", "log", &id, "--stopped", reason, "--spread", "yes", "--form", "unsure"]);
        assert_eq!(ran.exit, 0, "{}", ran.err);
        assert_translated(ran.out.trim_end().rsplit_once('\n').unwrap().0, &typed);
    }
    device.json(&["log", &id, "--tingling", "lasting"]);
    device.json(&["check-in", "--pain", "3", "--mood", "6"]);
    let rows = device.history(&[]);
    let ends: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).map(|id| &id[id.len() - 8..]).collect();
    say(&device, 0, &["history"], &[&ends[..], &typed[..]].concat());
    say(
        &device,
        3,
        &["log", &id, "--stopped", "tired"],
        &stops.iter().copied().chain(["sharp-or-too-much"]).collect::<Vec<_>>(),
    );
}

#[test]
fn a_diary_speaks_the_language() {
    let device = Device::empty();
    let said = device.run(&["init", "--name", "Phone", "--lang", "en-XA"]);
    let phrase = device.json(&["phrase"])["phrase"].as_str().unwrap().to_owned();
    let words: Vec<&str> = phrase.split(' ').collect();
    assert_translated(&said.out, &[&words[..], &["Phone"]].concat());
    say(&device, 0, &["phrase"], &words);
    say(&device, 0, &["history"], &[]);
    say(&device, 0, &["history", "--from", "2026-01-01"], &[]);
    for arguments in [
        &["log", "pelvic-tilt"][..],
        &["log", "knee-to-chest", "--side", "left", "--sets", "2", "--pain-before", "4", "--note", "zwickt"],
        &["log", "walking", "--minutes", "20", "--effort", "3"],
        &["log", "partial-crunch", "--reps", "1"],
        &["check-in", "--pain", "4", "--leg", "1", "--sleep", "7", "--stress", "5"],
    ] {
        let ran = device.run(&[arguments, &["--lang", "en-XA"]].concat());
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let (said, id) = ran.out.trim_end().rsplit_once('\n').unwrap();
        assert!(id.starts_with("s:") || id.starts_with("c:"), "{id}");
        assert_translated(said, &[]);
    }
    let ids: Vec<String> = device.history(&[]).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let ends: Vec<String> = ids.iter().map(|id| id[id.len() - 8..].to_owned()).collect();
    let known = [ids.clone(), ends, vec!["zwickt".to_owned()]].concat();
    let known = borrowed(&known);
    for arguments in [
        &["edit", &ids[0], "--reps", "9"][..],
        &["delete", &ids[0]],
        &["history", "--deleted"],
        &["restore", &ids[0]],
        &["history", "--ids"],
        &["history", "--last", "1"],
    ] {
        say(&device, 0, arguments, &known);
    }
    let state = device.json(&["status"])["state_hash"].as_str().unwrap()[..16].to_owned();
    say(&device, 0, &["status"], &[&state, "Phone"]);
    say(&device, 0, &["verify"], &[]);
    say(&device, 0, &["rebuild-history"], &[]);
    say(&device, 0, &["relay"], &[]);
    let file = device.file("diary.json");
    say(&device, 0, &["export", &file], &[]);
    say(&Device::begun(), 0, &["import", &file], &[]);
    let one = device.json(&["edit", &ids[0], "--reps", "10"]);
    assert_eq!(one["id"], ids[0].as_str());
    let later = device.file("later.json");
    device.json(&["export", &later]);
    let other = Device::begun();
    other.json(&["import", &file]);
    say(&other, 0, &["import", &later], &[]);
    say(&device, 0, &["relay", "https://relay.example.org"], &[]);
}

#[test]
fn plans_and_advice_speak_the_language() {
    let device = Device::screened();
    let new = ["plan", "new", "--region", "lower", "--minutes", "12", "--days", "3", "--settles", "hour"];
    let made = device.json_on(0, &new);
    let ids: Vec<String> = device.json(&["exercises"]).as_array().unwrap().iter().map(id_of).collect();
    let known = |device: &Device| {
        let versions = device.diary().plan_versions().unwrap().into_iter().map(|plan| plan.id);
        let rows = device.history(&[]).iter().map(id_of).collect::<Vec<_>>();
        let off = device.diary().days_off().unwrap().into_iter().map(|off| off.id);
        let all: Vec<String> = versions.chain(rows).chain(off).collect();
        let ends = all.iter().map(|id| id[id.len() - 8..].to_owned()).collect::<Vec<_>>();
        [ids.clone(), all, ends].concat()
    };
    assert!(made["id"].as_str().unwrap().starts_with("p:"));
    two_good_weeks(&device);
    let today = date(14);
    for (exit, arguments) in [
        (
            0,
            &["plan", "new", "--region", "sciatica", "--leg", "5", "--minutes", "5", "--days", "5", "--name", "Anna"][..],
        ),
        (0, &["plan"]),
        (0, &["plan", "show", "--why", "--versions"]),
        (0, &["plan", "presets"]),
        (0, &["plan", "presets", "sciatica"]),
        (0, &["plan", "new", "--preset", "lower-back", "--days", "mo,tu"]),
        (0, &["plan", "edit", "minutes", "20"]),
        (3, &["plan", "edit", "add", "partial-crunch", "--day", "tu"]),
        (0, &["plan", "edit", "lock", "walking"]),
        (0, &["today"]),
        (0, &["advice", "--why"]),
        (0, &["advice", "decline", "knee-to-chest"]),
        (0, &["advice", "accept", "pelvic-tilt"]),
        (0, &["replay"]),
        (0, &["replay", "walking"]),
        (0, &["plan", "off"]),
        (0, &["plan", "off", "travel", "--from", "2025-04-01", "--to", "2025-04-05"]),
        (0, &["plan", "off", "rest", "--from", "2025-04-07"]),
        (0, &["plan", "off", "flare"]),
        (0, &["plan", "off"]),
        (0, &["today"]),
        (0, &["advice", "--why"]),
        (0, &["plan", "off", "flare-over"]),
        (3, &["plan", "edit", "reorder", "mo", "99", "1"]),
        (4, &["plan", "edit", "swap", "cat-cow", "walking", "--day", "su"]),
        (4, &["plan", "edit", "move", "su", "mo"]),
        (3, &["plan", "edit", "days", "0"]),
        (3, &["plan", "edit", "days", "8"]),
        (3, &["plan", "edit", "minutes", "many"]),
        (3, &["plan", "edit", "add", "walking", "--day", "mo"]),
        (3, &["plan", "edit", "add", "pelvic-tilt", "--day", "mo", "--minutes", "5"]),
        (4, &["plan", "follow", "zzzzzzzz"]),
        (4, &["plan", "presets", "twenty"]),
        (4, &["advice", "accept", "zzzzzzzz"]),
        (4, &["replay", "jogging-on-the-moon"]),
        (4, &["plan", "off", "--delete", "zzzzzzzz"]),
        (3, &["plan", "off", "flare", "--to", "2025-04-01"]),
        (3, &["plan", "off", "rest", "--from", "2025-04-07", "--to", "2025-04-01"]),
        (2, &["plan", "new", "--region", "lower"]),
        (3, &["plan", "new", "--region", "lower", "--minutes", "x", "--days", "3"]),
        (0, &["plan", "well"]),
        (0, &["plan", "well", "--end"]),
        (0, &["plan"]),
        (3, &["advice", "accept", "zzzzzzzz"]),
    ] {
        let words = known(&device);
        let typed = ["mo", "tu", "we", "th", "fr", "sa", "su", "Anna", "--minutes", "--days", "--day"];
        let presets = lissom_diary::core::plan::PRESETS.iter().map(|preset| preset.id);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(typed).chain(presets).collect();
        say(&device, exit, &[&["--today", &today], arguments].concat(), &words);
    }
    let empty = Device::begun();
    for (exit, arguments) in [
        (0, &["today"][..]),
        (0, &["advice"]),
        (0, &["replay"]),
        (3, &["plan", "new", "--region", "lower", "--minutes", "10", "--days", "3"]),
        (4, &["plan"]),
        (4, &["plan", "well"]),
    ] {
        say(&empty, exit, arguments, &[]);
    }
}

fn id_of(row: &serde_json::Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_safety_questions_speak_the_language() {
    let device = Device::begun();
    let ids = |command: &[&str]| -> Vec<String> {
        let all = device.json(command);
        all.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    for command in [
        &["screen", "questions"][..],
        &["screen", "questions", "--purpose", "today"],
        &["screen", "rules"],
        &["screen", "cautions"],
        &["screen", "stop"],
    ] {
        say(&device, 0, command, &borrowed(&ids(command)));
    }
    for reason in ids(&["screen", "stop"]) {
        say(&device, 0, &["screen", "stop", &reason], &[]);
        say(&device, 0, &["screen", "stop", &reason, "--after", &reason, "--country", "US"], &[]);
    }
    say(&device, 0, &["screen", "show"], &[]);
    let ends = |ids: &[String]| ids.iter().map(|id| id[id.len() - 8..].to_owned()).collect::<Vec<_>>();
    for (age, yes) in [
        ("47", &[][..]),
        ("47", &["d2", "d6", "d6-wrist"]),
        ("47", &["c4"]),
        ("47", &["c7"]),
        ("47", &["b5"]),
        ("47", &["a1"]),
        ("47", &["c9", "c9-harm"]),
        ("15", &[]),
    ] {
        let device = Device::begun();
        let mut arguments = vec!["screen", "--all-no", "--age", age];
        let answers: Vec<String> = yes.iter().map(|id| format!("--answer={id}=yes")).collect();
        arguments.extend(answers.iter().map(String::as_str));
        let ran = device.run(&[&["--lang", "en-XA"], &arguments[..]].concat());
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let shown = device.json(&["screen", "show"]);
        let ids: Vec<String> =
            shown["standing"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let known = [ids.clone(), ends(&ids)].concat();
        assert_translated(&ran.out, &borrowed(&known));
        say(&device, 0, &["screen", "show", "--country", "DE"], &borrowed(&known));
        say(&device, 0, &["screen", "--short", "--all-no"], &borrowed(&known));
        if age == "47" && *yes == ["b5"] {
            let day = shown["standing"][0]["day"].as_str().unwrap();
            say(
                &device,
                3,
                &["screen", "clear", "--who", "Rao", "--day", "2026-01-01", "--covers", &ids[0]],
                &["--day"],
            );
            let covers = &["screen", "clear", "--who", "Rao", "--day", day, "--covers", &ids[0]];
            let ran = device.run(&[&["--lang", "en-XA"], &covers[..]].concat());
            assert_eq!(ran.exit, 0, "{}", ran.err);
            let end = ran.out.split_once('(').unwrap().1.split(')').next().unwrap().to_owned();
            assert_translated(&ran.out, &["Rao", &end, day]);
        }
    }
    say(&device, 0, &["screen", "caution", "wrist-pain", "yes", "--until", "2190-01-01"], &[]);
    say(&device, 0, &["screen", "show", "--today", "2190-01-02"], &[]);
    refuse(&device, 3, &["screen", "caution", "balance", "yes", "--until", "2026-01-01"]);
    say(&device, 0, &["screen", "caution", "wrist-pain", "no"], &[]);
    say(&device, 3, &["screen", "caution", "wrist-pian", "no"], &["condition", "wrist-pain"]);
    say(&device, 3, &["screen", "caution", "zzzzzzzzzzzz", "no"], &["condition"]);
    say(&device, 3, &["screen", "stop", "dizy"], &["reason", "dizzy"]);
    say(&device, 3, &["screen", "--answer", "a77=no"], &["a7"]);
    refuse(&device, 2, &["screen"]);
    say(&device, 3, &["screen", "--all-no"], &["--age"]);
    refuse(&device, 3, &["screen", "--all-no", "--age", "470"]);
    refuse(&device, 3, &["screen", "--all-no", "--age", "47", "--country", "Germany"]);
    refuse(&device, 3, &["screen", "clear", "--who", "Rao", "--day", "2026-01-01", "--covers", "zzzzzzzz"]);
    refuse(&device, 3, &["screen", "clear", "--who", "Rao", "--day", "2199-01-01"]);
    say(&device, 3, &["screen", "clear", "--who", "Rao", "--day", "2026-01-01"], &["--covers"]);
}

#[test]
fn what_is_refused_is_said_in_the_language() {
    let (device, ids) = begun();
    let check_in = device.json(&["check-in", "--pain", "3"])["id"].as_str().unwrap().to_owned();
    let id = ids[0].as_str();
    let letter = device.file("letter.txt");
    fs::write(&letter, "Dear Anna").unwrap();
    let newer = device.file("newer.json");
    fs::write(&newer, r#"{"format": "lissom-archive", "version": 99, "records": []}"#).unwrap();
    let bad = device.file("bad.json");
    fs::write(&bad, r#"{"format": "lissom-archive", "version":1, "records": [{"id": "zz"}]}"#).unwrap();
    let folder = device.file("");
    let nowhere = device.file("no/such/folder/diary.json");
    for (exit, arguments) in [
        (3, &["log", "jogging-on-the-moon"][..]),
        (3, &["log", "pelvic-tilt", "--pain-before", "11"]),
        (3, &["log", "pelvic-tilt", "--effort", "11"]),
        (3, &["log", "pelvic-tilt", "--sets", "0"]),
        (3, &["log", "pelvic-tilt", "--minutes", "5"]),
        (3, &["log", "walking", "--hold", "5"]),
        (3, &["log", "pelvic-tilt", "--side", "left"]),
        (3, &["log", "walking", "--at", "2150-01-01"]),
        (3, &["log", "walking", "--at", "tomorrow"]),
        (3, &["log", "walking", "--at", "1969-01-01"]),
        (3, &["log", "walking", "--at", "2026-07-22T18:30+04:00[America/New_York]"]),
        (3, &["check-in", "--pain", "11"]),
        (3, &["check-in", "--pain", "3", "--sleep", "11"]),
        (3, &["check-in", "--pain", "3", "--stress", "-1"]),
        (3, &["history", "--from", "2026-02-30"]),
        (2, &["edit", id]),
        (3, &["edit", id, "--leg", "3"]),
        (3, &["edit", &check_in, "--reps", "3"]),
        (3, &["delete", "01"]),
        (4, &["delete", "zzzzzzzz"]),
        (3, &["init", "--name", "Phone"]),
        (3, &["relay", "relay.example.org"]),
        (3, &["relay", "http://relay.example.org"]),
        (5, &["relay", "--invite", "token"]),
        (5, &["sync"]),
        (3, &["export", &letter]),
        (7, &["export", &folder]),
        (4, &["export", &nowhere]),
        (3, &["import", &letter]),
        (3, &["import", &bad]),
        (4, &["import", &nowhere]),
    ] {
        refuse(&device, exit, arguments);
    }
    say(&device, 3, &["import", &newer], &["lissom-archive"]);
    say(&device, 3, &["log", "pelvic-tilt", "--side", "up"], &["left", "right", "both"]);
    say(&device, 3, &["log", "pelvic-tlit"], &["pelvic-tilt"]);
    say(&device, 3, &["delete", &id[..4]], &borrowed(&[device_ids(&device), ids.clone()].concat()));
    device.json(&["relay", "http://127.0.0.1:9"]);
    say(&device, 5, &["sync"], &["http"]);
    let long = "ö".repeat(3_000);
    refuse(&device, 3, &["log", "walking", "--note", &long]);
    if cfg!(target_os = "linux") {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = device.command(&["history", "--lang", "en-XA"]).stdout(full).output().unwrap();
        assert_translated(&String::from_utf8(ran.stderr).unwrap(), &[]);
    }
}

fn device_ids(device: &Device) -> Vec<String> {
    device.history(&["--deleted"]).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Ends of the ids of every row.
fn ends(device: &Device) -> Vec<String> {
    device_ids(device).iter().map(|id| id[id.len() - 8..].to_owned()).collect()
}

#[test]
fn measures_and_trends_speak_the_language() {
    let device = crate::trend::twelve_weeks();
    let today = ["--today", "2026-11-22"];
    let flare: Vec<String> = (2..20).map(|days| "F".repeat(days)).collect();
    let typed = [borrowed(&flare), vec!["bending", "Abbott and Schmitt 2014, JOSPT 44(8)"]].concat();
    for what in [&[][..], &["leg"], &["sleep"], &["mood"], &["psfs"], &["steps"], &["muscles"], &["--week"]] {
        say(&device, 0, &[&["trend"], what, &today].concat(), &typed);
    }
    let none = Device::begun();
    for what in [&[][..], &["muscles"], &["--week"], &["psfs"]] {
        say(&none, 0, &[&["trend"], what].concat(), &[]);
    }
    refuse(&device, 4, &["trend", "zzzzzz"]);
    say(&device, 4, &["trend", "psf"], &["psfs"]);
    let listed = device.json(&["measure"]);
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    say(&device, 0, &[&["measure"][..], &today].concat(), &ids);
    say(&device, 0, &["measure", "--today", "2026-12-24"], &ids);
    let own = ["measure", "own:x", "--name", "Nicken", "--labels", "Bus,Tag", "--item-max", "10", "--scoring", "sum"];
    for arguments in [
        &["measure", "psfs", "--item", "bending=5", "--at", "2026-11-23"][..],
        &["measure", "pgic", "2"],
        &["measure", "sit-to-stand", "12"],
        &["measure", "desk-check", "--place", "home", "--answers", "yes,no,na,yes,yes,yes,yes,yes,yes,yes,yes,no"],
        &["measure", "desk-check", "--place", "home", "--answers", "yes,yes,na,yes,yes,yes,yes,yes,yes,yes,yes,yes"],
        &[&own[..], &["--items", "3,4"]].concat(),
    ] {
        let ran = device.run(&[&["--lang", "en-XA"], arguments].concat());
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{arguments:?}");
        let (said, id) = ran.out.trim_end().rsplit_once('\n').unwrap();
        assert!(id.starts_with("m:"), "{id}");
        assert_translated(said, &[arguments, &["Nicken"]].concat());
    }
    let ends = ends(&device);
    // Names of people and journals are the same everywhere.
    let psfs = lissom_diary::core::measure::find("psfs").and_then(|known| known.meaningful).unwrap();
    let sources: Vec<&str> = psfs.source.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).collect();
    let typed = [typed, borrowed(&ends), sources, vec!["Nicken", "Bus", "Tag"]].concat();
    for id in ["psfs", "pgic", "sit-to-stand", "desk-check", "own:x", "steps"] {
        say(&device, 0, &["measure", "show", id], &typed);
    }
    say(&device, 0, &["trend", "own:x"], &typed);
    say(&device, 0, &["history", "--last", "8"], &typed);
    for (exit, arguments) in [
        (2, &["measure", "show"][..]),
        (4, &["measure", "show", "zzzzzz"]),
        (3, &["measure", "zzzzzz"]),
        (3, &["measure", "steps"]),
        (3, &["measure", "steps", "many"]),
        (3, &["measure", "steps", "-1"]),
        (3, &["measure", "steps", "1", "--place", "home"]),
        (3, &["measure", "pgic", "9"]),
        (3, &["measure", "fingertip-floor", "900"]),
        (3, &["measure", "pause-breaks", "900"]),
        (3, &["measure", "sit-to-stand", "900"]),
        (3, &["measure", "sitting-hours", "90"]),
        (3, &["measure", "psfs", "3"]),
        (3, &["measure", "psfs", "--new"]),
        (3, &["measure", "psfs", "--item", "a=11"]),
        (3, &["measure", "psfs", "--item", "a=1", "--item", "a=1"]),
        (3, &["measure", "psfs", "--item", "=1"]),
        (3, &["measure", "desk-check", "--place", "home", "--answers", "perhaps"]),
        (3, &["measure", "own:y", "--items", "3"]),
    ] {
        say(&device, exit, arguments, &["measure", "value", "--item", "--items", "--labels"]);
    }
    say(&device, 3, &["measure", "desk-check"], &["--place", "home", "work"]);
    say(&device, 3, &["measure", "desk-check", "--place", "work", "--answers", "yes"], &[]);
    say(&device, 3, &["measure", "psfs", "--item", "tying=1", "--item", "x=1"], &["bending"]);
    let six = ["--item", "a=1", "--item", "b=1", "--item", "c=1", "--item", "d=1", "--item", "e=1", "--item", "f=1"];
    say(&device, 3, &[&["measure", "psfs"], &six[..]].concat(), &[]);
    let steps = device.json(&["measure", "steps", "4000"])["id"].as_str().unwrap().to_owned();
    say(&device, 3, &["edit", &steps, "--reps", "3"], &[]);
    let walk = device.log(&["walking"]);
    say(&device, 3, &["edit", &walk, "--value", "3"], &["value"]);
}

#[test]
fn a_diary_that_is_missing_full_or_damaged_is_said_in_the_language() {
    let none = Device::empty();
    for command in [&["history"][..], &["status"], &["log", "walking"], &["sync"], &["phrase"], &["verify"], &["watch"]]
    {
        refuse(&none, 4, command);
    }
    fs::create_dir_all(none.data()).unwrap();
    fs::write(none.data().join("secret"), "00".repeat(32)).unwrap();
    say(&none, 3, &["init", "--name", "Phone"], &[]);
    let (device, _) = begun();
    let crowded = Device::begun();
    let long = "ö".repeat(1_500);
    let write = ["--max-bytes", "300000", "log", "walking", "--note", &long];
    while crowded.run(&write).exit == 0 {}
    refuse(&crowded, 7, &write);
    let database = || rusqlite::Connection::open(device.data().join("diary.sqlite")).unwrap();
    assert_eq!(database().execute("UPDATE result SET minutes = 99", []).unwrap(), 2);
    say(&device, 6, &["verify"], &[]);
    let old = "INSERT INTO notice (at_ms, kind, text) VALUES (1, 'repaired', 'x')";
    assert_eq!(database().execute(old, []).unwrap(), 1);
    database().pragma_update(None, "user_version", 99).unwrap();
    refuse(&device, 7, &["history"]);
    for name in ["diary.sqlite-wal", "diary.sqlite-shm"] {
        drop(fs::remove_file(device.data().join(name)));
    }
    fs::write(device.data().join("diary.sqlite"), "this is no database, and long enough to be looked at. ".repeat(99))
        .unwrap();
    refuse(&device, 6, &["history"]);
}

#[test]
fn joining_is_refused_in_the_language() {
    let device = Device::empty();
    let file = device.file("words.txt");
    let join = ["join", "--phrase-file", &file, "--name", "Tablet", "--relay", "http://127.0.0.1:9"];
    refuse(&device, 4, &join);
    let phrase = format!("{}art", "abandon ".repeat(23));
    for words in [phrase.replace(" art", ""), phrase.replacen("abandon", "lissom", 1), phrase.replace("art", "zoo")] {
        fs::write(&file, words).unwrap();
        refuse(&device, 3, &join);
    }
    fs::write(&file, [0xff, 0xfe]).unwrap();
    refuse(&device, 7, &join);
    fs::write(&file, phrase).unwrap();
    say(&device, 5, &join, &["http"]);
}

#[test]
fn watching_speaks_the_language() {
    let device = Device::begun();
    let mut command = device.command(&["watch", "--lang", "en-XA"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    for _ in 0..2 {
        assert_translated(&lines.next().expect("that it watches, and that it is offline"), &[]);
    }
    let id = device.log(&["walking", "--minutes", "20", "--effort", "3"]);
    assert_translated(&lines.next().expect("the row"), &[&id[id.len() - 8..]]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
#[cfg(feature = "demo")]
fn two_devices_and_a_relay_speak_the_language() {
    let relay = crate::exchange::Relay::start();
    let url = relay.url();
    let phone = relay.device();
    phone.log(&["walking"]);
    let file = phone.file("words.txt");
    fs::write(&file, phone.run(&["phrase"]).out).unwrap();
    say(&phone, 0, &["sync"], &[]);
    let tablet = Device::begun();
    tablet.log(&["walking"]);
    say(&tablet, 0, &["join", "--phrase-file", &file, "--name", "Tablet", "--relay", &url], &[]);
    say(&phone, 0, &["sync"], &[]);
    say(&phone, 0, &["sync"], &[]);
    phone.log(&["walking"]);
    say(&phone, 0, &["sync", "--budget-ms", "0"], &[]);
    let state = phone.json(&["status"])["state_hash"].as_str().unwrap()[..16].to_owned();
    say(&phone, 0, &["status"], &[&state, "Phone", "Tablet", &url]);
    let words = Device::begun().run(&["phrase"]).out;
    fs::write(&file, words).unwrap();
    refuse(&Device::empty(), 5, &["join", "--phrase-file", &file, "--name", "Tablet", "--relay", &url]);
}

#[test]
#[cfg(feature = "demo")]
fn the_demo_speaks_the_language() {
    let place = tempfile::tempdir().unwrap();
    let keep = place.path().join("story");
    let keep = keep.to_str().unwrap();
    let ran: Ran = lissom().args(["--lang", "en-XA", "demo", "--keep", keep]).output().unwrap().into();
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
    let (story, table) = ran.out.rsplit_once("\n\n⟦").map(|(rest, _)| rest.rsplit_once("\n\n⟦").unwrap()).unwrap();
    let (story, rows) = story.split_at(story.rfind("\n\n").unwrap());
    assert_translated(story, &[keep, "http"]);
    assert!(rows.contains("Anna's phone") && table.contains('⟧'), "{rows}");
    let again: Ran = lissom().args(["--lang", "en-XA", "demo", "--keep", keep]).output().unwrap().into();
    assert_translated(&again.err, &[keep, "--keep"]);
}

#[test]
fn the_help_speaks_the_language() {
    for command in COMMANDS.iter().copied().chain([""]) {
        let mut help = lissom();
        if !command.is_empty() {
            help.arg(command);
        }
        let ran: Ran = help.args(["--help", "--lang", "en-XA"]).output().unwrap().into();
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{command}");
        // Command lines of examples, names of flags, and what stands for a value are typed in every language.
        let lines = ran.out.lines().map(|line| match line.trim_start() {
            typed if line.starts_with("  lissom ") => typed.split_once("  ").map_or("", |(_, comment)| comment),
            // The rest of a command line that goes on.
            _ if line.starts_with("    --") => "",
            _ => line,
        });
        let words = lines.collect::<Vec<_>>().join("\n");
        let token = |c: char| !c.is_ascii_alphanumeric() && c != '-';
        let tokens = words.split(token);
        let typed = tokens.filter(|token| token.starts_with('-') || !token.contains(|c: char| c.is_ascii_lowercase()));
        let parts =
            ["help", "mean", "add", "list", "show", "questions", "rules", "clear", "caution", "cautions", "stop"];
        let typed: Vec<&str> = typed.chain(COMMANDS.iter().chain(BELOW).copied()).chain(parts).collect();
        assert_translated(&words, &typed);
    }
}

#[test]
fn the_language_is_asked_for_or_the_systems() {
    let speaks = |flag: &[&str], variables: &[(&str, &str)]| {
        let device = Device::empty();
        let mut command = device.command(&[&["history"], flag].concat());
        let ran: Ran = command.envs(variables.iter().copied()).output().unwrap().into();
        ran.err.contains('⟦')
    };
    assert!(!speaks(&[], &[]));
    assert!(speaks(&["--lang", "en-XA"], &[("LISSOM_LANG", "en")]));
    assert!(speaks(&["--lang=en-XA"], &[]));
    assert!(!speaks(&["--lang", "en"], &[("LISSOM_LANG", "en-XA")]));
    assert!(speaks(&[], &[("LISSOM_LANG", "en-XA"), ("LANG", "en_GB.UTF-8")]));
    assert!(speaks(&[], &[("LANG", "en_XA.UTF-8")]));
    assert!(!speaks(&[], &[("LC_ALL", "de_DE.UTF-8"), ("LANG", "en_XA.UTF-8")]));
    assert_eq!(Device::empty().run(&["history", "--lang", "tlh"]).exit, 2);
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    let (device, _) = begun();
    for command in [&["history"][..], &["status"], &["exercises"], &["exercise", "walking"], &["verify"], &["relay"]] {
        let said = |lang: &str| device.run(&[command, &["--json", "--lang", lang]].concat()).out;
        assert_eq!(said("en"), said("en-XA"), "{command:?}");
    }
    let ran = device.run(&["log", "walking", "--hold", "5", "--json", "--lang", "en-XA"]);
    let error: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((&error["error"]["code"], &error["error"]["field"]), (&"invalid-input".into(), &"hold_seconds".into()));
    assert!(error["error"]["message"].as_str().unwrap().starts_with('⟦'));
}
