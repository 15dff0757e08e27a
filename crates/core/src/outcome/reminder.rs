//! What to do about reminders that nobody follows: back off.

use serde::Serialize;

use crate::texts::{Sentence, adherence as texts};

/// Reminders missed in a row after which another time is proposed.
pub const MOVE_AFTER: u32 = 2;
/// Reminders missed in a row after which the person is asked, and then left in peace.
pub const ASK_AFTER: u32 = 4;

/// What to do about the next reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reminder {
    /// Remind as planned.
    Send,
    /// Propose another time of day, and remind then.
    MoveTime,
    /// Ask, once, whether reminders are wanted. Send none until there is an answer.
    Ask,
    /// Send nothing.
    Quiet,
}

impl Reminder {
    /// What to ask the person, if anything.
    #[must_use]
    pub fn question(self) -> Option<Sentence> {
        match self {
            Self::MoveTime => Some(texts::MOVE_TIME.into()),
            Self::Ask => Some(texts::ASK.into()),
            Self::Send | Self::Quiet => None,
        }
    }
}

/// What to do about the next reminder after so many missed in a row.
///
/// None after a red response to the last session, and none while the safety level is A, B or C; a level that this
/// version does not know is read as one of those. Without a level nothing was screened, and reminders go on.
#[must_use]
pub fn reminder(missed_in_a_row: u32, last_response_red: bool, safety_level: Option<&str>) -> Reminder {
    if last_response_red || !matches!(safety_level, None | Some("d" | "e")) {
        return Reminder::Quiet;
    }
    match missed_in_a_row {
        MOVE_AFTER => Reminder::MoveTime,
        ASK_AFTER => Reminder::Ask,
        missed if missed > ASK_AFTER => Reminder::Quiet,
        _ => Reminder::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_back_off() {
        let all: Vec<Reminder> = (0..7).map(|missed| reminder(missed, false, Some("e"))).collect();
        let (send, quiet) = (Reminder::Send, Reminder::Quiet);
        assert_eq!(all, [send, send, Reminder::MoveTime, send, Reminder::Ask, quiet, quiet]);
    }

    #[test]
    fn nobody_is_pressed_when_something_is_wrong() {
        for level in ["a", "b", "c", "?", "A"] {
            assert_eq!(reminder(0, false, Some(level)), Reminder::Quiet, "{level}");
        }
        assert_eq!(reminder(0, true, Some("e")), Reminder::Quiet);
        assert_eq!(reminder(0, false, Some("d")), Reminder::Send);
        assert_eq!(reminder(0, false, None), Reminder::Send);
    }
}
