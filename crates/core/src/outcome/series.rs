//! A number a day, in tenths, with gaps left as gaps; and medians over windows of days.

use serde::Serialize;

use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::outcome::no_health_data_in_debug;
use crate::record::Dated;

/// Days of the short window.
pub const WEEK_DAYS: i32 = 7;
/// Days of the short window that must have a value.
pub const WEEK_VALUES_MIN: usize = 4;
/// Days of the long window, and of the baseline.
pub const FORTNIGHT_DAYS: i32 = 14;
/// Days of the long window, and of the baseline, that must have a value.
pub const FORTNIGHT_VALUES_MIN: usize = 7;

/// What is followed from check-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Back pain, NRS.
    Back,
    /// Leg pain, NRS.
    Leg,
    /// Sleep of the last night.
    Sleep,
    /// Stress.
    Stress,
    /// Mood.
    Mood,
}

impl Part {
    /// What a check-in says about it.
    #[must_use]
    pub fn of(self, check_in: &CheckInValues) -> Option<i64> {
        match self {
            Self::Back => check_in.pain,
            Self::Leg => check_in.leg,
            Self::Sleep => check_in.sleep,
            Self::Stress => check_in.stress,
            Self::Mood => check_in.mood,
        }
    }
}

/// A number a day in tenths, in order of days, at most one for each.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Series {
    points: Vec<(Day, i64)>,
}

no_health_data_in_debug!(Series);

impl Series {
    /// A series of values in tenths, in any order. A day with several values has their median.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = (Day, i64)>) -> Self {
        let mut values: Vec<(Day, i64)> = values.into_iter().collect();
        values.sort_unstable();
        let days = values.chunk_by(|(one, _), (other, _)| one == other);
        let points = days.filter_map(|day| {
            let of_day: Vec<i64> = day.iter().map(|(_, tenths)| *tenths).collect();
            Some((day.first()?.0, median_of_sorted(&of_day)?))
        });
        Self { points: points.collect() }
    }

    /// What the check-ins say about a part, up to a day. Of several check-ins on one day the median stands: which was
    /// first is a question to a clock, and the highest would look worse the more often somebody writes.
    #[must_use]
    pub fn of(part: Part, check_ins: &[&Dated<CheckInValues>], today: Day) -> Self {
        let until_today = check_ins.iter().filter(|check_in| check_in.day <= today);
        Self::new(
            until_today.filter_map(|check_in| Some((check_in.day, part.of(&check_in.values)?.saturating_mul(10)))),
        )
    }

    /// Its days and values, in order of days.
    #[must_use]
    pub fn points(&self) -> &[(Day, i64)] {
        &self.points
    }

    /// The last day with a value.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        self.points.last().map(|(day, _)| *day)
    }

    /// The values from one day to another, both included.
    #[must_use]
    pub fn between(&self, from: Day, to: Day) -> &[(Day, i64)] {
        let start = self.points.partition_point(|(day, _)| *day < from);
        let end = self.points.partition_point(|(day, _)| *day <= to);
        self.points.get(start..end).unwrap_or_default()
    }

    /// The median of the days up to and with `day`, if at least `values_min` of them have a value.
    #[must_use]
    pub fn median(&self, day: Day, days: i32, values_min: usize) -> Option<i64> {
        let window = self.between(day.plus(1_i32.saturating_sub(days)), day);
        if window.len() < values_min { None } else { median(window.iter().map(|(_, tenths)| *tenths)) }
    }

    /// The median of 7 days, if at least 4 of them have a value.
    #[must_use]
    pub fn median7(&self, day: Day) -> Option<i64> {
        self.median(day, WEEK_DAYS, WEEK_VALUES_MIN)
    }

    /// The median of 14 days, if at least 7 of them have a value.
    #[must_use]
    pub fn median14(&self, day: Day) -> Option<i64> {
        self.median(day, FORTNIGHT_DAYS, FORTNIGHT_VALUES_MIN)
    }

    /// The baseline of an episode: the median of its first 14 days. Where fewer than 7 of them have a value, it goes
    /// on to the day of the 7th value, so that somebody who writes now and then has a baseline too.
    #[must_use]
    pub fn baseline(&self, start: Day) -> Option<Baseline> {
        let first = self.points.partition_point(|(day, _)| *day < start);
        let episode = self.points.get(first..).unwrap_or_default();
        let (seventh, _) = episode.get(FORTNIGHT_VALUES_MIN.saturating_sub(1))?;
        let until = start.plus(FORTNIGHT_DAYS.saturating_sub(1)).max(*seventh);
        let tenths = median(self.between(start, until).iter().map(|(_, tenths)| *tenths))?;
        Some(Baseline { tenths, until })
    }
}

/// What an episode began with.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Baseline {
    /// The median, in tenths.
    pub tenths: i64,
    /// Last day that counts toward it.
    pub until: Day,
}

no_health_data_in_debug!(Baseline);

/// The median. Of an even count the mean of the middle two; half a tenth is rounded up, which is the stricter side
/// for pain.
#[must_use]
pub fn median(values: impl IntoIterator<Item = i64>) -> Option<i64> {
    let mut values: Vec<i64> = values.into_iter().collect();
    values.sort_unstable();
    median_of_sorted(&values)
}

fn median_of_sorted(values: &[i64]) -> Option<i64> {
    let count = values.len();
    let upper = *values.get(count / 2)?;
    if count % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get((count / 2).checked_sub(1)?)?;
    Some(lower.saturating_add(upper).saturating_add(1).div_euclid(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(values: &[Option<i64>]) -> Series {
        Series::new((0..).map(Day).zip(values).filter_map(|(day, value)| Some((day, (*value)?))))
    }

    #[test]
    fn medians_by_hand() {
        assert_eq!(median([]), None);
        assert_eq!(median([70]), Some(70));
        assert_eq!(median([70, 20, 30]), Some(30));
        assert_eq!(median([40, 70]), Some(55));
        assert_eq!(median([40, 45]), Some(43));
        assert_eq!(median([-40, -45]), Some(-42));
    }

    #[test]
    fn a_week_needs_four_values_and_gaps_stay_gaps() {
        let series = days(&[Some(50), None, Some(60), None, Some(40), None, None, Some(70), Some(80)]);
        assert_eq!(series.median7(Day(6)), None);
        assert_eq!(series.median7(Day(7)), None);
        assert_eq!(series.median7(Day(8)), Some(65));
        assert_eq!(series.median14(Day(8)), None);
        assert_eq!(series.last_day(), Some(Day(8)));
    }

    #[test]
    fn several_values_of_a_day_make_one() {
        assert_eq!(Series::new([(Day(1), 80), (Day(1), 20), (Day(1), 30)]).points(), [(Day(1), 30)]);
    }

    #[test]
    fn the_baseline_is_the_first_fortnight_or_the_first_seven_values() {
        let mut values = vec![Some(40); 14];
        values.extend([Some(90); 10]);
        let baseline = days(&values).baseline(Day(0)).unwrap();
        assert_eq!((baseline.tenths, baseline.until), (40, Day(13)));
        let sparse = Series::new((0..10).map(|n| (Day(n * 5), i64::from(n) * 10)));
        let baseline = sparse.baseline(Day(0)).unwrap();
        assert_eq!((baseline.tenths, baseline.until), (30, Day(30)));
        assert_eq!(sparse.baseline(Day(20)), None);
    }

    proptest! {
        #[test]
        fn a_median_does_not_depend_on_order_and_moves_with_its_values(
            mut values in proptest::collection::vec(0_i64..=100, 1..30), by in -50_i64..50, turn in 0_usize..30,
        ) {
            let straight = median(values.clone()).unwrap();
            prop_assert_eq!(median(values.iter().map(|value| value + by)), Some(straight + by));
            let turn = turn % values.len();
            values.rotate_left(turn);
            prop_assert_eq!(median(values.clone()), Some(straight));
            // Half of the values, at least, are on either side (up to the rounding of half a tenth).
            let below = values.iter().filter(|value| **value <= straight).count();
            let above = values.iter().filter(|value| **value >= straight - 1).count();
            prop_assert!(2 * below >= values.len() && 2 * above >= values.len());
        }

        #[test]
        fn raising_a_value_never_lowers_a_median(
            mut values in proptest::collection::vec(0_i64..=100, 1..30), at in 0_usize..30, by in 0_i64..50,
        ) {
            let before = median(values.clone());
            let at = at % values.len();
            values[at] += by;
            prop_assert!(median(values) >= before);
        }
    }
}
