//! One part over time, ready for a chart: dots, medians, baseline, band and slope.

use serde::Serialize;

use crate::day::Day;
use crate::outcome::no_health_data_in_debug;
use crate::outcome::series::{Baseline, FORTNIGHT_DAYS, Series, WEEK_DAYS};
use crate::outcome::slope::Slope;

/// The change on a scale from 0 to 10 that means something: 2 points, in tenths.
pub const POINTS_MEANINGFUL_TENTHS: i64 = 20;
/// The change of pain that means something where that is more than 2 points: 30 %.
pub const PERCENT_MEANINGFUL: i64 = 30;

/// One part over time. Every value is in tenths of a point.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct Trend {
    /// Days with a value, up to today. Days without one are not there.
    pub points: Vec<(Day, i64)>,
    /// For each day that has one, the median of its 7 days.
    pub median7: Vec<(Day, i64)>,
    /// For each day that has one, the median of its 14 days.
    pub median14: Vec<(Day, i64)>,
    /// What the episode began with: the median of its first 14 days.
    pub baseline: Option<Baseline>,
    /// Between these, a change from the baseline may be chance; at them it is one that counts. See [`band`]. There is none
    /// where nothing is known about what counts.
    pub band: Option<(i64, i64)>,
    /// The slope of the last 28 days.
    pub slope: Option<Slope>,
}

no_health_data_in_debug!(Trend);

impl Trend {
    /// The trend of a series in an episode that began on `start`, as of `today`.
    #[must_use]
    pub fn of(series: &Series, start: Day, today: Day) -> Self {
        Self::with_baseline(series, series.baseline(start), today)
    }

    /// The trend of leg pain. On a day of the first 14 whose check-in says nothing about the leg, while others do
    /// later, there was none: so leg pain that comes up later is seen as new, not as a baseline of its own.
    #[must_use]
    pub fn of_leg(leg: &Series, back: &Series, start: Day, today: Day) -> Self {
        let Some(days) = back.baseline(start).filter(|_| !leg.points().is_empty()) else {
            return Self::of(leg, start, today);
        };
        let silent = back.between(start, days.until).iter().map(|(day, _)| (*day, 0));
        let silent = silent.filter(|(day, _)| leg.between(*day, *day).is_empty());
        let early = leg.between(start, days.until).iter().copied().chain(silent);
        Self::with_baseline(leg, Series::new(early).baseline(start), today)
    }

    fn with_baseline(series: &Series, baseline: Option<Baseline>, today: Day) -> Self {
        // A day without a value may have a median: its window has values. After the last window there is none.
        let last = series.last_day().map(|day| day.plus(FORTNIGHT_DAYS).min(today));
        let first = series.points().first().map(|(day, _)| *day);
        let mut median7 = Vec::new();
        let mut median14 = Vec::new();
        let mut next = first;
        while let (Some(day), Some(last)) = (next, last)
            && day <= last
        {
            median7.extend(series.median7(day).map(|tenths| (day, tenths)));
            median14.extend(series.median14(day).map(|tenths| (day, tenths)));
            // Long silences have no medians; go on at the next value.
            let silent = series.between(day.plus(1_i32.saturating_sub(FORTNIGHT_DAYS)), day).is_empty();
            let following = series.points().get(series.points().partition_point(|(known, _)| *known <= day));
            next = if silent { following.map(|(known, _)| *known) } else { Some(day.plus(1)) };
        }
        Self {
            points: series.points().iter().copied().filter(|(day, _)| *day <= today).collect(),
            median7,
            median14,
            baseline,
            band: baseline.map(|baseline| band(baseline.tenths)),
            slope: Slope::of(series, today),
        }
    }

    /// The trend as it was on an earlier day, without its slope: no median looks ahead of its day, and a baseline that was
    /// still being made was none.
    pub(super) fn on(&self, day: Day) -> Self {
        let until = |values: &[(Day, i64)]| -> Vec<(Day, i64)> {
            values.iter().take_while(|(known, _)| *known <= day).copied().collect()
        };
        let baseline = self.baseline.filter(|baseline| baseline.until <= day);
        Self {
            points: until(&self.points),
            median7: until(&self.median7),
            median14: until(&self.median14),
            baseline,
            band: self.band.filter(|_| baseline.is_some()),
            slope: None,
        }
    }

    /// The median of the 14 days up to today, if there is one.
    #[must_use]
    pub fn latest14(&self, today: Day) -> Option<i64> {
        at(&self.median14, today)
    }

    /// The median of the 7 days up to a day, if there is one.
    #[must_use]
    pub fn median7_on(&self, day: Day) -> Option<i64> {
        at(&self.median7, day)
    }

    /// The day on which the rules of today stand: the last day with a 7-day median, today's mostly. `None` if the last
    /// value is more than 6 days old: then nothing is known of today.
    #[must_use]
    pub fn as_of(&self, today: Day) -> Option<Day> {
        let (value, _) = self.points.last()?;
        let (median, _) = self.median7.last()?;
        (today.since(*value) < WEEK_DAYS && today.since(*median) < WEEK_DAYS).then_some(*median)
    }

    /// How many days running, up to and with `day`, the 7-day median was at least `rise_tenths` over the baseline.
    /// Days of the baseline do not count. A day without a median ends the run.
    #[must_use]
    pub fn days_risen(&self, day: Day, rise_tenths: i64) -> i32 {
        let Some(baseline) = self.baseline else { return 0 };
        let end = self.median7.partition_point(|(known, _)| *known <= day);
        let before = self.median7.get(..end).unwrap_or_default();
        let mut run = 0_i32;
        for (known, tenths) in before.iter().rev() {
            let expected = day.plus(run.saturating_neg());
            if *known != expected || *known <= baseline.until || *tenths < baseline.tenths.saturating_add(rise_tenths) {
                break;
            }
            run = run.saturating_add(1);
        }
        run
    }

    /// Whether the 14-day median on `day` is at least `rise_tenths` over the baseline.
    #[must_use]
    pub fn fortnight_risen(&self, day: Day, rise_tenths: i64) -> bool {
        let median = at(&self.median14, day);
        self.baseline.zip(median).is_some_and(|(baseline, median)| {
            day > baseline.until && median >= baseline.tenths.saturating_add(rise_tenths)
        })
    }
}

fn at(medians: &[(Day, i64)], day: Day) -> Option<i64> {
    let index = medians.binary_search_by_key(&day, |(known, _)| *known).ok()?;
    medians.get(index).map(|(_, tenths)| *tenths)
}

/// The change from a baseline that means something, in tenths: 2 points or 30 %, whichever is more; part of a tenth
/// counts as a whole one.
#[must_use]
pub const fn meaningful_tenths(baseline_tenths: i64) -> i64 {
    let percent = baseline_tenths.saturating_mul(PERCENT_MEANINGFUL).saturating_add(99).div_euclid(100);
    if percent > POINTS_MEANINGFUL_TENTHS { percent } else { POINTS_MEANINGFUL_TENTHS }
}

/// From where on pain counts as better and as worse than a baseline, in tenths, and outside of the scale where it cannot
/// be: better from 2 points or 30 % down, whichever is more, worse from 2 points up. So it is in the alerts and in what is
/// said: "worse" is said sooner than "better".
#[must_use]
pub const fn edges(baseline_tenths: i64) -> (i64, i64) {
    let better = baseline_tenths.saturating_sub(meaningful_tenths(baseline_tenths));
    (better, baseline_tenths.saturating_add(POINTS_MEANINGFUL_TENTHS))
}

/// The [`edges`] around a baseline, within 0 and 100.
#[must_use]
pub fn band(baseline_tenths: i64) -> (i64, i64) {
    let (better, worse) = edges(baseline_tenths);
    (better.max(0), worse.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_is_said_later_than_worse_and_an_edge_counts_itself() {
        for (baseline, better, worse) in [(40, 20, 60), (80, 56, 100), (70, 49, 90), (15, -5, 35)] {
            assert_eq!(edges(baseline), (better, worse));
        }
        assert_eq!(band(15), (0, 35));
        assert_eq!(band(90), (63, 100));
    }
}
