//! Expiries and quotas as people write them.

use lissom_relay::config::units;

/// How long something is good for, in seconds; for ever if there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(pub(crate) Option<u64>);

/// A hundred years.
const SECONDS_MAX: u64 = 86_400 * 36_500;

pub(crate) fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry(None));
    }
    let seconds =
        units::duration(text).map(|time| time.as_secs()).filter(|seconds| (1..=SECONDS_MAX).contains(seconds));
    seconds.map(|seconds| Expiry(Some(seconds))).ok_or_else(|| "write 30m, 12h, 7d or never".to_owned())
}

pub(crate) fn quota(text: &str) -> Result<u64, String> {
    let bytes = units::bytes(text).filter(|bytes| (1..=i64::MAX.unsigned_abs()).contains(bytes));
    bytes.ok_or_else(|| "write a number of bytes, or 64M, 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries() {
        assert_eq!(expiry("7d"), Ok(Expiry(Some(604_800))));
        assert_eq!(expiry("12h"), Ok(Expiry(Some(43_200))));
        assert_eq!(expiry("never"), Ok(Expiry(None)));
        for bad in ["", "7", "d", "-1d", "1w", "0s", "99999999999999999999d", "40000d", "1 d", "é"] {
            assert!(expiry(bad).is_err(), "{bad}");
        }
    }
}
