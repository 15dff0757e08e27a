//! The scales on which people rate, and the limits of what they count.
//!
//! Sources of the clinical scales are in `docs/evidence.md`. All are whole numbers: same log, same numbers, on
//! every device.

use crate::refusal::{Reason, Refusal};

/// A range of whole numbers that a field may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest allowed.
    pub min: i64,
    /// Largest allowed.
    pub max: i64,
    /// Of what.
    pub unit: &'static str,
}

impl Range {
    /// The number, if it is in the range.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] with both limits.
    pub fn check(&self, field: &'static str, got: i64) -> Result<i64, Refusal> {
        let Self { min, max, unit } = *self;
        if (min..=max).contains(&got) {
            return Ok(got);
        }
        Err(Refusal::new(field, Reason::OutOfRange { got, min, max, unit }))
    }
}

/// Pain on the numeric rating scale (NRS): 0 no pain, 10 the worst imaginable.
pub const PAIN_NRS: Range = Range { min: 0, max: 10, unit: "(0 no pain, 10 worst imaginable)" };
/// Effort on Borg's CR10 scale, whole numbers: 0 nothing at all, 10 extremely strong.
pub const EFFORT_BORG_CR10: Range = Range { min: 0, max: 10, unit: "(0 nothing at all, 10 extremely strong)" };
/// Sleep of the last night: 0 as bad as can be, 10 as good as can be.
pub const SLEEP: Range = Range { min: 0, max: 10, unit: "(0 worst, 10 best)" };
/// Stress today: 0 none, 10 as much as can be.
pub const STRESS: Range = Range { min: 0, max: 10, unit: "(0 none, 10 most)" };
/// Mood today: 0 as low as can be, 10 as good as can be.
pub const MOOD: Range = Range { min: 0, max: 10, unit: "(0 lowest, 10 best)" };
/// Sets of one exercise in one session.
pub const SETS: Range = Range { min: 1, max: 50, unit: "sets" };
/// Repetitions in one set.
pub const REPS: Range = Range { min: 1, max: 500, unit: "repetitions" };
/// Seconds that the end position is held in one repetition. Longer holds are entered as several sets.
pub const HOLD_SECONDS: Range = Range { min: 1, max: 600, unit: "seconds" };
/// Minutes of one activity, at most a day.
pub const MINUTES: Range = Range { min: 1, max: 1440, unit: "minutes" };
/// Milliseconds since 1970 that a record's time may have: the years 1970 to 2199.
pub const AT_MS: Range = Range { min: 0, max: 7_258_118_399_999, unit: "milliseconds since 1970" };
/// Minutes that local time is ahead of UTC.
pub const OFFSET_MINUTES: Range = Range { min: -1080, max: 1080, unit: "minutes from UTC" };
/// Most bytes of a note.
pub const NOTE_BYTES_MAX: usize = 4_000;
/// Most bytes of a device's name.
pub const NAME_BYTES_MAX: usize = 100;
/// Most bytes of an id of ours or of a key inside a record.
pub const ID_BYTES_MAX: usize = 64;
/// Bytes of a day, `2026-11-22`.
pub const DAY_BYTES: usize = 10;
