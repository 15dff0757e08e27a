//! A page to read: headings, paragraphs, points and facts, wrapped for the terminal.

use crate::output::{BOLD, FAINT, columns, printable, wrap};
use crate::texts::{Lang, Sentence, Text};

/// Space between a label and what it says.
const GAP: usize = 2;

/// A page under construction.
#[derive(Debug)]
pub(crate) struct Page {
    lang: Lang,
    columns: usize,
    lines: Vec<String>,
}

impl Page {
    pub(crate) fn new(lang: Lang) -> Self {
        Self { lang, columns: columns(), lines: Vec::new() }
    }

    /// What the page is about, and the id to type for it.
    pub(crate) fn title(&mut self, title: &str, id: &str) {
        let title = printable(title);
        let used = title.chars().count().saturating_add(id.chars().count());
        let gap = " ".repeat(self.columns.saturating_sub(used).max(GAP));
        self.lines.push(format!("{BOLD}{title}{BOLD:#}{gap}{FAINT}{id}{FAINT:#}").trim_end().to_owned());
    }

    /// Stands over what follows.
    pub(crate) fn heading(&mut self, text: impl Into<Sentence>) {
        let said = text.into().say(self.lang);
        self.space();
        self.lines.extend(wrap(&said, self.columns).iter().map(|line| format!("{BOLD}{line}{BOLD:#}")));
    }

    /// An empty line, unless the page begins here.
    pub(crate) fn space(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
    }

    /// A paragraph after an empty line.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.space();
        self.hang("", text);
    }

    /// A sentence after an empty line.
    pub(crate) fn say(&mut self, sentence: impl Into<Sentence>) {
        let said = sentence.into().say(self.lang);
        self.paragraph(&said);
    }

    /// A point of a list.
    pub(crate) fn point(&mut self, text: &str) {
        self.hang("  - ", text);
    }

    /// Text with something before its first line; the lines below begin where the text does.
    pub(crate) fn hang(&mut self, before: &str, text: &str) {
        let indent = before.chars().count();
        for (index, line) in wrap(&printable(text), self.columns.saturating_sub(indent)).iter().enumerate() {
            let before = if index == 0 { before.to_owned() } else { " ".repeat(indent) };
            self.lines.push(format!("{before}{line}").trim_end().to_owned());
        }
    }

    /// Lines of a label and what there is to say, all beginning in one column; those with nothing to say are left out.
    pub(crate) fn facts(&mut self, facts: &[(Text, String)]) {
        let said: Vec<(String, &String)> = facts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| (label.say(self.lang), value))
            .collect();
        let width = said.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).saturating_add(GAP);
        for (label, value) in said {
            self.hang(&format!("{label:<width$}"), value);
        }
    }

    /// Lines that matter less.
    pub(crate) fn faint(&mut self, text: &str) {
        let lines = wrap(&printable(text), self.columns);
        self.lines.extend(lines.iter().map(|line| format!("{FAINT}{line}{FAINT:#}")));
    }

    /// A line that is laid out already.
    pub(crate) fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// The page as one text.
    pub(crate) fn text(self) -> String {
        self.lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_no_wider_than_the_terminal() {
        const LABELS: [Text; 2] = [Text::new("t.a", "Short"), Text::new("t.b", "Longer label")];
        let mut page = Page { lang: Lang::En, columns: 30, lines: Vec::new() };
        page.title("Pelvic tilt", "pelvic-tilt");
        page.say(Text::new("t.p", "A paragraph that is longer than one line of this page."));
        page.facts(&[(LABELS[0], "some words that wrap".into()), (LABELS[1], "x".into()), (LABELS[0], String::new())]);
        page.point("a point that is longer than one line");
        let text = page.text();
        let plain = anstream::adapter::strip_str(&text).to_string();
        let expected = "Pelvic tilt        pelvic-tilt\n\nA paragraph that is longer\nthan one line of this page.\n\
                        Short         some words that\n              wrap\nLonger label  x\n  - a point that is longer\n    \
                        than one line";
        assert_eq!(plain, expected);
    }
}
