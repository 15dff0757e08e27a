//! See `tests/src/fuzzed/import.rs`.
#![no_main]

lissom_fuzz::target!("import");
