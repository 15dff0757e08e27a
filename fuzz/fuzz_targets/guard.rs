//! See `tests/src/fuzzed/guard.rs`.
#![no_main]

lissom_fuzz::target!("guard");
