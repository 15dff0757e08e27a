//! What belongs to a day and takes none of its minutes.

use crate::catalogue;
use crate::exercise::Exercise;
use crate::texts::Sentence;
use crate::texts::plan as said;

use super::limits::Limits;

/// Something small beside the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// A break from sitting or standing, several times a day.
    MovementBreak,
    /// A look at how the desk is set up, once a week.
    DeskCheck,
    /// A page to read, once a week.
    Learn,
}

impl Extra {
    /// Its exercise in the catalogue, if there is one.
    #[must_use]
    pub fn exercise(self) -> Option<&'static Exercise> {
        match self {
            Self::MovementBreak => catalogue::find("posture-reset"),
            Self::DeskCheck => catalogue::find("desk-check"),
            Self::Learn => None,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn sentence(self) -> Sentence {
        let text = match self {
            Self::MovementBreak => said::EXTRA_BREAK,
            Self::DeskCheck => said::EXTRA_DESK,
            Self::Learn => said::EXTRA_LEARN,
        };
        text.into()
    }

    /// The extras of a day: a break on every day, the others on the first day of the plan's week.
    pub(super) fn of_day(limits: &Limits, first: bool) -> Vec<Self> {
        let offered: &[Self] =
            if first { &[Self::MovementBreak, Self::DeskCheck, Self::Learn] } else { &[Self::MovementBreak] };
        let fits = |extra: &Self| extra.exercise().is_none_or(|exercise| limits.block(exercise).is_none());
        offered.iter().copied().filter(fits).collect()
    }
}
