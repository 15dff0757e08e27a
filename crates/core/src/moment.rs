//! When something happened, and the ids that carry it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use uuid::Builder;

use crate::refusal::{Reason, Refusal};
use crate::scale::{AT_MS, OFFSET_MINUTES};

/// A point in time and how far local time was ahead of UTC then.
///
/// The offset is stored, so that the local day of a record never moves, wherever and whenever it is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00Z, in the years 1970 to 2199.
    pub at_ms: i64,
    /// Minutes that local time is ahead of UTC, -1080 to 1080.
    pub offset_minutes: i64,
}

impl Moment {
    /// A moment within the allowed years.
    ///
    /// # Errors
    /// [`Refusal`] of `at` or `offset_minutes`.
    pub fn new(at_ms: i64, offset_minutes: i64) -> Result<Self, Refusal> {
        AT_MS.check("at", at_ms)?;
        OFFSET_MINUTES.check("offset_minutes", offset_minutes)?;
        Ok(Self { at_ms, offset_minutes })
    }

    /// Local date and time with its offset, as in RFC 3339: `2026-11-22T07:44:18.000+01:00`.
    #[must_use]
    pub fn to_rfc3339(&self) -> String {
        let seconds = i32::try_from(self.offset_minutes.saturating_mul(60)).unwrap_or(0);
        let offset = Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
        match Timestamp::from_millisecond(self.at_ms) {
            Ok(at) => at.to_zoned(TimeZone::fixed(offset)).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
            Err(_) => String::new(),
        }
    }

    /// Local date, `2026-11-22`.
    #[must_use]
    pub fn local_date(&self) -> String {
        self.to_rfc3339().chars().take(10).collect()
    }
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Moment(..)")
    }
}

/// Milliseconds since 1970 at which a day, `2026-11-22`, would begin in UTC.
///
/// # Errors
/// [`Refusal`] of `date` for anything but a day of the calendar.
pub fn day_start_ms(day: &str) -> Result<i64, Refusal> {
    let date: Date = day.trim().parse().map_err(|_| Refusal::new("date", Reason::NotADate))?;
    let start = date.to_zoned(TimeZone::UTC).map_err(|_| Refusal::new("date", Reason::NotADate))?;
    Ok(start.timestamp().as_millisecond())
}

/// A version 7 UUID (RFC 9562) for something that happens at this time.
///
/// `at_ms` outside the allowed years is taken as the nearest allowed.
#[must_use]
pub fn uuid7(at_ms: i64, random: [u8; 10]) -> String {
    let at = u64::try_from(at_ms.clamp(AT_MS.min, AT_MS.max)).unwrap_or(0);
    Builder::from_unix_timestamp_millis(at, &random).into_uuid().hyphenated().to_string()
}

/// UTC year of a version 7 UUID's time; `None` for anything else.
#[must_use]
pub fn uuid7_year(text: &str) -> Option<i16> {
    let at = uuid7_ms(text)?;
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(TimeZone::UTC).year())
}

/// Milliseconds since 1970 of a version 7 UUID in its one text form; `None` for anything else.
#[must_use]
pub fn uuid7_ms(text: &str) -> Option<i64> {
    let id = uuid::Uuid::try_parse(text).ok().filter(|id| id.get_version_num() == 7)?;
    let canonical = id.hyphenated().to_string() == text;
    let (seconds, nanos) = id.get_timestamp().filter(|_| canonical)?.to_unix();
    let ms = seconds.checked_mul(1000)?.checked_add(u64::from(nanos).checked_div(1_000_000)?)?;
    i64::try_from(ms).ok().filter(|ms| *ms <= AT_MS.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_year_and_time() {
        for at in [0, 1, 1_795_333_458_123, AT_MS.max] {
            let id = uuid7(at, [0xee; 10]);
            assert_eq!(uuid7_ms(&id), Some(at), "{id}");
        }
        assert_eq!(uuid7_year(&uuid7(-5, [1; 10])), Some(1970));
        assert_eq!(uuid7_year(&uuid7(i64::MAX, [1; 10])), Some(2199));
    }

    #[test]
    fn other_texts_are_no_ids() {
        let id = uuid7(1_795_333_458_123, [3; 10]);
        for bad in [id.to_uppercase(), id.replace('-', ""), id.replacen("-7", "-4", 1), format!("{id}0"), String::new()]
        {
            assert_eq!(uuid7_ms(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_local_day_is_that_of_the_stored_offset() {
        let moment = Moment::new(1_795_388_399_000, 60).unwrap();
        assert_eq!(moment.to_rfc3339(), "2026-11-22T23:59:59.000+01:00");
        assert_eq!(moment.local_date(), "2026-11-22");
        assert_eq!(Moment { offset_minutes: 120, ..moment }.local_date(), "2026-11-23");
        assert!(Moment::new(-1, 0).is_err() && Moment::new(0, 1081).is_err());
    }
}
