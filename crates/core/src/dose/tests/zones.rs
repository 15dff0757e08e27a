use crate::dose::rule::Rule;
use crate::dose::zone::{Doubled, Exposure, Limits, Zone, zone};
use crate::record::Dated;
use crate::result::ResultValues;

use super::{Diary, TILT, because, day, good};

fn exposure(values: ResultValues) -> Exposure {
    Exposure::of(&Dated { id: "s:1.r1".into(), day: day(0), at_ms: 0, values })
}

/// Pain before and during, next morning, usual (doubled).
fn judged(before: Option<i64>, during: Option<i64>, next: Option<i64>, usual: Option<i64>) -> (Zone, Vec<Rule>) {
    let exposure = exposure(ResultValues { pain_before: before, pain_during: during, ..good("walking") });
    let judged = zone(&exposure, usual.map(Doubled), next, &Limits::STANDARD);
    (judged.zone, judged.because)
}

#[test]
fn every_row_of_the_traffic_light() {
    use Rule::{
        AmberMorning, AmberPain, Green, RedHigh, RedMorning, RedSteep, UnknownMorning, UnknownPain, UnknownUsual,
    };
    for (before, during, next, usual, zone, rules) in [
        // Green: at most 3 during, or at most 1 more than before; settled by the morning.
        (Some(2), Some(3), Some(3), Some(4), Zone::Green, vec![Green]),
        (Some(5), Some(6), Some(6), Some(10), Zone::Green, vec![Green]),
        (None, Some(3), Some(2), Some(4), Zone::Green, vec![Green]),
        // A usual of 2.5: 3 is within 1, 4 is not.
        (Some(2), Some(2), Some(3), Some(5), Zone::Green, vec![Green]),
        (Some(2), Some(2), Some(4), Some(5), Zone::Amber, vec![AmberMorning]),
        // Amber: what is neither.
        (Some(2), Some(4), Some(2), Some(4), Zone::Amber, vec![AmberPain]),
        (None, Some(4), Some(2), Some(4), Zone::Amber, vec![AmberPain]),
        (None, Some(9), None, None, Zone::Amber, vec![AmberPain]),
        (Some(2), Some(2), Some(4), Some(4), Zone::Amber, vec![AmberMorning]),
        (Some(2), Some(5), Some(4), Some(4), Zone::Amber, vec![AmberPain, AmberMorning]),
        (Some(2), None, Some(4), Some(4), Zone::Amber, vec![AmberMorning]),
        // Red, each by itself.
        (Some(2), Some(2), Some(5), Some(4), Zone::Red, vec![RedMorning]),
        (Some(3), Some(6), Some(2), Some(4), Zone::Red, vec![RedHigh]),
        (Some(0), Some(4), Some(2), Some(4), Zone::Red, vec![RedSteep]),
        (Some(0), Some(4), None, None, Zone::Red, vec![RedSteep]),
        (Some(2), Some(6), Some(5), Some(4), Zone::Red, vec![RedMorning, RedHigh, RedSteep]),
        (None, None, Some(5), Some(4), Zone::Red, vec![RedMorning]),
        // At the edges of red: 5 is not high, a rise of 2 is not, 2.5 more in the morning is not.
        (Some(2), Some(5), Some(2), Some(4), Zone::Amber, vec![AmberPain]),
        (Some(4), Some(6), Some(2), Some(4), Zone::Amber, vec![AmberPain]),
        (Some(2), Some(2), Some(5), Some(5), Zone::Amber, vec![AmberMorning]),
        // Unknown: nothing bad, something missing.
        (Some(2), Some(2), None, Some(4), Zone::Unknown, vec![UnknownMorning]),
        (Some(2), Some(2), Some(2), None, Zone::Unknown, vec![UnknownUsual]),
        (Some(2), None, Some(2), Some(4), Zone::Unknown, vec![UnknownPain]),
        (None, None, None, None, Zone::Unknown, vec![UnknownPain, UnknownMorning]),
    ] {
        let what = format!("{before:?} {during:?} {next:?} {usual:?}");
        assert_eq!(judged(before, during, next, usual), (zone, rules), "{what}");
    }
}

#[test]
fn signs_are_red_whatever_the_numbers_and_words_from_later_versions_are_signs() {
    let judge = |values| {
        let judged = zone(&exposure(values), Some(Doubled(4)), Some(2), &Limits::STANDARD);
        (judged.zone, judged.because.first().copied().unwrap())
    };
    let word = |word: &str| Some(word.to_owned());
    for (values, expected) in [
        (ResultValues { spread: word("yes"), ..good("walking") }, (Zone::Red, Rule::RedSpread)),
        (ResultValues { spread: word("a-bit"), ..good("walking") }, (Zone::Red, Rule::RedSpread)),
        (ResultValues { spread: word("no"), ..good("walking") }, (Zone::Green, Rule::Green)),
        (ResultValues { tingling: word("lasting"), ..good("walking") }, (Zone::Red, Rule::RedTingling)),
        (ResultValues { tingling: word("on-and-off"), ..good("walking") }, (Zone::Red, Rule::RedTingling)),
        (ResultValues { tingling: word("brief"), ..good("walking") }, (Zone::Green, Rule::Green)),
        (ResultValues { tingling: word("none"), ..good("walking") }, (Zone::Green, Rule::Green)),
        (ResultValues { stopped: word("dizzy"), ..good("walking") }, (Zone::Red, Rule::RedStopped)),
        (ResultValues { stopped: word("sharp-or-too-much"), ..good("walking") }, (Zone::Red, Rule::RedStopped)),
        (ResultValues { stopped: word("from-a-newer-version"), ..good("walking") }, (Zone::Red, Rule::RedStopped)),
        (ResultValues { stopped: word("ache-only"), ..good("walking") }, (Zone::Green, Rule::Green)),
    ] {
        assert_eq!(judge(values), expected);
    }
}

#[test]
fn the_morning_of_the_leg_counts_as_that_of_the_back() {
    let diary = Diary::new().clean(TILT, &[0]).mornings(1..=1, 2).legs(-7..=0, 1);
    let zone = |diary: &Diary| diary.dose(TILT, 2).zone;
    assert_eq!(zone(&diary), Zone::Green, "nobody asked about the leg");
    for (leg, expected) in [(0, Zone::Green), (2, Zone::Green), (3, Zone::Amber), (4, Zone::Red), (9, Zone::Red)] {
        let diary = diary.clone().legs(1..=1, leg);
        assert_eq!(zone(&diary), expected, "{leg}");
        assert!(leg < 4 || because(&diary.dose(TILT, 2), Rule::RedMorning));
    }
    // A leg that is better takes nothing from a back that is worse.
    assert_eq!(zone(&diary.clone().mornings(1..=1, 5).legs(1..=1, 0)), Zone::Red);
    // Without the usual of the leg there is nothing to compare.
    assert_eq!(zone(&Diary::new().clean(TILT, &[0]).legs(1..=1, 9)), Zone::Green);
    let usual = |leg: i64| Diary::new().clean(TILT, &[0, 1]).legs(-7..=2, leg).dose(TILT, 2);
    assert!(because(&usual(6), Rule::HoldUsualPain) && !because(&usual(5), Rule::HoldUsualPain));
}

#[test]
fn the_worse_zone_is_the_smaller() {
    let mut zones = [Zone::Green, Zone::Unknown, Zone::Red, Zone::Amber];
    zones.sort_unstable();
    assert_eq!(zones.map(Zone::as_str), ["red", "amber", "unknown", "green"]);
}
