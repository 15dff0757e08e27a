//! The faults planted in the crates, and how many seeds the simulator needs to find each.

use lissom_protocol::planted::{Fault, plant};

use crate::simulator::{Schedule, run};

/// What found a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Seeds that were run until then.
    pub seeds: u64,
    /// The invariant that did not hold.
    pub rule: &'static str,
}

/// Runs seed after seed with this fault; `None` if none of them shows it. One at a time in a process.
#[must_use]
pub fn find(fault: Fault, seeds_max: u64, steps: usize) -> Option<Found> {
    plant(Some(fault));
    let found = (1..=seeds_max).find_map(|seed| {
        let (_, violation) = run(&Schedule::of(seed, steps)).violation?;
        Some(Found { seeds: seed, rule: violation.rule })
    });
    plant(None);
    found
}
