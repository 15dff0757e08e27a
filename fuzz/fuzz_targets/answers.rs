//! See `tests/src/fuzzed/answers.rs`.
#![no_main]

lissom_fuzz::target!("answers");
