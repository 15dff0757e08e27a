use super::*;
use crate::record::check_fields;
use crate::texts::Lang;
use proptest::prelude::*;

use Answer::{No, NotApplicable, Yes};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn at(day: Day) -> Moment {
    Moment { at_ms: day.start_ms() + 36_000_000, offset_minutes: 0 }
}

/// A check with some questions answered otherwise than with yes.
fn check(place: Place, others: &[(&str, Answer)]) -> DeskCheck {
    let answer = |item: &Item| others.iter().find(|(id, _)| *id == item.id).map_or(Yes, |(_, answer)| *answer);
    DeskCheck::new(place, &ITEMS.iter().map(answer).collect::<Vec<_>>()).unwrap()
}

fn dated(id: &str, on: &str, check: &DeskCheck) -> Dated<MeasureValues> {
    Dated::new(id, at(day(on)), check.to_values(at(day(on))))
}

#[test]
fn a_check_is_kept_as_a_measure_and_read_back() {
    let check = check(Place::Work, &[("feet", No), ("phone", NotApplicable)]);
    let values = check.to_values(at(day("2026-11-23")));
    assert_eq!(check_fields(&values), Ok(()));
    assert_eq!((values.measure.as_deref(), values.value), (Some("desk-check"), None));
    assert_eq!(values.items.as_deref().unwrap(), [1, 0, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1]);
    assert_eq!(values.labels.as_deref().unwrap(), ["work"]);
    assert_eq!(DeskCheck::read(&values), Some(check));
    assert_eq!(DeskCheck::read(&MeasureValues { measure: Some("peg".into()), ..values }), None);
}

#[test]
fn checks_of_other_versions_are_read_as_far_as_they_go() {
    let read = |items: Option<Vec<i64>>, label: Option<&str>| {
        let labels = label.map(|label| vec![label.to_owned()]);
        DeskCheck::read(&MeasureValues { measure: Some(MEASURE.into()), items, labels, ..Default::default() }).unwrap()
    };
    let short = read(Some(vec![0, 1]), Some("home"));
    assert_eq!((short.place, short.score()), (Some(Place::Home), Score { good: 1, asked: 2 }));
    assert_eq!(short.answers().count(), ITEMS.len());
    let long = read(Some(vec![1; 99]), Some("garden shed"));
    assert_eq!((long.place, long.score()), (None, Score { good: 12, asked: 12 }));
    let odd = read(Some(vec![7, -1, 0]), None);
    assert_eq!((odd.place, odd.score(), odd.advice().len()), (None, Score { good: 0, asked: 1 }, 1));
    assert_eq!(DeskCheck::read(&odd.to_values(at(day("2026-11-23")))), Some(odd));
    assert_eq!(read(None, None).score(), Score { good: 0, asked: 0 });
}

#[test]
fn every_question_needs_an_answer() {
    let refused = |answers: &[Answer]| DeskCheck::new(Place::Home, answers).err().unwrap();
    assert_eq!(refused(&[Yes; 11]), Refusal::new("items", Reason::Missing));
    assert_eq!(refused(&[Yes; 13]), Refusal::new("items", Reason::TooMany { items: 13, max: 12 }));
}

#[test]
fn each_no_brings_its_advice() {
    let none = check(Place::Home, &[]);
    assert_eq!((none.advice().len(), none.score()), (0, Score { good: 12, asked: 12 }));
    assert_eq!(none.summary().say(Lang::En), "All 12 points fit you. Check again when something changes.");
    for item in ITEMS {
        let advice = check(Place::Home, &[(item.id, No)]).advice();
        let keys: Vec<_> = advice.iter().map(Sentence::key).collect();
        assert_eq!(keys, [item.advice.key()]);
        assert_eq!(item.question.key(), item.advice.key().replace(".advice", ".question"));
    }
    let two = check(Place::Home, &[("light", No), ("feet", No), ("sit-stand", NotApplicable)]);
    assert_eq!(two.summary().say(Lang::En), "Points that fit you: 9 of 11. There are 2 things to try.");
    let keys: Vec<_> = two.advice().iter().map(Sentence::key).collect();
    assert_eq!(keys, ["desk.feet.advice", "desk.light.advice"]);
    let nothing = DeskCheck::new(Place::Home, &[NotApplicable; 12]).unwrap();
    assert_eq!(nothing.summary().key(), "desk.score.nothing");
    assert_eq!(format!("{nothing:?}"), "DeskCheck(..)");
}

#[test]
fn a_week_after_a_no_the_list_is_due_again() {
    let open = check(Place::Work, &[("feet", No)]);
    let done = check(Place::Work, &[]);
    let first = dated("m:1", "2026-11-02", &open);
    assert_eq!(follow_up(std::slice::from_ref(&first), Place::Work), Some(day("2026-11-09")));
    assert_eq!(follow_up(std::slice::from_ref(&first), Place::Home), None);
    let second = dated("m:2", "2026-11-09", &done);
    assert_eq!(follow_up(&[second.clone(), first.clone()], Place::Work), None);
    assert_eq!(changes(&[second, first.clone()], Place::Work), [day("2026-11-09")]);
    assert_eq!(changes(&[first.clone(), first], Place::Work), []);
}

#[test]
fn only_what_turned_good_is_a_change() {
    let on = |id, on, others: &[_]| dated(id, on, &check(Place::Home, others));
    let checks = [
        on("m:1", "2026-11-02", &[("feet", No)]),
        on("m:2", "2026-11-09", &[("feet", NotApplicable)]),
        on("m:3", "2026-11-16", &[("light", No)]),
        on("m:4", "2026-11-23", &[("phone", No)]),
    ];
    assert_eq!(changes(&checks, Place::Home), [day("2026-11-23")]);
    let (before, after) = windows(day("2026-11-23"));
    assert_eq!((*before.start(), *before.end()), (day("2026-11-09"), day("2026-11-22")));
    assert_eq!((*after.start(), *after.end()), (day("2026-11-24"), day("2026-12-07")));
}

#[test]
fn two_points_make_a_difference() {
    let window = |median_tenths, days| Some(WindowPain { median_tenths, days });
    for (before, after, key) in [
        (window(50, 8), window(30, 14), "desk.change.better"),
        (window(50, 8), window(31, 8), "desk.change.same"),
        (window(50, 8), window(69, 8), "desk.change.same"),
        (window(50, 8), window(70, 8), "desk.change.worse"),
        (window(50, 7), window(70, 8), "desk.change.unknown"),
        (window(50, 8), window(70, 7), "desk.change.unknown"),
        (window(50, 8), None, "desk.change.unknown"),
        (None, window(50, 8), "desk.change.unknown"),
        (window(50, 8), window(101, 8), "desk.change.unknown"),
        (window(-1, 8), window(50, 8), "desk.change.unknown"),
    ] {
        assert_eq!(before_and_after(before, after).key(), key);
    }
    let said = before_and_after(window(55, 9), window(30, 9)).say(Lang::En);
    assert!(said.contains("from 5.5 to 3."), "{said}");
    assert!(before_and_after(None, None).say(Lang::En).contains("8 days on each side"));
}

proptest! {
    #[test]
    fn answers_come_back_and_a_better_answer_never_scores_less(
        stored in prop::collection::vec(-2_i64..4, 0..20),
        index in 0_usize..12,
    ) {
        let values =
            MeasureValues { measure: Some(MEASURE.into()), items: Some(stored.clone()), ..Default::default() };
        let read = DeskCheck::read(&values).unwrap();
        prop_assert_eq!(DeskCheck::read(&read.to_values(at(Day(20_000)))), Some(read.clone()));
        prop_assert_eq!(read.advice().len(), read.score().asked - read.score().good);
        let mut better = read.clone();
        better.answers[index] = Some(Yes);
        prop_assert!(better.score().good >= read.score().good);
    }
}
