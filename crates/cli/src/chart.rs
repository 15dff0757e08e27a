//! A chart for the terminal: days from left to right, a scale from bottom to top, drawn in braille dots.

use std::fmt::Write as _;

use lissom_diary::core::day::Day;

use crate::output::{BOLD, FAINT};

/// Cells of the drawing, each of 2 by 4 dots.
const COLUMNS: usize = 66;
const ROWS: usize = 11;
const DOTS_ACROSS: usize = 2;
const DOTS_UP: usize = 4;
/// First of the 256 braille patterns.
const BRAILLE: u32 = 0x2800;
/// Bit of a dot in its cell, by row from the top, then column.
const BITS: [[u32; DOTS_ACROSS]; DOTS_UP] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// What is drawn. All values are in tenths of the scale's unit.
#[derive(Debug, Default)]
pub(crate) struct Chart<'a> {
    /// Single values.
    pub(crate) points: &'a [(Day, i64)],
    /// A line through values; it breaks where more than a week lies between two, unless they are sparse.
    pub(crate) line: &'a [(Day, i64)],
    /// A level to compare with.
    pub(crate) baseline: Option<i64>,
    /// Round the baseline, what is no change that matters.
    pub(crate) band: Option<(i64, i64)>,
    /// Days with a mark under the chart, and the mark.
    pub(crate) marks: &'a [(Day, char)],
    /// Ends of the scale.
    pub(crate) scale: (i64, i64),
    /// Values come weeks apart: the line never breaks.
    pub(crate) sparse: bool,
    /// How many steps the scale has, if its values are steps and nothing lies between them.
    pub(crate) steps: usize,
}

/// Days without a value over which the line is not drawn.
const BREAK_DAYS: i32 = 7;

impl Chart<'_> {
    /// The chart from one day to another, some 74 columns wide.
    pub(crate) fn draw(&self, from: Day, to: Day) -> String {
        let axis = Axis { from, to, scale: self.scale, steps: self.steps };
        let (mut points, mut line) = (Canvas::default(), Canvas::default());
        for (day, value) in self.points {
            points.dot(axis.x(*day), axis.y(*value));
        }
        for pair in self.line.windows(2) {
            if let [(day, value), (next, after)] = pair
                && (self.sparse || next.since(*day) <= BREAK_DAYS)
            {
                line.stroke((axis.x(*day), axis.y(*value)), (axis.x(*next), axis.y(*after)));
            }
        }
        if let [(day, value)] = self.line {
            line.dot(axis.x(*day), axis.y(*value));
        }
        let row_of = |value: i64| axis.y(value).map(|y| y / DOTS_UP);
        let (baseline, band) = (self.baseline.and_then(row_of), self.band);
        let edges = band.map(|(low, high)| (row_of(low), row_of(high)));
        let mut drawn = String::new();
        for row in 0..ROWS {
            let _ = write!(drawn, "{FAINT}{:>4} ┤{FAINT:#}", axis.label(row));
            for column in 0..COLUMNS {
                let (dots, stroke) = (points.cell(row, column), line.cell(row, column));
                let ground = match () {
                    () if baseline == Some(row) => '╌',
                    () if edges.is_some_and(|(low, high)| low == Some(row) || high == Some(row)) => '·',
                    () => ' ',
                };
                let _ = match (stroke, dots) {
                    (0, 0) if ground == ' ' => write!(drawn, " "),
                    (0, 0) => write!(drawn, "{FAINT}{ground}{FAINT:#}"),
                    (0, dots) => write!(drawn, "{FAINT}{}{FAINT:#}", pattern(dots)),
                    (stroke, dots) => write!(drawn, "{BOLD}{}{BOLD:#}", pattern(stroke | dots)),
                };
            }
            drawn = drawn.trim_end().to_owned();
            drawn.push('\n');
        }
        drawn.push_str(&axis.below(self.marks));
        drawn
    }
}

fn pattern(bits: u32) -> char {
    char::from_u32(BRAILLE.saturating_add(bits)).unwrap_or('?')
}

/// Where days and values lie.
struct Axis {
    from: Day,
    to: Day,
    scale: (i64, i64),
    steps: usize,
}

impl Axis {
    /// Dots from the left; `None` outside.
    fn x(&self, day: Day) -> Option<usize> {
        let days = self.to.since(self.from).max(1);
        let at = day.since(self.from);
        let dots = i32::try_from(COLUMNS * DOTS_ACROSS - 1).unwrap_or(1);
        (0..=days).contains(&at).then(|| usize::try_from(at.saturating_mul(dots) / days).unwrap_or(0))
    }

    /// Dots from the top; `None` outside.
    fn y(&self, value: i64) -> Option<usize> {
        let (low, high) = self.scale;
        let dots = i64::try_from(ROWS * DOTS_UP - 1).unwrap_or(1);
        let span = high.saturating_sub(low).max(1);
        let up = value.saturating_sub(low).saturating_mul(dots).saturating_add(span / 2) / span;
        (low..=high).contains(&value).then(|| usize::try_from(dots.saturating_sub(up)).unwrap_or(0))
    }

    /// The number beside every second row, or beside each row of a step.
    fn label(&self, row: usize) -> String {
        let (low, high) = self.scale;
        if self.steps > 0 {
            let on_row = |step: &i64| self.y(step.saturating_mul(10)).is_some_and(|y| y / DOTS_UP == row);
            let steps = i64::try_from(self.steps).unwrap_or(0);
            return (1..=steps).find(on_row).map_or(String::new(), |step| step.to_string());
        }
        let steps = i64::try_from(ROWS - 1).unwrap_or(1);
        let above = high.saturating_sub(low).saturating_mul(i64::try_from(row).unwrap_or(0)) / steps;
        let value = high.saturating_sub(above);
        match row % 2 {
            0 if value % 10 == 0 => (value / 10).to_string(),
            0 => format!("{}.{}", value / 10, value.rem_euclid(10)),
            _ => String::new(),
        }
    }

    /// The line under the drawing, its marks and its dates.
    fn below(&self, marks: &[(Day, char)]) -> String {
        let mut line = format!("{FAINT}     └{}{FAINT:#}\n", "─".repeat(COLUMNS));
        let mut kinds: Vec<char> = Vec::new();
        for (_, mark) in marks {
            if !kinds.contains(mark) {
                kinds.push(*mark);
            }
        }
        // A row for each mark: two on one day would hide each other.
        for kind in kinds {
            let mut shown = vec![' '; COLUMNS];
            for (day, _) in marks.iter().filter(|(_, mark)| *mark == kind) {
                if let Some(cell) = self.x(*day).and_then(|x| shown.get_mut(x / DOTS_ACROSS)) {
                    *cell = kind;
                }
            }
            let shown: String = shown.into_iter().collect();
            if !shown.trim().is_empty() {
                let _ = writeln!(line, "      {}", shown.trim_end());
            }
        }
        let (first, last) = (self.from.to_string(), self.to.to_string());
        let middle = self.from.plus(self.to.since(self.from) / 2).to_string();
        let side = (COLUMNS - 3 * first.len()) / 2;
        let _ = write!(line, "{FAINT}      {first}{0}{middle}{0}{last}{FAINT:#}", " ".repeat(side));
        line
    }
}

/// Dots that are set.
struct Canvas(Vec<u32>);

impl Default for Canvas {
    fn default() -> Self {
        Self(vec![0; COLUMNS * ROWS])
    }
}

impl Canvas {
    fn dot(&mut self, x: Option<usize>, y: Option<usize>) {
        let (Some(x), Some(y)) = (x, y) else { return };
        let bit = BITS.get(y % DOTS_UP).and_then(|row| row.get(x % DOTS_ACROSS)).copied().unwrap_or(0);
        if let Some(cell) = self.0.get_mut(y / DOTS_UP * COLUMNS + x / DOTS_ACROSS) {
            *cell |= bit;
        }
    }

    /// A straight line between two dots.
    fn stroke(&mut self, from: (Option<usize>, Option<usize>), to: (Option<usize>, Option<usize>)) {
        let ((Some(x), Some(y)), (Some(to_x), Some(to_y))) = (from, to) else { return };
        let steps = to_x.abs_diff(x).max(to_y.abs_diff(y)).max(1);
        let between = |from: usize, to: usize, step: usize| {
            let part = (to.abs_diff(from) * step + steps / 2) / steps;
            if to >= from { from + part } else { from - part }
        };
        for step in 0..=steps {
            self.dot(Some(between(x, to_x, step)), Some(between(y, to_y, step)));
        }
    }

    fn cell(&self, row: usize, column: usize) -> u32 {
        self.0.get(row * COLUMNS + column).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(chart: &Chart<'_>, from: i32, to: i32) -> Vec<String> {
        let drawn = chart.draw(Day(from), Day(to));
        anstream::adapter::strip_str(&drawn).to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_level_line_lies_on_its_value() {
        let line: Vec<_> = (0..=60).map(|day| (Day(day), 50)).collect();
        let rows = plain(&Chart { line: &line, scale: (0, 100), ..Chart::default() }, 0, 60);
        assert_eq!(rows[0], "  10 ┤");
        assert_eq!(rows[10], "   0 ┤");
        let drawn: Vec<usize> = (0..ROWS).filter(|row| rows[*row].chars().count() > 6).collect();
        assert_eq!(drawn, [5]);
        assert_eq!(rows[5].chars().count(), 6 + COLUMNS);
        assert!(rows.iter().all(|row| row.chars().count() <= 78));
        assert_eq!(rows[12].trim(), format!("1970-01-01{0}1970-01-31{0}1970-03-02", " ".repeat(18)));
    }

    #[test]
    fn gaps_break_the_line_and_what_is_outside_is_not_drawn() {
        let line = [(Day(0), 20), (Day(1), 20), (Day(40), 20), (Day(41), 20)];
        let points = [(Day(70), 30), (Day(-1), 30), (Day(10), 400)];
        let rows = plain(&Chart { line: &line, points: &points, scale: (0, 100), ..Chart::default() }, 0, 60);
        let dots: usize =
            rows.iter().take(ROWS).map(|row| row.chars().filter(|c| *c > '\u{2800}' && *c < '\u{2900}').count()).sum();
        assert!((2..=6).contains(&dots), "{dots}");
    }

    #[test]
    fn a_scale_of_steps_has_each_step_and_nothing_between() {
        let rows = plain(&Chart { points: &[(Day(3), 20)], scale: (10, 70), steps: 7, ..Chart::default() }, 0, 60);
        let labels: Vec<&str> = rows.iter().take(ROWS).filter_map(|row| row.split_whitespace().next()).collect();
        assert_eq!(
            labels.iter().filter(|label| **label != "┤").collect::<Vec<_>>(),
            [&"7", &"6", &"5", &"4", &"3", &"2", &"1"]
        );
    }

    #[test]
    fn baseline_band_and_marks_are_there() {
        let chart = Chart {
            baseline: Some(60),
            band: Some((40, 80)),
            marks: &[(Day(30), 'F')],
            scale: (0, 100),
            ..Chart::default()
        };
        let rows = plain(&chart, 0, 60);
        assert!(rows[4].contains('╌') && rows[2].contains('·') && rows[6].contains('·'));
        assert!(rows[12].trim() == "F");
        let one_day = plain(&Chart { points: &[(Day(5), 10)], scale: (0, 100), ..Chart::default() }, 5, 5);
        assert_eq!(one_day.len(), ROWS + 2);
    }
}
