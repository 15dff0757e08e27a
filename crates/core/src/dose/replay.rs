//! How every step came about, day by day: the same fold, watched.

use crate::day::Day;
use crate::dose::fold::{Event, Fold};
use crate::dose::known::Exercises;
use crate::dose::log::DayLog;
use crate::dose::morning::Scores;
use crate::dose::proposal::Side;
use crate::dose::rule::Rule;
use crate::dose::today::Reason;
use crate::dose::zone::Zone;

/// What one day did to one exercise's step.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// Day of the exposures, or of the flare's beginning.
    pub day: Day,
    /// Exercise.
    pub exercise: String,
    /// Side.
    pub side: Side,
    /// Zone; `None` where no exposure was judged, as for a gap or a flare.
    pub zone: Option<Zone>,
    /// Ids of the records it rests on.
    pub records: Vec<String>,
    /// Step before.
    pub step_before: u32,
    /// Step after.
    pub step_after: u32,
    /// The rules that held, with the decisive one last.
    pub because: Vec<Reason>,
}

impl std::fmt::Debug for TraceLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TraceLine(..)")
    }
}

/// Folds the days from the first and tells what each did; of one exercise, or of all.
///
/// The exposures of the last day are judged without their next morning, as [`Fold::today`] does.
#[must_use]
pub fn replay(days: &[DayLog], exercises: &Exercises<'_>, only: Option<&str>) -> Vec<TraceLine> {
    let mut lines = Vec::new();
    let mut fold = Fold::new();
    let mut watch = |event: &Event<'_>| {
        if only.is_some_and(|only| only != event.key.exercise) {
            return;
        }
        let Some(known) = exercises.find(&event.key.exercise) else { return };
        let reason =
            |rule: &Rule| Reason { rule: rule.id(), sentence: rule.about(known.name()), basis: event.basis.to_vec() };
        lines.push(TraceLine {
            day: event.day,
            exercise: event.key.exercise.clone(),
            side: event.key.side,
            zone: event.zone,
            records: event.basis.to_vec(),
            step_before: event.before,
            step_after: event.after,
            because: event.rules.iter().map(reason).collect(),
        });
    };
    for day in days {
        fold.watched(day, exercises, &mut watch);
    }
    fold.settle(&Scores::default(), exercises, &mut watch);
    lines
}
