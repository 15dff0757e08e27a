//! Measures: questionnaires, counts and scores that are taken now and then.

use crate::record::values;
use crate::scale::{AT_MS, ID_BYTES_MAX, NOTE_BYTES_MAX, OFFSET_MINUTES, Range};

/// Numbers that a measure may hold.
pub const NUMBERS: Range = Range { min: -1_000_000, max: 1_000_000, unit: "" };
/// Most items of one measure.
pub const ITEMS_MAX: usize = 100;

values! {
    /// One taking of a measure.
    ///
    /// Merge: edits of different fields both stand; of two edits of one field one wins, the same everywhere.
    MeasureValues = Measure {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Id of the measure.
        2 measure: text(ID_BYTES_MAX),
        /// Its value, where it is one number, in the measure's unit.
        3 value: int(NUMBERS),
        /// Answers item by item.
        4 items: ints((NUMBERS, ITEMS_MAX)),
        /// What the items are about, where the person chose them.
        5 labels: texts((ITEMS_MAX, 200)),
        /// Free text, at most 4,000 bytes.
        6 note: text(NOTE_BYTES_MAX),
    }
}
