//! Time and randomness, which the rest takes as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where a diary gets the time and its random bytes. A simulator brings its own.
pub trait Host: Send {
    /// Milliseconds since 1970 by this device's clock, which may be wrong by years.
    fn now_ms(&mut self) -> i64;
    /// Fills with bytes that nobody can guess.
    fn fill_random(&mut self, bytes: &mut [u8]);
}

/// The system's clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemHost;

impl Host for SystemHost {
    fn now_ms(&mut self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, i64::wrapping_neg),
        }
    }

    #[expect(clippy::expect_used, reason = "without a random source no key and no id may be made")]
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system's random source");
    }
}

/// Random bytes as an array.
pub(crate) fn random<const N: usize>(host: &mut dyn Host) -> [u8; N] {
    let mut bytes = [0; N];
    host.fill_random(&mut bytes);
    bytes
}
