//! The days of flares, for all that asks for them: weeks of practice, and how long pain has been out of the way.
//!
//! As in the dose rules, a flare is over once it was told over or its mornings have settled, and at the latest
//! [`FLARE_DAYS_MAX`] days after the last day that speaks for it. It lasts to the day before. Of two that were told, the
//! report of the later one ends the earlier one.

use std::collections::{BTreeMap, BTreeSet};

use crate::day::Day;
use crate::dose::{DayOffValues, FLARE_DAYS_MAX, FlareSpan};
use crate::record::Dated;

/// The last day of each flare by its first: of those that were told, and of those that the dose rules know.
pub(super) fn flare_spans(days_off: &[Dated<DayOffValues>], known: &[FlareSpan]) -> BTreeMap<Day, Day> {
    let from = |reason: &'static str| {
        let of_reason = days_off.iter().filter(move |one| one.values.reason.as_deref() == Some(reason));
        of_reason.filter_map(|one| one.values.from.as_deref()?.parse::<Day>().ok())
    };
    let settled = known.iter().filter_map(|flare| flare.over);
    let overs: BTreeSet<Day> = from("flare-over").chain(settled).collect();
    let began: BTreeSet<Day> = from("flare").collect();
    let longest = |felt: Day| felt.plus(FLARE_DAYS_MAX.saturating_sub(1));
    // The last day that speaks for a flare that was told: later than its first one if the dose rules know of one.
    let felt = |from: Day| {
        let during = known.iter().filter(|flare| (flare.from..=flare.felt).contains(&from));
        during.map(|flare| flare.felt).max().unwrap_or(from)
    };
    let last = |from: Day| {
        let over = overs.range(from..).next().copied();
        let next = began.range(from.plus(1)..).next().copied();
        match (over, next) {
            (Some(over), None) => over.plus(-1),
            (Some(over), Some(next)) if over <= next => over.plus(-1),
            // The report of the next one closes only that one.
            (_, next) => next.map_or(longest(felt(from)), |next| longest(felt(from)).min(next.plus(-1))),
        }
    };
    let mut spans: BTreeMap<Day, Day> = began.iter().map(|from| (*from, last(*from))).collect();
    // A report may be older than what the rules make of it: what was told stands as it was told.
    for seen in known.iter().filter(|flare| !flare.told) {
        let to = seen.over.map_or(longest(seen.felt), |over| over.plus(-1).min(longest(seen.felt)));
        spans.entry(seen.from).and_modify(|known| *known = (*known).max(to)).or_insert(to);
    }
    spans
}
