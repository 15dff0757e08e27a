//! See `tests/src/fuzzed/entry.rs`.
#![no_main]

lissom_fuzz::target!("entry");
