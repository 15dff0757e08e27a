//! What both benches share: their options, the table they print, and figures with their spread.

use std::fmt::Write as _;

/// How to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Less of everything, in seconds: shows that the bench works, and no figure worth keeping.
    pub(crate) quick: bool,
}

impl Options {
    /// From the command line; cargo adds `--bench` of its own.
    pub(crate) fn read() -> Self {
        Self { quick: std::env::args().any(|argument| argument == "--quick") }
    }

    /// So many, or so few where it has to be quick.
    pub(crate) fn count(self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }
}

/// Measured values of one thing, sorted.
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The value below which this part of all lies, such as 0.5 for the median.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into a few thousand values"
    )]
    pub(crate) fn at(&self, part: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// `median (least to most of so many)`.
    pub(crate) fn runs(&self, unit: &str, digits: usize) -> String {
        let (least, most, count) = (self.at(0.0), self.at(1.0), self.0.len());
        format!("{:.digits$} {unit} ({least:.digits$} to {most:.digits$} in {count} runs)", self.median())
    }

    /// `p50 and p99 of so many`.
    pub(crate) fn tail(&self, unit: &str, digits: usize) -> String {
        format!("p50 {:.digits$}, p99 {:.digits$} {unit} of {}", self.median(), self.at(0.99), self.0.len())
    }
}

/// The table at the end of a bench.
pub(crate) struct Table {
    rows: Vec<[String; 4]>,
}

impl Table {
    /// An empty table; says how busy the machine is, because every time depends on it.
    pub(crate) fn begin(title: &str) -> Self {
        println!("{title}; load {} on {} cores", load(), std::thread::available_parallelism().map_or(1, usize::from));
        Self { rows: vec![["figure", "target", "measured", "ok?"].map(str::to_owned)] }
    }

    /// A figure with a target.
    pub(crate) fn target(&mut self, figure: &str, target: &str, measured: String, ok: bool) {
        self.add(figure, target, measured, if ok { "yes" } else { "NO" });
    }

    /// A figure that others are understood by.
    pub(crate) fn note(&mut self, figure: &str, measured: String) {
        self.add(figure, "", measured, "");
    }

    fn add(&mut self, figure: &str, target: &str, measured: String, ok: &str) {
        eprintln!("  {figure}: {measured}");
        self.rows.push([figure.to_owned(), target.to_owned(), measured, ok.to_owned()]);
    }

    /// Prints it, aligned.
    pub(crate) fn print(&self) {
        let mut widths = [0; 4];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(text, "{}", cells.join(" | ").trim_end()).unwrap();
        }
        println!("\n{text}load {} at the end", load());
    }
}

/// The load of the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// A line of a process's status, such as `VmRSS`, in KiB.
pub(crate) fn status_kib(process: &str, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let value = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':')).unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}
