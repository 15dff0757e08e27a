//! Time and randomness of a simulated process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lissom_diary::Host;

use crate::simulator::rng::Rng;

/// The clock of one device, which its processes share.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

/// 2026-11-22 in milliseconds since 1970.
const START_MS: i64 = 1_795_305_600_000;

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START_MS)))
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Jumps to so far from where every clock began.
    pub(crate) fn jump(&self, ms: i64) {
        self.0.store(START_MS.saturating_add(ms), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// One process's time and randomness.
pub(crate) struct SimHost {
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
}

impl Host for SimHost {
    fn now_ms(&mut self) -> i64 {
        self.clock.now()
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        self.rng.fill(bytes);
    }
}
