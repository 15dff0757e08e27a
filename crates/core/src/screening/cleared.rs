//! Leave to put exercises together, or why there is none.

use std::fmt;

use super::emergency::Numbers;
use super::rules::{Leanings, Level};
use super::safety::Ask;
use super::standing::Standing;
use crate::condition::{Block, Condition};
use crate::exercise::Exercise;
use crate::texts::{Sentence, screening as text};

/// Leave to put exercises together for this person, today, within limits.
///
/// Comes from [`Safety::clearance`](super::Safety::clearance) and from nowhere else: whatever puts exercises together
/// demands one, so that doing it unasked does not compile. It is not to be kept: ask again each time.
///
/// ```compile_fail
/// use lissom_core::screening::{Cleared, Leanings};
/// let unasked = Cleared { level_max: 3, conditions: Vec::new(), leanings: Leanings::default() };
/// ```
#[derive(PartialEq, Eq)]
pub struct Cleared {
    pub(super) level_max: u8,
    pub(super) conditions: Vec<&'static Condition>,
    pub(super) leanings: Leanings,
}

impl Cleared {
    /// Highest level of exercise, 0 to 3.
    #[must_use]
    pub const fn level_max(&self) -> u8 {
        self.level_max
    }

    /// The person's conditions, in the table's order.
    #[must_use]
    pub fn conditions(&self) -> &[&'static Condition] {
        &self.conditions
    }

    /// What a plan should lean to.
    #[must_use]
    pub const fn leanings(&self) -> Leanings {
        self.leanings
    }

    /// Why the exercise is left out, with the condition that does so, if it is one; `None` when it may be offered.
    #[must_use]
    pub fn blocks(&self, exercise: &Exercise) -> Option<(Block, Option<&'static Condition>)> {
        let by_condition = self
            .conditions
            .iter()
            .find_map(|condition| condition.blocks(exercise).map(|block| (block, Some(*condition))));
        by_condition.or_else(|| (exercise.level > self.level_max).then_some((Block::Level(self.level_max), None)))
    }
}

impl fmt::Debug for Cleared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cleared(..)")
    }
}

/// Why nothing is put together. Reading, recording and exporting go on as ever.
#[derive(Clone, PartialEq, Eq)]
pub enum Locked {
    /// These results stand and lock. A clearance that covers all of them unlocks; for C, answering again may too.
    Standing(Vec<Standing>),
    /// The person is under 16.
    UnderAge,
    /// The questions were never answered.
    NotScreened,
    /// The questions have to be answered again, for these reasons.
    AskAgain(Vec<Ask>),
}

impl Locked {
    /// The strictest level among the results that lock.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match self {
            Self::Standing(results) => results.iter().filter_map(|result| result.level).max(),
            _ => None,
        }
    }

    /// Whether nothing that the person answers today unlocks: something was stopped today that wants help.
    #[must_use]
    pub fn waits_for_tomorrow(&self) -> bool {
        matches!(self, Self::AskAgain(asks) if asks.contains(&Ask::AfterStop { today: true }))
    }

    /// Ids of the results that a clearance has to cover.
    #[must_use]
    pub fn to_cover(&self) -> Vec<&str> {
        match self {
            Self::Standing(results) => results.iter().map(|result| result.id.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// What to tell the person: why, what to do, and that the diary stays open.
    #[must_use]
    pub fn sentences(&self, numbers: Numbers) -> Vec<Sentence> {
        let all: Vec<Sentence> = match self {
            Self::Standing(results) => {
                let mut sorted: Vec<&Standing> = results.iter().collect();
                sorted.sort_by_key(|result| std::cmp::Reverse(result.level));
                sorted.into_iter().flat_map(|result| result.sentences(numbers)).collect()
            }
            Self::UnderAge => vec![text::D7_ADVICE.into()],
            Self::NotScreened => vec![text::ASK_FIRST.into()],
            Self::AskAgain(asks) => asks.iter().map(Ask::sentence).collect(),
        };
        let mut said: Vec<Sentence> = Vec::new();
        for sentence in all.into_iter().chain([text::STATE_FREE.into()]) {
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said
    }
}

impl fmt::Debug for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked(..)")
    }
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no exercises are put together until the safety questions are settled")
    }
}

impl std::error::Error for Locked {}
