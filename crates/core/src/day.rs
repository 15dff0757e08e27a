//! A local day, as a number to count with.

use jiff::ToSpan;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::refusal::{Reason, Refusal};

/// A day of somebody's calendar: days since 1 January 1970, wherever they were.
///
/// The local day of a record follows from its time and stored offset, so it never moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

const DAY_MS: i64 = 86_400_000;

impl Day {
    /// The local day of a moment.
    #[must_use]
    pub fn of(at: Moment) -> Self {
        let local = at.at_ms.saturating_add(at.offset_minutes.saturating_mul(60_000));
        Self(i32::try_from(local.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }

    /// The day so many days later; earlier for a negative number.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from another day to this one.
    #[must_use]
    pub const fn since(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }

    /// Day of the week: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub const fn weekday(self) -> u8 {
        // 1 January 1970 was a Thursday.
        #[expect(clippy::cast_possible_truncation, reason = "0 to 6")]
        let weekday = self.0.saturating_add(3).rem_euclid(7) as u8;
        weekday
    }

    /// The Monday of its week: a week is named by it.
    #[must_use]
    pub const fn monday(self) -> Self {
        self.plus(-(self.weekday() as i32))
    }

    /// Milliseconds since 1970 at which it would begin in UTC.
    #[must_use]
    pub const fn start_ms(self) -> i64 {
        (self.0 as i64).saturating_mul(DAY_MS)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = Date::constant(1970, 1, 1).checked_add(i64::from(self.0).days());
        match date {
            Ok(date) => f.pad(&date.to_string()),
            Err(_) => f.pad("?"),
        }
    }
}

impl FromStr for Day {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let start = crate::moment::day_start_ms(text)?;
        i32::try_from(start.div_euclid(DAY_MS)).map(Self).map_err(|_| Refusal::new("date", Reason::NotADate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_and_name_themselves() {
        let day: Day = "2026-11-23".parse().unwrap();
        assert_eq!((day.to_string().as_str(), day.weekday(), day.monday()), ("2026-11-23", 0, day));
        assert_eq!(day.plus(8).to_string(), "2026-12-01");
        assert_eq!(day.plus(6).monday(), day);
        assert_eq!(day.plus(-3).weekday(), 4);
        assert_eq!(day.plus(5).since(day), 5);
        assert_eq!(Day(-1).to_string(), "1969-12-31");
        assert_eq!(Day::of(Moment { at_ms: 1_795_388_399_000, offset_minutes: 60 }).to_string(), "2026-11-22");
        assert_eq!(Day::of(Moment { at_ms: 1_795_388_399_000, offset_minutes: 120 }), "2026-11-23".parse().unwrap());
        assert!("22.11.2026".parse::<Day>().is_err());
    }
}
