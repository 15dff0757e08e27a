//! The shortest schedule that still shows a violation, by leaving out parts of it.

use crate::simulator::schedule::Schedule;
use crate::simulator::{Violation, run};

/// Leaves out steps as long as the same invariant stays broken; at most so many runs.
#[must_use]
pub fn minimise(schedule: &Schedule, violation: &Violation, runs_max: usize) -> Schedule {
    let mut best = schedule.clone();
    let mut runs = 0_usize;
    let mut part = best.steps.len().div_ceil(2);
    while part > 0 && runs < runs_max {
        let (mut at, mut shorter) = (0_usize, false);
        while at < best.steps.len() && runs < runs_max {
            let mut steps = best.steps.clone();
            steps.drain(at..at.saturating_add(part).min(best.steps.len()));
            let tried = Schedule { steps, ..best.clone() };
            runs = runs.saturating_add(1);
            if run(&tried).violation.is_some_and(|(_, found)| found.rule == violation.rule) {
                (best, shorter) = (tried, true);
            } else {
                at = at.saturating_add(part);
            }
        }
        if !shorter || part > best.steps.len() {
            part = if part == 1 { 0 } else { part.div_ceil(2).min(best.steps.len().div_ceil(2)) };
        }
    }
    best
}
