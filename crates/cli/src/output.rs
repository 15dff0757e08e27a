//! Where answers go: standard output, as text for people or JSON for programs.

use std::io::{IsTerminal as _, Write as _};

use anstyle::Style;
use serde::{Serialize, Serializer};

use crate::failure::Failure;
use crate::texts::{Lang, Sentence};

/// For headings. Shown on a terminal only, and not with `NO_COLOR`.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Most columns of running text: longer lines are hard to read.
const COLUMNS_MAX: usize = 80;
/// Fewest columns that text is laid out for.
const COLUMNS_MIN: usize = 40;

/// Standard output in one of its two forms, and in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    lang: Lang,
    saved: bool,
}

impl Output {
    pub(crate) fn new(json: bool, lang: Lang) -> Self {
        Self { json, lang, saved: false }
    }

    /// The same once something was recorded: if the answer cannot be written then, the failure says that it is saved.
    pub(crate) fn saved(self) -> Self {
        Self { saved: true, ..self }
    }

    /// [`Output::saved`] where something was recorded, which was not where it was so already.
    pub(crate) fn saved_if(self, changed: bool) -> Self {
        Self { saved: changed, ..self }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// The language of whoever reads.
    pub(crate) fn lang(self) -> Lang {
        self.lang
    }

    /// Answers with one JSON value on one line, or with text that is laid out already.
    pub(crate) fn show<T: Serialize>(self, value: &T, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json {
            let json = serde_json::to_string(value).map_err(|error| self.failure(&error.into()))?;
            self.write(&escaped(&json))
        } else {
            self.write(&harmless(&text()))
        }
    }

    /// Answers with one JSON value on one line, or with a sentence.
    pub(crate) fn answer<T: Serialize, S: Into<Sentence>>(
        self,
        value: &T,
        sentence: impl FnOnce() -> S,
    ) -> Result<(), Failure> {
        self.show(value, || lines(&sentence().into().say(self.lang)))
    }

    /// A sentence for people; nothing for programs.
    pub(crate) fn tell(self, sentence: impl Into<Sentence>) -> Result<(), Failure> {
        self.tell_line(&lines(&sentence.into().say(self.lang)))
    }

    /// A line that is laid out already, for people; nothing for programs.
    pub(crate) fn tell_line(self, line: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.write(&harmless(line)) }
    }

    fn write(self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|error| self.failure(&error))
    }

    fn failure(self, error: &std::io::Error) -> Failure {
        if self.saved { Failure::output_after_saving(error) } else { Failure::output(error) }
    }

    /// Says something on standard error that is no failure.
    pub(crate) fn warn(self, sentence: impl Into<Sentence>) {
        // Nobody reads it: then nobody needs to be warned.
        drop(writeln!(anstream::stderr(), "{}", named(&sentence.into().say(self.lang))));
    }

    /// Asks the person for something, apart from the answer.
    pub(crate) fn ask(self, sentence: impl Into<Sentence>) {
        // Without standard error there is still the question that was in the help.
        drop(writeln!(anstream::stderr(), "{}", harmless(&lines(&sentence.into().say(self.lang)))));
    }
}

/// What went wrong, on standard error, with the program's name first. For people it is wrapped; where no terminal is, it
/// is one line, which a log or a script can tell from the next.
pub(crate) fn named(text: &str) -> String {
    const NAME: &str = "lissom: ";
    const INDENT: &str = "  ";
    let text = harmless(&text.replace('\n', " "));
    if !(std::io::stderr().is_terminal() || std::env::var_os("COLUMNS").is_some()) {
        return format!("{NAME}{text}");
    }
    wrap(&format!("{NAME}{text}"), columns().saturating_sub(INDENT.len())).join(&format!("\n{INDENT}"))
}

/// A sentence that is no wider than the terminal; its own line breaks stay.
pub(crate) fn lines(text: &str) -> String {
    let width = columns();
    let fits = |line: &str| line.chars().count() <= width;
    let lines = text.lines().map(|line| if fits(line) { line.to_owned() } else { wrap(line, width).join("\n") });
    lines.collect::<Vec<_>>().join("\n")
}

/// Sentences as JSON: in English, since programs read them.
pub(crate) fn in_english<S: Serializer>(sentences: &[Sentence], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sentences.iter().map(|sentence| sentence.say(Lang::En)))
}

/// A sentence as programs get it: its key and gaps, and its English.
#[derive(Debug, Clone)]
pub(crate) struct Said(Sentence);

impl<S: Into<Sentence>> From<S> for Said {
    fn from(sentence: S) -> Self {
        Self(sentence.into())
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Parts<'a> {
            #[serde(flatten)]
            sentence: &'a Sentence,
            text: String,
        }
        Parts { sentence: &self.0, text: self.0.say(Lang::En) }.serialize(serializer)
    }
}

/// Columns to lay text out for: the terminal's, or `COLUMNS`, but never more than are easy to read.
pub(crate) fn columns() -> usize {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns));
    given.or_else(terminal).unwrap_or(COLUMNS_MAX).clamp(COLUMNS_MIN, COLUMNS_MAX)
}

/// The lines of a text of which none is wider, unless a word is. What is typed, in backticks, stays on one line.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in unbroken(text) {
        let wider = line.chars().count().saturating_add(1).saturating_add(word.chars().count()) > width;
        if wider && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word.replace(GLUE, " "));
    }
    lines.push(line);
    lines
}

/// A space at which no line ends.
pub(crate) const GLUE: char = '\u{a0}';

/// The words of a text; what stands in backticks is one.
fn unbroken(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let space = |c: char| c.is_whitespace() && c != GLUE;
    for word in text.split(space).filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        open ^= word.matches('`').count() % 2 == 1;
    }
    words
}

/// Text from a record, fit for a terminal: control characters, which could move the cursor or worse, become spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}

/// A whole answer, with nothing in it that shows letters in another order than they stand in.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if turns(c) { ' ' } else { c }).collect()
}

/// JSON on one line, in which what could drive a terminal is written by its number: JSON asks that of only some of it, all of
/// it within strings.
pub(crate) fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || turns(c) {
            let number = format!("\\u{:04x}", u32::from(c));
            escaped.push_str(&number);
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Whether a character turns the direction of those after it, or begins a line where it looks as if there were none
/// (Unicode Standard Annex 9; CVE-2021-42574). Scripts that run from right to left do so without them.
const fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}

/// A word for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=,.:/".contains(c);
    let soft = |c: char| !c.is_control() && !"\"\\$`!'".contains(c);
    match word {
        word if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        word if word.chars().all(soft) => format!("\"{word}\""),
        word => format!("'{}'", printable(word).replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Text;

    #[test]
    fn text_is_wrapped_between_words_and_commands_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a `lissom log x` b", 8), ["a", "`lissom log x`", "b"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("ä ö  ü", 3), ["ä ö", "ü"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("a b\u{a0}c d", 4), ["a", "b c", "d"]);
    }

    #[test]
    fn programs_get_a_sentence_with_its_english() {
        let said = Said::from(Text::new("t.key", "Hello {who}").with("who", "Anna"));
        let json = serde_json::to_string(&said).unwrap();
        assert_eq!(json, r#"{"key":"t.key","args":{"who":"Anna"},"text":"Hello Anna"}"#);
    }

    #[test]
    fn json_drives_no_terminal_and_says_the_same() {
        let note = "a\u{9b}2Jb\u{7f}\u{85}\n\u{202e}\u{1b}ä";
        let json = escaped(&serde_json::to_string(note).unwrap());
        assert!(json.chars().all(|c| !c.is_control() && !turns(c)), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), note);
    }

    #[test]
    fn a_note_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{9b}d"), "a [2Jb c d");
        assert_eq!(printable("a\u{202e}b\u{2066}c\u{200f}d"), "a b c d");
        // What emoji and Persian need stays.
        assert_eq!(harmless("\u{202a}\u{200c}\u{200d} שלום"), " \u{200c}\u{200d} שלום");
    }
}
