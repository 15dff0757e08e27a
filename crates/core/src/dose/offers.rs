//! Which of the rises that exercises are ready for are offered on a day.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::dose::fold::GAP_DAYS;
use crate::dose::known::{Exercises, Known};
use crate::dose::ladder::{LOAD_STEP_PERCENT, dose_at, repetition_seconds, volume};
use crate::dose::proposal::Key;
use crate::dose::rule::Rule;
use crate::dose::track::{Track, WEEK};
use crate::exercise::{DoseMode, Ladder, Sides};
use crate::result::ResultValues;

/// Most exercises that one session has more of. Left and right of one exercise are one.
pub const RISES_A_DAY: usize = 2;
/// Most that the volume of a week may grow by, in percent.
pub const WEEK_GROWTH_PERCENT: u64 = 20;

/// A rise that a track by itself is ready for, and that nothing holds but what others do.
pub(crate) struct Ready {
    pub(crate) key: Key,
    /// Clean exposures in a row.
    pub(crate) run: u32,
    /// Seconds a week that it would add.
    pub(crate) growth: u64,
}

/// A rise that was accepted, while it matters to others.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rise {
    pub(crate) key: Key,
    /// Day whose exposures it rests on.
    pub(crate) day: Day,
    /// Harder exercise that it leads to.
    pub(crate) to: Option<String>,
    /// Seconds a week that it added.
    pub(crate) growth: u64,
    /// First day on which more was done.
    pub(crate) done: Option<Day>,
}

impl Rise {
    /// Takes in that an exercise, or a side of it, was done.
    pub(crate) fn was_done(&mut self, key: &Key, day: Day) {
        if self.day < day && (self.key == *key || self.to.as_ref() == Some(&key.exercise)) {
            self.done = self.done.or(Some(day));
        }
    }

    /// Whether the week still grows by it: for a week from the day on which more was first done. One that was not done
    /// before the gap took it back does not.
    pub(crate) fn counts(&self, today: Day) -> bool {
        self.done.map_or(today.since(self.day) <= GAP_DAYS.0, |done| today.since(done) < WEEK)
    }

    /// Whether today's session would be the first with it.
    fn is_new(&self, today: Day) -> bool {
        self.done.is_none_or(|done| done >= today)
    }
}

/// What was done in the week up to the last session, and the rises that count today.
pub(crate) struct Week {
    pub(crate) today: Day,
    /// Seconds.
    pub(crate) volume: u64,
    pub(crate) rises: Vec<Rise>,
}

impl Week {
    /// Exercises that nobody did since they grew.
    fn new_ones(&self) -> BTreeSet<&str> {
        self.rises.iter().filter(|rise| rise.is_new(self.today)).map(|rise| rise.key.exercise.as_str()).collect()
    }

    /// Seconds that an exercise grew by and was not done with, and seconds that all else grew by.
    fn grown(&self, exercise: &str) -> (u64, Option<u64>) {
        let is_own = |rise: &&Rise| rise.key.exercise == exercise && rise.is_new(self.today);
        let (own, others): (Vec<&Rise>, Vec<&Rise>) = self.rises.iter().partition(is_own);
        let sum = |rises: Vec<&Rise>| rises.into_iter().map(|rise| rise.growth).reduce(u64::saturating_add);
        (sum(own).unwrap_or(0), sum(others))
    }
}

/// Decides for each whether it is offered (`None`) or what holds it: longest run first, then by exercise.
///
/// All that is open is looked at together, with what was accepted already, so that a yes to everything is never too
/// much, however long answers were saved up. A yes to one of them leaves the others on offer: what has a side that grew
/// already keeps its place.
///
/// One exercise may always grow if no other did for a week: the smallest step of somebody's only exercise is often more
/// than a fifth of their week.
pub(crate) fn choose(ready: Vec<Ready>, week: &Week) -> Vec<(Ready, Option<Rule>)> {
    let new = week.new_ones();
    let mut by_exercise: BTreeMap<String, Vec<Ready>> = BTreeMap::new();
    for one in ready {
        by_exercise.entry(one.key.exercise.clone()).or_default().push(one);
    }
    let mut groups: Vec<(String, Vec<Ready>)> = by_exercise.into_iter().collect();
    // Sorted by exercise already, and sorting by run keeps that order among equals.
    groups.sort_by_key(|(exercise, group)| {
        (!new.contains(exercise.as_str()), Reverse(group.iter().map(|one| one.run).max()))
    });

    let mut chosen = Vec::new();
    let mut places = new.len();
    let mut offered: Option<u64> = None;
    for (exercise, group) in groups {
        let has_place = new.contains(exercise.as_str());
        let (own, others) = week.grown(&exercise);
        let others = others.into_iter().chain(offered).reduce(u64::saturating_add);
        let more = group.iter().map(|one| one.growth).fold(0, u64::saturating_add);
        let growth = others.unwrap_or(0).saturating_add(own).saturating_add(more);
        let fits = growth.saturating_mul(100) <= week.volume.saturating_mul(WEEK_GROWTH_PERCENT);
        let hold = if !has_place && places >= RISES_A_DAY {
            Some(Rule::HoldTwoADay)
        } else if others.is_some() && !fits {
            Some(Rule::HoldVolume)
        } else {
            places = places.saturating_add(usize::from(!has_place));
            offered = Some(offered.unwrap_or(0).saturating_add(more));
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
