//! See `tests/src/fuzzed/schedule.rs`.
#![no_main]

lissom_fuzz::target!("schedule");
