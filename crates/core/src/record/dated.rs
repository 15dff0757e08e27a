//! A record with its place in time, as rules read it.

use crate::day::Day;
use crate::moment::Moment;

/// A record's id, when it was, and what it says. What rules fold over; deleted records are left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Dated<V> {
    /// Id of the record.
    pub id: String,
    /// Local day, where the person was.
    pub day: Day,
    /// Milliseconds since 1970. For order within a day only: clocks differ.
    pub at_ms: i64,
    /// What it says.
    pub values: V,
}

impl<V> Dated<V> {
    /// A record at a moment.
    pub fn new(id: impl Into<String>, at: Moment, values: V) -> Self {
        Self { id: id.into(), day: Day::of(at), at_ms: at.at_ms, values }
    }

    /// What records are sorted by: the same on every device.
    #[must_use]
    pub fn order(&self) -> (Day, &str) {
        (self.day, &self.id)
    }
}

impl<V> std::fmt::Debug for Dated<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dated(..)")
    }
}
