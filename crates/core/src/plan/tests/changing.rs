use super::*;
use crate::own_exercise::{OwnExercise, OwnExerciseValues};

fn do_it(limits: &Limits, plan: &Dated<PlanValues>, change: &Edit) -> Result<Dated<PlanValues>, NotDone> {
    edit(limits, plan, change, AT).map(|edited| record("p:2", edited.values))
}

fn places(plan: &Dated<PlanValues>) -> Vec<(u8, u32, String)> {
    plan.values.items().items.into_iter().map(|item| (item.weekday, item.place, item.exercise)).collect()
}

fn on(plan: &Dated<PlanValues>, day: u8) -> Vec<String> {
    places(plan).into_iter().filter(|(weekday, ..)| *weekday == day).map(|(.., exercise)| exercise).collect()
}

fn swap(weekday: Option<u8>, from: &str, to: &str) -> Edit {
    Edit::Swap { weekday, from: from.into(), to: to.into() }
}

#[test]
fn to_swap_and_to_swap_back_leaves_all_as_it_was() {
    let plan = made(&free(), &desk_worker());
    let first = on(&plan, 0)[0].clone();
    assert!(!places(&plan).iter().any(|(.., exercise)| exercise == "chin-tuck"));
    let there = do_it(&free(), &plan, &swap(None, &first, "chin-tuck")).unwrap();
    assert_ne!(places(&there), places(&plan));
    let back = do_it(&free(), &there, &swap(None, "chin-tuck", &first)).unwrap();
    assert_eq!(places(&back), places(&plan));
    assert_eq!(there.values.replaces, Some(texts(&["p:1"])));
    assert_eq!(back.values.replaces, Some(texts(&["p:2"])));
}

#[test]
fn what_must_not_be_done_never_comes_in() {
    let limits = limits(3, &["pregnancy"]);
    let plan = made(&limits, &desk_worker());
    let add = |exercise: &str| Edit::Add { weekday: 0, exercise: exercise.into(), minutes: None };
    let there = on(&plan, 0)[0].clone();
    for change in [add("partial-crunch"), add("pelvic-tilt"), swap(None, &there, "glute-bridge")] {
        let Err(NotDone::Blocked { out, instead }) = edit(&limits, &plan, &change, AT) else { panic!("came in") };
        assert_eq!(out.because, Because::Condition("pregnancy"));
        assert!(!instead.is_empty());
        assert!(instead.iter().all(|exercise| limits.block(exercise).is_none()));
    }
    // Above the level that the plan was made with.
    let Err(NotDone::Blocked { out, .. }) = edit(&free(), &plan, &add("single-leg-bridge"), AT) else { panic!() };
    assert_eq!(out.because, Because::Level { most: 1, cap: Cap::Plan });
    let Err(NotDone::Refused(refusal)) = edit(&free(), &plan, &add("walkign"), AT) else { panic!() };
    assert_eq!(refusal.reason, Reason::UnknownExercise { nearest: Some("walking") });
}

#[test]
fn an_exercise_of_ones_own_comes_in_with_a_word() {
    let plan = made(&free(), &desk_worker());
    let own = own(1, Some(&[]));
    let change = Edit::Add { weekday: 0, exercise: own.id.clone(), minutes: Some(4) };
    let edited = edit(&free().with_own(std::slice::from_ref(&own)), &plan, &change, AT).unwrap();
    assert!(edited.unchecked.is_some());
    assert_eq!(on(&record("p:2", edited.values), 0).last(), Some(&own.id));
    // One that is not there does not come in.
    let Err(NotDone::Refused(refusal)) = edit(&free(), &plan, &change, AT) else { panic!("came in") };
    assert!(matches!(refusal.reason, Reason::UnknownExercise { .. }));
}

/// An exercise of the person's own, done standing.
pub(super) fn own(level: i64, cautions: Option<&[&str]>) -> OwnExercise {
    let text = |text: &str| Some(text.to_owned());
    let values = OwnExerciseValues {
        name: text("Towel pull"),
        kind: text("strength"),
        regions: Some(texts(&["lower"])),
        level: (level >= 0).then_some(level),
        bias: text("neutral"),
        position: text("standing"),
        mode: text("reps"),
        cautions: cautions.map(texts),
        ..OwnExerciseValues::default()
    };
    OwnExercise::read("e:018f3c5d-7a10-7000-8000-070707070707", &values).unwrap()
}

#[test]
fn an_exercise_of_ones_own_is_held_against_the_limits_of_the_catalogue() {
    let (pregnant, gentle, newer) = (limits(3, &["pregnancy"]), limits(0, &[]), limits(3, &["from-a-newer-version"]));
    let by_screening = |most| Because::Level { most, cap: Cap::Screening };
    for (limits, own, because) in [
        (free(), own(3, Some(&[])), None),
        (free(), own(-1, None), None),
        (limits(1, &[]), own(2, Some(&[])), Some(by_screening(1))),
        // Without a level it is of the highest.
        (limits(2, &[]), own(-1, Some(&[])), Some(by_screening(2))),
        (gentle.clone(), own(0, Some(&[])), None),
        (gentle, own(1, Some(&[])), Some(by_screening(0))),
        (pregnant.clone(), own(0, Some(&["preg_prone"])), Some(Because::Condition("pregnancy"))),
        (pregnant.clone(), own(0, Some(&["shoulder_pain"])), None),
        (pregnant, own(0, None), Some(Because::Unsaid)),
        (newer.clone(), own(0, Some(&[])), None),
        (newer, own(1, Some(&[])), Some(Because::UnknownCondition)),
    ] {
        let limits = limits.with_own(std::slice::from_ref(&own));
        let plan = record("p:1", today::plan_of_week(&[vec![&own.id]]));
        let add = Edit::Add { weekday: 1, exercise: own.id.clone(), minutes: None };
        match (edit(&limits, &plan, &add, AT), because) {
            (Ok(_), None) => {}
            (Err(NotDone::Blocked { out, .. }), Some(because)) => assert_eq!(out.because, because),
            (_, because) => panic!("{}", because.map_or("kept out", Because::rule)),
        }
        // And the plan that has it already: today, and made anew.
        let today = today::starting_session(&limits, &plan.values);
        let removed: Vec<Because> = today.removed.iter().map(|removed| removed.out.because).collect();
        assert_eq!(removed, because.into_iter().collect::<Vec<_>>());
        assert_eq!(today.items.len(), usize::from(because.is_none()));
        assert!(today.removed.iter().all(|removed| removed.out.sentence().say(Lang::En).contains("your own")));
    }
    let gone = today::starting_session(&free(), &today::plan_of_week(&[vec!["own-070707070707"]]));
    assert_eq!(gone.removed.iter().map(|removed| removed.out.because).collect::<Vec<_>>(), [Because::Gone]);
}

#[test]
fn a_beginner_who_makes_no_new_plan_is_held_for_two_weeks_and_no_longer() {
    let today = crate::day::Day::of(AT);
    let easy = Profile { pain: Some(1), ..desk_worker() };
    let add = Edit::Add { weekday: 0, exercise: "single-leg-bridge".into(), minutes: None };
    for (profile, days, comes) in [
        (&easy, None, false),
        (&easy, Some(13), false),
        (&easy, Some(14), true),
        // What pain holds back stays.
        (&desk_worker(), Some(14), false),
    ] {
        let plan = made(&free(), profile);
        let limits = free().since_first_session(days.map(|days: i32| today.plus(-days)), today);
        assert_eq!(edit(&limits, &plan, &add, AT).is_ok(), comes, "{days:?}");
        let anew = edit(&limits, &plan, &Edit::Minutes(30), AT).unwrap().values.level_max;
        assert_eq!(anew, Some(if comes { 3 } else { 1 }), "{days:?}");
        let cleared = super::limits(1, &[]).since_first_session(Some(today.plus(-99)), today);
        assert!(edit(&cleared, &plan, &add, AT).is_err(), "screening holds");
    }
}

#[test]
fn what_stays_survives_a_plan_made_anew() {
    let plan = made(&free(), &desk_worker());
    let lock = Edit::Lock { weekday: Some(0), exercise: on(&plan, 0)[1].clone(), locked: true };
    let plan = do_it(&free(), &plan, &lock).unwrap();
    let added = Edit::Add { weekday: 1, exercise: "chin-tuck".into(), minutes: None };
    let plan = do_it(&free(), &plan, &added).unwrap();
    let stays: Vec<Item> = plan.values.items().items.into_iter().filter(Item::stays).collect();
    assert_eq!(stays.len(), 2);
    let anew = do_it(&free(), &plan, &Edit::Minutes(30)).unwrap();
    assert_eq!(anew.values.minutes, Some(30));
    let still = anew.values.items().items;
    for item in &stays {
        let same = |other: &&Item| (other.weekday, &other.exercise) == (item.weekday, &item.exercise);
        let found = still.iter().find(same).expect("it stays");
        assert_eq!((found.locked, found.origin), (item.locked, item.origin));
    }
    // Days that went away give what stays to the next day there is.
    let fewer = do_it(&free(), &plan, &Edit::Days(vec![2])).unwrap();
    let ids = on(&fewer, 2);
    assert!(stays.iter().all(|item| ids.contains(&item.exercise)));
    assert_eq!(places(&fewer).iter().map(|(day, ..)| *day).max(), Some(2));
    // Unlocked, it may go.
    let pregnant = limits(3, &["pregnancy"]);
    let edited = regenerate(&pregnant, &plan, &Profile::read(&plan.values).unwrap(), AT).unwrap();
    for item in edited.values.items().items.iter().filter_map(Item::find) {
        assert_eq!(pregnant.block(item), None, "{}", item.id);
    }
}

#[test]
fn another_day_is_the_farthest_one_and_rather_one_of_rest() {
    let on_days = |days: &[u8]| {
        let week: Vec<Vec<&str>> =
            (0..7).map(|day| if days.contains(&day) { vec!["walking"] } else { Vec::new() }).collect();
        record("p:1", today::plan_of_week(&week))
    };
    let next = |plan: &Dated<PlanValues>| match another_day(&plan.values, "walking") {
        Some(Edit::Add { weekday, exercise, .. }) if exercise == "walking" => Some(weekday),
        Some(_) => panic!("another change"),
        None => None,
    };
    for (days, day) in [
        (&[0][..], Some(3)),
        (&[0, 3], Some(5)),
        (&[0, 2, 4], Some(1)),
        (&[0, 1, 2, 3, 4, 5], Some(6)),
        (&[0, 1, 2, 3, 4, 5, 6], None),
        (&[], None),
    ] {
        assert_eq!(next(&on_days(days)), day, "{days:?}");
    }
    let mut week = vec![vec!["walking"], vec![], vec![], vec!["cat-cow"], vec![], vec![], vec![]];
    assert_eq!(next(&record("p:1", today::plan_of_week(&week))), Some(4), "as far, and free");
    week[4].push("cat-cow");
    assert_eq!(next(&record("p:1", today::plan_of_week(&week))), Some(3));
}

#[test]
fn items_and_days_move() {
    let plan = made(&free(), &desk_worker());
    let before = on(&plan, 0);
    let last = u32::try_from(before.len()).unwrap() - 1;
    let moved = do_it(&free(), &plan, &Edit::Reorder { weekday: 0, from: 0, to: last }).unwrap();
    let mut expected = before.clone();
    expected.rotate_left(1);
    assert_eq!(on(&moved, 0), expected);
    let back = do_it(&free(), &moved, &Edit::Reorder { weekday: 0, from: last, to: 0 }).unwrap();
    assert_eq!(places(&back), places(&plan));

    let moved = do_it(&free(), &plan, &Edit::MoveDay { from: 0, to: 2 }).unwrap();
    assert_eq!((on(&moved, 2), on(&moved, 0)), (before.clone(), vec![]));
    assert_eq!(moved.values.weekdays, Some(vec![1, 2, 3, 4, 6]));
    let (zero, one) = (before, on(&plan, 1));
    let swapped = do_it(&free(), &plan, &Edit::MoveDay { from: 0, to: 1 }).unwrap();
    assert_eq!((on(&swapped, 0), on(&swapped, 1)), (one, zero));
    assert_eq!(swapped.values.weekdays, plan.values.weekdays);

    let less = do_it(&free(), &plan, &Edit::Remove { weekday: None, exercise: "walking".into() }).unwrap();
    assert!(!places(&less).iter().any(|(.., exercise)| exercise == "walking"));
}

#[test]
fn changes_that_make_no_sense_are_refused_by_field() {
    let plan = made(&free(), &desk_worker());
    let there = on(&plan, 0)[0].clone();
    for (field, change) in [
        ("exercise", Edit::Remove { weekday: None, exercise: "side-plank".into() }),
        ("weekday", Edit::Add { weekday: 7, exercise: "walking".into(), minutes: None }),
        ("exercise", Edit::Add { weekday: 0, exercise: there.clone(), minutes: None }),
        ("minutes", Edit::Add { weekday: 0, exercise: "chin-tuck".into(), minutes: Some(5) }),
        ("minutes", Edit::Add { weekday: 2, exercise: "walking".into(), minutes: Some(0) }),
        ("from", Edit::Reorder { weekday: 0, from: 99, to: 0 }),
        ("to", Edit::Reorder { weekday: 0, from: 0, to: 99 }),
        ("from", Edit::MoveDay { from: 5, to: 0 }),
        ("to", Edit::MoveDay { from: 0, to: 9 }),
        ("weekdays", Edit::Days(vec![])),
        ("minutes", Edit::Minutes(0)),
        ("exercise", swap(Some(0), &there, &on(&plan, 0)[1])),
    ] {
        let Err(NotDone::Refused(refusal)) = edit(&free(), &plan, &change, AT) else { panic!("{field}") };
        assert_eq!(refusal.field, field);
    }
}

#[test]
fn a_change_says_what_it_leads_to() {
    let plan = made(&free(), &desk_worker());
    let longer = Edit::Add { weekday: 0, exercise: "body-scan".into(), minutes: Some(30) };
    let edited = edit(&free(), &plan, &longer, AT).unwrap();
    assert!(edited.gaps.iter().any(|gap| matches!(gap, Gap::Longer(minutes) if *minutes > 40)));
    let strong = Profile { pain: Some(1), experience: Experience::Used, weekdays: vec![0, 1], ..desk_worker() };
    let plan = made(&free(), &strong);
    assert!(!generate::strength_days(&plan.values.items().items));
    let again = Edit::Add { weekday: 1, exercise: "hip-hinge".into(), minutes: None };
    let edited = edit(&free(), &plan, &again, AT).unwrap();
    assert!(edited.gaps.contains(&Gap::StrengthDays));
}
