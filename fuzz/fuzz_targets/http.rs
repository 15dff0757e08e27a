//! See `tests/src/fuzzed/http.rs`.
#![no_main]

lissom_fuzz::target!("http");
