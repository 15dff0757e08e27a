//! The ledger: whatever the documents claim names a test, and the test is there.
//!
//! Read are the tables of `SECURITY.md`, `docs/threats.md`, `docs/safety-case.md` and `docs/mission.md` that have a column for
//! tests, and the invariants of `ARCHITECTURE.md`. A test is named in backticks, its file behind it in brackets: "`a_fact` (`src/a.rs`)".
//! One path may stand for all names before it, a word such as *records* for the one before it. `…/`, `client/` and words
//! shorten a path; its end must fit all the same.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The table of what the mission names: its words for paths are its own.
const MISSION: &str = "docs/mission.md";
/// Tables that claim nothing, by the first cell of their head.
const NO_CLAIMS: &[(&str, &str)] = &[("docs/safety-case.md", "rules")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Every test in the sources, with the files that have one of this name.
#[derive(Default)]
struct Tests {
    by_name: BTreeMap<String, BTreeSet<String>>,
    files: BTreeSet<String>,
    /// Files with a doctest that must not compile.
    must_not_compile: BTreeSet<String>,
}

impl Tests {
    fn of_the_house() -> Self {
        let mut tests = Self::default();
        let mut open: Vec<PathBuf> = ["crates", "server", "tests"].iter().map(|name| root().join(name)).collect();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                tests.read(&name, &std::fs::read_to_string(&path).unwrap());
            }
        }
        tests
    }

    /// Functions with `#[test]` or `#[tokio::test]` right above them; inside `proptest!` they have it too. The clauses of the
    /// relay's store are told by what they take: `conformance!` makes a test of each for every database, and one that it
    /// leaves out is dead code.
    fn read(&mut self, file: &str, source: &str) {
        self.files.insert(file.to_owned());
        if source.contains("/// ```compile_fail") {
            self.must_not_compile.insert(file.to_owned());
        }
        let mut marked = false;
        for line in source.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            } else if let Some(name) = (marked || line.ends_with("(on: On) {")).then(|| function(line)).flatten() {
                self.by_name.entry(name.to_owned()).or_default().insert(file.to_owned());
                marked = false;
            } else if !(line.starts_with("#[") || line.starts_with("//") || line.is_empty()) {
                marked = false;
            }
        }
    }

    /// Files whose path ends like this.
    fn files_like<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a String> {
        self.files.iter().filter(move |file| ends_like(file, end))
    }
}

/// The name of the function that begins in this line.
fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let name = rest.split(['(', '<']).next()?;
    before.split_whitespace().all(|word| word == "async" || word.starts_with("pub")).then_some(name)
}

/// Whether a path ends with these parts, whole.
fn ends_like(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// What a place in a document names.
#[derive(Debug, Clone, Default)]
struct Claim {
    document: &'static str,
    what: String,
    /// Tests, each with the end of its file's path where one is given.
    tests: Vec<(String, Option<String>)>,
    /// Files that are named and are not there.
    absent: Vec<String>,
    /// Files whose doctests hold it.
    doctests: Vec<String>,
    /// It says that nothing holds it, and what is left over.
    left_over: bool,
}

/// A piece of a sentence.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Code(&'a str),
    Words(&'a str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { Piece::Code(part) } else { Piece::Words(part) })
}

fn is_path(code: &str) -> bool {
    Path::new(code).extension().is_some_and(|end| end == "rs") && !code.contains(['{', ' '])
}

/// Names of tests are sentences: at least three words.
fn is_test(code: &str) -> bool {
    code.matches('_').count() >= 2 && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The end of a path that a shortened one stands for.
fn long(path: &str) -> String {
    let path = path.strip_prefix("…/").unwrap_or(path);
    match path.strip_prefix("client/") {
        Some(rest) => format!("crates/sync/src/client/tests/{rest}"),
        None => path.to_owned(),
    }
}

impl Claim {
    fn read(document: &'static str, what: &str, text: &str, tests: &Tests) -> Self {
        let mut claim = Self { document, what: what.to_owned(), ..Self::default() };
        // Names that wait for the file behind them, and the file that stands before a list: "In `a.rs`: …".
        let (mut waiting, mut before): (Vec<String>, Option<String>) = (Vec::new(), None);
        let mut last = String::new();
        let mut words = "";
        for piece in pieces(text) {
            match piece {
                Piece::Code(code) if is_path(code) => {
                    let path = long(code);
                    if tests.files_like(&path).next().is_none() {
                        claim.absent.push(code.to_owned());
                    }
                    if words.ends_with("In ") || words.ends_with("In\n") {
                        before = Some(path.clone());
                    } else if words.contains("octest") || (claim.doctests.contains(&last) && words.trim() == "and") {
                        claim.doctests.push(path.clone());
                    } else {
                        claim.tests.extend(waiting.drain(..).map(|name| (name, Some(path.clone()))));
                    }
                    last = path;
                }
                Piece::Code(code) if is_test(code) => match &before {
                    Some(path) => claim.tests.push((code.to_owned(), Some(path.clone()))),
                    None => waiting.push(code.to_owned()),
                },
                Piece::Code(_) => {}
                Piece::Words(now) => {
                    words = now;
                    if let Some(word) =
                        now.trim_start().strip_prefix('(').and_then(|rest| rest.split([')', ';']).next())
                    {
                        let short = match word {
                            "" => None,
                            "same file" => Some(last.clone()),
                            // There a word stands for a folder's tests.
                            word if document == MISSION => Some(format!("{word}/tests.rs")),
                            word => Some(format!("{}.rs", word.replace(' ', "_"))),
                        };
                        let known = short.filter(|path| tests.files_like(path).next().is_some());
                        // A word is said of the one name before it.
                        if let Some(path) = known {
                            claim.tests.extend(waiting.pop().map(|name| (name, Some(path))));
                            claim.tests.extend(waiting.drain(..).map(|name| (name, None)));
                        }
                    }
                    if now.contains(". ") || now.contains(".\n") {
                        before = None;
                    }
                    // A sentence's end, or the end of a list: what had no file until then has none.
                    if now.contains('.') || now.contains(':') {
                        claim.tests.extend(waiting.drain(..).map(|name| (name, None)));
                    }
                }
            }
        }
        claim.tests.extend(waiting.into_iter().map(|name| (name, None)));
        claim
    }

    /// What is wrong with it.
    fn faults(&self, tests: &Tests) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |text: String| faults.push(format!("{}, \"{}\": {text}", self.document, self.what));
        if self.tests.is_empty() && self.doctests.is_empty() && !self.left_over {
            fault("names no test".to_owned());
        }
        self.absent.iter().for_each(|path| fault(format!("{path} is not there")));
        for (name, path) in &self.tests {
            match (tests.by_name.get(name), path) {
                (None, _) => fault(format!("{name} is no test")),
                (Some(files), Some(path)) if !files.iter().any(|file| ends_like(file, path)) => {
                    fault(format!("{name} is not in {path}, but in {files:?}"));
                }
                _ => {}
            }
        }
        for path in &self.doctests {
            if !tests.files_like(path).any(|file| tests.must_not_compile.contains(file)) {
                fault(format!("{path} has no doctest that must not compile"));
            }
        }
        faults
    }
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

/// The rows of all tables of a document.
fn table_claims(document: &'static str, tests: &Tests) -> Vec<Claim> {
    let text = read(document);
    let mut claims = Vec::new();
    let mut head: Option<Vec<&str>> = None;
    for line in text.lines() {
        let Some(row) = cells(line) else {
            head = None;
            continue;
        };
        let Some(names) = &head else {
            head = Some(row);
            continue;
        };
        if row.iter().all(|cell| cell.chars().all(|c| c == '-' || c == ':')) {
            continue;
        }
        let first = names.first().copied().unwrap_or_default();
        if NO_CLAIMS.contains(&(document, first)) {
            continue;
        }
        let column = |wanted: &str| names.iter().position(|name| *name == wanted).and_then(|at| row.get(at).copied());
        let what = row.first().copied().unwrap_or_default();
        assert_eq!(row.len(), names.len(), "{document}, \"{what}\": as many cells as the head has");
        let held = column("test").or_else(|| column("held by"));
        let held = held.unwrap_or_else(|| unreachable!("{document}: the table of \"{first}\" has no column for tests"));
        let mut claim = Claim::read(document, what, held, tests);
        // Honest about having no test: then nothing is claimed, and what is left over is said.
        let nothing = column("mechanism").is_some_and(|mechanism| mechanism.starts_with("nothing"));
        claim.left_over = held == "none" && nothing && column("residual risk").is_some_and(|risk| risk.len() > 20);
        claims.push(claim);
    }
    claims
}

/// The invariants, each a paragraph or more that begin with its number.
fn invariants(tests: &Tests) -> Vec<Claim> {
    let text = read("ARCHITECTURE.md");
    let section = text.split("\n## Invariants\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let begins = |paragraph: &str| {
        paragraph.strip_prefix("**").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    let mut all: Vec<String> = Vec::new();
    for paragraph in section.split("\n\n").map(str::trim) {
        match all.last_mut() {
            Some(last) if !begins(paragraph) => *last = format!("{last}\n{paragraph}"),
            _ if begins(paragraph) => all.push(paragraph.to_owned()),
            _ => {}
        }
    }
    let title = |text: &str| text.split("**").nth(1).unwrap_or_default().to_owned();
    all.iter().map(|text| Claim::read("ARCHITECTURE.md", &title(text), text, tests)).collect()
}

#[test]
fn every_claim_names_a_test_that_exists() {
    let tests = Tests::of_the_house();
    assert!(tests.by_name.len() > 600, "the tests are there: {}", tests.by_name.len());
    let mut faults = Vec::new();
    for (document, rows_min) in
        [("SECURITY.md", 16), ("docs/threats.md", 60), ("docs/safety-case.md", 75), (MISSION, 44)]
    {
        let claims = table_claims(document, &tests);
        assert!(claims.len() >= rows_min, "{document} has {} rows", claims.len());
        faults.extend(claims.iter().flat_map(|claim| claim.faults(&tests)));
    }
    let invariants = invariants(&tests);
    assert_eq!(invariants.len(), 11, "each invariant is read");
    faults.extend(invariants.iter().flat_map(|claim| claim.faults(&tests)));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_claim_without_its_test_is_noticed() {
    let mut tests = Tests::default();
    tests.read(
        "a/src/one.rs",
        "    #[test]\n    #[cfg(unix)]\n    fn this_is_a_fact() {\n    }\nfn this_is_no_test() {}\n",
    );
    tests.read("a/src/two.rs", "proptest! {\n    #[test]\n    fn this_is_a_law(n in 0..3) {}\n}\n");
    tests.read("a/src/three.rs", "#[tokio::test(flavor = \"current_thread\")]\nasync fn this_is_awaited() {}\n");
    let faults = |text: &str| Claim::read("it", "a claim", text, &tests).faults(&tests).len();
    for good in [
        "`this_is_a_fact` (`a/src/one.rs`), `this_is_a_law` (two), `this_is_awaited`",
        "In `a/src/two.rs`: `this_is_a_law`. `this_is_a_fact` (`…/one.rs`).",
    ] {
        assert_eq!(faults(good), 0, "{good}");
    }
    for bad in [
        "nothing at all",
        "`this_is_no_test`",
        "`this_is_a_fact` (`a/src/two.rs`)",
        "`this_is_a_fact`, `this_is_a_law` (`a/src/one.rs`)",
        "`this_is_gone`",
        "doctest in `a/src/one.rs`",
    ] {
        assert_eq!(faults(bad), 1, "{bad}");
    }
}
