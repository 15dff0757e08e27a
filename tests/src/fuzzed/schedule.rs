//! What befalls devices and relays, in which order: bytes as a schedule of the simulator.
//!
//! Where seeds draw steps by their weight, a fuzzer puts together whatever reaches new code: the same invariants hold.

use crate::simulator::{Schedule, run as simulate};

/// Steps of one input: few enough for a fuzzer's second.
const STEPS_MAX: usize = 40;

pub(super) fn run(bytes: &[u8]) {
    let schedule = Schedule::of_bytes(bytes, STEPS_MAX);
    let violation = simulate(&schedule).violation.map(|(at, violation)| format!("step {at}: {violation}"));
    let steps = || schedule.steps.iter().map(|step| format!("{} {:#x}", step.kind, step.chance)).collect::<Vec<_>>();
    assert!(violation.is_none(), "{}\n{}", violation.unwrap_or_default(), steps().join("\n"));
}
