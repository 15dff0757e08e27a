//! See `tests/src/fuzzed/payload.rs`.
#![no_main]

lissom_fuzz::target!("payload");
