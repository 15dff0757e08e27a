//! A deterministic simulator: real devices and real relays, and one seeded schedule for everything that may befall them.
//!
//! Nothing here runs by itself: every effect of every sync, every crash, lost answer, set-back disk and jumping clock is a
//! step of the [schedule](schedule::Schedule). After every step the invariants are checked against a simple model; at the end
//! a quiet period must bring everybody together. The same seed gives the same run.

mod acts;
mod checks;
mod device;
mod host;
mod minimise;
mod model;
mod observer;
mod quiet;
mod raw;
mod relay;
mod rng;
mod schedule;
mod violation;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::Digest;

pub use crate::simulator::minimise::minimise;
pub use crate::simulator::relay::Relay;
pub(crate) use crate::simulator::relay::{problem, vault_in};
pub(crate) use crate::simulator::rng::Rng;
pub use crate::simulator::schedule::{Kind, Schedule, Step};
pub use crate::simulator::violation::Violation;
use crate::simulator::violation::broken;
pub use crate::simulator::world::Counts;
use crate::simulator::world::World;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Hash over everything that was seen.
    pub trace: [u8; 32],
    /// How often each thing happened.
    pub counts: Counts,
    /// What does not hold, and at which step; the number of steps if in the quiet.
    pub violation: Option<(usize, Violation)>,
}

/// Runs a schedule.
#[must_use]
pub fn run(schedule: &Schedule) -> Ran {
    let mut world = World::new(schedule);
    let mut violation = None;
    let quiet = schedule.steps.len();
    for at in 0..=quiet {
        let done = catch_unwind(AssertUnwindSafe(|| match schedule.steps.get(at) {
            Some(step) => world.act(*step).and_then(|()| world.check()),
            None => world.quiet(),
        }));
        let done = done.unwrap_or_else(|_| Err(broken("nothing panics", "a panic")));
        world.write_trace(&format!("step {at}: {done:?}"));
        if let Err(broken) = done {
            violation = Some((at, broken));
            break;
        }
    }
    let trace = world.trace.clone().finalize().into();
    Ran { trace, counts: std::mem::take(&mut world.counts), violation }
}
