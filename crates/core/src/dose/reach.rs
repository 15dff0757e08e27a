//! Whether a result reaches the dose that a day has for it.

use super::fold::sides;
use super::{Doses, Exercises, Key};
use crate::exercise::{Dose, DoseMode};
use crate::result::ResultValues;

impl Doses {
    /// Whether a result reaches the dose of its exercise, and of the side that was done; of both, if it names none.
    ///
    /// An exercise that was never done has the dose to begin with. `None` if the result gives no amount, or if nobody
    /// here knows the exercise: then there is nothing to compare.
    #[must_use]
    pub fn reached(&self, values: &ResultValues, exercises: &Exercises<'_>) -> Option<bool> {
        let id = values.exercise.as_deref()?;
        let known = exercises.find(id)?;
        let dose = |side| {
            let of_day = self.exercises.get(&Key { exercise: id.to_owned(), side });
            of_day.map_or(*known.dose(), |of_day| of_day.dose)
        };
        let sides = sides(&known, values.side.as_deref()).iter();
        let reached: Option<Vec<bool>> = sides.map(|side| reaches(values, &dose(*side))).collect();
        reached.map(|reached| reached.iter().all(|reached| *reached))
    }
}

/// Whether the amounts come to the dose: minutes, or sets times repetitions times seconds of holding.
///
/// Sets and repetitions that were not given count as one. A hold that was not given was the one that was asked for,
/// since people say how often before they say how long.
fn reaches(values: &ResultValues, dose: &Dose) -> Option<bool> {
    if dose.mode == DoseMode::Minutes {
        return values.minutes.map(|minutes| minutes >= i64::from(dose.minutes));
    }
    if [values.sets, values.reps, values.hold_seconds].iter().all(Option::is_none) {
        return None;
    }
    let asked_hold = i64::from(dose.hold_seconds);
    let hold = if asked_hold == 0 { 1 } else { values.hold_seconds.unwrap_or(asked_hold) };
    let amount = |sets: i64, reps: i64, hold: i64| sets.saturating_mul(reps).saturating_mul(hold);
    let reached = amount(values.sets.unwrap_or(1), values.reps.unwrap_or(1), hold);
    Some(reached >= amount(dose.sets.into(), dose.reps.into(), asked_hold.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::dose::{Context, Fold};

    fn reached(values: &ResultValues) -> Option<bool> {
        Fold::default().today(Day(20_000), &Context::default()).reached(values, &Exercises::default())
    }

    fn of(exercise: &str) -> ResultValues {
        ResultValues { exercise: Some(exercise.into()), ..Default::default() }
    }

    #[test]
    fn an_amount_is_compared_with_the_dose() {
        // 2 sets of 8, held for 5 seconds.
        let tilt = |sets, reps, hold_seconds| reached(&ResultValues { sets, reps, hold_seconds, ..of("pelvic-tilt") });
        assert_eq!(tilt(Some(2), Some(8), Some(5)), Some(true));
        assert_eq!(tilt(Some(2), Some(8), None), Some(true));
        assert_eq!(tilt(Some(4), Some(4), None), Some(true));
        assert_eq!(tilt(Some(2), Some(8), Some(4)), Some(false));
        assert_eq!(tilt(None, Some(8), None), Some(false));
        assert_eq!(tilt(Some(2), None, None), Some(false));
        assert_eq!(tilt(Some(i64::MAX), Some(i64::MAX), Some(i64::MAX)), Some(true));
        let walk = |minutes| reached(&ResultValues { minutes, ..of("walking") });
        assert_eq!((walk(Some(1)), walk(Some(60))), (Some(false), Some(true)));
    }

    #[test]
    fn without_an_amount_or_an_exercise_there_is_nothing_to_compare() {
        assert_eq!(reached(&of("walking")), None);
        assert_eq!(reached(&ResultValues { effort: Some(3), ..of("pelvic-tilt") }), None);
        assert_eq!(reached(&ResultValues { reps: Some(8), ..of("from-a-newer-version") }), None);
        assert_eq!(reached(&ResultValues { reps: Some(8), ..Default::default() }), None);
    }

    #[test]
    fn every_starting_dose_reaches_itself() {
        for exercise in crate::catalogue::all() {
            let dose = &exercise.dose;
            let counted = dose.mode != DoseMode::Minutes;
            let some = |number: u32| (counted && number > 0).then_some(i64::from(number));
            let minutes = (!counted).then_some(i64::from(dose.minutes));
            let (sets, reps, hold_seconds) = (some(dose.sets), some(dose.reps), some(dose.hold_seconds));
            let values = ResultValues { sets, reps, hold_seconds, minutes, ..of(exercise.id) };
            assert_eq!(reached(&values), Some(true), "{}", exercise.id);
        }
    }
}
