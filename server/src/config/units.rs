//! Sizes and durations as people write them: `64M`, `30s`.

use std::time::Duration;

use super::settings::Unit;

const SIZES: [(&str, u64); 3] = [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)];
/// In milliseconds.
const TIMES: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit))
}

/// A number of bytes: `1024`, `64M`, `2GiB`.
#[must_use]
pub fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = number_and_unit(text)?;
    let short = unit.strip_suffix("iB").unwrap_or(unit);
    let factor = match SIZES.iter().find(|(name, _)| *name == short) {
        Some((_, factor)) => *factor,
        None if matches!(unit, "" | "B") => 1,
        None => return None,
    };
    number.checked_mul(factor)
}

/// A time: `250ms`, `30s`, `5m`, `12h`, `7d`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = number_and_unit(text)?;
    let (_, factor) = TIMES.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor).map(Duration::from_millis)
}

pub(super) fn parse(unit: Unit, text: &str) -> Option<u64> {
    match unit {
        Unit::Bytes | Unit::BytesASecond => bytes(text),
        Unit::Time => duration(text).map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        Unit::Count | Unit::ASecond | Unit::AMinute => text.parse().ok(),
    }
}

/// The shortest exact form.
pub(super) fn show(unit: Unit, number: u64) -> String {
    let scale: &[(&str, u64)] = match unit {
        Unit::Bytes | Unit::BytesASecond => &SIZES,
        Unit::Time => &TIMES,
        Unit::Count | Unit::ASecond | Unit::AMinute => &[],
    };
    let fits = |(_, factor): &&(&str, u64)| number > 0 && number.is_multiple_of(*factor);
    match scale.iter().find(fits) {
        Some((name, factor)) => format!("{}{name}", number / factor),
        None if unit == Unit::Time => format!("{number}ms"),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!((bytes("1024"), bytes("64M"), bytes("2GiB")), (Some(1024), Some(64 << 20), Some(2 << 30)));
        for bad in ["", "M", "1T", "1.5G", "18446744073709551615K", "1iB"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations() {
        assert_eq!(duration("7d"), Some(Duration::from_hours(168)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        for bad in ["", "7", "d", "-1d", "1w", "99999999999999999999d", "1 d", "é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for unit in [Unit::Bytes, Unit::Time, Unit::Count] {
            for number in [0, 1, 999, 1_000, 1_024, 90_000, 3_600_000, 64 << 20, 3 << 30] {
                assert_eq!(parse(unit, &show(unit, number)), Some(number), "{unit:?} {number}");
            }
        }
        assert_eq!((show(Unit::Time, 90_000), show(Unit::Bytes, 1 << 30)), ("90s".to_owned(), "1G".to_owned()));
    }
}
