//! Plans: generated from a profile, then the person's own.
//!
//! In reading order: [`Limits`], what may be done at all; the [`Profile`] of the person; [`Item`], one exercise on one
//! day; [`generate`], which fills a week; [`PRESETS`], weeks that are ready made; [`edit`], how a person changes theirs;
//! [`followed`], which version counts; and [`session`], what today comes to.
//!
//! Nothing here is random and nothing reads a clock: the same input gives the same plan on every device.

mod another_day;
mod edit;
mod extra;
mod followed;
mod generate;
mod item;
mod length;
mod limits;
mod moved;
mod preset;
mod profile;
mod reason;
#[cfg(test)]
mod tests;
mod today;

pub use another_day::another_day;
pub use edit::{Edit, Edited, NotDone, edit, regenerate};
pub use extra::Extra;
pub use followed::{Followed, followed};
pub use generate::{Gap, Generated, LeftOut, generate};
pub use item::{Item, Items, Origin};
pub use length::{SET_UP_SECONDS, seconds};
pub use limits::Limits;
pub use preset::{PRESETS, Preset, from_preset};
pub use profile::{EQUIPMENT, Experience, Goal, Profile, lacks, spaced};
pub use reason::{Because, Cap, Why, name};
pub use today::{Nothing, Removed, SessionItem, SessionPlan, SideDose, session};

use crate::record::values;
use crate::scale::{AT_MS, ID_BYTES_MAX, NAME_BYTES_MAX, OFFSET_MINUTES, Range};

const VERSIONS: Range = Range { min: 1, max: 1_000_000, unit: "" };
/// Version of the rules about plans, which a plan names. It changes whenever the same input gives another plan or session.
pub const RULES_VERSION: i64 = 2;
/// Minutes of one session that a plan may have.
pub const SESSION_MINUTES: Range = Range { min: 3, max: 120, unit: "minutes" };
const PAIN: Range = Range { min: 0, max: 10, unit: "(0 no pain, 10 worst imaginable)" };
const LEVELS: Range = Range { min: 0, max: 3, unit: "(0 gentle, 3 demanding)" };
/// Days of the week: 0 is Monday, 6 is Sunday.
pub const WEEKDAYS: Range = Range { min: 0, max: 6, unit: "(0 Monday, 6 Sunday)" };
/// Most items in a plan, all days together.
pub const ITEMS_MAX: usize = 200;
const WORDS_MAX: usize = 100;

values! {
    /// One version of a plan: what it was made from, and what it came to. Changing a plan writes a new version.
    ///
    /// Merge: a set. A version stands until one that names it replaces it. If two devices changed one plan apart,
    /// both versions stand, the one with the greater id is followed, and the other is shown beside it.
    PlanValues = Plan {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Version of the generator.
        2 rules_version: int(VERSIONS),
        /// Name that the person or the preset gave it.
        3 name: text(NAME_BYTES_MAX),
        /// Ids of the versions it replaces.
        4 replaces: texts((WORDS_MAX, ID_BYTES_MAX)),
        /// Regions of the trouble.
        5 regions: texts((4, ID_BYTES_MAX)),
        /// Goals.
        6 goals: texts((8, ID_BYTES_MAX)),
        /// Minutes for one session.
        7 minutes: int(SESSION_MINUTES),
        /// Days of the week with a session, 0 is Monday.
        8 weekdays: ints((WEEKDAYS, 7)),
        /// What there is to exercise with.
        9 equipment: texts((WORDS_MAX, ID_BYTES_MAX)),
        /// Exercises the person likes.
        10 likes: texts((WORDS_MAX, ID_BYTES_MAX)),
        /// Exercises the person does not want.
        11 dislikes: texts((WORDS_MAX, ID_BYTES_MAX)),
        /// Usual back pain when it was made, NRS 0 to 10.
        12 pain: int(PAIN),
        /// Usual leg pain when it was made, NRS 0 to 10.
        13 leg: int(PAIN),
        /// How quickly pain that was stirred up settles.
        14 irritability: choice(&["low", "moderate", "high"]),
        /// How used to exercise the person is.
        15 experience: choice(&["beginner", "used", "trained"]),
        /// The items of all days: maps of numbers and texts, see the code that reads them.
        16 items: rows(ITEMS_MAX),
        /// Highest level of exercises.
        17 level_max: int(LEVELS),
        /// Set while the plan is for keeping well after a recovery.
        18 mode: choice(&["recovery", "maintenance"]),
        /// Ways of bending that were tried and do not make leg pain spread: `flexion`, `extension`.
        19 directions: texts((2, ID_BYTES_MAX)),
        /// Whether the person is 65 or older.
        20 age_65: choice(&["yes", "no"]),
    }
}
