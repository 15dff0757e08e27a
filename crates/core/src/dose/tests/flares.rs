use crate::dose::rule::Rule;
use crate::dose::today::Status;
use crate::texts::Lang;

use crate::dose::FLARE_DAYS_MAX;

use super::{BRIDGE, Diary, TILT, because, day, good};

fn at_step_1() -> Diary {
    Diary::new().clean(TILT, &[0, 1]).accepted(TILT, &[1])
}

#[test]
fn two_bad_mornings_in_a_row_begin_a_flare() {
    for (diary, flare) in [
        (at_step_1().mornings(3..=3, 4), false),
        (at_step_1().mornings(3..=4, 4), true),
        (at_step_1().mornings(3..=4, 3), false),
        (at_step_1().mornings(3..=3, 4).mornings(5..=5, 4), false),
        (Diary::default().mornings(0..=1, 2).mornings(2..=3, 9), false),
    ] {
        assert_eq!(diary.today(6).flare.is_some(), flare);
    }
    // What is usual is that of before the first bad morning: 2, whatever the days between made of it.
    let slow = Diary::default().mornings(0..=2, 2).mornings(3..=4, 4);
    assert_eq!(slow.today(4).flare.unwrap().because.rule, "dose.flare.mornings");
}

#[test]
fn a_flare_lowers_halves_and_raises_nothing() {
    let diary = at_step_1().clean(BRIDGE, &[0, 2]).says(3, "flare");
    let doses = diary.today(3);
    let tilt = diary.dose(TILT, 3);
    assert_eq!((tilt.step, tilt.status), (0, Status::Flare));
    assert_eq!((tilt.dose.sets, tilt.dose.reps), (1, 8), "half of 2 sets of 8");
    assert!(because(&tilt, Rule::FlareHalf));
    assert_eq!(doses.level_max, 0);
    assert_eq!(diary.dose(BRIDGE, 3).status, Status::AboveCeiling);
    assert!(doses.proposals.is_empty());
    let flare = doses.flare.unwrap();
    assert_eq!((flare.since, flare.recheck), (day(3), day(5)));
    assert_eq!(diary.today(6).flare.unwrap().recheck, day(7));
    let advice: Vec<String> = flare.advice.iter().map(|sentence| sentence.say(Lang::En)).collect();
    assert!(
        advice.iter().any(|line| line.contains("10 minutes")) && advice.iter().any(|line| line.contains("breathe"))
    );
    let going_on = diary.clean(TILT, &[4, 5, 6]).mornings(4..=8, 4);
    assert!(going_on.today(7).proposals.is_empty());
}

#[test]
fn a_flare_ends_after_two_calm_mornings_or_by_word() {
    let diary = at_step_1().mornings(3..=4, 4);
    assert!(diary.clone().mornings(5..=5, 3).today(5).flare.is_some());
    let over = diary.clone().mornings(5..=6, 3).today(6);
    assert!(over.flare.is_none());
    assert_eq!(over.flare_over.unwrap().rule, "dose.flare.settled");
    assert!(diary.clone().mornings(5..=5, 3).mornings(7..=7, 3).today(7).flare.is_some(), "not in a row");
    let told = diary.clone().says(5, "flare-over").today(5);
    assert_eq!(told.flare_over.unwrap().rule, "dose.flare.over");
    assert!(diary.says(5, "flare-over").says(5, "flare").today(5).flare.is_some(), "the stricter stands");
    assert!(at_step_1().says(3, "travel").today(3).flare.is_none());
    let back = at_step_1().says(3, "flare").mornings(4..=5, 2).did(6, good(TILT));
    assert_eq!((back.dose(TILT, 7).status, back.step(TILT, 7)), (Status::Active, 0), "one step lower");
}

#[test]
fn a_flare_has_no_days_of_its_own_to_be_settled_by() {
    let diary = at_step_1().says(3, "flare");
    assert!(diary.clone().mornings(3..=4, 2).today(4).flare.is_some(), "the day it began does not count");
    assert!(diary.mornings(3..=5, 2).today(5).flare.is_none());
}

#[test]
fn two_bad_mornings_of_the_leg_are_a_flare_until_the_leg_has_settled() {
    let diary = at_step_1().mornings(2..=9, 2).legs(-7..=2, 1);
    assert!(diary.clone().legs(3..=3, 3).today(3).flare.is_none());
    assert!(diary.clone().legs(3..=4, 2).today(4).flare.is_none());
    let flare = diary.clone().legs(3..=4, 3);
    assert_eq!(flare.today(4).flare.unwrap().because.basis.len(), 2, "with the back as ever");
    assert_eq!(flare.today(4).level_max, 0);
    assert!(flare.today(9).flare.is_some(), "nobody said how the leg is");
    assert!(flare.clone().legs(5..=6, 3).today(6).flare.is_some());
    assert!(flare.clone().legs(5..=5, 2).legs(6..=6, 3).today(6).flare.is_some());
    assert!(flare.legs(5..=6, 2).today(6).flare.is_none());
    // The back's flare is over without the leg's mornings, and not while they are bad.
    let back = at_step_1().legs(-7..=2, 1).mornings(3..=4, 4).mornings(5..=6, 2);
    assert!(back.today(6).flare.is_none());
    assert!(back.legs(5..=6, 4).today(6).flare.is_some());
}

#[test]
fn a_flare_told_before_mornings_are_known_settles_once_they_are() {
    let diary = |last: i32| Diary::default().says(0, "flare").mornings(0..=last, 2);
    assert!(diary(3).today(3).flare.is_some(), "three mornings say what is usual, and this is the first to compare");
    let over = diary(4).today(4);
    assert!(over.flare.is_none());
    assert_eq!(over.flare_over.unwrap().rule, "dose.flare.settled");
    let worse = Diary::default().says(0, "flare").mornings(0..=2, 2).mornings(3..=9, 5);
    assert!(worse.today(9).flare.is_some(), "what is usual stays that of the first mornings");
}

/// The diary as it was in the evening of a day.
fn up_to(diary: &Diary, number: i32) -> Diary {
    let mut diary = diary.clone();
    diary.check_ins.retain(|one| one.day <= day(number));
    diary.results.retain(|one| one.day <= day(number));
    diary.days_off.retain(|one| one.day <= day(number));
    diary
}

/// The first day without it, of a flare that is one on `from`.
fn over_on(diary: &Diary, from: i32) -> i32 {
    let over = (from..from + 99).find(|number| up_to(diary, *number).today(*number).flare.is_none()).unwrap();
    let ended = up_to(diary, over).today(over).flare_over.unwrap();
    assert_eq!(ended.rule, "dose.flare.faded");
    assert!(!ended.basis.is_empty() && ended.sentence.say(Lang::En).contains("14 days"));
    over
}

#[test]
fn a_flare_of_which_nothing_more_is_heard_is_over_after_14_days() {
    // Of the leg, which nobody is asked about any more; with calm mornings of the back all along.
    let leg = at_step_1().mornings(2..=40, 2).legs(-7..=2, 1).legs(3..=4, 3);
    assert_eq!(over_on(&leg, 4), 4 + FLARE_DAYS_MAX);
    // Never two mornings in a row: the last bad one counts.
    let sparse = at_step_1().mornings(3..=4, 6);
    let sparse = [6, 9, 12].into_iter().fold(sparse, |diary, number| diary.mornings(number..=number, 6));
    let sparse =
        [14, 16, 18, 20, 22, 24, 27].into_iter().fold(sparse, |diary, number| diary.mornings(number..=number, 2));
    assert_eq!(over_on(&sparse, 12), 12 + FLARE_DAYS_MAX);
    // Told, with mornings that can be compared with nothing; told once more, it goes on from there.
    let told = Diary::default().says(0, "flare").mornings(0..=0, 2).mornings(9..=9, 2);
    assert_eq!(over_on(&told, 0), FLARE_DAYS_MAX);
    assert_eq!(over_on(&told.clone().says(6, "flare"), 6), 6 + FLARE_DAYS_MAX);
    // Bad mornings go on: so does it.
    assert!(at_step_1().mornings(3..=60, 6).today(60).flare.is_some());
    // Told of again after it was over, it is another one.
    let again = told.says(FLARE_DAYS_MAX, "flare");
    assert_eq!(again.today(FLARE_DAYS_MAX).flare.unwrap().since, day(FLARE_DAYS_MAX));
}

#[test]
fn a_flare_that_fades_raises_nothing() {
    let flare = Diary::new().clean(TILT, &[0, 1, 2, 3]).accepted(TILT, &[1, 3]).says(4, "flare");
    let mut done = flare.clean(TILT, &[5, 6, 9, 10, 13, 14, 17, 18]);
    // A morning on every other day: no two in a row, so that nothing settles.
    done.check_ins.retain(|one| one.day <= day(4) || (one.day.0 - day(0).0) % 2 == 0 || one.day == day(19));
    let before = up_to(&done, 17).dose(TILT, 17);
    assert_eq!((before.step, before.status), (1, Status::Flare), "of two steps");
    let after = up_to(&done, 17).dose(TILT, 18);
    assert_eq!((after.step, after.status), (1, Status::Active), "the whole dose of one step less");
    assert!(up_to(&done, 17).today(18).proposals.is_empty());
    assert!(done.proposed(19).is_empty() && because(&done.dose(TILT, 19), Rule::HoldSecond), "two clean days first");
}

#[test]
fn good_days_at_half_the_dose_do_not_speak_for_the_whole() {
    let flare = Diary::new().says(3, "flare").clean(TILT, &[3, 4]).says(5, "flare-over");
    assert!(because(&flare.dose(TILT, 5), Rule::HoldFlare));
    let first = flare.clone().clean(TILT, &[5]);
    assert!(first.proposed(6).is_empty() && because(&first.dose(TILT, 6), Rule::HoldSecond));
    assert_eq!(first.clean(TILT, &[6]).proposed(7).len(), 1, "two whole ones do");

    let walks: Vec<i32> = (3..=16).collect();
    let walked = Diary::new().says(3, "flare").clean("walking", &walks).says(10, "flare-over");
    assert!(because(&walked.dose("walking", 17), Rule::HoldWeeks), "two weeks, of which one was of half walks");
}
