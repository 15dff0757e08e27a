//! Time as people give it and read it: local, with the zone of this machine.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use lissom_diary::Moment;
use lissom_diary::core::day::Day;

use crate::failure::Failure;
use crate::texts::{Lang, when as words};

/// Now, in the local zone.
pub(crate) fn now() -> Result<Moment, Failure> {
    moment(&Zoned::now())
}

/// `--at`, or now.
pub(crate) fn given_or_now(at: Option<&str>) -> Result<Moment, Failure> {
    at.map_or_else(now, parse)
}

/// Reads `2026-11-22T18:30`, `2026-11-22 18:30`, `2026-11-22` (its start) or `18:30` (today), each in the local zone
/// unless it names an offset or a zone.
///
/// A time that the clock skipped or showed twice is read as most calendars do: past the gap, or the first of the two.
pub(crate) fn parse(text: &str) -> Result<Moment, Failure> {
    parse_in(text.trim(), &TimeZone::system())
}

fn parse_in(text: &str, local: &TimeZone) -> Result<Moment, Failure> {
    let unclear = || Failure::refused_field("at", words::UNCLEAR);
    if let Some(time) = clock_time(text) {
        let today = Zoned::now().with_time_zone(local.clone()).date();
        return moment(&local.to_zoned(today.to_datetime(time)).map_err(|_| unclear())?);
    }
    let pieces = Pieces::parse(text).map_err(|_| unclear())?;
    let civil: DateTime = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let named = pieces.to_time_zone().map_err(|_| unclear())?;
    let zoned = match (named, pieces.offset()) {
        (Some(zone), offset) => {
            let zoned = civil.to_zoned(zone).map_err(|_| unclear())?;
            let contradicts = numeric(offset).is_some_and(|offset| offset != zoned.offset());
            if contradicts {
                return Err(Failure::refused_field("at", words::OTHER_OFFSET));
            }
            Ok(zoned)
        }
        (None, offset @ Some(_)) => civil.to_zoned(TimeZone::fixed(numeric(offset).unwrap_or(Offset::UTC))),
        (None, None) => civil.to_zoned(local.clone()),
    };
    moment(&zoned.map_err(|_| unclear())?)
}

/// A time of the day alone.
fn clock_time(text: &str) -> Option<Time> {
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = text.split_once(':').filter(|(hour, minute)| digits(hour) && digits(minute))?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The offset that was written, where `Z` is UTC.
fn numeric(offset: Option<PiecesOffset>) -> Option<Offset> {
    match offset? {
        PiecesOffset::Numeric(offset) => Some(offset.offset()),
        _ => Some(Offset::UTC),
    }
}

fn moment(zoned: &Zoned) -> Result<Moment, Failure> {
    let offset = zoned.offset().seconds().div_euclid(60);
    Moment::new(zoned.timestamp().as_millisecond(), offset.into())
        .map_err(|_| Failure::refused_field("at", words::YEARS))
}

/// A day of `--from` or `--to`, checked.
pub(crate) fn day(field: &'static str, text: &str) -> Result<String, Failure> {
    let date: Result<Date, _> = text.trim().parse();
    date.map(|date| date.to_string()).map_err(|_| Failure::refused_field(field, words::NOT_A_DAY))
}

/// A day that a flag names, to count with.
pub(crate) fn local_day(field: &'static str, text: &str) -> Result<Day, Failure> {
    day(field, text)?.parse().map_err(|_| Failure::refused_field(field, words::NOT_A_DAY))
}

/// A time of this device's clock as RFC 3339 in the local zone.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    local(at_ms).to_rfc3339()
}

/// A time of this device's clock, in the local zone.
fn local(at_ms: i64) -> Moment {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let offset = TimeZone::system().to_offset(at);
    Moment { at_ms, offset_minutes: offset.seconds().div_euclid(60).into() }
}

/// Local date and time for a table: `2026-11-22 18:30`.
pub(crate) fn short(at: &Moment) -> String {
    at.to_rfc3339().replace('T', " ").chars().take(16).collect()
}

/// [`short`] for a time of this device's clock.
pub(crate) fn short_ms(at_ms: i64) -> String {
    short(&local(at_ms))
}

/// How long ago: `just now`, `5 minutes ago`, `9 days ago`; the time itself if it lies ahead.
pub(crate) fn ago(lang: Lang, at_ms: i64) -> String {
    let minutes = Timestamp::now().as_millisecond().saturating_sub(at_ms).div_euclid(60_000);
    let said = match minutes {
        ..0 => return short_ms(at_ms),
        0 => words::JUST_NOW.into(),
        1..60 => words::MINUTES_AGO.with("n", minutes),
        60..2_880 => words::HOURS_AGO.with("n", minutes.div_euclid(60)),
        _ => words::DAYS_AGO.with("n", minutes.div_euclid(1_440)),
    };
    said.say(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central European time with its summer, without a time zone database.
    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn read(text: &str) -> String {
        parse_in(text, &berlin()).map_or_else(|failure| failure.sentence().say(Lang::En), |at| at.to_rfc3339())
    }

    #[test]
    fn a_local_time_gets_the_offset_of_its_day() {
        assert_eq!(read("2026-11-22T18:30"), "2026-11-22T18:30:00.000+01:00");
        assert_eq!(read("2026-07-22 18:30"), "2026-07-22T18:30:00.000+02:00");
        assert_eq!(read("2026-11-22"), "2026-11-22T00:00:00.000+01:00");
        assert_eq!(read("2026-11-22T18:30:05.25"), "2026-11-22T18:30:05.250+01:00");
    }

    #[test]
    fn an_offset_or_zone_is_kept() {
        assert_eq!(read("2026-11-22T18:30-05:00"), "2026-11-22T18:30:00.000-05:00");
        assert_eq!(read("2026-11-22T18:30Z"), "2026-11-22T18:30:00.000+00:00");
        assert_eq!(read("2026-07-22T18:30[America/New_York]"), "2026-07-22T18:30:00.000-04:00");
        assert_eq!(read("2026-07-22T18:30-04:00[America/New_York]"), "2026-07-22T18:30:00.000-04:00");
        assert!(read("2026-07-22T18:30+04:00[America/New_York]").contains("the offset is not"));
    }

    #[test]
    fn a_gap_and_a_fold_are_read_as_calendars_do() {
        // 02:30 did not exist on 29 March 2026, and was twice on 25 October.
        assert_eq!(read("2026-03-29T02:30"), "2026-03-29T03:30:00.000+02:00");
        assert_eq!(read("2026-10-25T02:30"), "2026-10-25T02:30:00.000+02:00");
    }

    #[test]
    fn a_time_alone_is_today() {
        let today = Zoned::now().with_time_zone(berlin()).date().to_string();
        assert!(read("7:05").starts_with(&format!("{today}T07:05")));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in
            ["", "yesterday", "22.11.2026", "2026-13-01", "2026-02-30T10:00", "25:00", "2026-11-22T18:30[Nowhere/No]"]
        {
            assert!(read(bad).starts_with("--at: "), "{bad}: {}", read(bad));
        }
        assert!(read("1969-01-01").contains("1970 to 2199") && read("2999-01-01").contains("1970 to 2199"));
    }
}
