//! The simulator finds every fault that is planted: the mistakes of earlier drafts, and others that are easy to make.
//!
//! In a program of its own, because a planted fault is there for the whole process.
#![cfg(feature = "planted")]
#![expect(clippy::print_stdout, reason = "the table says how many seeds each fault took")]

use lissom_protocol::planted::Fault;
use lissom_tests::planted::find;
use lissom_tests::simulator::{Schedule, run};

/// Seeds by which each must be found.
const SEEDS_MAX: u64 = 400;
const STEPS: usize = 150;

#[test]
fn every_planted_fault_is_found() {
    // A panic in a run is a violation like others, and reported as one.
    std::panic::set_hook(Box::new(|_| {}));
    for seed in 1..=5 {
        assert_eq!(run(&Schedule::of(seed, STEPS)).violation, None, "without a fault there is nothing to find");
    }
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        if let Some(found) = find(*fault, SEEDS_MAX, STEPS) {
            println!("{:<32} {:>4} seeds  {}", format!("{fault:?}"), found.seeds, found.rule);
        } else {
            println!("{:<32} not found", format!("{fault:?}"));
            missed.push(*fault);
        }
    }
    assert_eq!(missed, Vec::new());
}
