//! Why an input was not taken.

use std::fmt;

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
    /// The exercise is not measured in this.
    NotMeasured {
        /// What it is measured in.
        instead: &'static str,
    },
    /// The exercise is done with both sides at once.
    NoSides,
    /// Needed and not given.
    Missing,
    /// Later than the clock and every record by more than a day.
    InTheFuture,
    /// Not a day of the calendar.
    NotADate,
    /// Not a value of the field's kind.
    WrongKind,
    /// An id of nothing that is known here.
    UnknownId {
        /// What was meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// It cannot be true together with another field or answer.
    Contradicts {
        /// The other one.
        other: &'static str,
    },
    /// Not allowed yet.
    TooEarly {
        /// Hours left to wait, rounded up.
        hours: i64,
    },
}

impl Refusal {
    /// A refusal of this field.
    #[must_use]
    pub fn new(field: &'static str, reason: Reason) -> Self {
        Self { field, reason }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { got, min, max, unit } => write!(f, "{got} is outside {min} to {max} {unit}"),
            Self::TooLong { bytes, max } => write!(f, "{bytes} bytes long, the most is {max}"),
            Self::TooMany { items, max } => write!(f, "{items} items, the most is {max}"),
            Self::NotAChoice { choices } => write!(f, "must be one of {}", choices.join(", ")),
            Self::UnknownExercise { nearest: Some(id) } => {
                write!(f, "no such exercise in the catalogue; did you mean {id}?")
            }
            Self::UnknownExercise { nearest: None } => {
                f.write_str("no such exercise in the catalogue; `lissom exercises` lists them")
            }
            Self::NotMeasured { instead } => write!(f, "this exercise is measured in {instead}"),
            Self::NoSides => f.write_str("this exercise uses both sides at once"),
            Self::Missing => f.write_str("needed, and not given"),
            Self::InTheFuture => f.write_str("later than now, and than every record, by more than a day"),
            Self::NotADate => f.write_str("not a day of the calendar; write it like 2026-11-22"),
            Self::WrongKind => f.write_str("not a value of this field's kind"),
            Self::UnknownId { nearest: Some(id) } => write!(f, "no such id; did you mean {id}?"),
            Self::UnknownId { nearest: None } => f.write_str("no such id"),
            Self::Contradicts { other } => write!(f, "cannot be true together with the answer to {other}"),
            Self::TooEarly { hours: 1 } => f.write_str("not yet: 1 more hour has to pass"),
            Self::TooEarly { hours } => write!(f, "not yet: {hours} more hours have to pass"),
        }
    }
}
