//! Every number of the outcome, screening and dose rules is named in `docs/evidence.md`, where its source stands.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads the sources")]

use std::fs;
use std::path::{Path, PathBuf};

const EVIDENCE: &str = include_str!("../../../docs/evidence.md");
/// Numbers that advise nothing: versions, limits of storage, and how far back is computed.
const NOT_CLINICAL: &[&str] = &[
    "RULES_VERSION",
    "OFF_DAYS_MAX",
    "RISE_MAX",
    "ITEMS_MAX",
    "LIST_MAX",
    "HOUR_MS",
    "LEVEL_MAX",
    "PART_CHARS_MIN",
    "CHARS_MAX",
    "PROPOSAL_BYTES_MAX",
    "PAST_DAYS",
];

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let inside = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    inside
        .filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs"))
        .flat_map(|path| sources(&path))
        .collect()
}

/// Names of the constants that are numbers.
fn numbers(source: &str) -> Vec<&str> {
    let name = |line: &str| -> Option<usize> {
        let (_, rest) = line.split_once("const ").filter(|(_, rest)| !rest.starts_with("fn "))?;
        let (name, kind) = rest.split_once(": ")?;
        let kind = kind.trim_start_matches('(');
        let number = ["i32", "i64", "u8", "u32", "u64", "usize"]
            .iter()
            .any(|known| kind.strip_prefix(known).is_some_and(|rest| rest.starts_with([' ', ','])));
        number.then_some(name.len())
    };
    let named = source.lines().filter_map(|line| {
        let length = name(line)?;
        line.split_once("const ").and_then(|(_, rest)| rest.get(..length))
    });
    named.collect()
}

#[test]
fn every_number_of_the_outcome_screening_and_dose_rules_has_a_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let places = [
        "outcome",
        "outcome.rs",
        "measure",
        "measure.rs",
        "lifestyle/desk.rs",
        "screening",
        "screening.rs",
        "dose",
        "dose.rs",
    ];
    let mut found = 0;
    for file in places.iter().flat_map(|place| sources(&folder.join(place))) {
        let source = fs::read_to_string(&file).unwrap();
        for name in numbers(&source).into_iter().filter(|name| !NOT_CLINICAL.contains(name)) {
            found += 1;
            let named = EVIDENCE.contains(&format!("`{name}`"));
            assert!(named, "{name} of {} has no row in docs/evidence.md", file.display());
        }
    }
    assert!(found > 60, "only {found} numbers were found");
    assert!(EVIDENCE.contains("`ALERT_DAYS`"));
}
