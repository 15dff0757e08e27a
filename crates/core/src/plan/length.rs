//! How long an exercise takes.

use crate::dose::ladder::repetition_seconds;
use crate::exercise::{Dose, DoseMode, Sides};

/// Seconds to get into place before an exercise that is counted. Our choice: see `docs/evidence.md`.
pub const SET_UP_SECONDS: u32 = 20;

/// Seconds that a dose takes: sets, rests between them, both sides, and [`SET_UP_SECONDS`].
///
/// Minutes count as they are: to start walking takes no time of its own.
#[must_use]
pub fn seconds(dose: &Dose, sides: Sides) -> u32 {
    match (dose.mode, sides) {
        (DoseMode::Minutes, _) => dose.minutes.saturating_mul(60),
        (_, Sides::None) => SET_UP_SECONDS.saturating_add(work(dose)),
        (_, Sides::Each) => {
            let both = work(dose).saturating_mul(2).saturating_add(dose.rest_seconds);
            SET_UP_SECONDS.saturating_add(both)
        }
    }
}

/// Seconds of the sets of one side with the rests between them.
pub(super) fn work(dose: &Dose) -> u32 {
    if dose.mode == DoseMode::Minutes {
        return dose.minutes.saturating_mul(60);
    }
    let repetition = repetition_seconds(u64::from(dose.hold_seconds), dose.tempo);
    let repetition = u32::try_from(repetition).unwrap_or(u32::MAX);
    let set = repetition.saturating_mul(dose.reps);
    let rests = dose.rest_seconds.saturating_mul(dose.sets.saturating_sub(1));
    set.saturating_mul(dose.sets).saturating_add(rests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn seconds_follow_from_the_dose() {
        for (id, expected) in [
            // 2 sets of 8 at 2-1-2 with 5 s of holding, 30 s of rest, 20 s to lie down.
            ("pelvic-tilt", 2 * 8 * 10 + 30 + 20),
            // 3 holds of 20 s a side, 5 rests of 10 s.
            ("knee-to-chest", 2 * 3 * 20 + 5 * 10 + 20),
            ("cat-cow", 8 * 6 + 20),
            ("walking", 600),
        ] {
            let exercise = catalogue::find(id).unwrap();
            assert_eq!(seconds(&exercise.dose, exercise.sides), expected, "{id}");
        }
    }

    #[test]
    fn absurd_doses_end_at_the_largest_number() {
        let dose = Dose { sets: u32::MAX, reps: u32::MAX, ..catalogue::find("pelvic-tilt").unwrap().dose };
        assert_eq!(seconds(&dose, Sides::Each), u32::MAX);
    }
}
