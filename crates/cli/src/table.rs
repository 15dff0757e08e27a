//! A plain table: aligned columns, numbers to the right, empty columns left out, no wider than the terminal.

use std::fmt;

use crate::output::{BOLD, FAINT, GLUE, printable, wrap};
use crate::texts::{Lang, Text};

/// Space between two columns.
const GAP: &str = "  ";
/// Columns before what stands under a row.
const BELOW: usize = 4;

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    /// What stands under each row, over the whole width.
    below: Vec<String>,
}

impl Table {
    /// The heading of a column that explains itself.
    pub(crate) const UNNAMED: Text = Text::new("", "");

    /// A table with these headings.
    pub(crate) fn new(lang: Lang, head: &[Text]) -> Self {
        Self { head: head.iter().map(|text| text.say(lang)).collect(), rows: Vec::new(), below: Vec::new() }
    }

    /// Adds a row of as many cells as there are headings.
    pub(crate) fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.row_over(cells, "");
    }

    /// Adds a row with something under it.
    pub(crate) fn row_over<const N: usize>(&mut self, cells: &[String; N], below: &str) {
        self.rows.push(cells.iter().map(|cell| printable(cell)).collect());
        self.below.push(printable(below));
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
        f.write_str(&self.blocks().join("\n"))
    }
}

impl Table {
    /// The headings, then each row: a text of one line or more.
    pub(crate) fn blocks(&self) -> Vec<String> {
        let mut columns = Vec::new();
        for (index, head) in self.head.iter().enumerate() {
            let widest = self.column(index).map(|cell| cell.chars().count()).max().unwrap_or(0);
            if widest > 0 {
                let number = |cell: &str| cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
                let right = self.column(index).all(number);
                columns.push(Column { index, width: widest.max(head.chars().count()), right });
            }
        }
        let width = crate::output::columns();
        self.fit(&mut columns, width);
        let head = lines(&columns, &self.head).iter().map(|line| format!("{BOLD}{line}{BOLD:#}")).collect();
        let rows = self.rows.iter().zip(&self.below).map(|(row, below)| {
            let mut lines = lines(&columns, row);
            if !below.is_empty() {
                let below = wrap(below, width.saturating_sub(BELOW));
                lines.extend(below.iter().map(|line| format!("{:BELOW$}{FAINT}{line}{FAINT:#}", "")));
            }
            lines.join("\n")
        });
        let head: Vec<String> = head;
        [head.join("\n")].into_iter().chain(rows).collect()
    }

    /// Narrows the columns of words, the widest first, until the table fits; no word is broken, so it may not. The first
    /// column says which row it is, and stays whole.
    fn fit(&self, columns: &mut [Column], most: usize) {
        let narrowest = |column: &Column| {
            let cells = self.column(column.index).chain(self.head.get(column.index).map(String::as_str));
            cells.flat_map(|cell| cell.split(' ')).map(|word| word.chars().count()).max().unwrap_or(0)
        };
        let first = columns.first().map_or(0, |column| column.width);
        let least: Vec<usize> = [first].into_iter().chain(columns.iter().skip(1).map(narrowest)).collect();
        let gaps = GAP.len().saturating_mul(columns.len().saturating_sub(1));
        while columns.iter().map(|column| column.width).fold(gaps, usize::saturating_add) > most {
            let wide = columns.iter_mut().zip(&least).filter(|(column, least)| column.width > **least);
            let Some((column, _)) = wide.max_by_key(|(column, _)| column.width) else { return };
            column.width = column.width.saturating_sub(1);
        }
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

/// A row, on as many lines as its highest cell has.
fn lines(columns: &[Column], row: &[String]) -> Vec<String> {
    let cell = |column: &Column| {
        let cell = row.get(column.index).map_or("", String::as_str);
        if cell.chars().count() <= column.width { vec![cell.replace(GLUE, " ")] } else { wrap(cell, column.width) }
    };
    let cells: Vec<Vec<String>> = columns.iter().map(cell).collect();
    let high = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |index: usize| {
        let padded = columns.iter().zip(&cells).map(|(Column { width, right, .. }, cell)| {
            let part = cell.get(index).map_or("", String::as_str);
            if *right { format!("{part:>width$}") } else { format!("{part:<width$}") }
        });
        padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    (0..high).map(line).collect()
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

    #[test]
    fn a_table_that_is_too_wide_is_wrapped_within_its_cells() {
        let head = [("w", "What"), ("n", "Note")];
        let mut table = Table::new(Lang::En, &head.map(|(key, words)| Text::new(key, words)));
        table.row(&["Pelvic tilt".into(), "a note of some words".into()]);
        let mut columns =
            vec![Column { index: 0, width: 11, right: false }, Column { index: 1, width: 20, right: false }];
        table.fit(&mut columns, 24);
        assert_eq!(lines(&columns, &table.rows[0]), ["Pelvic tilt  a note of", "             some words"]);
        table.fit(&mut columns, 5);
        assert_eq!(
            columns.iter().map(|column| column.width).collect::<Vec<_>>(),
            [11, 5],
            "no word is broken, and the first column is whole"
        );
    }
}
