//! Everything that the fuzzers keep, run again: see `tests/src/fuzzed.rs`.
//!
//! Alone in its file, because it measures the peak of the whole process.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use lissom_tests::fuzzed::TARGETS;
use peak_alloc::PeakAlloc;

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz")
}

/// Names of what is in a folder, without what stands after the dot.
fn names(folder: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_kept_input_holds_to_what_is_said_of_its_target_and_within_its_memory() {
    // Contained panics must not print; what fails is told at the end.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = Vec::new();
    for target in TARGETS {
        // What is made once for all inputs is not any input's.
        let first = catch_unwind(|| (target.run)(&[]));
        let folders = ["corpus", "regressions"].map(|kind| fuzz().join(kind).join(target.name));
        let kept =
            folders.iter().filter(|folder| folder.is_dir()).flat_map(|folder| std::fs::read_dir(folder).unwrap());
        let mut files: Vec<PathBuf> = kept.map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            PEAK.reset_peak_usage();
            let before = PEAK.current_usage();
            let held = catch_unwind(|| (target.run)(&bytes));
            let peak = PEAK.peak_usage().saturating_sub(before);
            let said = |panic: &Box<dyn std::any::Any + Send>| {
                let text = panic.downcast_ref::<String>().cloned();
                text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
            };
            match held.as_ref().map_err(said) {
                Err(why) => failed.push(format!("{}: {why}", file.display())),
                Ok(()) if peak > target.peak_bytes_max => failed.push(format!("{}: {peak} bytes", file.display())),
                Ok(()) => {}
            }
        }
        failed.extend(first.is_err().then(|| format!("{}: on nothing", target.name)));
    }
    std::panic::set_hook(hook);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&fuzz().join("fuzz_targets")), targets);
    assert_eq!(names(&fuzz().join("corpus")), targets);
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not built");
        assert!(names(&fuzz().join("corpus").join(target)).len() >= 10, "the corpus of {target} is there");
    }
}
