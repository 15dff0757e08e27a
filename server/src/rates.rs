//! How many requests somebody may make: so many at once, and so many in the long run.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most that are remembered. Whoever comes beyond that is let through: the connections are bounded all the same.
const KEPT_MAX: usize = 65_536;
/// Below that nobody is forgotten.
const KEPT_MIN: usize = 1_024;

/// A limit of requests for each of many.
///
/// Only the time at which somebody's allowance is whole again is kept. Whose is whole is forgotten.
pub(crate) struct Rates<K> {
    /// Time in which one request is earned; none if there is no limit.
    pace: Option<Duration>,
    /// Time that may be borrowed.
    most: Duration,
    start: Instant,
    kept: Mutex<Kept<K>>,
}

struct Kept<K> {
    whole_at: HashMap<K, Duration>,
    tidy_at: usize,
}

/// Too many; the time after which one more is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany(pub(crate) Duration);

impl TooMany {
    /// Whole seconds after which to come again.
    pub(crate) fn seconds(self) -> u64 {
        self.0.as_secs().saturating_add(1)
    }
}

impl<K: Hash + Eq> Rates<K> {
    /// `count` in every `period` in the long run, `burst` at once; no limit if `count` is 0.
    pub(crate) fn new(count: u64, period: Duration, burst: u64) -> Self {
        let nanos = period.as_nanos().checked_div(u128::from(count));
        let pace = nanos.map(|nanos| Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)));
        let times = u32::try_from(burst.max(1)).unwrap_or(u32::MAX);
        let kept = Kept { whole_at: HashMap::new(), tidy_at: KEPT_MIN };
        let most = pace.unwrap_or_default().saturating_mul(times);
        Self { pace, most, start: Instant::now(), kept: Mutex::new(kept) }
    }

    /// Takes one request of somebody's allowance.
    pub(crate) fn take(&self, key: K) -> Result<(), TooMany> {
        self.take_at(key, self.start.elapsed())
    }

    fn take_at(&self, key: K, now: Duration) -> Result<(), TooMany> {
        let Some(pace) = self.pace else { return Ok(()) };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.whole_at.len() >= kept.tidy_at {
            kept.whole_at.retain(|_, whole_at| *whole_at > now);
            kept.whole_at.shrink_to_fit();
            kept.tidy_at = kept.whole_at.len().saturating_mul(2).clamp(KEPT_MIN, KEPT_MAX);
        }
        let full = kept.whole_at.len() >= KEPT_MAX;
        let whole_at = kept.whole_at.get(&key).map_or(now, |whole_at| (*whole_at).max(now)).saturating_add(pace);
        let over = whole_at.saturating_sub(now).saturating_sub(self.most);
        if !over.is_zero() {
            return Err(TooMany(over));
        }
        if !full || kept.whole_at.contains_key(&key) {
            kept.whole_at.insert(key, whole_at);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn so_many_at_once_and_then_one_for_each_pace() {
        let rates = Rates::new(10, SECOND, 5);
        let at = |tenths: u32| SECOND.saturating_mul(tenths) / 10;
        for _ in 0..5 {
            assert_eq!(rates.take_at("a", at(0)), Ok(()));
        }
        assert_eq!(rates.take_at("a", at(0)), Err(TooMany(at(1))));
        assert_eq!(rates.take_at("b", at(0)), Ok(()), "another one has an allowance of its own");
        assert_eq!(rates.take_at("a", at(1)), Ok(()));
        assert!(rates.take_at("a", at(1)).is_err(), "a refusal costs nothing, and waiting earns one");
        for _ in 0..5 {
            assert_eq!(rates.take_at("a", at(100)), Ok(()), "no more than the burst is saved up");
        }
        assert_eq!(rates.take_at("a", at(100)).unwrap_err().seconds(), 1);
    }

    #[test]
    fn whoever_has_a_whole_allowance_is_forgotten() {
        let rates = Rates::new(1, SECOND, 1);
        for key in 0..KEPT_MIN {
            rates.take_at(key, Duration::ZERO).unwrap();
        }
        rates.take_at(KEPT_MIN, SECOND * 2).unwrap();
        assert_eq!(rates.kept.lock().unwrap().whole_at.len(), 1);
    }

    #[test]
    fn memory_is_bounded_and_nobody_is_kept_out_by_it() {
        let rates = Rates::new(1, SECOND, 1);
        for key in 0..KEPT_MAX + 10 {
            assert_eq!(rates.take_at(key, Duration::ZERO), Ok(()));
        }
        assert_eq!(rates.kept.lock().unwrap().whole_at.len(), KEPT_MAX);
        assert!(rates.take_at(0, Duration::ZERO).is_err(), "who is known is still counted");
    }

    #[test]
    fn zero_is_no_limit() {
        let rates = Rates::new(0, SECOND, 1);
        assert!((0..10_000).all(|_| rates.take("a").is_ok()));
    }
}
