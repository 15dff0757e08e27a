//! A plain table: aligned columns, numbers to the right, empty columns left out.

use std::fmt;

use crate::output::{BOLD, printable};
use crate::texts::{Lang, Text};

/// Space between two columns.
const GAP: &str = "  ";

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The heading of a column that explains itself.
    pub(crate) const UNNAMED: Text = Text::new("", "");

    /// A table with these headings.
    pub(crate) fn new(lang: Lang, head: &[Text]) -> Self {
        Self { head: head.iter().map(|text| text.say(lang)).collect(), rows: Vec::new() }
    }

    /// Adds a row of as many cells as there are headings.
    pub(crate) fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.rows.push(cells.iter().map(|cell| printable(cell)).collect());
    }

    /// The cells of one column.
    fn column(&self, index: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(index).map_or("", String::as_str))
    }
}

/// How a column is laid out.
struct Column {
    index: usize,
    width: usize,
    right: bool,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Vec::new();
        for (index, head) in self.head.iter().enumerate() {
            let widest = self.column(index).map(|cell| cell.chars().count()).max().unwrap_or(0);
            if widest > 0 {
                let number = |cell: &str| cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
                let right = self.column(index).all(number);
                columns.push(Column { index, width: widest.max(head.chars().count()), right });
            }
        }
        let heads = columns.iter().map(|column| self.head.get(column.index).map_or("", String::as_str));
        write!(f, "{BOLD}{}{BOLD:#}", line(&columns, heads))?;
        for row in &self.rows {
            let cells = columns.iter().map(|column| row.get(column.index).map_or("", String::as_str));
            write!(f, "\n{}", line(&columns, cells))?;
        }
        Ok(())
    }
}

/// Lines of a label and what there is to say; those with nothing to say are left out, and all begin in one column.
pub(crate) fn labelled(lang: Lang, gap: usize, lines: &[(Text, String)]) -> Vec<String> {
    let lines: Vec<(String, &String)> = lines.iter().map(|(label, value)| (label.say(lang), value)).collect();
    let widest = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let width = widest.saturating_add(gap);
    let lines = lines.iter().filter(|(_, value)| !value.is_empty());
    lines.map(|(label, value)| format!("{label:<width$}{value}")).collect()
}

fn line<'a>(columns: &[Column], cells: impl Iterator<Item = &'a str>) -> String {
    let padded = columns.iter().zip(cells).map(|(Column { width, right, .. }, cell)| match right {
        true => format!("{cell:>width$}"),
        false => format!("{cell:<width$}"),
    });
    padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_are_left_out() {
        let head = [("n", "Name"), ("s", "Side"), ("c", "Count"), ("o", "Note")];
        let mut table = Table::new(Lang::En, &head.map(|(key, words)| Text::new(key, words)));
        table.row(&["Anna".into(), String::new(), "7".into(), "fine".into()]);
        table.row(&["Bo".into(), String::new(), "1,200".into(), String::new()]);
        let plain = anstream::adapter::strip_str(&table.to_string()).to_string();
        assert_eq!(plain, "Name  Count  Note\nAnna      7  fine\nBo    1,200");
    }
}
