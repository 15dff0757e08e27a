use super::changing::own;
use super::*;
use crate::day::Day;
use crate::dose::zone::Zone;
use crate::dose::{Context, DayOffValues, Doses, ExerciseDose, Fold, Key, Side, Status};
use crate::exercise::{Dose, Exercise, Sides};
use crate::plan::today::{Dosing, within};

/// A Monday.
pub(super) fn monday() -> Day {
    "2026-11-23".parse().unwrap()
}

fn starting(_: &str, _: Side) -> Option<Dose> {
    None
}

/// The session with doses from anywhere.
fn session(
    limits: &Limits,
    plan: &PlanValues,
    today: Day,
    days_off: &[Dated<DayOffValues>],
    doses: &dyn Fn(&str, Side) -> Option<Dose>,
    flare: bool,
) -> SessionPlan {
    let (moved_to, not_now) = (|_: &str| None, |_: &str| None);
    let level_max = Exercise::LEVEL_MAX;
    let dosing = Dosing { doses, moved_to: &moved_to, not_now: &not_now, level_max, flare };
    within(limits, plan, today, days_off, &dosing)
}

/// Monday's session with the starting doses.
pub(super) fn starting_session(limits: &Limits, plan: &PlanValues) -> SessionPlan {
    session(limits, plan, monday(), &[], &starting, false)
}

/// What the rules say of an empty log, but for one exercise.
fn with(exercise: &str, status: Status, moved_to: Option<&str>) -> Doses {
    with_sides(exercise, &[(Side::Both, status, moved_to)])
}

/// The same, side by side.
pub(super) fn with_sides(exercise: &str, sides: &[(Side, Status, Option<&str>)]) -> Doses {
    let mut doses = Fold::new().today(monday(), &Context::default());
    doses.level_max = Exercise::LEVEL_MAX;
    let dose = catalogue::find(exercise).unwrap().dose;
    for (side, status, moved_to) in sides {
        let moved_to = moved_to.map(str::to_owned);
        let one = ExerciseDose { step: 0, dose, zone: Zone::Red, status: *status, moved_to, because: Vec::new() };
        doses.exercises.insert(Key { exercise: exercise.to_owned(), side: *side }, one);
    }
    doses
}

/// A plan of these exercises on these days.
fn plan_of(exercises: &[&str], weekdays: std::ops::RangeInclusive<u8>) -> PlanValues {
    let day = |weekday| if weekdays.contains(&weekday) { exercises.to_vec() } else { Vec::new() };
    plan_of_week(&(0..7).map(day).collect::<Vec<_>>())
}

/// A plan of these exercises from Monday on.
pub(super) fn plan_of_week(week: &[Vec<&str>]) -> PlanValues {
    let item = |weekday: u8, exercise: &str| Item {
        weekday,
        place: 0,
        exercise: exercise.into(),
        minutes: None,
        locked: false,
        origin: Origin::Own,
        reasons: vec![],
    };
    let days = (0..7).zip(week);
    let items: Vec<Item> =
        days.flat_map(|(weekday, exercises)| exercises.iter().map(move |exercise| item(weekday, exercise))).collect();
    let mut values = PlanValues { level_max: Some(3), ..PlanValues::default() };
    values.set_items(&items);
    values
}

#[test]
fn what_the_dose_rules_paused_or_put_away_is_left_out_and_what_was_accepted_comes_in() {
    let plan = made(&free(), &desk_worker()).values;
    let first = ids(&session(&free(), &plan, monday(), &[], &starting, false)).remove(0);
    for (status, rule) in [(Status::Paused, "out-paused"), (Status::Retired, "out-retired")] {
        let today = crate::plan::session(&free(), &plan, monday(), &[], &with(&first, status, None));
        assert!(!ids(&today).contains(&first), "{rule}");
        let removed: Vec<_> = today.removed.iter().map(|removed| removed.out.because.rule()).collect();
        assert_eq!(removed, [rule]);
        assert!(today.removed[0].out.sentence().say(Lang::En).contains("too much"));
        assert!(today.removed[0].instead.is_some_and(|instead| instead.id != first));
    }
    let swapped = crate::plan::session(&free(), &plan, monday(), &[], &with(&first, Status::Paused, Some("cat-cow")));
    assert!(ids(&swapped).contains(&"cat-cow".to_owned()) && !ids(&swapped).contains(&first));
    let kneeling = limits(3, &["cannot-kneel"]);
    let blocked = crate::plan::session(&kneeling, &plan, monday(), &[], &with(&first, Status::Paused, Some("cat-cow")));
    assert!(!ids(&blocked).contains(&"cat-cow".to_owned()) && !ids(&blocked).contains(&first));
}

#[test]
fn what_one_side_moved_on_to_waits_for_the_other_side() {
    use Status::{Active, Flare, Paused, Retired};
    let (small, slider) = ("nerve-glide-small", "nerve-glide-slider");
    let plan = plan_of(&[small], 0..=0);
    let comes = |sides: &[(Side, Status, Option<&str>)]| {
        let today = crate::plan::session(&free(), &plan, monday(), &[], &with_sides(small, sides));
        let removed: Vec<_> = today.removed.iter().map(|removed| removed.out.because.rule()).collect();
        assert!(
            today.removed.iter().all(|removed| removed.out.because != Because::OneSide || removed.instead.is_none())
        );
        (ids(&today), removed)
    };
    let on = Some(slider);
    let (left, right) = (|status, to| (Side::Left, status, to), |status, to| (Side::Right, status, to));
    let (kept, out) = (vec![small.to_owned()], Vec::<String>::new());
    assert_eq!(comes(&[left(Active, on), right(Active, on)]), (vec![slider.to_owned()], vec![]));
    for other in [
        vec![left(Active, on), right(Active, None)],
        vec![left(Active, None), right(Active, on)],
        vec![left(Flare, None), right(Active, on)],
        vec![left(Active, on), right(Active, Some("cat-cow"))],
        // The other side was never done.
        vec![left(Active, on)],
    ] {
        assert_eq!(comes(&other), (kept.clone(), vec!["out-one-side"]));
    }
    for (sides, rule) in [
        ([left(Active, on), right(Retired, None)], "out-retired"),
        ([left(Retired, None), right(Active, on)], "out-retired"),
        ([left(Active, on), right(Paused, None)], "out-paused"),
        // Another side's harder exercise is nothing to do instead, and neither is what was put away with its side.
        ([left(Paused, None), right(Active, on)], "out-paused"),
        ([left(Paused, Some("cat-cow")), right(Retired, None)], "out-retired"),
    ] {
        assert_eq!(comes(&sides), (out.clone(), vec![rule]));
    }
    // What was accepted for the side that is too much is done on both.
    for sides in
        [[left(Active, on), right(Paused, Some("cat-cow"))], [left(Paused, Some("cat-cow")), right(Active, None)]]
    {
        assert_eq!(comes(&sides), (vec!["cat-cow".to_owned()], vec![]));
    }
}

#[test]
fn what_was_accepted_does_not_come_twice_on_a_day() {
    let plan = from_preset(&free(), "eighteen-minutes", &[0]).unwrap().values(AT, &[]);
    let doses = with("glute-bridge", Status::Paused, Some("pelvic-tilt"));
    let today = crate::plan::session(&free(), &plan, monday(), &[], &doses);
    assert_eq!(ids(&today), ["cat-cow", "pelvic-tilt", "walking", "knee-to-chest"]);
    let removed: Vec<_> = today.removed.iter().map(|removed| removed.out.because.rule()).collect();
    assert_eq!(removed, ["out-twice", "out-paused"]);
    assert_eq!(today.removed[0].out.sentence().say(Lang::En), "Pelvic tilt is in the plan for the same day already.");
    assert!(today.removed[0].instead.is_none() && today.removed[1].instead.is_some());
    // Two that lead to one: the first has it.
    let two = plan_of(&["glute-bridge", "partial-crunch"], 0..=0);
    let mut doses = doses;
    doses.exercises.extend(with("partial-crunch", Status::Paused, Some("pelvic-tilt")).exercises);
    assert_eq!(ids(&crate::plan::session(&free(), &two, monday(), &[], &doses)), ["pelvic-tilt"]);
}

#[test]
fn strength_that_was_accepted_leaves_a_day_in_between() {
    let plan = plan_of(&["sit-to-stand"], 0..=6);
    let doses = with("sit-to-stand", Status::Active, Some("hip-hinge"));
    let week: Vec<Vec<String>> = (0..7)
        .map(|day| {
            let today = crate::plan::session(&free(), &plan, monday().plus(day), &[], &doses);
            let removed: Vec<_> = today.removed.iter().map(|removed| removed.out.because.rule()).collect();
            assert_eq!(removed, if ids(&today) == ["hip-hinge"] { vec![] } else { vec!["out-day-between"] });
            ids(&today)
        })
        .collect();
    let (hinge, stand) = (["hip-hinge"], ["sit-to-stand"]);
    assert_eq!(week, [hinge, stand, hinge, stand, hinge, stand, stand], "Sunday is beside Monday");
    // Beside a day of the plan's own.
    let mut items = plan.items().items;
    items[3].exercise = "glute-bridge".into();
    let mut own = plan.clone();
    own.set_items(&items);
    let on = |day| ids(&crate::plan::session(&free(), &own, monday().plus(day), &[], &doses));
    assert_eq!([0, 1, 2, 3, 4, 5].map(on), [hinge, stand, stand, ["glute-bridge"], stand, hinge]);
}

#[test]
fn pain_that_is_higher_now_takes_out_what_is_above_its_level() {
    let plan = made(&free(), &desk_worker()).values;
    let mut doses = Fold::new().today(monday(), &Context::default());
    doses.level_max = 0;
    for day in 0..7 {
        let today = crate::plan::session(&free(), &plan, monday().plus(day), &[], &doses);
        let level = |item: &SessionItem| item.exercise.map_or(0, |exercise| exercise.level);
        assert!(today.items.iter().all(|item| level(item) == 0));
        assert!(today.removed.iter().all(|removed| removed.out.because.rule() == "out-level"));
    }
}

fn off(reason: &str, from: &str, to: Option<&str>) -> Dated<DayOffValues> {
    let values = DayOffValues {
        reason: Some(reason.into()),
        from: Some(from.into()),
        to: to.map(Into::into),
        ..DayOffValues::default()
    };
    Dated::new("f:1", AT, values)
}

fn ids(session: &SessionPlan) -> Vec<String> {
    session.items.iter().map(|item| item.item.exercise.clone()).collect()
}

#[test]
fn today_is_what_the_plan_has_for_the_day() {
    let plan = made(&free(), &desk_worker()).values;
    let today = session(&free(), &plan, monday(), &[], &starting, false);
    let planned: Vec<String> =
        plan.items().items.into_iter().filter(|item| item.weekday == 0).map(|item| item.exercise).collect();
    assert_eq!(ids(&today), planned);
    assert_eq!((today.nothing, today.removed.len(), today.skipped), (None, 0, 0));
    assert!(today.seconds <= 18 * 60 && today.seconds > 14 * 60, "{}", today.seconds);
    assert_eq!(today.extras, [Extra::MovementBreak, Extra::DeskCheck, Extra::Learn]);
    for item in &today.items {
        let exercise = item.exercise.unwrap();
        assert_eq!(item.doses.len(), if exercise.sides == Sides::Each { 2 } else { 1 });
        if item.item.minutes.is_none() {
            assert_eq!(item.seconds, seconds(&exercise.dose, exercise.sides), "{}", exercise.id);
        }
    }
    // Wednesday is a day of rest, with its break from sitting.
    let rest = session(&free(), &plan, monday().plus(2), &[], &starting, false);
    assert_eq!((rest.nothing, rest.extras), (Some(Nothing::Rest), vec![Extra::MovementBreak]));
}

#[test]
fn a_new_caution_takes_an_exercise_out_at_once() {
    let plan = made(&free(), &desk_worker()).values;
    let pregnant = limits(3, &["pregnancy"]);
    let before = session(&free(), &plan, monday(), &[], &starting, false);
    let today = session(&pregnant, &plan, monday(), &[], &starting, false);
    assert!(!today.removed.is_empty());
    assert_eq!(today.items.len() + today.removed.len(), before.items.len());
    for item in &today.items {
        assert_eq!(pregnant.block(item.exercise.unwrap()), None);
    }
    for removed in &today.removed {
        assert_eq!(removed.out.because, Because::Condition("pregnancy"));
        let instead = removed.instead.expect("something else of the kind is left");
        assert_eq!(instead.kind, removed.out.exercise.unwrap().kind);
        assert_eq!(pregnant.block(instead), None);
        assert!(!ids(&today).contains(&instead.id.to_owned()));
    }
}

#[test]
fn a_day_off_has_no_session_and_owes_none() {
    let plan = made(&free(), &desk_worker()).values;
    for (expected, day_off) in [
        (Some(Nothing::Illness), off("illness", "2026-11-23", None)),
        (Some(Nothing::Travel), off("travel", "2026-11-20", Some("2026-11-23"))),
        (Some(Nothing::Rest), off("rest", "2026-11-23", Some("2026-11-29"))),
        (None, off("illness", "2026-11-22", None)),
        (None, off("travel", "2026-11-24", Some("2026-11-29"))),
        (None, off("flare", "2026-11-23", None)),
        (None, off("of-a-newer-version", "2026-11-23", None)),
        (None, off("illness", "yesterday", None)),
    ] {
        let today = session(&free(), &plan, monday(), &[day_off], &starting, false);
        assert_eq!(today.nothing, expected);
        assert_eq!(today.items.is_empty() && today.extras.is_empty(), expected.is_some());
    }
}

#[test]
fn a_flare_halves_everything_and_keeps_to_level_0() {
    let plan = made(&free(), &desk_worker()).values;
    for day in 0..7 {
        let normal = session(&free(), &plan, monday().plus(day), &[], &starting, false);
        let flare = session(&free(), &plan, monday().plus(day), &[], &starting, true);
        assert!(ids(&flare).contains(&"diaphragmatic-breathing".to_owned()), "day {day}");
        for item in &flare.items {
            let exercise = item.exercise.unwrap();
            assert_eq!(exercise.level, 0);
            if exercise.kind == Kind::Aerobic {
                assert_eq!(item.notes.len(), 1);
            }
            if let Some(same) = normal.items.iter().find(|other| other.item.exercise == item.item.exercise) {
                let volume = |item: &SessionItem| {
                    let dose = item.doses[0].dose;
                    dose.sets.max(1) * dose.reps.max(1) * dose.hold_seconds.max(1) * dose.minutes.max(1)
                };
                assert!(volume(item) * 2 <= volume(same) + 1, "{}", exercise.id);
            }
        }
        for removed in &flare.removed {
            assert_eq!(removed.out.because, Because::Level { most: 0, cap: Cap::Flare });
        }
    }
}

#[test]
fn steps_change_the_dose_and_minutes_in_proportion() {
    let plan = made(&free(), &desk_worker()).values;
    let more = |id: &str, side: Side| {
        let dose = catalogue::find(id)?.dose;
        Some(match id {
            "walking" => Dose { minutes: dose.minutes * 2, ..dose },
            _ if side == Side::Right => Dose { sets: dose.sets + 1, ..dose },
            _ => dose,
        })
    };
    let long = PlanValues { minutes: Some(60), ..plan.clone() };
    let mut walks = 0;
    for day in 0..7 {
        let normal = session(&free(), &long, monday().plus(day), &[], &starting, false);
        let today = session(&free(), &long, monday().plus(day), &[], &more, false);
        for (item, same) in today.items.iter().zip(&normal.items) {
            if item.item.exercise == "walking" {
                assert_eq!(item.doses[0].dose.minutes, same.doses[0].dose.minutes * 2);
                walks += 1;
            } else if item.doses.len() == 2 {
                assert_eq!(item.doses[1].dose.sets, item.doses[0].dose.sets + 1);
                assert!(item.seconds > same.seconds);
            }
        }
        // In a plan of 18 minutes the walk gives way.
        let short = session(&free(), &plan, monday().plus(day), &[], &more, false);
        let walk = short.items.iter().find(|item| item.item.exercise == "walking");
        assert!(walk.is_none_or(|walk| walk.doses[0].dose.minutes <= 3 || short.seconds <= 18 * 60));
    }
    assert!(walks > 0);
}

#[test]
fn what_this_version_does_not_know_stays_out() {
    let mut values = made(&free(), &desk_worker()).values;
    let known = own(0, Some(&[]));
    let (free, own) = (free().with_own(std::slice::from_ref(&known)), known.id);
    let item = |exercise: &str| Item {
        weekday: 0,
        place: 0,
        exercise: exercise.into(),
        minutes: None,
        locked: false,
        origin: Origin::Own,
        reasons: vec![],
    };
    values.set_items(&[item("of-a-newer-version"), item(&own)]);
    let today = session(&free, &values, monday(), &[], &starting, false);
    assert_eq!(ids(&today), [own]);
    assert_eq!(today.items[0].notes.len(), 1);
    assert_eq!(today.removed.iter().map(|removed| removed.out.because).collect::<Vec<_>>(), [Because::Newer]);
    let flare = session(&free, &values, monday(), &[], &starting, true);
    assert_eq!(ids(&flare), ["diaphragmatic-breathing"]);
    let none = session(&limits(3, &["breath-panic"]), &values, monday(), &[], &starting, true);
    assert_eq!(none.nothing, Some(Nothing::Removed));
}

#[test]
fn what_is_done_differently_is_said() {
    let plan = made(&free(), &Profile { dislikes: texts(&["seated-march"]), ..desk_worker() }).values;
    let heavy = limits(3, &["claudication"]);
    let walk = (0..7).find_map(|day| {
        let today = session(&heavy, &plan, monday().plus(day), &[], &starting, false);
        today.items.into_iter().find(|item| item.item.exercise == "walking")
    });
    let notes: Vec<String> = walk.unwrap().notes.iter().map(|note| note.say(Lang::En)).collect();
    assert_eq!(notes, ["Walk in short bouts, and sit down in between."]);
}
