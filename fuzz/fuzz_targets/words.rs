//! See `tests/src/fuzzed/words.rs`.
#![no_main]

lissom_fuzz::target!("words");
