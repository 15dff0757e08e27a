//! Where answers go: standard output, as text for people or JSON for programs.

use std::io::Write as _;

use anstyle::Style;
use serde::Serialize;

use crate::failure::Failure;

/// For headings. Shown on a terminal only, and not with `NO_COLOR`.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Standard output in one of its two forms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Answers with one JSON value on one line, or with text.
    pub(crate) fn show<T: Serialize>(self, value: &T, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json {
            let json = serde_json::to_string(value).map_err(|error| Failure::output(&error.into()))?;
            write(&json)
        } else {
            write(&text())
        }
    }

    /// A line for people; nothing for programs.
    pub(crate) fn tell(self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { write(text) }
    }
}

fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|error| Failure::output(&error))
}

/// Says something on standard error that is no failure.
pub(crate) fn warn(text: &str) {
    // Nobody reads it: then nobody needs to be warned.
    drop(writeln!(anstream::stderr(), "lissom: {}", text.replace('\n', " ")));
}

/// Asks the person for something, apart from the answer.
pub(crate) fn ask(text: &str) {
    // Without standard error there is still the question that was in the help.
    drop(writeln!(anstream::stderr(), "{text}"));
}

/// Text from a record, fit for a terminal: control characters, which could move the cursor or worse, become spaces.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `1 record`, `2 records`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{9b}d"), "a [2Jb c d");
    }
}
