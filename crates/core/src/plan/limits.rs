//! What may be done at all: what screening left.

use crate::condition::Condition;
use crate::exercise::{Bias, Exercise};
use crate::screening::Cleared;

use super::reason::{Because, Cap};

/// Levels and conditions that hold for a person today. Only a clearance makes them: there is no public constructor.
#[derive(Clone, PartialEq, Eq)]
pub struct Limits {
    pub(crate) level_max: u8,
    pub(crate) conditions: Vec<&'static Condition>,
    /// A condition that only a newer version knows: then nothing is offered that anything at all speaks against.
    pub(crate) unknown: bool,
    /// Walk in short bouts.
    pub(crate) bouts: bool,
    pub(crate) prefer: Option<Bias>,
}

impl Limits {
    /// Limits of these conditions, by id, in any order. An id that is not known makes them as strict as can be.
    pub(crate) fn new<'a>(level_max: u8, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut limits = Self {
            level_max: level_max.min(Exercise::LEVEL_MAX),
            conditions: Vec::new(),
            unknown: false,
            bouts: false,
            prefer: None,
        };
        for id in ids {
            match Condition::find(id) {
                Some(condition) => limits.conditions.push(condition),
                None => limits.unknown = true,
            }
        }
        limits.conditions.sort_by_key(|condition| condition.id);
        limits.conditions.dedup();
        limits
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.conditions.iter().any(|condition| condition.id == id)
    }

    /// Why the exercise must not be offered; `None` when nothing is known against it.
    pub(super) fn block(&self, exercise: &Exercise) -> Option<Because> {
        let condition = self.conditions.iter().find(|condition| condition.blocks(exercise).is_some());
        if let Some(condition) = condition {
            return Some(Because::Condition(condition.id));
        }
        if self.unknown && (exercise.level > 0 || !exercise.cautions.is_empty()) {
            return Some(Because::UnknownCondition);
        }
        (exercise.level > self.level_max).then_some(Because::Level { most: self.level_max, cap: Cap::Screening })
    }

    /// The tags for which the exercise is done in another way, each once.
    pub(super) fn adapts(&self, exercise: &Exercise) -> Vec<&'static str> {
        let mut tags: Vec<_> = self.conditions.iter().flat_map(|condition| condition.adapts(exercise)).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits(..)")
    }
}

/// The one way to limits: leave to exercise, which only [`Safety::clearance`](crate::screening::Safety::clearance)
/// gives.
///
/// ```compile_fail
/// use lissom_core::plan::Limits;
/// let unasked = Limits { level_max: 3, conditions: Vec::new(), unknown: false, bouts: false, prefer: None };
/// ```
impl From<&Cleared> for Limits {
    fn from(cleared: &Cleared) -> Self {
        let leanings = cleared.leanings();
        let mut limits = Self::new(cleared.level_max(), cleared.conditions().iter().map(|condition| condition.id));
        limits.bouts = leanings.walk_in_bouts;
        limits.prefer = leanings.flexion.then_some(Bias::Flexion);
        limits
    }
}
