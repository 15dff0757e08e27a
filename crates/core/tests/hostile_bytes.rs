//! Bytes that make Automerge 0.12 panic or balloon, through the guard.
//!
//! Alone in its file, because it measures the peak of the whole process.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads files, and stops where it fails")]

use lissom_core::document::{Document, Outcome, Put, Writer, split};
use peak_alloc::PeakAlloc;
use sha2::{Digest, Sha256};

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

/// No hostile input may need more than this.
const PEAK_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What the whole guard says of a body: how many changes got into the document.
fn taken_in(document: &mut Document, body: &[u8]) -> usize {
    let changes: Vec<_> = split(body).into_iter().filter_map(Result::ok).collect();
    let applied = document.apply(&changes);
    applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count()
}

fn state(document: &Document) -> Vec<u8> {
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    hash.finalize().to_vec()
}

/// A document that holds something, so that there is something to harm.
fn document_with_records() -> Document {
    let mut document = Document::new();
    let put = Put::Record { key: "c:before".into(), value: vec![0xa0] };
    document.write(Writer([1; 16]), &[put]).unwrap().unwrap();
    document
}

/// Contained panics must not print: their text could quote a record.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let value = work();
    std::panic::set_hook(hook);
    value
}

#[test]
fn hostile_samples_end_in_quarantine_within_bounds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile");
    let mut samples: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    samples.sort();
    assert_eq!(samples.len(), 25, "the samples are there");
    for sample in samples {
        let name = sample.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&sample).unwrap();
        let mut document = document_with_records();
        let before = state(&document);
        PEAK.reset_peak_usage();
        let taken = quietly(|| taken_in(&mut document, &bytes));
        let peak = PEAK.peak_usage();
        assert_eq!(taken, 0, "{name} got in");
        assert_eq!(state(&document), before, "{name} changed the document");
        assert!(peak < PEAK_BYTES_MAX, "{name} took {peak} bytes");
        let put = Put::Record { key: "c:after".into(), value: vec![0xa0] };
        assert!(document.write(Writer([1; 16]), &[put]).unwrap().is_some(), "{name} stopped the document");
    }
}
