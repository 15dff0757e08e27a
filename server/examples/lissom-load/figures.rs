//! Times, and what is said of them.

use std::time::Duration;

/// Times of one kind, in microseconds.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<u32>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    fn line(&mut self, name: &str, seconds: f64) {
        self.0.sort_unstable();
        let at = |permille: usize| {
            let place = self.0.len().saturating_mul(permille) / 1_000;
            let place = place.min(self.0.len().saturating_sub(1));
            f64::from(self.0.get(place).copied().unwrap_or(0)) / 1_000.0
        };
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let rate = self.0.len() as f64 / seconds;
        println!(
            "{name:<11} {rate:>9.1} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>9.2}",
            at(500),
            at(900),
            at(990),
            at(999),
            at(1_000)
        );
    }
}

/// What people went through.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) posts: Times,
    pub(crate) pokes: Times,
    pub(crate) pages: Times,
    /// Answers that asked to come again later.
    pub(crate) put_off: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: Self) {
        self.posts.0.extend(other.posts.0);
        self.pokes.0.extend(other.pokes.0);
        self.pages.0.extend(other.pages.0);
        self.put_off = self.put_off.saturating_add(other.put_off);
    }

    pub(crate) fn print(&mut self, time: Duration, batch: u32) {
        let seconds = time.as_secs_f64();
        println!(
            "            {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "a second", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "most ms"
        );
        self.posts.line("post", seconds);
        self.pokes.line("poke", seconds);
        self.pages.line("page", seconds);
        println!("{} posts of {batch} in {seconds:.1} s, {} put off", self.posts.0.len(), self.put_off);
    }
}
