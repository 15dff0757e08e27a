//! How much to do next: the rules over exposures, answers and flares.

use crate::record::values;
use crate::scale::{AT_MS, DAY_BYTES, ID_BYTES_MAX, OFFSET_MINUTES, Range};

/// Steps of a ladder: 0 is the starting dose.
pub const STEPS: Range = Range { min: 0, max: 100, unit: "steps" };
/// Longest id of a proposal.
pub const PROPOSAL_BYTES_MAX: usize = 200;

values! {
    /// An answer to a proposal. Merge: a set; a proposal is accepted if any answer accepts it and none declines it.
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
