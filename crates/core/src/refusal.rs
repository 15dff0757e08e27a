//! Why an input was not taken.

use std::fmt;

use crate::texts::{Lang, Sentence, refusal as words};
use crate::vocabulary::said;

/// An input that cannot be recorded. Names the field, so that an app can point at it; never repeats free text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Refusal {
    /// Name of the field, as in JSON and edits.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A number outside its range.
    OutOfRange {
        /// What was given.
        got: i64,
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
        /// Of what.
        unit: &'static str,
    },
    /// A text that is too long.
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// Most bytes allowed.
        max: usize,
    },
    /// A list that is too long.
    TooMany {
        /// Items given.
        items: usize,
        /// Most items allowed.
        max: usize,
    },
    /// A word that is not one of the choices.
    NotAChoice {
        /// The choices.
        choices: &'static [&'static str],
    },
    /// An exercise that is not in the catalogue.
    UnknownExercise {
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// A measure that is not built in; the id of an own one begins with `own:`.
    UnknownMeasure {
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// An item of a list that is needed and not given.
    MissingItem {
        /// Its place, from 1.
        item: usize,
    },
    /// The exercise is not measured in this.
    NotMeasured {
        /// What it is measured in.
        instead: &'static str,
    },
    /// The exercise is done with both sides at once.
    NoSides,
    /// An id of nothing that is known here.
    UnknownId {
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// It cannot be true together with another field or answer.
    Contradicts {
        /// The other one.
        with: &'static str,
    },
    /// Not allowed yet.
    TooEarly {
        /// Hours left to wait, rounded up.
        hours: i64,
    },
    /// A day before that of the safety result which it is to clear.
    BeforeResult,
    /// Needed and not given.
    Missing,
    /// Later than the clock and every record by more than a day.
    InTheFuture,
    /// Of a day that is still to come, which nobody knows yet.
    ToCome,
    /// Not a day of the calendar.
    NotADate,
    /// Not a value of the field's kind.
    WrongKind,
}

impl Refusal {
    /// A refusal of this field.
    #[must_use]
    pub fn new(field: &'static str, reason: Reason) -> Self {
        Self { field, reason }
    }
}

impl Refusal {
    /// It with its field's name, for people.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        words::OF_FIELD.with("field", self.field).with("why", self.reason.sentence())
    }
}

impl Reason {
    /// It for people, in whatever language they read.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::OutOfRange { got, min, max, unit: "" } => {
                words::OUT_OF_RANGE_PLAIN.with("got", *got).with("min", *min).with("max", *max)
            }
            Self::OutOfRange { got, min, max, unit } => {
                let sentence = words::OUT_OF_RANGE.with("got", *got).with("min", *min).with("max", *max);
                sentence.with("unit", said("unit", unit))
            }
            Self::TooLong { bytes, max } => words::TOO_LONG.with("bytes", *bytes).with("max", *max),
            Self::TooMany { items, max } => words::TOO_MANY.with("items", *items).with("max", *max),
            // Typed as they are in every language.
            Self::NotAChoice { choices } => words::NOT_A_CHOICE.with("choices", choices.join(", ")),
            Self::UnknownExercise { nearest: Some(id) } => words::UNKNOWN_EXERCISE_NEAREST.with("id", *id),
            Self::UnknownExercise { nearest: None } => words::UNKNOWN_EXERCISE.into(),
            Self::NotMeasured { instead } => words::NOT_MEASURED.with("unit", said("unit", instead)),
            Self::NoSides => words::NO_SIDES.into(),
            Self::BeforeResult => words::BEFORE_RESULT.into(),
            Self::Missing => words::MISSING.into(),
            Self::InTheFuture => words::IN_THE_FUTURE.into(),
            Self::ToCome => words::TO_COME.into(),
            Self::NotADate => words::NOT_A_DATE.into(),
            Self::WrongKind => words::WRONG_KIND.into(),
            Self::UnknownMeasure { nearest: Some(id) } => words::UNKNOWN_MEASURE_NEAREST.with("id", *id),
            Self::UnknownMeasure { nearest: None } => words::UNKNOWN_MEASURE.into(),
            Self::MissingItem { item } => words::MISSING_ITEM.with("item", *item),
            Self::UnknownId { nearest: Some(id) } => words::UNKNOWN_ID_NEAREST.with("id", *id),
            Self::UnknownId { nearest: None } => words::UNKNOWN_ID.into(),
            Self::Contradicts { with } => words::CONTRADICTS.with("with", *with),
            Self::TooEarly { hours } => words::TOO_EARLY.with("n", *hours),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence().say(Lang::En))
    }
}
