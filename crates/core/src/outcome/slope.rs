//! How a series rises or falls: the Theil–Sen slope with Sen's interval, and the Mann–Kendall test, in whole numbers.
//!
//! *Slope*: every two days with a value give one slope, a fraction. Fractions are compared by multiplying across, so
//! nothing is rounded before the median. An even count has the mean of the middle two. The result is rounded once, to
//! thousandths of a point in 28 days, halves away from zero.
//!
//! *Interval* (Sen 1968, 90 %): with `n` values and `N = n(n-1)/2` slopes in order, `18 Var(S) = n(n-1)(2n+5) - Σ
//! t(t-1)(2t+5)` over groups of `t` equal values, and `C = 1.645 √Var(S)`. The ends are the slopes of rank
//! `(N - C)/2`, rounded down, and `(N + C)/2 + 1`, rounded up, and never past the first and the last. `C` is rounded
//! up too, so the interval is never too narrow.
//!
//! *Mann–Kendall*: `S` is the sum of the signs of all differences. `z = (|S| - 1)/√Var(S)` is compared with 1.96 by
//! comparing squares.

use serde::Serialize;
use std::cmp::Ordering;

use crate::day::Day;
use crate::outcome::no_health_data_in_debug;
use crate::outcome::series::Series;

/// Days over which a slope is taken.
pub const SLOPE_DAYS: i32 = 28;
/// Days of them that must have a value.
pub const SLOPE_VALUES_MIN: usize = 10;

/// 1.645, the 95th percentile of the normal distribution, in thousandths: two such tails leave 90 %.
const Z_90_MILLI: i64 = 1_645;
/// 1.96, the 97.5th percentile of the normal distribution, in hundredths.
const Z_95_CENTI: i64 = 196;
/// Most tenths that two values may be apart: far more than any measure has.
const RISE_MAX: i64 = 1_i64 << 36;

/// The Theil–Sen slope of a series over 28 days.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Slope {
    /// Thousandths of a point in 28 days. Negative is falling.
    pub slope_milli_per_28_days: i64,
    /// Lower end of the 90 % interval, in the same unit.
    pub low_milli_per_28_days: i64,
    /// Upper end of the 90 % interval, in the same unit.
    pub high_milli_per_28_days: i64,
    /// Whether Mann–Kendall's `z` is beyond 1.96 on the side of rising or of falling.
    pub clear: bool,
}

no_health_data_in_debug!(Slope);

impl Slope {
    /// The slope of the 28 days up to and with a day, if at least 10 of them have a value.
    #[must_use]
    pub fn of(series: &Series, day: Day) -> Option<Self> {
        let window = series.between(day.plus(1_i32.saturating_sub(SLOPE_DAYS)), day);
        if window.len() < SLOPE_VALUES_MIN { None } else { Self::of_points(window) }
    }

    /// The slope of points in order of days, one a day, fewer than 28 days apart; `None` for fewer than two.
    fn of_points(points: &[(Day, i64)]) -> Option<Self> {
        let mut slopes = Vec::with_capacity(points.len().saturating_mul(points.len()) / 2);
        let mut signs = 0_i64;
        for (index, (day, tenths)) in points.iter().enumerate() {
            for (later, other) in points.iter().skip(index.saturating_add(1)) {
                let days = i64::from(later.since(*day));
                if days > 0 {
                    let rise = other.saturating_sub(*tenths).clamp(-RISE_MAX, RISE_MAX);
                    signs += rise.signum();
                    slopes.push(Fraction { rise, days });
                }
            }
        }
        slopes.sort_unstable();
        let count = slopes.len();
        let upper = slopes.get(count / 2)?;
        let lower = if count % 2 == 1 { upper } else { slopes.get((count / 2).checked_sub(1)?)? };
        let middle =
            Fraction { rise: lower.rise * upper.days + upper.rise * lower.days, days: 2 * lower.days * upper.days };
        let variance18 = variance18(points.iter().map(|(_, tenths)| *tenths));
        let (low, high) = ranks(count, variance18);
        Some(Self {
            slope_milli_per_28_days: middle.milli_per_28_days(),
            low_milli_per_28_days: slopes.get(low)?.milli_per_28_days(),
            high_milli_per_28_days: slopes.get(high)?.milli_per_28_days(),
            clear: clear(signs, variance18),
        })
    }

    /// Whether it falls by at least so many points in 28 days, clearly.
    #[must_use]
    pub const fn falls_by(&self, points: i64) -> bool {
        self.clear && self.slope_milli_per_28_days <= -points * 1_000
    }

    /// Whether it rises by at least so many points in 28 days, clearly.
    #[must_use]
    pub const fn rises_by(&self, points: i64) -> bool {
        self.clear && self.slope_milli_per_28_days >= points * 1_000
    }
}

/// Tenths by days; days are positive. The products stay far from the limits of 64 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fraction {
    rise: i64,
    days: i64,
}

impl Fraction {
    /// Thousandths of a point in 28 days, halves away from zero.
    fn milli_per_28_days(self) -> i64 {
        let doubled = 2 * self.rise * i64::from(SLOPE_DAYS) * 100;
        (doubled + self.days * doubled.signum()) / (2 * self.days)
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.rise * other.days).cmp(&(other.rise * self.days))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Eighteen times the variance of Kendall's `S`, with ties.
fn variance18(values: impl Iterator<Item = i64>) -> i64 {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    let term = |count: usize| {
        let count = i64::try_from(count).unwrap_or(0);
        count * (count - 1) * (2 * count + 5)
    };
    let ties: i64 = values.chunk_by(|one, other| one == other).map(|group| term(group.len())).sum();
    term(values.len()) - ties
}

/// Places, from 0, of the ends of the interval among so many slopes in order.
fn ranks(count: usize, variance18: i64) -> (usize, usize) {
    // (1000 C)² = 1645² Var(S); a square root rounded down, plus one, is never too small.
    let c_milli = (Z_90_MILLI * Z_90_MILLI * variance18 / 18).max(0).isqrt() + 1;
    let c_milli = if variance18 == 0 { 0 } else { c_milli };
    let all = i64::try_from(count).unwrap_or(0);
    let low_rank = (all * 1_000 - c_milli).div_euclid(2_000).clamp(1, all);
    let high_rank = ((all * 1_000 + c_milli + 1_999).div_euclid(2_000) + 1).clamp(1, all);
    let place = |rank: i64| usize::try_from(rank - 1).unwrap_or(0);
    (place(low_rank), place(high_rank))
}

fn clear(signs: i64, variance18: i64) -> bool {
    let beyond = signs.abs() - 1;
    beyond > 0 && beyond * beyond * 18 * 10_000 >= Z_95_CENTI * Z_95_CENTI * variance18
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(from: i64, step: i64, days: i32) -> Vec<(Day, i64)> {
        (0..days).map(|day| (Day(day), from + step * i64::from(day))).collect()
    }

    #[test]
    fn a_straight_line_has_its_own_slope() {
        let slope = Slope::of_points(&line(20, 1, 28)).unwrap();
        assert_eq!(slope.slope_milli_per_28_days, 2_800);
        assert_eq!((slope.low_milli_per_28_days, slope.high_milli_per_28_days), (2_800, 2_800));
        assert!(slope.rises_by(2) && !slope.rises_by(3) && !slope.falls_by(0));
        let slope = Slope::of_points(&line(90, -3, 12)).unwrap();
        assert!(slope.falls_by(8) && slope.clear);
    }

    #[test]
    fn sens_interval_by_hand() {
        // n = 10, no ties: Var(S) = 10·9·25/18 = 125, C = 1.645·11.18 = 18.39, N = 45.
        // (45 - 18.39)/2 = 13.3 → rank 13; (45 + 18.39)/2 + 1 = 32.7 → rank 33.
        assert_eq!(variance18(0..10), 2_250);
        assert_eq!(ranks(45, 2_250), (12, 32));
        // Two values: C is larger than N, so the ends are the first and the last.
        assert_eq!(ranks(1, variance18(0..2)), (0, 0));
        // S = 23 of n = 10: z = 22/11.18 = 1.968; S = 22: 1.878.
        assert!(clear(23, 2_250) && clear(-23, 2_250) && !clear(22, 2_250) && !clear(-22, 2_250));
        // Ties: 5 5 5 7: 4·3·13 - 3·2·11 = 90.
        assert_eq!(variance18([5, 5, 5, 7].into_iter()), 90);
    }

    #[test]
    fn few_values_have_no_slope() {
        let series = Series::new(line(50, 0, 9));
        assert_eq!(Slope::of(&series, Day(8)), None);
        assert!(Slope::of(&Series::new(line(50, 0, 10)), Day(9)).is_some());
        assert_eq!(Slope::of_points(&[(Day(1), 5)]), None);
    }

    /// All slopes over one common denominator, in whole numbers: slow, and plainly right.
    fn naive(points: &[(Day, i64)]) -> i64 {
        const COMMON: i128 = 2_329_089_562_800; // least common multiple of 1 to 30
        let mut slopes = Vec::new();
        for (index, (day, tenths)) in points.iter().enumerate() {
            for (later, other) in &points[index + 1..] {
                slopes.push(i128::from(other - tenths) * (COMMON / i128::from(later.since(*day))));
            }
        }
        slopes.sort_unstable();
        let count = slopes.len();
        let doubled = slopes[count / 2] + slopes[(count - 1) / 2];
        let (above, below) = (doubled * 28 * 100, 2 * COMMON);
        let (whole, rest) = (above / below, above % below);
        i64::try_from(whole + if 2 * rest.abs() >= below { rest.signum() } else { 0 }).unwrap()
    }

    fn points() -> impl Strategy<Value = Vec<(Day, i64)>> {
        proptest::collection::btree_map(0..28_i32, 0_i64..=100, 2..28)
            .prop_map(|days| days.into_iter().map(|(day, tenths)| (Day(day), tenths)).collect())
    }

    proptest! {
        #[test]
        fn it_agrees_with_plain_fractions(points in points()) {
            let slope = Slope::of_points(&points).unwrap();
            prop_assert_eq!(slope.slope_milli_per_28_days, naive(&points));
            prop_assert!(slope.low_milli_per_28_days <= slope.slope_milli_per_28_days);
            prop_assert!(slope.slope_milli_per_28_days <= slope.high_milli_per_28_days);
        }

        #[test]
        fn it_stays_when_everything_moves_and_turns_when_values_turn(points in points(), by in -300_i64..300, days in -400..400) {
            let slope = Slope::of_points(&points).unwrap();
            let moved: Vec<_> = points.iter().map(|(day, tenths)| (day.plus(days), tenths + by)).collect();
            prop_assert!(Slope::of_points(&moved) == Some(slope));
            let turned: Vec<_> = points.iter().map(|(day, tenths)| (*day, -tenths)).collect();
            let turned = Slope::of_points(&turned).unwrap();
            prop_assert_eq!(turned.slope_milli_per_28_days, -slope.slope_milli_per_28_days);
            prop_assert_eq!(turned.clear, slope.clear);
        }

        #[test]
        fn a_constant_series_has_no_slope(days in proptest::collection::btree_set(0..28_i32, 2..28), tenths in 0_i64..=100) {
            let points: Vec<_> = days.into_iter().map(|day| (Day(day), tenths)).collect();
            let slope = Slope::of_points(&points).unwrap();
            prop_assert_eq!((slope.low_milli_per_28_days, slope.slope_milli_per_28_days, slope.high_milli_per_28_days), (0, 0, 0));
            prop_assert!(!slope.clear);
        }

        #[test]
        fn the_order_of_records_does_not_matter(points in points(), turn in 0_usize..28) {
            let straight = Series::new(points.clone());
            let mut turned = points;
            let turn = turn % turned.len();
            turned.rotate_left(turn);
            prop_assert!(Series::new(turned) == straight);
        }
    }
}
