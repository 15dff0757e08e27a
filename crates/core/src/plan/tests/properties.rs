//! Random people: whatever they say, the plan keeps to the limits and says what it leaves out.

use super::*;
use crate::cases::cases;
use crate::condition::Condition;
use crate::dose::{Doses, ExerciseDose, Key, Side, Status};
use crate::exercise::{Bias, Sides};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;

const CASES: u32 = 20_000;

/// What there is to exercise with, beside what is at hand anywhere.
const THINGS: &[&str] =
    &["mat", "strap", "towel", "towel roll", "resistance band", "weight", "pool", "stationary bike", "chair"];

fn some<T: Clone + std::fmt::Debug + 'static>(all: &[T], most: usize) -> impl Strategy<Value = Vec<T>> + use<T> {
    subsequence(all.to_vec(), 0..=most.min(all.len()))
}

fn profiles() -> impl Strategy<Value = Profile> {
    let pain = || proptest::option::weighted(0.9, 0..=10_u8);
    let ids: Vec<&'static str> = catalogue::all().iter().map(|exercise| exercise.id).collect();
    let person = (
        some(Region::ALL, 3),
        pain(),
        pain(),
        proptest::option::of(select(vec![Irritability::Low, Irritability::Moderate, Irritability::High])),
        some(Goal::ALL, 2),
        select(Experience::ALL),
        any::<bool>(),
        any::<bool>(),
    );
    let week = (
        prop_oneof![6 => 5..=45_u32, 1 => 3..=4_u32, 2 => 46..=120_u32],
        subsequence(vec![0_u8, 1, 2, 3, 4, 5, 6], 1..=7),
        some(THINGS, THINGS.len()),
        some(&ids, 3),
        some(&ids, 3),
        some(&[Bias::Flexion, Bias::Extension], 2),
    );
    (person, week).prop_map(|(person, week)| {
        let (regions, pain, leg, irritability, goals, experience, first_weeks, age_65) = person;
        let (minutes, weekdays, equipment, likes, dislikes, directions) = week;
        let dislikes: Vec<&str> = dislikes.into_iter().filter(|id| !likes.contains(id)).collect();
        Profile {
            regions,
            pain,
            leg,
            irritability,
            goals,
            minutes,
            weekdays,
            equipment: texts(&equipment),
            experience,
            first_weeks,
            likes: texts(&likes),
            dislikes: texts(&dislikes),
            directions,
            age_65,
            keep: vec![],
        }
    })
}

fn people() -> impl Strategy<Value = (u8, Vec<&'static str>, Profile)> {
    let ids: Vec<&'static str> = Condition::all().iter().map(|condition| condition.id).collect();
    (0..=3_u8, prop_oneof![3 => some(&ids, 3), 1 => some(&ids, 8)], profiles())
}

/// The same person, with every list the other way round.
fn turned(profile: &Profile) -> Profile {
    let mut turned = profile.clone();
    turned.regions.reverse();
    turned.goals.reverse();
    turned.weekdays.reverse();
    turned.equipment.reverse();
    turned.likes.reverse();
    turned.dislikes.reverse();
    turned.directions.reverse();
    // Said twice is said once.
    turned.weekdays.extend(profile.weekdays.first());
    turned
}

fn check(level_max: u8, ids: &[&'static str], profile: &Profile) -> Generated {
    let limits = limits(level_max, ids);
    let generated = generate::within(&limits, profile).unwrap();
    let conditions: Vec<_> = ids.iter().map(|id| Condition::find(id).unwrap()).collect();
    let severity = profile.pain.unwrap_or(4).max(profile.leg.unwrap_or(0));
    let mut strength = [false; 7];
    for day in 0..7_u8 {
        let of_day: Vec<_> = generated.items.iter().filter(|item| item.weekday == day).collect();
        assert_eq!(
            of_day.is_empty(),
            !profile.weekdays.contains(&day),
            "a session on each day of the plan and no other"
        );
        let mut seen = std::collections::BTreeSet::new();
        let mut seconds_used = 0;
        let mut before = 0;
        for (place, item) in (0..).zip(&of_day) {
            let exercise = item.find().expect("of the catalogue");
            for condition in &conditions {
                assert_eq!(condition.blocks(exercise), None, "{} for {}", exercise.id, condition.id);
            }
            assert!(exercise.level <= level_max && exercise.level <= generated.level_max, "{}", exercise.id);
            assert!(exercise.level == 0 || severity < 7, "{}", exercise.id);
            assert!(exercise.level <= 1 || severity < 4, "{}", exercise.id);
            assert!(!profile.dislikes.iter().any(|id| id == exercise.id));
            assert_ne!(exercise.kind, Kind::Posture);
            assert!(seen.insert(exercise.id), "{} twice", exercise.id);
            assert_eq!(item.place, place);
            assert!(!item.reasons.is_empty(), "{}", exercise.id);
            let kind = generate::KINDS.iter().position(|kind| *kind == exercise.kind).unwrap();
            assert!(kind >= before, "out of order");
            before = kind;
            seconds_used +=
                item.minutes.map_or_else(|| seconds(&exercise.dose, exercise.sides), |minutes| minutes * 60);
            strength[usize::from(day)] |= exercise.kind == Kind::Strength && exercise.level > 0;
        }
        assert!(seconds_used <= profile.minutes * 60, "{seconds_used} seconds");
    }
    for day in 0..7 {
        assert!(!(strength[day] && strength[(day + 1) % 7]), "strength on two days in a row");
    }
    for id in profile.regions.iter().flat_map(|region| catalogue::article(*region)).chain(catalogue::mission()) {
        let exercise = catalogue::find(id).unwrap();
        let inside = generated.items.iter().any(|item| item.exercise == *id);
        let told = generated.left_out.iter().filter(|out| out.exercise == Some(exercise)).count();
        let expected = usize::from(!inside && exercise.kind != Kind::Posture);
        assert_eq!(told, expected, "{id} is in, or it is told why not");
    }
    assert!(check_fields(&generated.values(AT, &[])).is_ok());
    let reversed: Vec<_> = ids.iter().rev().copied().collect();
    let other = generate::within(&Limits::new(level_max, reversed), &turned(profile)).unwrap();
    assert_eq!(other, generated, "the same again, in whatever order things are said");
    generated
}

#[test]
#[expect(clippy::print_stderr, reason = "the counts of a run are what it is read for")]
fn whoever_they_are_the_plan_keeps_to_the_limits() {
    let (people_seen, strength, aerobic, short) =
        (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..cases(CASES) });
    let ran = runner.run(&people(), |(level_max, ids, profile)| {
        let generated = check(level_max, &ids, &profile);
        let more = |count: &Cell<u32>, yes: bool| count.set(count.get() + u32::from(yes));
        more(&people_seen, true);
        more(&strength, generated.gaps.contains(&Gap::Limits(Kind::Strength)));
        more(&aerobic, generated.gaps.contains(&Gap::Limits(Kind::Aerobic)));
        more(&short, generated.gaps.iter().any(|gap| matches!(gap, Gap::Minutes(_))));
        Ok(())
    });
    ran.unwrap();
    let (seen, strength, aerobic, short) = (people_seen.get(), strength.get(), aerobic.get(), short.get());
    eprintln!("{seen} people: no strength {strength}, nothing aerobic {aerobic}, a session under 80 percent {short}");
    assert_eq!(strength, 0);
    assert!(aerobic * 1_000 <= seen * 3, "{aerobic} of {seen}");
    assert!(short * 100 <= seen, "{short} of {seen}");
}

/// What the rules say of an exercise, side by side, and where it leads.
fn accepted() -> impl Strategy<Value = Doses> {
    let ids: Vec<&'static str> = catalogue::all().iter().map(|exercise| exercise.id).collect();
    let statuses = vec![Status::Active, Status::Active, Status::Paused, Status::Retired];
    let side = (select(statuses), proptest::option::weighted(0.8, select(ids.clone())));
    let one = (select(ids), side.clone(), side, any::<bool>());
    (proptest::collection::vec(one, 0..30), any::<bool>()).prop_map(|(all, flare)| {
        let mut doses = today::with_sides("walking", &[]);
        doses.level_max = if flare { 1 } else { Exercise::LEVEL_MAX };
        for (id, (left, to), (right, to_right), same) in all {
            let right_to = if same { to } else { to_right };
            let sides = match catalogue::find(id).unwrap().sides {
                Sides::None => vec![(Side::Both, left, to)],
                Sides::Each => vec![(Side::Left, left, to), (Side::Right, right, right_to)],
            };
            doses.exercises.extend(today::with_sides(id, &sides).exercises);
        }
        doses
    })
}

#[test]
fn whatever_was_accepted_no_day_has_it_twice_and_strength_has_its_days_between() {
    let ids: Vec<&'static str> = catalogue::all().iter().map(|exercise| exercise.id).collect();
    let week = proptest::collection::vec(subsequence(ids, 0..=6), 7);
    let came_in = Cell::new(0_u32);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..cases(2_000) });
    let ran = runner.run(&(week, accepted()), |(week, doses)| {
        let plan = today::plan_of_week(&week);
        let sessions: Vec<SessionPlan> =
            (0..7).map(|day| session(&free(), &plan, today::monday().plus(day), &[], &doses)).collect();
        let is_strength = |item: &SessionItem| {
            item.exercise.is_some_and(|exercise| exercise.kind == Kind::Strength && exercise.level > 0)
        };
        for (day, today) in sessions.iter().enumerate() {
            let mut seen = std::collections::BTreeSet::new();
            for item in &today.items {
                let id = item.item.exercise.as_str();
                assert!(seen.insert(id), "{id} twice");
                let sides = doses.exercises.iter().filter(|(key, _)| key.exercise == id);
                let statuses: Vec<Status> = sides.map(|(_, one)| one.status).collect();
                assert!(!statuses.contains(&Status::Paused) && !statuses.contains(&Status::Retired), "{id}");
                if week[day].contains(&id) {
                    continue;
                }
                came_in.set(came_in.get() + 1);
                let leads_here = |id: &str| {
                    let of = |(key, one): (&Key, &ExerciseDose)| (key.exercise == id).then(|| one.clone());
                    let sides: Vec<ExerciseDose> = doses.exercises.iter().filter_map(of).collect();
                    let to = |one: &ExerciseDose| one.moved_to.as_deref() == Some(item.item.exercise.as_str());
                    let paused = |one: &&ExerciseDose| one.status == Status::Paused;
                    sides.iter().all(|one| one.status != Status::Retired)
                        && (sides.iter().filter(paused).any(to) || sides.iter().all(to))
                };
                assert!(week[day].iter().any(|id| leads_here(id)), "{id}: nobody accepted it");
                if is_strength(item) {
                    for beside in [(day + 1) % 7, (day + 6) % 7] {
                        assert!(!sessions[beside].items.iter().any(is_strength), "{id} beside strength");
                    }
                }
            }
            for removed in today.removed.iter().filter_map(|removed| removed.instead) {
                assert!(seen.insert(removed.id), "{} is offered and there", removed.id);
            }
        }
        Ok(())
    });
    ran.unwrap();
    assert!(came_in.get() > 1_000, "{}", came_in.get());
}
