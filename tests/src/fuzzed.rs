//! What the fuzzers call, and what the ordinary tests replay.
//!
//! Each target is one function of bytes that stops if anything it says about them does not hold. The programs under
//! `fuzz/` search for such bytes; `tests/tests/replay.rs` runs all that is kept under `fuzz/corpus/` on every test run,
//! with the same statements and the same limits of memory.

mod answers;
mod chunk;
mod entry;
mod guard;
mod http;
mod import;
mod input;
mod payload;
mod record;
mod schedule;
mod words;

/// One way in for bytes from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, that of its program and of its corpus.
    pub name: &'static str,
    /// Stops if a statement does not hold.
    pub run: fn(&[u8]),
    /// Most bytes that one input may take while it runs, beyond what was taken before.
    pub peak_bytes_max: usize,
}

const MIB: usize = 1024 * 1024;

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "entry", run: entry::run, peak_bytes_max: 16 * MIB },
    Target { name: "payload", run: payload::run, peak_bytes_max: 32 * MIB },
    Target { name: "guard", run: guard::run, peak_bytes_max: 64 * MIB },
    Target { name: "record", run: record::run, peak_bytes_max: 16 * MIB },
    Target { name: "words", run: words::run, peak_bytes_max: 8 * MIB },
    Target { name: "answers", run: answers::run, peak_bytes_max: 32 * MIB },
    Target { name: "import", run: import::run, peak_bytes_max: 64 * MIB },
    Target { name: "http", run: http::run, peak_bytes_max: 32 * MIB },
    Target { name: "schedule", run: schedule::run, peak_bytes_max: 64 * MIB },
];

/// The target of this name.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).expect("a target of this name")
}
