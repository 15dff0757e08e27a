//! Files of texts, checked and compiled to Rust: for build scripts.
//!
//! `texts/screening.toml` with
//!
//! ```toml
//! [a1]
//! question = "Is any part of you numb?"
//! waiting = { one = "1 day left", other = "{n} days left" }
//! ```
//!
//! becomes `screening::A1_QUESTION` and `screening::A1_WAITING`, with the keys `screening.a1.question` and
//! `screening.a1.waiting`. Whoever includes the code has [`Text`](crate::Text) in scope. A crate with nothing but texts
//! to build has a build script of one line, [`build`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::Value;

use crate::sentence::gaps;

/// Longest wording, in characters: about what fits a phone's screen in large type.
pub const CHARS_MAX: usize = 800;

/// How words begin that would promise a medical effect.
const PROMISES: &[&str] = &["cure", "curing", "heal", "relief", "reliev", "treat", "therap", "prescri"];

/// Compiles files, given as (name without `.toml`, content): one module a file, a slice of `ALL`, and `find`.
///
/// # Errors
/// One line for every fault, with its file and key.
pub fn compile(files: &[(String, String)]) -> Result<String, Vec<String>> {
    let mut problems = Vec::new();
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut code = String::new();
    for (file, content) in files {
        let mut texts = BTreeMap::new();
        match content.parse::<toml::Table>() {
            Ok(table) => collect(file, &Value::Table(table), &mut texts, &mut problems),
            Err(error) => problems.push(format!("texts/{file}.toml: {}", error.message().replace('\n', ", "))),
        }
        // Writing to a String cannot fail.
        let _ = writeln!(code, "/// Texts of `texts/{file}.toml`.\npub mod {file} {{\n    use super::Text;");
        for (key, words) in &texts {
            let path = key.split_once('.').map_or("", |(_, path)| path);
            let name = path.replace('.', "_").to_uppercase();
            let made = match words {
                Words::Plain(words) => format!("Text::new({key:?}, {words:?})"),
                Words::Counted { one, other } => format!("Text::counted({key:?}, {one:?}, {other:?})"),
            };
            let first = words.all().into_iter().last().unwrap_or_default().replace('\n', " ");
            // As code: to rustdoc an address or a name in it would be more than words.
            let shown: String = first.chars().filter(|c| *c != '`').take(80).collect();
            let shown = format!("`{}`", shown.trim_end());
            let _ = writeln!(code, "    #[doc = {shown:?}]\n    pub const {name}: Text = {made};");
            if keys.insert(key.clone(), format!("{file}::{name}")).is_some() {
                problems.push(format!("texts/{file}.toml: {key} is there twice"));
            }
        }
        code.push_str("}\n");
    }
    code.push_str("/// Every text, sorted by key.\npub static ALL: &[Text] = &[\n");
    for name in keys.values() {
        let _ = writeln!(code, "    {name},");
    }
    code.push_str(
        "];\n\n/// The text with this key.\n#[must_use]\npub fn find(key: &str) -> Option<Text> {\n    \
         let index = ALL.binary_search_by(|text| text.key().cmp(key)).ok()?;\n    ALL.get(index).copied()\n}\n",
    );
    if problems.is_empty() { Ok(code) } else { Err(problems) }
}

/// The whole of a build script: compiles the folder `texts/` of the crate that is built to `texts.rs` in `OUT_DIR`.
#[expect(clippy::print_stdout, reason = "a build script speaks to cargo this way")]
pub fn build() {
    println!("cargo::rerun-if-changed=texts");
    let compiled = read(Path::new("texts")).and_then(|files| compile(&files));
    // Cargo shows each as an error of its own and fails the build.
    for problem in compiled.and_then(|code| write("texts.rs", &code)).err().into_iter().flatten() {
        println!("cargo::error={problem}");
    }
}

/// The files of a folder as (name without `.toml`, content), sorted.
///
/// # Errors
/// One line for every file that cannot be read or does not belong there.
#[expect(clippy::disallowed_methods, reason = "a build script reads files; what it builds does not")]
pub fn read(folder: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| vec![format!("{}: {error}", folder.display())])?;
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match (name.strip_suffix(".toml"), fs::read_to_string(&path)) {
            // Editors and desktops leave hidden files behind.
            _ if name.starts_with('.') => {}
            (None, _) => problems.push(format!("{}/{name}: only .toml files belong here", folder.display())),
            (Some(_), Err(error)) => problems.push(format!("{}/{name}: {error}", folder.display())),
            (Some(id), Ok(content)) => files.push((id.to_owned(), content)),
        }
    }
    // Folders list in any order; faults should not.
    files.sort();
    problems.sort();
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Writes a file of Rust for the crate that is built.
///
/// # Errors
/// A line that says why it cannot be written.
#[expect(clippy::disallowed_methods, reason = "a build script writes files; what it builds does not")]
pub fn write(name: &str, code: &str) -> Result<(), Vec<String>> {
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(folder.join(name), code).map_err(|error| vec![format!("writing {name}: {error}")])
}

enum Words {
    Plain(String),
    Counted { one: String, other: String },
}

impl Words {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::Plain(words) => vec![words],
            Self::Counted { one, other } => vec![one, other],
        }
    }
}

fn collect(key: &str, value: &Value, texts: &mut BTreeMap<String, Words>, problems: &mut Vec<String>) {
    let file = key.split('.').next().unwrap_or_default().to_owned();
    let mut report = |problem: &str| problems.push(format!("texts/{file}.toml: {key}: {problem}"));
    let words = match value {
        Value::String(words) => Words::Plain(words.clone()),
        Value::Table(table) => {
            if let (Some(Value::String(one)), Some(Value::String(other)), 2) =
                (table.get("one"), table.get("other"), table.len())
            {
                Words::Counted { one: one.clone(), other: other.clone() }
            } else {
                for (name, value) in table {
                    collect(&format!("{key}.{name}"), value, texts, problems);
                }
                return;
            }
        }
        _ => return report("is no text"),
    };
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !key.split('.').all(plain) {
        report("a key is small letters, digits and underscores");
    }
    for wording in words.all() {
        check(wording, &mut report);
    }
    if let Words::Counted { other, .. } = &words
        && !gaps(other).any(|gap| gap == "n")
    {
        report("has two wordings and no gap {n}");
    }
    texts.insert(key.to_owned(), words);
}

fn check(wording: &str, report: &mut impl FnMut(&str)) {
    let chars = wording.chars().count();
    if wording.trim() != wording || wording.is_empty() {
        report("is empty, or has spaces at its ends");
    }
    if chars > CHARS_MAX {
        report(&format!("has {chars} characters, allowed are {CHARS_MAX}"));
    }
    if !wording.matches('`').count().is_multiple_of(2) {
        report("opens a ` that it does not close");
    }
    let gap = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if wording.matches('{').count() != gaps(wording).count() || !gaps(wording).all(gap) {
        report("has a gap that is not written like {name}");
    }
    for word in wording.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase) {
        // "Health" and "healthy" promise nothing.
        if !word.starts_with("health") && PROMISES.iter().any(|start| word.starts_with(start)) {
            report(&format!("says \"{word}\": promise nothing, write \"may help\""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(content: &str) -> Result<String, Vec<String>> {
        compile(&[("card".to_owned(), content.to_owned())])
    }

    /// How keys begin whose numbers are the same for everybody, cannot be one where the text is said, or come with their noun.
    const NEVER_ONE: &[&str] = &[
        "archive.imported_with_edits",
        "begin.ask_words",
        "begin.write_down",
        "change.several",
        "change.too_short",
        "demo.problem.no_quiet",
        "demo.tell",
        "demo.verdict",
        "desk.change.unknown",
        "dose.ceiling.beginner",
        "dose.days.offer",
        "dose.flare",
        "dose.gap",
        "dose.hold.rest_day",
        "dose.hold.two_a_day",
        "dose.red",
        "dose.swap",
        "import.too_large",
        "measure.bands",
        "outcome.effect",
        "outcome.nothing_limiting",
        "outcome.persistent",
        "outcome.same",
        "plan.adapt.bouts",
        "refusal.too_long",
        "refusal.too_many",
        "screen.clear.id_too_short",
        "screen.when.at_least",
        "trend.needs",
        "trend.slope",
    ];

    /// What is counted in texts, in the plural.
    const COUNTED: &[&str] = &[
        "activities",
        "answers",
        "breaks",
        "bytes",
        "cards",
        "centimetres",
        "changes",
        "characters",
        "check-ins",
        "days",
        "devices",
        "edits",
        "entries",
        "exercises",
        "hours",
        "items",
        "letters",
        "lines",
        "measures",
        "minutes",
        "months",
        "mornings",
        "offers",
        "ones",
        "phones",
        "points",
        "problems",
        "proposals",
        "questions",
        "records",
        "reps",
        "repetitions",
        "results",
        "rounds",
        "rows",
        "seconds",
        "sessions",
        "sets",
        "steps",
        "things",
        "times",
        "versions",
        "weeks",
        "words",
        "years",
    ];

    /// Wordings as they are said where every number in them is one.
    fn of_one(words: &Words) -> Vec<String> {
        let fill = |wording: &str, n: &str| {
            let filled = gaps(wording).fold(wording.to_owned(), |said, gap| {
                said.replace(&format!("{{{gap}}}"), if gap == "n" { n } else { "1" })
            });
            filled.to_lowercase()
        };
        match words {
            Words::Plain(words) => vec![fill(words, "1")],
            Words::Counted { one, other } => vec![fill(one, "1"), fill(other, "7")],
        }
    }

    /// The plural noun that follows a one, with at most one word between.
    fn plural_after_one(said: &str) -> Option<&'static str> {
        let words: Vec<&str> = said.split_whitespace().collect();
        let ones = words.iter().enumerate().filter(|(_, word)| **word == "1").map(|(place, _)| place);
        let plural = |word: &&str| {
            let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            COUNTED.iter().copied().find(|counted| *counted == word)
        };
        let mut after = ones.filter_map(|place| {
            let next = words.get(place + 1)?;
            // "1 more days", but not "from 1 to days" and not "1 day, weeks".
            let goes_on = next.ends_with(char::is_alphabetic) && !["to", "of", "and", "or"].contains(next);
            plural(next).or_else(|| plural(words.get(place + 2).filter(|_| goes_on)?))
        });
        after.next()
    }

    #[test]
    fn a_plural_after_one_is_found() {
        for (said, found) in [
            ("1 of the last 1 weeks", Some("weeks")),
            ("your session: 1 exercises, about", Some("exercises")),
            ("waits: 1 more days.", Some("days")),
            ("1 day of 11 days", None),
            ("1, 1 min, exercises in all: 1", None),
            ("sessions this week: 1 of 1.", None),
        ] {
            assert_eq!(plural_after_one(said), found, "{said}");
        }
    }

    #[test]
    fn no_text_says_one_of_something_in_the_plural() {
        let (mut texts, mut problems) = (BTreeMap::new(), Vec::new());
        for area in ["core", "diary", "cli"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(area).join("texts");
            for (file, content) in read(&folder).unwrap() {
                collect(&file, &Value::Table(content.parse().unwrap()), &mut texts, &mut problems);
            }
        }
        assert!(texts.len() > 500, "{}", texts.len());
        let excepted = |key: &str| NEVER_ONE.iter().any(|start| key.starts_with(start));
        let wrong: Vec<String> = texts
            .iter()
            .filter(|(key, _)| !excepted(key))
            .flat_map(|(key, words)| of_one(words).into_iter().map(move |said| format!("{key}: {said}")))
            .filter(|said| plural_after_one(said).is_some())
            .collect();
        assert!(wrong.is_empty(), "count these with the gap n, or say them in another way:\n{}", wrong.join("\n"));
    }

    #[test]
    fn texts_become_constants() {
        let code =
            compiled("[a1]\nquestion = \"Is it {what}?\"\nleft = { one = \"1 day\", other = \"{n} days\" }").unwrap();
        assert!(code.contains("pub const A1_QUESTION: Text = Text::new(\"card.a1.question\", \"Is it {what}?\");"));
        assert!(code.contains("Text::counted(\"card.a1.left\", \"1 day\", \"{n} days\")"));
        assert!(code.contains("    card::A1_LEFT,\n    card::A1_QUESTION,\n"));
    }

    #[test]
    fn every_fault_is_named() {
        for (content, fault) in [
            ("x = \"\"", "is empty"),
            ("x = \" a\"", "spaces at its ends"),
            ("x = 5", "is no text"),
            ("X = \"a\"", "small letters"),
            ("x = \"a {Name}\"", "gap"),
            ("x = \"a {name\"", "gap"),
            ("x = \"type `this\"", "does not close"),
            ("x = { one = \"a\", other = \"b\" }", "no gap {n}"),
            ("x = \"It cures pain\"", "promise nothing"),
            ("x = \"a", "texts/card.toml: "),
        ] {
            let problems = compiled(content).unwrap_err();
            assert!(problems.iter().any(|problem| problem.contains(fault)), "{content}: {problems:?}");
        }
        assert!(compiled("x = \"A healthy {thing}\"").is_ok());
    }
}
