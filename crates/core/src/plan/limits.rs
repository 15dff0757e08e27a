//! What may be done at all: what screening left.

use crate::condition::Condition;
use crate::day::Day;
use crate::dose::BEGINNER_DAYS;
use crate::exercise::{Bias, Exercise};
use crate::own_exercise::OwnExercise;
use crate::screening::Cleared;

use super::reason::{Because, Cap};

/// Levels and conditions that hold for a person today. Only a clearance makes them: there is no public constructor.
///
/// `Limits::from(&cleared)` knows neither the person's own exercises nor when they began: without
/// [`with_own`](Self::with_own) no exercise of their own comes in, and without
/// [`since_first_session`](Self::since_first_session) a beginner's first weeks never end. Each leaves the limits stricter.
#[derive(Clone, PartialEq, Eq)]
pub struct Limits {
    pub(crate) level_max: u8,
    pub(crate) conditions: Vec<&'static Condition>,
    /// A condition that only a newer version knows: then nothing is offered that anything at all speaks against.
    pub(crate) unknown: bool,
    /// Walk in short bouts.
    pub(crate) bouts: bool,
    pub(crate) prefer: Option<Bias>,
    /// The person's own exercises; one that is not here does not come in.
    pub(crate) own: Vec<OwnExercise>,
    /// Whether the first weeks of exercising are over.
    pub(crate) settled: bool,
}

impl Limits {
    /// The same, knowing the person's own exercises. Without them none comes in.
    #[must_use]
    pub fn with_own(self, own: &[OwnExercise]) -> Self {
        Self { own: own.to_vec(), ..self }
    }

    /// The same, knowing the day of the first session. Without one the first weeks of a beginner are not over.
    #[must_use]
    pub fn since_first_session(self, first: Option<Day>, today: Day) -> Self {
        Self { settled: first.is_some_and(|first| today.since(first) >= BEGINNER_DAYS), ..self }
    }

    /// Limits of these conditions, by id, in any order. An id that is not known makes them as strict as can be.
    pub(crate) fn new<'a>(level_max: u8, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut limits = Self {
            level_max: level_max.min(Exercise::LEVEL_MAX),
            conditions: Vec::new(),
            unknown: false,
            bouts: false,
            prefer: None,
            own: Vec::new(),
            settled: false,
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

    /// Why one of the person's own must not be offered, by the rules of the catalogue; `None` when nothing is known
    /// against it.
    ///
    /// What its record does not say counts against it: without a level it is of the highest, and who has a condition
    /// is offered none that does not say its cautions and position.
    pub(super) fn block_own(&self, id: &str, (most, cap): (u8, Cap)) -> Option<Because> {
        let Some(own) = self.own.iter().find(|own| own.id == id) else { return Some(Because::Gone) };
        let condition = self.conditions.iter().find(|condition| condition.blocks_own(own).is_some());
        if let Some(condition) = condition {
            return Some(Because::Condition(condition.id));
        }
        let unsaid = own.gaps.iter().any(|gap| matches!(*gap, "cautions" | "position"));
        if unsaid && (self.unknown || !self.conditions.is_empty()) {
            return Some(Because::Unsaid);
        }
        if self.unknown && (own.level > 0 || !own.cautions.is_empty()) {
            return Some(Because::UnknownCondition);
        }
        let (most, cap) = if self.level_max < most { (self.level_max, Cap::Screening) } else { (most, cap) };
        (own.level > most).then_some(Because::Level { most, cap })
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
/// ```compile_fail,E0451
/// use lissom_core::plan::Limits;
/// let unasked = Limits {
///     level_max: 3,
///     conditions: Vec::new(),
///     unknown: false,
///     bouts: false,
///     prefer: None,
///     own: Vec::new(),
///     settled: true,
/// };
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
