//! See `tests/src/fuzzed/record.rs`.
#![no_main]

lissom_fuzz::target!("record");
