//! Trends: the chart, its numbers, and what is missing for them.

use lissom_diary::core::day::Day;
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::{CheckInValues, Diary, Moment, ResultValues, SystemHost};
use serde_json::Value;

use crate::device::Device;

const FIRST: &str = "2026-08-31";
const LAST: &str = "2026-11-22";

#[expect(clippy::unnecessary_wraps, reason = "the diary takes an option")]
fn at(day: Day) -> Option<Moment> {
    Some(Moment { at_ms: day.start_ms() + 12 * 3_600_000, offset_minutes: 0 })
}

/// Twelve weeks: pain that falls slowly, with a flare in the middle.
pub(crate) fn twelve_weeks() -> Device {
    let device = Device::begun();
    let mut diary = Diary::open(&device.data(), SystemHost).unwrap();
    let first: Day = FIRST.parse().unwrap();
    for number in (0..84).filter(|number| number % 6 != 5) {
        let day = first.plus(number);
        let flare = if (38..46).contains(&number) { 3 } else { 0 };
        let pain = i64::from(6 - number / 21 + number % 2 + flare).min(10);
        let values = CheckInValues { pain: Some(pain), sleep: Some(i64::from(5 + number % 3)), ..Default::default() };
        diary.record_check_in(&values, at(day)).unwrap();
        if number % 7 == 0 {
            let set = |exercise: &str, side: Option<&str>| ResultValues {
                exercise: Some(exercise.into()),
                sets: Some(2),
                reps: Some(6),
                side: side.map(str::to_owned),
                pain_before: Some(pain),
                pain_after: Some(pain - 1),
                stopped: (number == 42).then(|| "worse-pain".to_owned()),
                ..Default::default()
            };
            diary.record_session(&[set("pelvic-tilt", None), set("bird-dog", Some("left"))], at(day)).unwrap();
        }
    }
    diary.record_day_off("flare", first.plus(38), None, at(first.plus(38))).unwrap();
    diary.record_day_off("flare-over", first.plus(46), None, at(first.plus(46))).unwrap();
    for (number, rating) in [(0, 3), (14, 4), (77, 6)] {
        let values = MeasureValues {
            measure: Some("psfs".into()),
            items: Some(vec![rating]),
            labels: Some(vec!["bending".into()]),
            ..Default::default()
        };
        diary.record_measure(&values, at(first.plus(number))).unwrap();
    }
    device
}

fn fits(said: &str) {
    assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
}

#[test]
fn a_scale_of_words_shows_its_words() {
    let device = Device::begun();
    let said = device.run(&["trend", "pgic"]).out;
    assert!(said.contains("Not taken yet. Next: `lissom measure pgic`") && !said.contains('┤'), "{said}");
    device.json(&["measure", "pgic", "2"]);
    let said = device.run(&["trend", "pgic"]).out;
    fits(&said);
    for part in ["7 ┤", "2 ┤", "1 Very much better", "2 Much better", "7 Very much worse"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("5.8"), "{said}");
}

#[test]
fn twelve_weeks_are_drawn_with_their_numbers() {
    let device = twelve_weeks();
    let said = device.run(&["trend", "--today", LAST]).out;
    fits(&said);
    for part in [
        "What you can do: 6 of 10 now, 3 at the start.",
        "Back pain, 0 to 10",
        "2026-08-31 to 2026-11-22",
        "FFF",
        "✕",
        "At the start",
        "Last 7 days",
        "90 % interval",
        "70 of 84",
        "3 points more: a large change",
        "days since pain last got in the way",
        "Next: `lissom trend --week`",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    assert!(!said.contains("needed"), "{said}");
}

#[test]
fn every_series_is_there_for_programs() {
    let device = twelve_weeks();
    let trend = device.json(&["trend", "--today", LAST]);
    let names: Vec<&str> = trend.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "adherence_percent",
            "alerts",
            "days_since_limiting",
            "days_with_value",
            "direction",
            "episode_start",
            "from",
            "function",
            "marks",
            "measures",
            "missing",
            "recovered",
            "rules_version",
            "series",
            "session_effect",
            "statement",
            "streak",
            "to",
            "weeks",
            "what"
        ]
    );
    assert_eq!((&trend["from"], &trend["days_with_value"]), (&FIRST.into(), &70.into()));
    let back = &trend["series"]["back"];
    assert_eq!(back["points"].as_array().unwrap().len(), 70);
    assert_eq!(back["points"][0], serde_json::json!({"day": FIRST, "tenths": 60}));
    assert!(back["baseline"]["tenths"].is_i64() && back["slope"]["slope_milli_per_28_days"].is_i64());
    assert_eq!(trend["marks"]["flare"].as_array().unwrap().len(), 8);
    assert_eq!(trend["marks"]["stopped"], serde_json::json!(["2026-10-12"]));
    assert!(trend["statement"][0]["text"].is_string() && trend["statement"][0]["key"].is_string());
    assert_eq!(trend["measures"]["psfs"][2]["tenths"], 60);
}

#[test]
fn other_parts_measures_and_muscles_have_views_of_their_own() {
    let device = twelve_weeks();
    for (what, part) in [
        (&["sleep"][..], "How much change means something is not known"),
        (&["leg"], "For the start, 7 days with a check-in are needed; there are 0."),
        (&["psfs"], "6 points, on 2026-11-16"),
        (&["steps"], "Not taken yet. Next: `lissom measure steps`"),
        (&["muscles", "--days", "84"], "20 more on the left"),
        (&["muscles", "--days", "14"], "Difference"),
        (&["--week"], "The week of 2026-11-16"),
    ] {
        let said = device.run(&[&["trend", "--today", LAST], what].concat());
        assert_eq!((said.exit, said.err.as_str()), (0, ""));
        fits(&said.out);
        assert!(said.out.contains(part), "{part}:\n{}", said.out);
    }
    let muscles = device.json(&["trend", "muscles", "--days", "84", "--today", LAST]);
    assert!(muscles["muscles"].as_array().unwrap().iter().any(|work| work["difference"] == 20));
    let week = device.json(&["trend", "--week", "--today", LAST]);
    assert!(week["sentences"].as_array().unwrap().len() > 1 && week["monday"] == "2026-11-16");
    assert!(device.refused(4, &["trend", "psf"]).contains("did you mean psfs?"));
    assert_eq!(device.run(&["trend", "--days", "500"]).exit, 2);
    assert_eq!(device.run(&["trend", "leg", "--week"]).exit, 2);
}

#[test]
fn with_too_little_it_says_what_is_missing_and_draws_what_is_there() {
    let device = Device::begun();
    let said = device.run(&["trend", "--today", LAST]).out;
    assert!(said.contains("For the last 7 days, 4 days with a check-in are needed; there are 0."), "{said}");
    for day in ["2026-11-20", "2026-11-22"] {
        device.json(&["check-in", "--pain", "4", "--at", day]);
    }
    let said = device.run(&["trend", "--today", LAST]).out;
    fits(&said);
    assert!(said.contains("4 days with a check-in are needed; there are 2."), "{said}");
    assert!(said.contains("10 of the last 28 days are needed; there are 2."), "{said}");
    let dots = said.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count();
    assert!(dots >= 2, "{said}");
    let missing = device.json(&["trend", "--today", LAST])["missing"].clone();
    assert_eq!(missing.as_array().unwrap().len(), 3);
    assert_eq!(missing[1]["args"]["n"], 2);
    assert_eq!(device.json(&["trend"])["series"]["mood"]["baseline"], Value::Null);
}
