//! Durations and sizes as people write them.

/// How long something is good for, in seconds; for ever if there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry(pub(crate) Option<u64>);

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit))
}

pub(crate) fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry(None));
    }
    let seconds = number_and_unit(text).and_then(|(number, unit)| {
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        number.checked_mul(seconds).filter(|seconds| (1..=86_400 * 36_500).contains(seconds))
    });
    seconds.map(|seconds| Expiry(Some(seconds))).ok_or_else(|| "write 30m, 12h, 7d or never".to_owned())
}

pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let bytes = number_and_unit(text).and_then(|(number, unit)| {
        let factor: u64 = match unit {
            "" | "B" => 1,
            "K" | "KiB" => 1 << 10,
            "M" | "MiB" => 1 << 20,
            "G" | "GiB" => 1 << 30,
            _ => return None,
        };
        number.checked_mul(factor)
    });
    bytes.ok_or_else(|| "write a number of bytes, or 64M, 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(expiry("7d"), Ok(Expiry(Some(604_800))));
        assert_eq!(expiry("12h"), Ok(Expiry(Some(43_200))));
        assert_eq!(expiry("never"), Ok(Expiry(None)));
        for bad in ["", "7", "d", "-1d", "1w", "0s", "99999999999999999999d", "1 d", "é"] {
            assert!(expiry(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes("1024"), Ok(1024));
        assert_eq!(bytes("64M"), Ok(64 << 20));
        assert_eq!(bytes("2GiB"), Ok(2 << 30));
        for bad in ["", "M", "1T", "1.5G", "18446744073709551615K"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
