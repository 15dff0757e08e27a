use crate::dose::offers::{Ready, Rise, Week, choose};
use crate::dose::rule::Rule;
use crate::dose::today::{Context, Irritability, Status};
use crate::dose::{AnswerValues, Exercises, Fold, Key, Side, days, rests_on};
use crate::own_exercise::{OwnExercise, OwnExerciseValues};
use crate::record::{Dated, check_fields};
use crate::result::ResultValues;
use crate::texts::{ALL, Lang};

use super::{BRIDGE, Diary, TILT, because, both, context, day, good};

fn ready(exercise: &str, side: Side, run: u32, growth: u64) -> Ready {
    Ready { key: Key { exercise: exercise.into(), side }, run, growth }
}

/// A rise of five days ago that was done since, or not.
fn risen(exercise: &str, side: Side, growth: u64, done: bool) -> Rise {
    let key = Key { exercise: exercise.into(), side };
    Rise { key, day: day(-5), to: None, growth, done: done.then(|| day(-4)) }
}

fn chosen(ready: Vec<Ready>, volume: u64, grown: Option<u64>) -> Vec<(String, Option<Rule>)> {
    chosen_after(ready, volume, grown.map(|growth| risen("z", Side::Both, growth, true)).into_iter().collect())
}

fn chosen_after(ready: Vec<Ready>, volume: u64, rises: Vec<Rise>) -> Vec<(String, Option<Rule>)> {
    let week = Week { today: day(0), volume, rises };
    choose(ready, &week).into_iter().map(|(one, hold)| (one.key.to_string(), hold)).collect()
}

#[test]
fn two_exercises_a_day_the_longest_run_first() {
    let four = vec![
        ready("c", Side::Both, 2, 1),
        ready("b", Side::Both, 2, 1),
        ready("d", Side::Left, 5, 1),
        ready("d", Side::Right, 3, 1),
    ];
    let order = [
        ("d/left".to_owned(), None),
        ("d/right".to_owned(), None),
        ("b/both".to_owned(), None),
        ("c/both".to_owned(), Some(Rule::HoldTwoADay)),
    ];
    assert_eq!(chosen(four, 1_000, None), order);
}

#[test]
fn a_week_grows_by_a_fifth_at_most_but_one_exercise_may_always() {
    let two = || vec![ready("a", Side::Both, 2, 150), ready("b", Side::Both, 2, 51)];
    assert_eq!(chosen(two(), 1_000, None)[1].1, Some(Rule::HoldVolume));
    assert_eq!(chosen(two(), 1_005, None)[1].1, None);
    assert_eq!(chosen(two(), 1_000, Some(0))[0].1, None);
    assert_eq!(chosen(two(), 1_000, Some(51))[0].1, Some(Rule::HoldVolume));
    assert_eq!(chosen(two(), 1_000, Some(51))[1].1, None, "a smaller one still fits");
    assert_eq!(chosen(vec![ready("a", Side::Both, 2, 900)], 1_000, None)[0].1, None);
}

#[test]
fn what_grew_and_was_not_done_since_keeps_its_place() {
    let two = || vec![ready("a", Side::Both, 3, 1), ready("b", Side::Both, 2, 1)];
    let holds =
        |rises: Vec<Rise>| chosen_after(two(), 1_000, rises).into_iter().map(|(_, hold)| hold).collect::<Vec<_>>();
    let new = |exercise: &str| risen(exercise, Side::Both, 1, false);
    assert_eq!(holds(vec![]), [None, None]);
    assert_eq!(holds(vec![new("y")]), [None, Some(Rule::HoldTwoADay)]);
    assert_eq!(holds(vec![new("y"), new("z")]), [Some(Rule::HoldTwoADay); 2]);
    assert_eq!(holds(vec![risen("y", Side::Both, 1, true), risen("z", Side::Both, 1, true)]), [None, None]);
    let today = Rise { done: Some(day(0)), ..new("y") };
    assert_eq!(holds(vec![today, new("z")]), [Some(Rule::HoldTwoADay); 2], "today's session has its two");

    // A yes to one side leaves the other side on offer, with whatever else was.
    let sides = || vec![ready("a", Side::Left, 9, 150), ready("b", Side::Right, 1, 150)];
    let left = |exercise: &str| risen(exercise, Side::Left, 150, false);
    assert_eq!(chosen_after(sides(), 1_000, vec![left("b")])[0], ("b/right".to_owned(), None), "goes first");
    assert_eq!(chosen_after(sides(), 1_000, vec![left("b")])[1].1, Some(Rule::HoldVolume));
}

#[test]
fn a_rise_counts_for_a_week_from_when_it_was_first_done() {
    let rise = risen("a", Side::Left, 1, false);
    assert!(rise.counts(day(2)) && !rise.counts(day(3)), "a gap of more than 7 days takes it back");
    let mut done = rise.clone();
    done.was_done(&Key { exercise: "a".into(), side: Side::Right }, day(1));
    assert!(done == rise, "the other side");
    done.was_done(&Key { exercise: "a".into(), side: Side::Left }, day(-5));
    assert!(done == rise, "the day it rests on");
    done.was_done(&Key { exercise: "a".into(), side: Side::Left }, day(1));
    done.was_done(&Key { exercise: "a".into(), side: Side::Left }, day(2));
    assert_eq!(done.done, Some(day(1)));
    assert!(done.counts(day(7)) && !done.counts(day(8)));
    let mut harder = Rise { to: Some("b".into()), ..rise };
    harder.was_done(&Key { exercise: "b".into(), side: Side::Both }, day(0));
    assert_eq!(harder.done, Some(day(0)));
}

#[test]
fn what_cannot_rise_takes_no_place_of_what_can() {
    // Two that are at the top, one of which leads nowhere and the other to what is not fit.
    let numbers: Vec<i32> = (0..8).map(|n| n * 2).collect();
    let diary = Diary::new().busy(&[0, 6, 12]);
    let diary = ["band-row", BRIDGE]
        .into_iter()
        .fold(diary, |diary, exercise| diary.clean(exercise, &numbers).accepted(exercise, &[2, 6, 10]));
    let diary = diary.clean(TILT, &[13, 14]);
    let fold = diary.fold();
    let doses = fold.today(day(15), &Context { fit: &[TILT], ..context() });
    let offered: Vec<&str> = doses.proposals.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(offered, [format!("dose.progress/{TILT}/both/{}", day(14))]);
    for exercise in ["band-row", BRIDGE] {
        assert!(because(&doses.exercises[&both(exercise)], Rule::HoldTop), "{exercise}");
    }
    // Two that are locked, or above the ceiling of the day.
    let diary =
        [BRIDGE, "hip-hinge"].into_iter().fold(Diary::new().busy(&[0]), |diary, id| diary.clean(id, &[0, 2, 4]));
    let fold = diary.clean(TILT, &[3, 4]).fold();
    let offered = |context: Context<'_>| {
        let proposals = fold.today(day(5), &context).proposals.into_iter();
        proposals.map(|one| one.key.exercise).collect::<Vec<_>>()
    };
    assert_eq!(offered(context()), [BRIDGE, "hip-hinge"]);
    assert_eq!(offered(Context { locked: &[BRIDGE, "hip-hinge"], ..context() }), [TILT]);
    assert_eq!(offered(Context { cleared: Some(0), ..context() }), [TILT]);
}

/// Says yes to whatever is offered on a day, one by one, until nothing is; gives what it was.
fn yes_to_all(diary: &mut Diary, number: i32) -> Vec<String> {
    let mut said = Vec::new();
    while let Some(proposal) = diary.today(number).proposals.into_iter().next() {
        let id = format!("a:{}", diary.answers.len());
        diary.answers.push(Dated { id, day: day(number), at_ms: 0, values: proposal.answer(true) });
        said.push(proposal.key.exercise);
    }
    said
}

#[test]
fn answers_that_were_saved_up_are_not_too_much_at_once() {
    // Two ready on each of three days, and nothing is answered.
    let six = ["cat-cow", "chin-tuck", "pelvic-tilt", "seated-pelvic-tilt", "standing-back-bend", "thoracic-extension"];
    let mut diary = Diary::new().busy(&[0, 5]);
    for (exercise, first) in six.into_iter().zip([0, 0, 2, 2, 4, 4]) {
        diary = diary.clean(exercise, &[first, first + 1]);
    }
    assert_eq!(yes_to_all(&mut diary, 6), ["cat-cow", "chin-tuck"], "and then no more");
    assert_eq!(yes_to_all(&mut diary, 7), [""; 0], "nobody did them yet");
    diary = diary.clean("cat-cow", &[7]);
    assert_eq!(yes_to_all(&mut diary, 7), [""; 0], "the session of the day has its two");
    assert_eq!(yes_to_all(&mut diary, 8), ["pelvic-tilt"]);

    // Without the long walk the week grows by no more than a fifth, whichever day the answers rest on.
    let mut diary = Diary::new().clean(TILT, &[0, 1]);
    for (exercise, first) in six.into_iter().filter(|id| *id != TILT).zip([2, 2, 4, 4, 4]) {
        diary = diary.clean(exercise, &[first, first + 1]);
    }
    let open = diary.fold().today(day(6), &context()).exercises.into_values();
    assert_eq!(open.filter(|dose| because(dose, Rule::Progress)).count(), 6);
    let said = yes_to_all(&mut diary, 6);
    let grown = diary.fold().week(day(6));
    let sum: u64 = grown.rises.iter().map(|rise| rise.growth).sum();
    assert!(said.len() == 1 || sum * 100 <= grown.volume * 20, "{said:?}: {sum} of {}", grown.volume);
}

#[test]
fn minutes_want_two_green_weeks_then_days_then_pace() {
    let walk = |numbers: &[i32]| {
        let minutes =
            |diary: Diary, number: &i32| diary.did(*number, ResultValues { minutes: Some(10), ..good("walking") });
        numbers.iter().fold(Diary::new(), minutes)
    };
    let early = walk(&[0, 3, 6, 9, 12]);
    assert!(because(&early.dose("walking", 13), Rule::HoldWeeks));
    let diary = walk(&[0, 3, 6, 9, 12, 13]);
    assert_eq!(diary.proposed(14), [format!("dose.progress/walking/both/{}", day(13))]);
    assert_eq!(diary.today(14).proposals[0].to_dose.unwrap().minutes, 12);
    // Weeks of which nothing is known are no good weeks.
    let without = |numbers: &[i32]| {
        let mut diary = diary.clone();
        diary.check_ins.retain(|check_in| !numbers.contains(&(check_in.day.0 - day(0).0)));
        diary
    };
    assert!(because(&without(&[1]).dose("walking", 14), Rule::HoldWeeks), "the first morning after is not known");
    assert!(because(&without(&[7]).dose("walking", 14), Rule::HoldWeeks), "one between");
    assert!(because(&without(&[1, 4, 7, 10]).dose("walking", 14), Rule::HoldWeeks));
    assert_eq!(without(&[2, 5, 8]).proposed(14).len(), 1, "mornings after days without it");
}

#[test]
fn nothing_rises_while_something_stands_in_the_way() {
    let fold = Diary::new().clean(BRIDGE, &[0, 2]).fold();
    let with = |context: Context<'_>| {
        let doses = fold.today(day(3), &context);
        let rules: Vec<&str> = doses.exercises[&both(BRIDGE)].because.iter().map(|reason| reason.rule).collect();
        (doses.proposals.len(), rules.last().copied().unwrap(), doses.level_max)
    };
    assert_eq!(with(context()), (1, "dose.progress", 3));
    for (context, rule, level) in [
        (Context { waiting: true, ..context() }, "dose.hold.waiting", 3),
        (Context { locked: &[BRIDGE], ..context() }, "dose.hold.locked", 3),
        (Context { cleared: None, ..context() }, "dose.hold.not_cleared", 0),
        (Context { cleared: Some(0), ..context() }, "dose.hold.ceiling", 0),
        (Context { irritability: Some(Irritability::High), ..context() }, "dose.hold.ceiling", 0),
        (Context { pain: Some(7), ..context() }, "dose.hold.ceiling", 0),
        (Context { pain: Some(4), ..context() }, "dose.progress", 1),
        (Context { irritability: Some(Irritability::Moderate), ..context() }, "dose.progress", 1),
        (Context { irritability: None, ..context() }, "dose.progress", 1),
        (Context { experienced: false, ..context() }, "dose.progress", 1),
        (Context { experienced: false, first_session: Some(day(-11)), ..context() }, "dose.progress", 3),
        (Context { experienced: false, first_session: Some(day(-10)), ..context() }, "dose.progress", 1),
        (Context { cleared: Some(2), ..context() }, "dose.progress", 2),
    ] {
        let (proposals, last, max) = with(context);
        assert_eq!((last, max), (rule, level));
        assert_eq!(proposals, usize::from(rule == "dose.progress"));
    }
    assert_eq!(Fold::new().today(day(0), &context()).level_max, 1, "no morning is known");
    assert_eq!(Fold::new().today(day(0), &Context::default()).level_max, 0);
}

#[test]
fn one_more_day_is_offered_only_where_the_plan_has_room_and_takes_no_place_without() {
    let walks: Vec<i32> = (0..=200).step_by(2).collect();
    // Long ones, so that a week has volume to grow from.
    let walk = ResultValues { minutes: Some(600), ..good("walking") };
    let walked = walks.iter().fold(Diary::new(), |diary, number| diary.did(*number, walk.clone()));
    let walked = walked.accepted("walking", &walks);
    let offered = walked.today(201).proposals;
    assert_eq!(offered.iter().map(|one| one.rule).collect::<Vec<_>>(), ["dose.days"]);
    let fold = walked.clean(TILT, &[198, 200]).clean("cat-cow", &[198, 200]).fold();
    let rules = |more_days: &[&str]| {
        let doses = fold.today(day(201), &Context { more_days, ..context() });
        let walking = doses.exercises[&both("walking")].because.last().unwrap().rule;
        (walking, doses.proposals.into_iter().map(|one| one.key.exercise).collect::<Vec<_>>())
    };
    let (walking, others) = rules(&[]);
    assert_eq!(walking, "dose.hold.days");
    assert_eq!(others, ["cat-cow", TILT], "both, though no more than two grow at a time");
    let (walking, all) = rules(&["walking"]);
    assert!(walking == "dose.days" && all.len() == 2 && all.contains(&"walking".to_owned()), "{walking}, {all:?}");
}

#[test]
fn usual_mornings_set_the_ceiling_too() {
    for (pain, level) in [(3, 3), (4, 1), (6, 1), (7, 0)] {
        let doses = Diary::default().mornings(0..=6, pain).today(6);
        assert_eq!(doses.level_max, level);
        assert_eq!(doses.level_because.is_empty(), level == 3);
        // The leg's as well, whichever hurts more.
        assert_eq!(Diary::default().mornings(0..=6, 1).legs(0..=6, pain).today(6).level_max, level);
        assert_eq!(Diary::default().mornings(0..=6, pain).legs(0..=6, 0).today(6).level_max, level);
    }
    let unknown = Diary::default().mornings(0..=1, 1).legs(0..=1, 1);
    assert_eq!(unknown.today(1).level_max, 1, "too few to know");
}

#[test]
fn the_top_of_a_ladder_offers_a_harder_exercise_that_is_fit() {
    // From 2 sets of 10 to 3 of 12 are three steps, each after two days.
    let numbers: Vec<i32> = (0..8).map(|n| n * 2).collect();
    let diary = Diary::new().busy(&[0, 6, 12]).clean(BRIDGE, &numbers).accepted(BRIDGE, &[2, 6, 10]);
    assert_eq!(diary.dose(BRIDGE, 15).step, 3);
    let proposal = diary.today(15).proposals.remove(0);
    assert_eq!((proposal.rule, proposal.to_exercise.as_deref()), ("dose.harder", Some("single-leg-bridge")));
    assert_eq!(
        proposal.sentence.say(Lang::En),
        "Glute bridge has become easy. You could move on to Single-leg bridge."
    );
    let unfit = diary.fold().today(day(15), &Context { fit: &[], ..context() });
    assert!(unfit.proposals.is_empty() && because(&unfit.exercises[&both(BRIDGE)], Rule::HoldTop));
    let gentle = diary.fold().today(day(15), &Context { cleared: Some(2), ..context() });
    assert!(gentle.proposals.is_empty(), "level 3 is above what is cleared");
    let moved = diary.answered(Rule::Harder, BRIDGE, 14, "accept").dose(BRIDGE, 15);
    assert!(because(&moved, Rule::HarderAccepted) && moved.step == 3);
}

#[test]
fn somebodys_only_exercise_is_offered_more_once_a_week() {
    let diary = |last: i32| Diary::new().clean(TILT, &(0..=last).collect::<Vec<_>>()).accepted(TILT, &[1]);
    let held = diary(3);
    assert!(held.proposed(4).is_empty() && because(&held.dose(TILT, 4), Rule::HoldVolume));
    assert!(diary(7).proposed(8).is_empty());
    assert_eq!(diary(8).proposed(9), [format!("dose.progress/{TILT}/both/{}", day(8))]);
    let elsewhere = held.accepted(TILT, &[3]);
    assert_eq!(elsewhere.step(TILT, 4), 2, "a yes counts: with fewer records it was offered somewhere");
}

#[test]
fn a_proposal_makes_its_own_answer() {
    let proposal = Diary::new().clean(TILT, &[0, 1]).today(2).proposals.remove(0);
    let answer = proposal.answer(true);
    assert_eq!(check_fields(&answer), Ok(()));
    assert_eq!(answer.proposal.as_deref().and_then(rests_on), Some(day(1)));
    assert_eq!((answer.to_step, answer.from.as_deref()), (Some(1), Some(day(1).to_string().as_str())));
    assert_eq!(proposal.answer(false).answer.as_deref(), Some("decline"));
    assert_eq!(proposal.basis.len(), 2, "the result and the morning after");
    for odd in ["", "dose.progress", "dose.progress/x", "plan.item/a/b/2026-11-22", "dose.progress/x/left/2026-13-40"] {
        assert_eq!(rests_on(odd), None, "{odd}");
    }
    let lost = Dated { id: "a:1".into(), day: day(1), at_ms: 0, values: AnswerValues::default() };
    assert!(days(&[], &[], &[lost], &[]).is_empty());
}

#[test]
fn own_exercises_climb_too() {
    let values = OwnExerciseValues {
        name: Some("Tree".into()),
        mode: Some("reps".into()),
        reps: Some(8),
        ladder: Some("reps".into()),
        kind: Some("mobility".into()),
        level: Some(0),
        ..OwnExerciseValues::default()
    };
    let record = "e:01a20236-88cb-7b0b-8b0b-0b0b0b0b0b0b";
    let own = [OwnExercise::read(record, &values).unwrap()];
    let id = own[0].id.as_str();
    let exercises = Exercises { own: &own };
    let diary = Diary::new().clean(id, &[0, 1]);
    let mut fold = Fold::new();
    for log in days(&diary.check_ins, &diary.results, &[], &[]) {
        fold.day(&log, &exercises);
    }
    let doses = fold.today(day(2), &Context { exercises, ..context() });
    assert_eq!(doses.proposals[0].sentence.say(Lang::En), "Tree went well twice. You could do a little more of it.");
    assert_eq!(doses.exercises[&both(id)].status, Status::Active);
    let gone = fold.today(day(2), &context());
    assert!(gone.exercises.is_empty() && gone.proposals.is_empty());
}

#[test]
fn every_rule_can_be_said_and_has_its_own_id() {
    let mut ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let said = rule.about("Bird-dog".into()).say(Lang::En);
        assert!(!said.contains('{'), "{said}");
    }
    assert!(ALL.iter().any(|text| text.key().starts_with("dose.")));
}

#[test]
fn debug_shows_nothing_of_the_log() {
    let diary = Diary::new().clean(TILT, &[0, 1]);
    let fold = diary.fold();
    let doses = diary.today(2);
    let key = both(TILT);
    for shown in [
        format!("{fold:?}"),
        format!("{doses:?}"),
        format!("{:?}", doses.proposals),
        format!("{:?}", doses.exercises[&key]),
        format!("{key:?}"),
        format!("{:?}", diary.trace()),
    ] {
        assert!(!shown.contains(TILT) && !shown.bytes().any(|byte| byte.is_ascii_digit()), "{shown}");
    }
}
