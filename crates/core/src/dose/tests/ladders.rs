use crate::catalogue;
use crate::dose::ladder::{dose_at, halved, top, volume};
use crate::dose::offers::done;
use crate::dose::{Exercises, STEPS};
use crate::exercise::{Dose, DoseMode, Ladder};
use crate::result::ResultValues;

fn dose(mode: DoseMode, sets: u32, reps: u32, hold_seconds: u32, minutes: u32) -> Dose {
    Dose { mode, sets, reps, hold_seconds, minutes, rest_seconds: 0, tempo: None }
}

/// Every step as sets, repetitions, seconds, minutes.
fn climb(base: &Dose, ladder: Ladder, older: bool) -> Vec<(u32, u32, u32, u32)> {
    let at = |step| {
        let dose = dose_at(base, ladder, step, older);
        (dose.sets, dose.reps, dose.hold_seconds, dose.minutes)
    };
    (0..=top(base, ladder, older)).map(at).collect()
}

#[test]
fn repetitions_then_sets() {
    let steps = climb(&dose(DoseMode::Reps, 2, 8, 5, 0), Ladder::Reps, false);
    assert_eq!(steps, [(2, 8, 5, 0), (2, 10, 5, 0), (2, 12, 5, 0), (3, 8, 5, 0), (3, 10, 5, 0), (3, 12, 5, 0)]);
    let odd = climb(&dose(DoseMode::Reps, 3, 9, 0, 0), Ladder::Reps, false);
    assert_eq!(odd, [(3, 9, 0, 0), (3, 11, 0, 0), (3, 12, 0, 0)]);
}

#[test]
fn endurance_adds_repetitions_and_never_seconds() {
    let steps = climb(&dose(DoseMode::Reps, 2, 6, 8, 0), Ladder::Endurance, false);
    assert_eq!(steps, [(2, 6, 8, 0), (2, 8, 8, 0), (2, 10, 8, 0), (3, 6, 8, 0), (3, 8, 8, 0), (3, 10, 8, 0)]);
}

#[test]
fn a_stretch_grows_to_30_seconds_or_60_and_about_60_in_all() {
    let short = dose(DoseMode::Hold, 1, 1, 20, 0);
    assert_eq!(climb(&short, Ladder::Stretch, false), [(1, 1, 20, 0), (1, 1, 25, 0), (1, 1, 30, 0), (1, 2, 30, 0)]);
    assert_eq!(climb(&short, Ladder::Stretch, true).last(), Some(&(1, 1, 60, 0)));
    let usual = dose(DoseMode::Hold, 2, 1, 30, 0);
    assert_eq!(climb(&usual, Ladder::Stretch, false), [(2, 1, 30, 0)], "60 seconds in all: kept up");
    assert_eq!(top(&dose(DoseMode::Hold, 1, 0, 60, 0), Ladder::Stretch, true), 0);
}

#[test]
fn minutes_grow_by_a_tenth_but_at_least_2_up_to_30() {
    let minutes: Vec<u32> =
        climb(&dose(DoseMode::Minutes, 0, 0, 0, 20), Ladder::Minutes, false).into_iter().map(|step| step.3).collect();
    assert_eq!(minutes, [20, 22, 24, 26, 28, 30]);
    assert_eq!(top(&dose(DoseMode::Minutes, 0, 0, 0, 45), Ladder::Minutes, false), 0);
}

#[test]
fn a_load_keeps_its_numbers_and_calm_does_not_grow() {
    let base = dose(DoseMode::Reps, 3, 8, 0, 0);
    assert_eq!(dose_at(&base, Ladder::Load, 7, false), base);
    assert_eq!(i64::from(top(&base, Ladder::Load, false)), STEPS.max);
    assert_eq!(top(&base, Ladder::None, false), 0);
    assert_eq!(dose_at(&base, Ladder::None, 9, false), base);
}

#[test]
fn every_step_of_the_catalogue_grows_and_stays_within_a_doses_limits() {
    for exercise in catalogue::all() {
        let last = top(&exercise.dose, exercise.ladder, true).min(20);
        for step in 1..=last {
            let (before, after) = (
                dose_at(&exercise.dose, exercise.ladder, step - 1, true),
                dose_at(&exercise.dose, exercise.ladder, step, true),
            );
            let changed = [
                before.sets != after.sets,
                before.reps != after.reps && before.sets == after.sets,
                before.hold_seconds != after.hold_seconds,
                before.minutes != after.minutes,
            ];
            let growing = exercise.ladder != Ladder::Load;
            assert_eq!(changed.iter().filter(|changed| **changed).count(), usize::from(growing), "{}", exercise.id);
            assert!(after.hold_seconds <= Dose::HOLD_SECONDS_MAX && after.reps <= 12.max(exercise.dose.reps));
        }
    }
}

#[test]
fn a_flare_halves_and_walks_in_short_bouts() {
    let half = |dose: Dose| {
        let half = halved(&dose, 10);
        assert!(volume(&half) * 2 <= volume(&dose).max(2), "{}", volume(&half));
        (half.sets, half.reps, half.hold_seconds, half.minutes)
    };
    assert_eq!(half(dose(DoseMode::Reps, 2, 12, 5, 0)), (1, 12, 5, 0));
    assert_eq!(half(dose(DoseMode::Reps, 3, 8, 0, 0)), (1, 8, 0, 0));
    assert_eq!(half(dose(DoseMode::Reps, 1, 9, 0, 0)), (1, 4, 0, 0));
    assert_eq!(half(dose(DoseMode::Hold, 1, 1, 25, 0)), (1, 1, 12, 0));
    assert_eq!(half(dose(DoseMode::Minutes, 0, 0, 0, 14)), (0, 0, 0, 7));
    assert_eq!(half(dose(DoseMode::Minutes, 0, 0, 0, 30)), (0, 0, 0, 10));
}

#[test]
fn volume_is_sets_by_repetitions_by_seconds() {
    assert_eq!(volume(&dose(DoseMode::Reps, 2, 8, 5, 0)), 80);
    assert_eq!(volume(&Dose { tempo: Some("2-1-2"), ..dose(DoseMode::Reps, 2, 8, 5, 0) }), 160);
    assert_eq!(volume(&dose(DoseMode::Reps, 2, 8, 0, 0)), 48, "3 seconds where nothing is said");
    assert_eq!(volume(&dose(DoseMode::Minutes, 0, 0, 0, 10)), 600);
    let done = |exercise: &str, values: ResultValues| done(&values, &Exercises::default().find(exercise).unwrap());
    let reps = ResultValues { sets: Some(2), reps: Some(6), ..ResultValues::default() };
    assert_eq!(done("pelvic-tilt", reps.clone()), 2 * 6 * 10, "held as the dose says");
    assert_eq!(done("bird-dog", reps.clone()), 2 * 2 * 6 * 13, "both sides");
    assert_eq!(done("bird-dog", ResultValues { side: Some("left".into()), ..reps }), 2 * 6 * 13);
    assert_eq!(done("walking", ResultValues { minutes: Some(5), ..ResultValues::default() }), 300);
    assert_eq!(done("walking", ResultValues::default()), 0);
}
