use crate::dose::rule::Rule;
use crate::dose::zone::Zone;
use crate::dose::{Fold, Key, Side};
use crate::result::ResultValues;

use super::{BRIDGE, Diary, TILT, amber, because, both, day, good, red};

#[test]
fn two_clean_days_propose_a_step_and_a_yes_takes_it() {
    let diary = Diary::new().clean(TILT, &[0]);
    assert!(because(&diary.dose(TILT, 1), Rule::HoldSecond));
    let diary = diary.clean(TILT, &[1]);
    assert_eq!(diary.proposed(2), [format!("dose.progress/{TILT}/both/{}", day(1))]);
    assert_eq!(diary.step(TILT, 2), 0, "nothing rises by itself");

    let yes = diary.clone().accepted(TILT, &[1]);
    assert_eq!((yes.step(TILT, 2), yes.dose(TILT, 2).dose.reps), (1, 10));
    assert!(yes.proposed(2).is_empty());
    let no = diary.clone().answered(Rule::Progress, TILT, 1, "decline");
    assert!(because(&no.dose(TILT, 2), Rule::Declined) && no.proposed(2).is_empty());
    let both_said = yes.answered(Rule::Progress, TILT, 1, "decline");
    assert_eq!(both_said.step(TILT, 2), 0, "a no wins");
    let odd = diary.answered(Rule::Progress, TILT, 1, "later");
    assert_eq!(odd.step(TILT, 2), 0, "a word that is not known is no yes");
}

#[test]
fn a_yes_to_what_the_log_does_not_propose_does_nothing() {
    let diary = Diary::new().clean(TILT, &[0, 1, 2]).accepted(TILT, &[0]);
    assert_eq!(diary.step(TILT, 3), 0);
    let merged = Diary::new().clean(TILT, &[0, 1]).did(1, amber(TILT)).accepted(TILT, &[1]);
    assert_eq!(merged.step(TILT, 2), 0, "another device has a worse result of that day");
}

#[test]
fn an_open_proposal_is_replaced_and_a_late_yes_counts_where_it_rests() {
    let diary = Diary::new().clean(TILT, &[0, 1, 2]);
    assert_eq!(diary.proposed(3), [format!("dose.progress/{TILT}/both/{}", day(2))]);
    assert_eq!(diary.clone().accepted(TILT, &[1]).step(TILT, 3), 1);
    assert_eq!(diary.accepted(TILT, &[1, 2]).step(TILT, 3), 1, "two more clean days are needed after a step");
    let four = Diary::new().busy(&[0]).clean(TILT, &[0, 1, 2, 3]).accepted(TILT, &[1, 3]);
    assert_eq!(four.step(TILT, 4), 2);
}

#[test]
fn what_holds_a_clean_pair() {
    let first = Diary::new().clean(TILT, &[0]);
    let with = |change: &dyn Fn(&mut ResultValues)| {
        let mut values = good(TILT);
        change(&mut values);
        first.clone().did(1, values)
    };
    for (diary, rule) in [
        (with(&|values| values.completed = Some("no".into())), Rule::HoldCompleted),
        (with(&|values| values.completed = None), Rule::HoldCompleted),
        (with(&|values| values.effort = Some(7)), Rule::HoldEffort),
        (with(&|values| values.effort = None), Rule::HoldEffort),
        (with(&|values| values.form = Some("unsure".into())), Rule::HoldForm),
        (with(&|values| values.form = None), Rule::HoldForm),
        (with(&|values| values.pain_during = None), Rule::HoldUnknown),
        (with(&|values| values.pain_during = Some(4)), Rule::HoldAmber),
        (Diary::new().clean(TILT, &[0, 8]), Rule::HoldSecond),
        (Diary::new().clean(BRIDGE, &[0, 1]), Rule::HoldRestDay),
        (Diary::default().mornings(-7..=3, 6).clean(TILT, &[0, 1]), Rule::HoldUsualPain),
        (Diary::new().clean("body-scan", &[0, 1]), Rule::HoldNoLadder),
        (Diary::new().clean("childs-pose", &[0, 1]), Rule::Progress),
    ] {
        let exercise = diary.results[0].values.exercise.clone().unwrap();
        let last = diary.results.last().unwrap().day.0 - super::START + 1;
        let dose = diary.dose(&exercise, last);
        assert!(because(&dose, rule), "{}: {:?}", rule.id(), dose.because.iter().map(|r| r.rule).collect::<Vec<_>>());
        assert_eq!(dose.step, 0);
    }
    let edge = with(&|values| values.effort = Some(6));
    assert_eq!(edge.proposed(2).len(), 1, "an effort of 6 is fine");
    assert_eq!(Diary::new().clean(BRIDGE, &[0, 2]).proposed(3).len(), 1, "strength after a day of rest");
    assert_eq!(Diary::default().mornings(-7..=3, 5).clean(TILT, &[0, 1]).proposed(2).len(), 1, "usual pain of 5");
}

#[test]
fn an_exposure_without_its_morning_holds_until_it_comes() {
    let mut diary = Diary::new().clean(TILT, &[0, 1]);
    let morning = diary.check_ins.pop().unwrap();
    assert_eq!(diary.dose(TILT, 1).zone, Zone::Unknown, "not yet");
    assert_eq!(diary.dose(TILT, 5).zone, Zone::Unknown, "never came");
    assert!(diary.proposed(2).is_empty());
    diary.check_ins.push(morning);
    assert_eq!(diary.proposed(2).len(), 1);
}

#[test]
fn results_of_one_day_are_one_exposure() {
    let diary = Diary::new().clean(TILT, &[0, 0, 0]);
    assert!(because(&diary.dose(TILT, 1), Rule::HoldSecond), "three sets logged one by one");
    let worst = Diary::new().clean(TILT, &[0]).did(0, red(TILT));
    assert_eq!(worst.dose(TILT, 1).zone, Zone::Red);
    let reds = Diary::new().did(0, red(TILT)).did(0, red(TILT));
    assert!(!because(&reds.dose(TILT, 1), Rule::Swap), "one bad day is one red");
}

fn at_step_2() -> Diary {
    Diary::new().busy(&[0]).clean(TILT, &[0, 1, 2, 3]).accepted(TILT, &[1, 3])
}

#[test]
fn a_red_lowers_and_two_exposures_cool_down() {
    let diary = at_step_2().did(4, red(TILT));
    assert!(because(&diary.dose(TILT, 5), Rule::RegressRed));
    assert_eq!(diary.step(TILT, 5), 1);
    assert_eq!(diary.dose(TILT, 4).step, 1, "a red that is known lowers before the morning after");
    let after = diary.clean(TILT, &[5, 6]);
    assert!(because(&after.dose(TILT, 7), Rule::HoldCoolDown));
    assert_eq!(after.busy(&[6]).clean(TILT, &[7]).proposed(8).len(), 1, "the third may rise");
    assert_eq!(Diary::new().did(0, red(TILT)).step(TILT, 1), 0, "never below the start");
}

#[test]
fn two_ambers_in_a_row_lower_and_one_holds() {
    let one = at_step_2().did(4, amber(TILT));
    assert_eq!(one.step(TILT, 5), 2);
    let two = one.clone().did(5, amber(TILT));
    assert!(because(&two.dose(TILT, 6), Rule::RegressAmber));
    assert_eq!(two.step(TILT, 6), 1);
    assert_eq!(two.did(6, amber(TILT)).step(TILT, 7), 0, "and a third again");
    assert_eq!(one.clean(TILT, &[5]).did(6, amber(TILT)).step(TILT, 7), 2, "a good one between them");
    assert_eq!(at_step_2().did(4, red(TILT)).did(5, amber(TILT)).step(TILT, 6), 0, "amber after red");
}

#[test]
fn gaps_lower_once_as_they_grow() {
    let diary = at_step_2();
    for (number, step, rule) in [
        (10, 2, None),
        (11, 1, Some(Rule::GapWeek)),
        (17, 1, Some(Rule::GapWeek)),
        (18, 0, Some(Rule::GapTwoWeeks)),
        (32, 0, Some(Rule::GapRestart)),
    ] {
        let dose = diary.dose(TILT, number);
        assert_eq!(dose.step, step, "day {number}");
        assert!(rule.is_none_or(|rule| because(&dose, rule)), "day {number}");
    }
    let resumed = diary.clean(TILT, &[11]);
    assert_eq!(resumed.step(TILT, 12), 1, "counted once");
    assert_eq!(resumed.clone().clean(TILT, &[12]).step(TILT, 13), 1);
    assert!(resumed.proposed(12).is_empty(), "the day before the gap is no first of two");
}

#[test]
fn a_long_pause_asks_for_safety_again() {
    let diary = at_step_2();
    assert_eq!(diary.fold().asks_again(day(31)), None);
    assert_eq!(diary.fold().asks_again(day(32)), Some(day(32)));
    // It is not forgotten once something was done again.
    assert_eq!(diary.clean(TILT, &[40]).fold().asks_again(day(41)), Some(day(32)));
}

#[test]
fn left_and_right_go_their_own_ways() {
    let dog = |side: Option<&str>| ResultValues { side: side.map(str::to_owned), ..good("bird-dog") };
    let diary = Diary::new().did(0, dog(Some("both"))).did(2, dog(None)).did(4, red("bird-dog"));
    let diary = diary.did(6, dog(Some("left")));
    let doses = diary.today(7);
    let side = |side| &doses.exercises[&Key { exercise: "bird-dog".into(), side }];
    assert_eq!((side(Side::Left).zone, side(Side::Right).zone), (Zone::Green, Zone::Red));
    assert!(!doses.exercises.contains_key(&both("bird-dog")));
    let before = Diary::new().did(0, dog(None)).did(2, dog(Some("both")));
    assert_eq!(before.proposed(3).len(), 2, "one proposal a side");
    let tilt = Diary::new().did(0, ResultValues { side: Some("left".into()), ..good(TILT) });
    assert_eq!(tilt.dose(TILT, 1).zone, Zone::Green, "no sides: one key whatever is said");
}

#[test]
fn results_of_exercises_that_are_not_known_count_for_nothing() {
    let diary = Diary::new().did(0, good("from-a-later-version")).did(1, ResultValues::default());
    assert!(diary.today(2).exercises.is_empty());
}

#[test]
fn a_replay_tells_each_step_with_its_records() {
    let diary = at_step_2().did(4, red(TILT)).clean(TILT, &[13]);
    let lines = diary.trace();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.day.0 - super::START, line.step_before, line.step_after, line.because.last().unwrap().rule))
        .collect();
    assert_eq!(
        told,
        [
            (0, 0, 0, "dose.hold.second"),
            (1, 0, 1, "dose.progress.accepted"),
            (2, 1, 1, "dose.hold.second"),
            (3, 1, 2, "dose.progress.accepted"),
            (4, 2, 1, "dose.regress.red"),
            (13, 1, 0, "dose.gap.week"),
            (13, 0, 0, "dose.hold.cool_down"),
        ]
    );
    assert_eq!(lines[4].records, [diary.results[5].id.clone(), format!("c:{}", super::START + 5)]);
    let last = lines.last().unwrap().step_after;
    assert_eq!(last, diary.step(TILT, 14), "the replay ends where the doses are");
}

#[test]
fn what_another_catalogue_was_folded_with_is_not_gone_on_with() {
    let fold = Diary::new().clean(TILT, &[0, 1]).fold();
    let digest = format!("\"catalogue\":{}", crate::catalogue::digest());
    let stored = serde_json::to_string(&fold).unwrap();
    assert!(stored.contains(&digest) && serde_json::from_str::<Fold>(&stored).unwrap().is_current());
    let other = stored.replace(&digest, "\"catalogue\":1");
    assert!(!serde_json::from_str::<Fold>(&other).unwrap().is_current());
}
