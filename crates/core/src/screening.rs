//! Safety screening: questions, what the answers mean, and who may start a generated exercise.
//!
//! [`questions`] are walked with [`next_question`] and gathered in [`Answers`]; [`triage`] applies the rules
//! ([`RULES`], a table) and gives a [`Level`]; [`result`](result()) makes the record of it. All that was ever
//! recorded, on whatever device, folds into [`Safety`]: which results stand, what they leave out, and what is to be
//! asked. [`Safety::clearance`] gives the [`Cleared`] that everything which puts exercises together demands, or says
//! why not ([`Locked`]). [`stop`] says what to do when somebody stops during a session.
//!
//! Reading, recording and exporting are never blocked by any of this, and none of it is a diagnosis. Sources are in
//! `docs/evidence.md`; no clinician has reviewed them.

mod answers;
mod cleared;
mod emergency;
mod question;
mod recording;
mod rules;
mod safety;
mod standing;
mod stop;
#[cfg(test)]
mod tests;
mod triage;
mod when;

pub use self::answers::{AGES, Answer, Answers, next_question};
pub use self::cleared::{Cleared, Locked};
pub use self::emergency::Numbers;
pub use self::question::{AnswerKind, Purpose, Question, questions};
pub use self::recording::{HOURS_BEFORE_A_IS_CLEARED, left_half_way, result};
pub use self::rules::{LEVEL_MAX, Leanings, Level, RULES, Rule, STAYS};
pub use self::safety::{Ask, BREAK_DAYS, CHECK_IN_DAYS, Safety, Usage};
pub use self::standing::{Standing, Why};
pub use self::stop::{StopAction, StopReason, Then, stop};
pub use self::triage::{Fired, Triage, triage};
pub use self::when::When;

use crate::record::values;
use crate::scale::{AT_MS, DAY_BYTES, ID_BYTES_MAX, NOTE_BYTES_MAX, OFFSET_MINUTES, Range};

/// Version of the rules for screening, which a result names.
pub const RULES_VERSION: i64 = 2;
/// Most answers, or ids of other records, in one record.
pub const LIST_MAX: usize = 200;

const VERSIONS: Range = Range { min: 1, max: 1_000_000, unit: "" };
const LEVELS: Range = Range { min: 0, max: 3, unit: "(0 gentle, 3 demanding)" };

values! {
    /// Answers to the safety questions, and what the rules of the day made of them. Never changed afterwards.
    ///
    /// Merge: a set. A result stands until another one that knew it answers again, or a clearance covers it; which
    /// is newer by the clock plays no part.
    ScreeningValues = Screening {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Version of the rules that were applied.
        2 rules_version: int(VERSIONS),
        /// Answers, as `a1=no`, `a2=unsure`, `age=47`.
        3 answers: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Level that the rules gave: a (emergency) to e (go).
        4 level: choice(&["a", "b", "c", "d", "e"]),
        /// Ids of the rules that fired.
        5 fired: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Why it was asked.
        6 asked: choice(&["first", "again", "today", "changed", "session"]),
        /// Ids of the earlier results that were known when this was answered, and that it answers again.
        7 answers_again: texts((LIST_MAX, ID_BYTES_MAX)),
        /// Country, two letters, for emergency numbers.
        8 country: text(2),
    }
}

values! {
    /// A caution: something about the person that keeps some exercises away, such as a pregnancy.
    ///
    /// Merge: a set. Of two that do not know each other the stricter stands until answered again.
    CautionValues = Caution {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Id of the condition: see `condition`.
        2 condition: text(ID_BYTES_MAX),
        /// Whether the person has it.
        3 answer: choice(&["yes", "no"]),
        /// Last local day, `2026-11-22`, after which it is asked again. It stands until it is.
        4 until: text(DAY_BYTES),
        /// Ids of the cautions that were known when this was answered, and that it answers again.
        5 answers_again: texts((LIST_MAX, ID_BYTES_MAX)),
    }
}

values! {
    /// A professional's clearance: covers the screening results it names, and no other.
    ClearanceValues = Clearance {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Who cleared: a name or a profession, as the person likes.
        2 who: text(100),
        /// Local day of the consultation, `2026-11-22`.
        3 day: text(DAY_BYTES),
        /// Ids of the screening results it covers.
        4 covers: texts((LIST_MAX, ID_BYTES_MAX)),
        /// What became of the signs: gone, or assessed.
        5 signs: choice(&["gone", "assessed"]),
        /// Highest level of exercises that the professional allows, 0 to 3; all if absent.
        6 level_max: int(LEVELS),
        /// Free text, at most 4,000 bytes.
        7 note: text(NOTE_BYTES_MAX),
        /// Ids of earlier clearances that this one takes the place of. They count for nothing from then on.
        8 replaces: texts((LIST_MAX, ID_BYTES_MAX)),
    }
}
