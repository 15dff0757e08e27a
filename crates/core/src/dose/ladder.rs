//! How a dose grows: from the starting dose, one dimension a step.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use crate::dose::STEPS;
use crate::exercise::{Dose, DoseMode, Ladder};

/// Repetitions more at a time.
pub const REPS_STEP: u32 = 2;
/// Most repetitions on [`Ladder::Reps`].
pub const REPS_TOP: u32 = 12;
/// Most repetitions on [`Ladder::Endurance`].
pub const ENDURANCE_REPS_TOP: u32 = 10;
/// Most sets.
pub const SETS_TOP: u32 = 3;
/// Seconds more of a stretch at a time.
pub const STRETCH_STEP_SECONDS: u32 = 5;
/// Longest hold of a stretch, in seconds.
pub const STRETCH_TOP_SECONDS: u32 = 30;
/// Longest hold of a stretch for people of 65 years and older, in seconds.
pub const STRETCH_TOP_SECONDS_OLDER: u32 = 60;
/// Seconds of one stretch in all, each side, after which it is only kept up.
pub const STRETCH_TOTAL_SECONDS: u32 = 60;
/// Percent more minutes at a time.
pub const MINUTES_STEP_PERCENT: u32 = 10;
/// Fewest minutes more at a time.
pub const MINUTES_STEP_MIN: u32 = 2;
/// Minutes a session after which more days, then pace, come next.
pub const MINUTES_TOP: u32 = 30;
/// Smallest and largest step of a load, in percent. The person chooses the weight; the step only counts.
pub const LOAD_STEP_PERCENT: (u32, u32) = (2, 10);

/// The dose at a step of a ladder. Step 0 is `base`; a step above the top is the top.
///
/// `older` is 65 years or more. On [`Ladder::Load`] the numbers stay: what grows is the weight.
#[must_use]
pub fn dose_at(base: &Dose, ladder: Ladder, step: u32, older: bool) -> Dose {
    climb(base, ladder, older, step).0
}

/// The highest step of a ladder from this starting dose.
#[must_use]
pub fn top(base: &Dose, ladder: Ladder, older: bool) -> u32 {
    climb(base, ladder, older, u32::MAX).1
}

/// Climbs at most `steps` steps; gives where that leads and how many they were.
fn climb(base: &Dose, ladder: Ladder, older: bool, steps: u32) -> (Dose, u32) {
    let most = steps.min(u32::try_from(STEPS.max).unwrap_or(0));
    let mut dose = *base;
    let mut climbed = 0_u32;
    while climbed < most {
        let Some(next) = next(&dose, base, ladder, older) else { break };
        dose = next;
        climbed = climbed.saturating_add(1);
    }
    (dose, climbed)
}

/// One step up; `None` at the top.
fn next(dose: &Dose, base: &Dose, ladder: Ladder, older: bool) -> Option<Dose> {
    match ladder {
        Ladder::Reps => counted(dose, base, REPS_TOP),
        Ladder::Endurance => counted(dose, base, ENDURANCE_REPS_TOP),
        Ladder::Stretch => stretched(dose, older),
        Ladder::Load => Some(*dose),
        Ladder::Minutes => longer(dose),
        Ladder::None => None,
    }
}

fn counted(dose: &Dose, base: &Dose, reps_top: u32) -> Option<Dose> {
    if dose.reps < reps_top {
        return Some(Dose { reps: dose.reps.saturating_add(REPS_STEP).min(reps_top), ..*dose });
    }
    (dose.sets < SETS_TOP).then(|| Dose { sets: dose.sets.saturating_add(1), reps: base.reps, ..*dose })
}

fn stretched(dose: &Dose, older: bool) -> Option<Dose> {
    let longest = if older { STRETCH_TOP_SECONDS_OLDER } else { STRETCH_TOP_SECONDS };
    if dose.hold_seconds < longest {
        let hold_seconds = dose.hold_seconds.saturating_add(STRETCH_STEP_SECONDS).min(longest);
        return Some(Dose { hold_seconds, ..*dose });
    }
    let total = dose.sets.saturating_mul(dose.reps).saturating_mul(dose.hold_seconds);
    // A dose without repetitions or seconds would never get there.
    (total > 0 && total < STRETCH_TOTAL_SECONDS).then(|| Dose { reps: dose.reps.saturating_add(1), ..*dose })
}

fn longer(dose: &Dose) -> Option<Dose> {
    let percent = dose.minutes.saturating_mul(MINUTES_STEP_PERCENT).div_euclid(100);
    let minutes = dose.minutes.saturating_add(percent.max(MINUTES_STEP_MIN)).min(MINUTES_TOP);
    (dose.minutes < MINUTES_TOP).then_some(Dose { minutes, ..*dose })
}

/// At most half the volume of a dose, for a flare: half the sets, or else half the repetitions, or else half the
/// seconds or minutes. A bout is never longer than `bout` minutes.
#[must_use]
pub fn halved(dose: &Dose, bout: u32) -> Dose {
    let half = |number: u32| number.div_euclid(2);
    match dose.mode {
        DoseMode::Minutes => Dose { minutes: half(dose.minutes).min(bout).max(1), ..*dose },
        _ if dose.sets >= 2 => Dose { sets: half(dose.sets), ..*dose },
        _ if dose.reps >= 2 => Dose { reps: half(dose.reps), ..*dose },
        _ => Dose { hold_seconds: half(dose.hold_seconds).max(dose.hold_seconds.min(1)), ..*dose },
    }
}

/// Seconds of one repetition that has neither hold nor tempo.
const REPETITION_SECONDS: u64 = 3;

/// Volume in seconds: sets × repetitions × (hold and tempo), or the minutes.
#[must_use]
pub fn volume(dose: &Dose) -> u64 {
    if dose.mode == DoseMode::Minutes {
        return u64::from(dose.minutes).saturating_mul(60);
    }
    let repetition = repetition_seconds(u64::from(dose.hold_seconds), dose.tempo);
    u64::from(dose.sets.max(1)).saturating_mul(u64::from(dose.reps.max(1))).saturating_mul(repetition)
}

/// Seconds of one repetition: its hold and its tempo.
pub(crate) fn repetition_seconds(hold: u64, tempo: Option<&str>) -> u64 {
    let moving: u64 = tempo.unwrap_or_default().split('-').filter_map(|part| part.parse::<u64>().ok()).sum();
    match hold.saturating_add(moving) {
        0 => REPETITION_SECONDS,
        seconds => seconds,
    }
}
