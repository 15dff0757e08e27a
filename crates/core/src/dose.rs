//! How much to do next: the rules over exposures, answers and flares.
//!
//! An *exposure* is an exercise done on one day. How the body answered it is its [`Zone`](zone::Zone); the zones move
//! a *step* on the exercise's ladder ([`ladder`]). A step goes up only by a [`Proposal`] that was accepted, and goes
//! down by itself. Nothing of this is stored: [`Fold`] computes it from the days of the diary ([`DayLog`]), each time
//! the same, and [`Fold::today`] says what it means for a day.
//!
//! Not a clinician's judgement, and not reviewed by one. Sources of the numbers are in `docs/evidence.md`.

mod flare;
mod fold;
mod known;
pub mod ladder;
mod log;
mod morning;
mod offers;
mod proposal;
mod reach;
mod replay;
mod rule;
#[cfg(test)]
mod tests;
mod today;
mod track;
pub mod zone;

pub use crate::dose::flare::{FLARE_DAYS_MAX, FlareSpan, OFF_POINTS, ON_POINTS, RECHECK_DAYS, WALK_BOUT_MINUTES};
pub use crate::dose::fold::{
    AEROBIC_GREEN_DAYS, COOL_DOWN, DAYS_TOP, EFFORT_MAX, Fold, GAP_DAYS, REDS_DAYS, STRENGTH_DAYS_APART, USUAL_PAIN_MAX,
};
pub use crate::dose::known::{Exercises, Known};
pub use crate::dose::log::{DayLog, days};
pub use crate::dose::morning::{USUAL_DAYS, USUAL_SCORES_MIN};
pub use crate::dose::offers::{RISES_A_DAY, WEEK_GROWTH_PERCENT};
pub use crate::dose::proposal::{Key, NoKey, Proposal, Side, proposal_id, rests_on};
pub use crate::dose::replay::{TraceLine, replay};
pub use crate::dose::rule::Rule;
pub use crate::dose::today::{
    BEGINNER_DAYS, Context, Doses, ExerciseDose, FlareNow, Irritability, Reason, SEVERE_PAIN, SOME_PAIN, Status,
};

use crate::record::values;
use crate::scale::{AT_MS, DAY_BYTES, ID_BYTES_MAX, OFFSET_MINUTES, Range};

/// Version of the dose rules. A stored [`Fold`] of another version is dropped.
pub const RULES_VERSION: u32 = 2;
/// Steps of a ladder: 0 is the starting dose.
pub const STEPS: Range = Range { min: 0, max: 100, unit: "steps" };
/// Longest id of a proposal.
pub const PROPOSAL_BYTES_MAX: usize = 200;

values! {
    /// An answer to a proposal. Merge: a set; a proposal is accepted if any answer accepts it and none declines it. That
    /// a professional was asked is accepted if any answer says so: a no to it is only "not yet".
    AnswerValues = Answer {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Id of the proposal: the same on every device, since it follows from the log.
        2 proposal: text(PROPOSAL_BYTES_MAX),
        /// The answer.
        3 answer: choice(&["accept", "decline"]),
        /// Exercise it is about.
        4 exercise: text(ID_BYTES_MAX),
        /// Side it is about.
        5 side: choice(&["left", "right", "both"]),
        /// Id of the rule.
        6 rule: text(ID_BYTES_MAX),
        /// Step it leads to.
        7 to_step: int(STEPS),
        /// Exercise it leads to, for a swap or a harder variation.
        8 to_exercise: text(ID_BYTES_MAX),
        /// Local day of the exposures that the proposal rests on, `2026-11-22`; as in its id.
        9 from: text(DAY_BYTES),
    }
}

values! {
    /// A flare that the person reports, or days on which nothing is planned.
    DayOffValues = DayOff {
        /// When it was written down, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// What it is.
        2 reason: choice(&["flare", "flare-over", "illness", "travel", "rest"]),
        /// First local day, `2026-11-22`.
        3 from: text(DAY_BYTES),
        /// Last local day, included; the first one if absent. A flare has none.
        4 to: text(DAY_BYTES),
    }
}
