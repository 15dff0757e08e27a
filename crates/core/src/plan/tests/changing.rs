use super::*;

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
    let id = "own-070707070707".to_owned();
    let change = Edit::Add { weekday: 0, exercise: id.clone(), minutes: Some(4) };
    let edited = edit(&free(), &plan, &change, AT).unwrap();
    assert!(edited.unchecked.is_some());
    assert_eq!(on(&record("p:2", edited.values), 0).last(), Some(&id));
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
