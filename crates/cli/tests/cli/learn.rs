//! Cards, guided sessions and breaks.

use serde_json::{Value, json};

use crate::device::Device;

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Nothing that is shown is wider than the terminal.
#[track_caller]
fn assert_fits(shown: &str) {
    for line in shown.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_cards_are_listed_and_each_is_shown() {
    let device = Device::empty();
    let all = device.json(&["learn"]);
    assert_eq!(names(&all), ["cards", "guided"]);
    assert_eq!(all["cards"].as_array().unwrap().len(), 13);
    assert_eq!(names(&all["cards"][0]), ["id", "review", "summary", "title"]);
    assert_eq!(names(&all["cards"][0]["title"]), ["args", "key", "text"]);
    let list = device.run(&["learn"]).out;
    assert_fits(&list);
    for card in all["cards"].as_array().unwrap() {
        let id = card["id"].as_str().unwrap();
        assert!(list.contains(&format!("  {id} ")), "{id} in\n{list}");
        let shown = device.run(&["learn", id]);
        assert_eq!((shown.exit, shown.err.as_str()), (0, ""));
        assert_fits(&shown.out);
        assert!(shown.out.contains("Review: none"), "{}", shown.out);
        let read = device.json(&["learn", id]);
        assert_eq!(
            names(&read),
            ["exercises", "id", "lines", "related", "review", "sources", "summary", "title", "version"]
        );
        for line in read["lines"].as_array().unwrap() {
            assert_eq!(names(line), ["kind", "text"]);
            let first = line["text"]["text"].as_str().unwrap().split(' ').next().unwrap();
            assert!(shown.out.contains(first), "{first} in\n{}", shown.out);
        }
    }
    let causes = device.run(&["learn", "causes"]).out;
    assert!(
        causes.contains("`lissom learn posture-reset`") && causes.contains("`lissom exercise walking`"),
        "{causes}"
    );
    assert!(causes.contains("Source: World Health Organization"), "{causes}");
}

#[test]
fn the_sessions_are_timelines() {
    let device = Device::empty();
    for (name, ms) in [("breathing", 300_000), ("body-scan", 600_000), ("muscle-relaxation", 600_000)] {
        let script = device.json(&["learn", name]);
        assert_eq!(names(&script), ["cues", "exercise", "stop", "total_ms"]);
        assert_eq!(script["total_ms"], ms, "{name}");
        let cue = &script["cues"][0];
        assert_eq!(
            (names(cue), &cue["at_ms"], &cue["kind"]),
            (vec!["at_ms", "kind", "seconds", "text"], &json!(0), &json!("say"))
        );
        assert_fits(&device.run(&["learn", name]).out);
    }
    assert_eq!(device.json(&["learn", "diaphragmatic-breathing"]), device.json(&["learn", "breathing"]));
    let slow = device.json(&["learn", "breathing", "--minutes", "2", "--in", "5", "--out", "7"]);
    assert_eq!(slow["total_ms"], 120_000);
    let breath = slow["cues"].as_array().unwrap().iter().find(|cue| cue["kind"] == "breathe-in").unwrap();
    assert_eq!(breath["seconds"], 5);
    let shown = device.run(&["learn", "posture-reset"]).out;
    assert!(shown.contains("   0:00  ") && shown.contains("`lissom learn posture-reset --play`"), "{shown}");
}

#[test]
fn what_is_no_card_and_no_session_is_refused() {
    let device = Device::empty();
    assert!(device.refused(4, &["learn", "flare-up"]).ends_with("did you mean flare-ups?"));
    assert!(device.refused(4, &["learn", "body-scam"]).ends_with("did you mean body-scan?"));
    assert!(device.refused(4, &["learn", "pelvic-tilt"]).contains("`lissom exercise pelvic-tilt`"));
    assert!(device.refused(4, &["learn", "xyz"]).contains("`lissom learn`"));
    for (arguments, flag) in [
        (&["learn", "breathing", "--minutes", "0"][..], "--minutes: "),
        (&["learn", "breathing", "--minutes", "99999999999"], "--minutes: "),
        (&["learn", "breathing", "--in", "-1"], "--in: "),
        (&["learn", "breathing", "--out", "9"], "--out: "),
        (&["learn", "body-scan", "--minutes", "5"], "--minutes: "),
        (&["learn", "causes", "--in", "4"], "--in: "),
        (&["learn", "--play"], "--play: "),
        (&["learn", "causes", "--play"], "--play: "),
        (&["learn", "breathing", "--play"], "--play: "),
    ] {
        let said = device.refused(3, arguments);
        assert!(said.starts_with(flag), "{arguments:?}: {said}");
    }
    let said = device.refused(3, &["breaks", "--from", "18:00", "--to", "9:00"]);
    assert!(said.contains("09:00 is not after 18:00"), "{said}");
    assert!(device.refused(3, &["breaks", "--quiet", "13:00-12:00"]).contains("12:00 is not after 13:00"));
}

#[test]
fn the_breaks_of_a_day_are_listed() {
    let device = Device::empty();
    // A Monday.
    let day = ["--today", "2024-07-01"];
    let breaks = device.json(&[&["breaks"], &day[..]].concat());
    assert_eq!(names(&breaks), ["breaks", "day", "days", "every_minutes", "from", "next", "quiet", "reset", "to"]);
    let times = |breaks: &Value| -> Vec<String> {
        breaks["breaks"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(times(&breaks)[..2], ["09:40", "10:20"]);
    assert_eq!((&breaks["breaks"][0]["minute"], &breaks["day"]), (&json!(580), &json!("2024-07-01")));
    assert_eq!(breaks["next"], json!({"day": "2024-07-01", "at": "09:40"}));
    assert_eq!(breaks["reset"]["exercise"], "posture-reset");
    let given =
        ["breaks", "--from", "8:30", "--to", "13:30", "--every", "60", "--quiet", "11:00-12:15", "--days", "mo"];
    let breaks = device.json(&[&given, &day[..]].concat());
    assert_eq!(times(&breaks), ["09:30", "10:30", "12:15", "13:15"]);
    assert_eq!(breaks["quiet"], json!([["11:00", "12:15"]]));
    let sunday = device.run(&["breaks", "--today", "2024-06-30"]).out;
    assert!(sunday.contains("No breaks on this day") && sunday.contains("on Monday at 09:40"), "{sunday}");
    let never = device.json(&["breaks", "--days", ""]);
    assert_eq!((times(&never).len(), &never["next"]), (0, &Value::Null));
    assert_fits(&device.run(&[&["breaks"], &day[..]].concat()).out);
}

#[test]
fn breaks_that_cannot_be_are_refused() {
    let device = Device::empty();
    for (arguments, flag) in [
        (["--from", "nine"], "--from: "),
        (["--from", "18:00"], "--to: "),
        (["--to", "24:01"], "--to: "),
        (["--every", "5"], "--every: "),
        (["--every", "-1"], "--every: "),
        (["--quiet", "12:00"], "--quiet: "),
        (["--quiet", "13:00-12:00"], "--quiet: "),
        (["--days", "mo,xx"], "--days: "),
    ] {
        let said = device.refused(3, &[&["breaks"], &arguments[..]].concat());
        assert!(said.starts_with(flag), "{arguments:?}: {said}");
    }
}
