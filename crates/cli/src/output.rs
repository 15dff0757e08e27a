//! Where answers go: standard output, as text for people or JSON for programs.

use std::io::Write as _;

use anstyle::Style;
use serde::{Serialize, Serializer};

use crate::failure::Failure;
use crate::texts::{Lang, Sentence};

/// For headings. Shown on a terminal only, and not with `NO_COLOR`.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Standard output in one of its two forms, and in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    lang: Lang,
}

impl Output {
    pub(crate) fn new(json: bool, lang: Lang) -> Self {
        Self { json, lang }
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
            let json = serde_json::to_string(value).map_err(|error| Failure::output(&error.into()))?;
            write(&json)
        } else {
            write(&text())
        }
    }

    /// Answers with one JSON value on one line, or with a sentence.
    pub(crate) fn answer<T: Serialize, S: Into<Sentence>>(
        self,
        value: &T,
        sentence: impl FnOnce() -> S,
    ) -> Result<(), Failure> {
        self.show(value, || sentence().into().say(self.lang))
    }

    /// A sentence for people; nothing for programs.
    pub(crate) fn tell(self, sentence: impl Into<Sentence>) -> Result<(), Failure> {
        self.tell_line(&sentence.into().say(self.lang))
    }

    /// A line that is laid out already, for people; nothing for programs.
    pub(crate) fn tell_line(self, line: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { write(line) }
    }

    /// Says something on standard error that is no failure.
    pub(crate) fn warn(self, sentence: impl Into<Sentence>) {
        let text = sentence.into().say(self.lang);
        // Nobody reads it: then nobody needs to be warned.
        drop(writeln!(anstream::stderr(), "lissom: {}", text.replace('\n', " ")));
    }

    /// Asks the person for something, apart from the answer.
    pub(crate) fn ask(self, sentence: impl Into<Sentence>) {
        // Without standard error there is still the question that was in the help.
        drop(writeln!(anstream::stderr(), "{}", sentence.into().say(self.lang)));
    }
}

fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|error| Failure::output(&error))
}

/// Sentences as JSON: in English, since programs read them.
pub(crate) fn in_english<S: Serializer>(sentences: &[Sentence], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sentences.iter().map(|sentence| sentence.say(Lang::En)))
}

/// Text from a record, fit for a terminal: control characters, which could move the cursor or worse, become spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{9b}d"), "a [2Jb c d");
    }
}
