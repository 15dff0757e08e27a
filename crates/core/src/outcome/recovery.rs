//! When to offer keeping well instead of getting better, and how long it has been since the last limiting episode.

use serde::Serialize;
use std::collections::BTreeSet;

use crate::day::Day;
use crate::dose::{DayOffValues, FlareSpan};
use crate::measure::PSFS;
use crate::outcome::flares::flare_spans;
use crate::outcome::function::{Function, RMDQ_GOOD_MAX};
use crate::outcome::series::{FORTNIGHT_DAYS, Series};
use crate::outcome::trend::Trend;
use crate::outcome::{LOOK_BACK_DAYS, no_health_data_in_debug};
use crate::record::Dated;
use crate::texts::{Sentence, outcome as texts};

/// Pain up to which somebody counts as recovered: NRS 1, in tenths.
pub const RECOVERED_PAIN_TENTHS: i64 = 10;
/// PSFS from which somebody counts as recovered, in tenths.
pub const RECOVERED_PSFS_TENTHS: i64 = 90;
/// Pain from which a day counts as limiting: NRS 5, in tenths …
pub const LIMITING_PAIN_TENTHS: i64 = 50;
/// … if there are so many such days with a value in a row.
pub const LIMITING_DAYS: usize = 2;

/// Stretches of the last 120 days that each need a value before it is said that nothing was in the way.
pub const STRETCHES_KNOWN: i32 = 5;

/// An offer to go over to keeping well, as long as it stands.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// What to say.
    pub sentence: Sentence,
    /// The measure that told of function: `psfs`, or an own Roland-Morris questionnaire.
    pub by: &'static str,
}

no_health_data_in_debug!(Recovered);

/// Offers keeping well: the 14-day median of back pain, and of leg pain where there is any, is 0 or 1, and the last
/// PSFS is 9 or more. Without a PSFS an own Roland-Morris questionnaire of at most 2 will do. Without either nothing
/// is offered: little pain may also come from doing little.
#[must_use]
pub fn recovered(back: &Trend, leg: &Trend, function: &Function, today: Day) -> Option<Recovered> {
    let little = |trend: &Trend| {
        let median = trend.as_of(today).and_then(|day| trend.latest14(day));
        median.is_some_and(|tenths| tenths <= RECOVERED_PAIN_TENTHS)
    };
    // Leg pain of long ago is no obstacle; of the last 14 days it must be little on every day that names it.
    let lately = leg.points.iter().filter(|(day, _)| today.since(*day) < FORTNIGHT_DAYS);
    let leg_little = lately.map(|(_, tenths)| *tenths).all(|tenths| tenths <= RECOVERED_PAIN_TENTHS);
    let by = match (function.psfs_latest_tenths, function.rmdq_latest) {
        (Some(tenths), _) if tenths >= RECOVERED_PSFS_TENTHS => PSFS,
        (None, Some(points)) if points <= RMDQ_GOOD_MAX => crate::measure::OWN_RMDQ,
        _ => return None,
    };
    (little(back) && leg_little).then(|| Recovered { sentence: texts::RECOVERED.into(), by })
}

/// What says that pain was in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limiting {
    /// The person told of a flare.
    FlareTold,
    /// The dose rules saw a flare in the mornings.
    FlareSeen,
    /// Pain of 5 or more on days in a row.
    Pain,
}

/// A stretch of days on which pain was in the way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LimitingEpisode {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// What says so.
    pub by: Limiting,
}

no_health_data_in_debug!(LimitingEpisode);

/// The limiting episodes of the last 120 days, in order: flares, told or seen in the mornings, and days in a row with
/// back or leg pain of 5 or more, at least two (a day without a value does not break a row, a week without one does).
///
/// Of a long diary no more than that is read whole, and days that were not read must not pass for days without pain.
#[must_use]
pub fn limiting_episodes(
    back: &Series,
    leg: &Series,
    days_off: &[Dated<DayOffValues>],
    known: &[FlareSpan],
    today: Day,
) -> Vec<LimitingEpisode> {
    let since = today.plus(-LOOK_BACK_DAYS);
    let mut episodes = flares(days_off, known, today);
    episodes.retain(|episode| episode.to >= since);
    let worst = Series::new(worst_of_days(back, leg));
    let mut row: Vec<Day> = Vec::new();
    let mut close = |row: &mut Vec<Day>| {
        if let (Some(from), Some(to), true) = (row.first(), row.last(), row.len() >= LIMITING_DAYS) {
            episodes.push(LimitingEpisode { from: *from, to: *to, by: Limiting::Pain });
        }
        row.clear();
    };
    for (day, tenths) in worst.points().iter().filter(|(day, _)| *day >= since && *day <= today) {
        if row.last().is_some_and(|last| day.since(*last) > 7) {
            close(&mut row);
        }
        if *tenths >= LIMITING_PAIN_TENTHS { row.push(*day) } else { close(&mut row) }
    }
    close(&mut row);
    episodes.sort_unstable();
    episodes
}

/// Days since the last limiting episode ended: 0 while one lasts, `None` if the last 120 days have none.
#[must_use]
pub fn days_since_limiting(episodes: &[LimitingEpisode], today: Day) -> Option<i32> {
    episodes.iter().map(|episode| today.since(episode.to).max(0)).min()
}

/// Whether enough is written down to say that nothing was in the way: a value in each fifth of the last 120 days, in an
/// episode that is so old.
#[must_use]
pub fn is_known(back: &Series, leg: &Series, start: Day, today: Day) -> bool {
    let fifth = LOOK_BACK_DAYS.div_euclid(STRETCHES_KNOWN);
    let there = |nth: i32| {
        let to = today.plus(nth.saturating_mul(fifth).saturating_neg());
        let from = to.plus(1_i32.saturating_sub(fifth));
        !back.between(from, to).is_empty() || !leg.between(from, to).is_empty()
    };
    today.since(start) >= LOOK_BACK_DAYS && (0..STRETCHES_KNOWN).all(there)
}

fn worst_of_days(back: &Series, leg: &Series) -> Vec<(Day, i64)> {
    let days: BTreeSet<Day> = back.points().iter().chain(leg.points()).map(|(day, _)| *day).collect();
    let worst = |day: Day| back.between(day, day).iter().chain(leg.between(day, day)).map(|(_, tenths)| *tenths).max();
    days.into_iter().filter_map(|day| Some((day, worst(day)?))).collect()
}

fn flares(days_off: &[Dated<DayOffValues>], known: &[FlareSpan], today: Day) -> Vec<LimitingEpisode> {
    let seen = |from: Day| known.iter().any(|flare| flare.from == from && !flare.told);
    let begun = flare_spans(days_off, known).into_iter().filter(|(from, _)| *from <= today);
    let by = |from: Day| if seen(from) { Limiting::FlareSeen } else { Limiting::FlareTold };
    begun.map(|(from, to)| LimitingEpisode { from, to: to.max(from).min(today), by: by(from) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::day_off;

    #[test]
    fn rows_of_bad_days_and_reported_flares_are_episodes() {
        let back =
            Series::new([(0, 20), (1, 60), (3, 50), (4, 20), (8, 70), (9, 10)].map(|(day, pain)| (Day(day), pain)));
        let leg = Series::new([(Day(9), 50)]);
        let off = [day_off("f:1", 20, "flare", 20, None), day_off("f:2", 23, "flare-over", 23, None)];
        let episodes = limiting_episodes(&back, &leg, &off, &[], Day(30));
        let spans: Vec<_> = episodes.iter().map(|one| (one.from.0, one.to.0, one.by)).collect();
        assert_eq!(spans, [(1, 3, Limiting::Pain), (8, 9, Limiting::Pain), (20, 22, Limiting::FlareTold)]);
        assert_eq!(days_since_limiting(&episodes, Day(30)), Some(8));
        assert_eq!(days_since_limiting(&[], Day(30)), None);
        let open = limiting_episodes(&back, &leg, &off[..1], &[], Day(25));
        assert_eq!(days_since_limiting(&open, Day(25)), Some(0));
        // A flare that was seen in the mornings gets in the way, whatever their numbers.
        let seen = [FlareSpan { from: Day(24), felt: Day(25), over: Some(Day(27)), told: false }];
        let episodes = limiting_episodes(&back, &leg, &off, &seen, Day(30));
        assert_eq!(episodes[3].by, Limiting::FlareSeen);
        assert_eq!(days_since_limiting(&episodes, Day(30)), Some(4));
        // What is so long ago that not all of it is read says nothing about how long it has been.
        let long_ago = limiting_episodes(&back, &leg, &off, &seen, Day(200));
        assert_eq!(days_since_limiting(&long_ago, Day(200)), None);
    }

    #[test]
    fn keeping_well_needs_little_pain_and_good_function() {
        let trend = |tenths: i64| Trend::of(&Series::new((0..20).map(|day| (Day(day), tenths))), Day(0), Day(19));
        let none = Trend::default();
        let function = |psfs: Option<i64>, rmdq: Option<i64>| Function {
            psfs_latest_tenths: psfs,
            rmdq_latest: rmdq,
            ..Function::default()
        };
        let by = |back: &Trend, leg: &Trend, psfs, rmdq| {
            recovered(back, leg, &function(psfs, rmdq), Day(19)).map(|offer| offer.by)
        };
        assert_eq!(by(&trend(10), &none, Some(90), None), Some("psfs"));
        assert_eq!(by(&trend(10), &trend(0), None, Some(2)), Some("own:rmdq"));
        assert_eq!(by(&trend(11), &none, Some(90), None), None);
        assert_eq!(by(&trend(10), &trend(20), Some(90), None), None);
        assert_eq!(by(&trend(10), &none, Some(89), Some(0)), None);
        assert_eq!(by(&trend(10), &none, None, Some(3)), None);
        assert_eq!(by(&none, &none, Some(100), None), None);
    }
}
