//! Exercises of the person's own: the shape of the catalogue's, as records in the diary.
//!
//! [`OwnExerciseValues::check`] holds what is written down to the rules of the catalogue. [`OwnExercise::read`] reads
//! whatever a record says, from any version, and takes the careful reading of what is missing or unknown.

mod check;
mod read;
#[cfg(test)]
mod tests;

pub use check::ID_PREFIX;
pub use read::{OwnExercise, exercise_id};

use crate::exercise::{Dose, Exercise};
use crate::record::values;
use crate::scale::{AT_MS, ID_BYTES_MAX, NAME_BYTES_MAX, OFFSET_MINUTES, Range};

/// What a dose counts in, and how far it may go: the limits of the catalogue. They catch slips and advise nothing.
const SETS: Range = Range { min: 1, max: Dose::SETS_MAX as i64, unit: "sets" };
const REPS: Range = Range { min: 1, max: Dose::REPS_MAX as i64, unit: "repetitions" };
const HOLD_SECONDS: Range = Range { min: 0, max: Dose::HOLD_SECONDS_MAX as i64, unit: "seconds" };
const MINUTES: Range = Range { min: 1, max: Dose::MINUTES_MAX as i64, unit: "minutes" };
const REST_SECONDS: Range = Range { min: 0, max: Dose::REST_SECONDS_MAX as i64, unit: "seconds" };
const ENDURANCE_HOLD_SECONDS: Range =
    Range { min: 1, max: Dose::ENDURANCE_HOLD_SECONDS_MAX as i64, unit: "seconds with this ladder" };
const LEVEL: Range = Range { min: 0, max: Exercise::LEVEL_MAX as i64, unit: "(0 gentle, 3 demanding)" };

/// Whether a text is seconds out, still and back, such as `2-1-2`.
fn is_tempo(text: &str) -> bool {
    let digit = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('-').count() == 3 && text.split('-').all(digit)
}

const SMALL: Range = Range { min: 0, max: 1_000, unit: "" };
const TEXT_BYTES_MAX: usize = 1_600;
const LIST_MAX: usize = 40;

values! {
    /// An exercise that the person, or somebody for them, wrote down.
    ///
    /// Merge: edits of different fields both stand; of two edits of one field one wins, the same everywhere.
    OwnExerciseValues = OwnExercise {
        /// When it was written down, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Name.
        2 name: text(NAME_BYTES_MAX),
        /// Kind, as in the catalogue.
        3 kind: text(ID_BYTES_MAX),
        /// Regions, as in the catalogue.
        4 regions: texts((4, ID_BYTES_MAX)),
        /// Level, 0 to 3.
        5 level: int(SMALL),
        /// Bias, as in the catalogue.
        6 bias: text(ID_BYTES_MAX),
        /// Muscles.
        7 muscles: texts((LIST_MAX, NAME_BYTES_MAX)),
        /// Position, as in the catalogue.
        8 position: text(ID_BYTES_MAX),
        /// Equipment.
        9 equipment: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Sides, as in the catalogue.
        10 sides: text(ID_BYTES_MAX),
        /// What the dose counts, as in the catalogue.
        11 mode: text(ID_BYTES_MAX),
        /// Sets.
        12 sets: int(SMALL),
        /// Repetitions.
        13 reps: int(SMALL),
        /// Seconds of holding.
        14 hold_seconds: int(SMALL),
        /// Minutes.
        15 minutes: int(SMALL),
        /// Seconds of rest.
        16 rest_seconds: int(SMALL),
        /// Tempo, as in the catalogue.
        17 tempo: text(ID_BYTES_MAX),
        /// Ladder, as in the catalogue.
        18 ladder: text(ID_BYTES_MAX),
        /// Caution tags, as in the catalogue.
        19 cautions: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Ids of easier exercises.
        20 easier: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Ids of harder exercises.
        21 harder: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Why one might do it.
        22 why: text(TEXT_BYTES_MAX),
        /// How to be placed before starting.
        23 cue_posture: text(TEXT_BYTES_MAX),
        /// How to breathe.
        24 cue_breathing: text(TEXT_BYTES_MAX),
        /// How to move.
        25 cue_alignment: text(TEXT_BYTES_MAX),
        /// Usual slips.
        26 mistakes: texts((LIST_MAX, TEXT_BYTES_MAX)),
        /// Signs to stop at.
        27 stop: texts((LIST_MAX, TEXT_BYTES_MAX)),
    }
}
