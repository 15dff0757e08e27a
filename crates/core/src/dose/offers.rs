//! Which of the rises that exercises are ready for are offered on one day.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::dose::known::{Exercises, Known};
use crate::dose::ladder::{LOAD_STEP_PERCENT, dose_at, repetition_seconds, volume};
use crate::dose::proposal::Key;
use crate::dose::rule::Rule;
use crate::dose::track::Track;
use crate::exercise::{DoseMode, Ladder, Sides};
use crate::result::ResultValues;

/// Most exercises that grow on one day. Left and right of one exercise are one.
pub const RISES_A_DAY: usize = 2;
/// Most that the volume of a week may grow by, in percent.
pub const WEEK_GROWTH_PERCENT: u64 = 20;

/// A rise that a track by itself is ready for.
pub(crate) struct Ready {
    pub(crate) key: Key,
    pub(crate) rule: Rule,
    /// Clean exposures in a row.
    pub(crate) run: u32,
    /// Seconds a week that it would add.
    pub(crate) growth: u64,
}

/// The volume of the days up to now, and what grew in them.
#[derive(Clone, Copy)]
pub(crate) struct Week {
    /// Seconds.
    pub(crate) volume: u64,
    /// Seconds a week that were added by rises in these days; `None` if there were none.
    pub(crate) grown: Option<u64>,
}

/// Decides for each whether it is offered (`None`) or what holds it: longest run first, then by exercise.
///
/// One exercise may always grow if none did for a week: the smallest step of somebody's only exercise is often more
/// than a fifth of their week.
pub(crate) fn choose(ready: Vec<Ready>, week: Week) -> Vec<(Ready, Option<Rule>)> {
    let mut by_exercise: BTreeMap<String, Vec<Ready>> = BTreeMap::new();
    for one in ready {
        by_exercise.entry(one.key.exercise.clone()).or_default().push(one);
    }
    let mut groups: Vec<Vec<Ready>> = by_exercise.into_values().collect();
    // Sorted by exercise already, and sorting by run keeps that order among equals.
    groups.sort_by_key(|group| Reverse(group.iter().map(|one| one.run).max()));

    let mut chosen = Vec::new();
    let mut offered = 0_usize;
    let mut grown = week.grown;
    for group in groups {
        let growth = group.iter().fold(grown.unwrap_or(0), |sum, one| sum.saturating_add(one.growth));
        let fits = growth.saturating_mul(100) <= week.volume.saturating_mul(WEEK_GROWTH_PERCENT);
        let hold = if offered >= RISES_A_DAY {
            Some(Rule::HoldTwoADay)
        } else if grown.is_some() && !fits {
            Some(Rule::HoldVolume)
        } else {
            offered = offered.saturating_add(1);
            grown = Some(growth);
            None
        };
        chosen.extend(group.into_iter().map(|one| (one, hold)));
    }
    chosen
}

/// Seconds a week that a rise would add, at as many days a week as lately.
pub(crate) fn growth(rule: Rule, track: &Track, known: &Known<'_>, exercises: &Exercises<'_>) -> u64 {
    let at = |step| volume(&dose_at(known.dose(), known.ladder(), step, true));
    let now = at(track.step);
    let session = match rule {
        Rule::Days => return now,
        Rule::Progress if known.ladder() == Ladder::Load => {
            now.saturating_mul(LOAD_STEP_PERCENT.1.into()).div_euclid(100)
        }
        Rule::Progress => at(track.step.saturating_add(1)).saturating_sub(now),
        _ => {
            let harder = known.harder().into_iter().find_map(|id| exercises.find(id));
            harder.map_or(0, |harder| volume(harder.dose()).saturating_sub(now))
        }
    };
    session.saturating_mul(u64::try_from(track.recent.len()).unwrap_or(u64::MAX))
}

/// Seconds that a result came to. What was not written down is taken from the starting dose, or as one.
pub(crate) fn done(values: &ResultValues, known: &Known<'_>) -> u64 {
    let number = |value: Option<i64>, or: u32| value.map_or(u64::from(or), |value| u64::try_from(value).unwrap_or(0));
    let dose = known.dose();
    if dose.mode == DoseMode::Minutes {
        return number(values.minutes, 0).saturating_mul(60);
    }
    let repetition = repetition_seconds(number(values.hold_seconds, dose.hold_seconds), dose.tempo);
    let one_side = number(values.sets, 1).saturating_mul(number(values.reps, 1)).saturating_mul(repetition);
    let one = known.sides() == Sides::None || matches!(values.side.as_deref(), Some("left" | "right"));
    if one { one_side } else { one_side.saturating_mul(2) }
}
