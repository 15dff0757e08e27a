//! A plain table: aligned columns, numbers to the right, empty columns left out.

use std::fmt;

use crate::output::{BOLD, printable};

/// Space between two columns.
const GAP: &str = "  ";

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
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
        let heads = columns.iter().map(|column| *self.head.get(column.index).unwrap_or(&""));
        write!(f, "{BOLD}{}{BOLD:#}", line(&columns, heads))?;
        for row in &self.rows {
            let cells = columns.iter().map(|column| row.get(column.index).map_or("", String::as_str));
            write!(f, "\n{}", line(&columns, cells))?;
        }
        Ok(())
    }
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
        let mut table = Table::new(&["Name", "Side", "Count", "Note"]);
        table.row(&["Anna".into(), String::new(), "7".into(), "fine".into()]);
        table.row(&["Bo".into(), String::new(), "1,200".into(), String::new()]);
        let plain = anstream::adapter::strip_str(&table.to_string()).to_string();
        assert_eq!(plain, "Name  Count  Note\nAnna      7  fine\nBo    1,200");
    }
}
