//! Time as apps have it: milliseconds and an offset, and days of a calendar.

use lissom_diary::core::day::Day;
use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::texts::Lang;

use crate::error::LissomError;

/// A point in time, and what the clock on the wall said. The library never asks the system for a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Moment {
    /// Milliseconds since 1970, UTC.
    pub epoch_ms: i64,
    /// Minutes that local time is ahead of UTC.
    pub offset_minutes: i32,
}

/// A day of somebody's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, uniffi::Record)]
pub struct LocalDay {
    /// Year, 1970 to 2199.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: i32,
    /// Day of the month, 1 to 31.
    pub day: i32,
}

impl From<Moment> for lissom_diary::Moment {
    fn from(at: Moment) -> Self {
        Self { at_ms: at.epoch_ms, offset_minutes: i64::from(at.offset_minutes) }
    }
}

impl From<lissom_diary::Moment> for Moment {
    fn from(at: lissom_diary::Moment) -> Self {
        Self { epoch_ms: at.at_ms, offset_minutes: i32::try_from(at.offset_minutes).unwrap_or(0) }
    }
}

impl From<Day> for LocalDay {
    fn from(day: Day) -> Self {
        let text = day.to_string();
        let mut parts = text.split('-').map(|part| part.parse::<i32>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        Self { year: next(), month: next(), day: next() }
    }
}

impl LocalDay {
    /// The day as the diary counts it.
    pub(crate) fn read(self) -> Result<Day, LissomError> {
        let wrong = LissomError::refused(&Refusal::new("day", Reason::NotADate), Lang::En);
        let text = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        if (1970..=2199).contains(&self.year) { text.parse::<Day>().map_err(|_| wrong) } else { Err(wrong) }
    }

    /// An optional day.
    pub(crate) fn read_some(day: Option<Self>) -> Result<Option<Day>, LissomError> {
        day.map(Self::read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_goes_there_and_back_and_one_that_is_none_is_refused() {
        let day = LocalDay { year: 2026, month: 2, day: 28 };
        assert_eq!(LocalDay::from(day.read().unwrap()), day);
        for bad in [
            LocalDay { day: 29, ..day },
            LocalDay { month: 13, ..day },
            LocalDay { day: 0, ..day },
            LocalDay { year: 1969, ..day },
            LocalDay { year: 20_260, ..day },
        ] {
            assert!(matches!(bad.read(), Err(LissomError::InvalidInput { field, .. }) if field == "day"), "{bad:?}");
        }
    }
}
