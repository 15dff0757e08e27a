//! What every fuzz target has around its function: a count of memory, and panics that may be contained.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub use libfuzzer_sys;
pub use lissom_tests::fuzzed;
use peak_alloc::PeakAlloc;

/// The allocator of every target: libFuzzer looks at memory once a second, this one at every input.
#[global_allocator]
pub static PEAK: PeakAlloc = PeakAlloc;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are contained where our code contains them, and not ended by libFuzzer's hook. One input for each place in
/// Automerge that panics is kept under `artifacts/contained`, to be reported.
pub fn prepare() {
    std::panic::set_hook(Box::new(|panic| {
        SAID.with_borrow_mut(|said| *said = panic.to_string());
        let Some(place) = panic.location() else { return };
        let Some((_, file)) = place.file().split_once("/registry/src/") else { return };
        let name = file.split('/').skip(1).collect::<Vec<_>>().join("-");
        let folder = Path::new("fuzz/artifacts/contained");
        let path = folder.join(format!("{name}-{}", place.line()));
        let smaller = |input: &[u8]| std::fs::metadata(&path).map_or(true, |file| file.len() > input.len() as u64);
        INPUT.with_borrow(|input| {
            if smaller(input) && std::fs::create_dir_all(folder).is_ok() {
                std::fs::write(&path, input).expect("a file for the input");
            }
        });
    }));
}

/// Runs one input within the target's limit of memory.
pub fn run(target: &fuzzed::Target, bytes: &[u8]) {
    INPUT.with_borrow_mut(|input| bytes.clone_into(input));
    PEAK.reset_peak_usage();
    let before = PEAK.current_usage();
    if catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).is_err() {
        SAID.with_borrow(|said| eprintln!("{said}"));
        std::process::abort();
    }
    let peak = PEAK.peak_usage().saturating_sub(before);
    if peak > target.peak_bytes_max {
        eprintln!("{peak} bytes taken, the most is {}", target.peak_bytes_max);
        std::process::abort();
    }
}

/// A whole fuzz target: `target!("name")`.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::prepare(), |bytes: &[u8]| {
            $crate::run($crate::fuzzed::target($name), bytes);
        });
    };
}
