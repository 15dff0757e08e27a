//! What a person may have that rules some exercises out, or changes how they are done.
//!
//! The catalogue's files carry caution tags ([`CAUTION_TAGS`](crate::exercise::CAUTION_TAGS)); a condition gathers the
//! tags that one answer of a person settles, such as "I am pregnant" or "I cannot get down to the floor". This is a
//! table and nothing more: who has which condition is for screening to find out, and nothing here says that an
//! exercise is fit for anybody. An exercise that no condition blocks is one that this table knows nothing against.
//!
//! The table and its sources are told in `docs/evidence.md`, and no clinician has reviewed it.

use crate::exercise::{Exercise, Position};
use crate::own_exercise::OwnExercise;
use crate::texts::{self, Text};
use serde::Serialize;

mod table;
#[cfg(test)]
mod tests;

/// Something a person has, cannot do, or notices, as far as it matters for choosing exercises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The id, such as `pregnancy`. Never changes and is never used again for something else.
    pub id: &'static str,
    /// Exercises with one of these tags are left out.
    pub exclude: &'static [&'static str],
    /// Exercises with one of these tags stay, done in another way: the comment at the tag says how.
    pub adapt: &'static [&'static str],
    /// Exercises done in one of these positions are left out. One that leaves a choice of positions stays.
    pub exclude_positions: &'static [Position],
    /// Exercises above this level are left out.
    pub level_max: Option<u8>,
    /// Where this is known from, or `our choice`.
    pub source: &'static str,
}

/// Why a condition leaves an exercise out, to be told to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// The exercise carries this caution.
    Tag(&'static str),
    /// It is done in this position.
    Position(Position),
    /// It is more demanding than this, the highest level allowed.
    Level(u8),
}

impl Condition {
    /// Every condition, in the order of the documentation.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        table::CONDITIONS
    }

    /// The condition with exactly this id. `None` for one from a newer version: the caller must not take that for
    /// "no condition".
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|condition| condition.id == id)
    }

    /// The id that was meant, perhaps.
    #[must_use]
    pub fn nearest(id: &str) -> Option<&'static str> {
        crate::vocabulary::nearest(id, Self::all().iter().map(|condition| condition.id))
    }

    /// Its name for people.
    #[must_use]
    pub fn text(&self) -> Text {
        self.words("name")
    }

    /// What follows from it for the exercises, in a sentence for people.
    #[must_use]
    pub fn about(&self) -> Text {
        self.words("about")
    }

    fn words(&self, which: &str) -> Text {
        let key = format!("condition.{}.{which}", self.id.replace('-', "_"));
        texts::find(&key).unwrap_or(Text::new(self.id, self.id))
    }

    /// Why the exercise is left out for people with this condition; `None` when it is not.
    ///
    /// Several reasons may hold. A tag is told before a position, and a position before a level.
    #[must_use]
    pub fn blocks(&self, exercise: &Exercise) -> Option<Block> {
        self.rules_out(exercise.cautions, Some(exercise.position), exercise.level)
    }

    /// The same for one of the person's own, by what its record says.
    #[must_use]
    pub fn blocks_own(&self, own: &OwnExercise) -> Option<Block> {
        self.rules_out(&own.cautions, own.position, own.level)
    }

    fn rules_out<T: AsRef<str>>(&self, cautions: &[T], position: Option<Position>, level: u8) -> Option<Block> {
        let named = |caution: &T| self.exclude.iter().copied().find(|tag| *tag == caution.as_ref());
        let tag = cautions.iter().find_map(named).map(Block::Tag);
        let position = || position.filter(|position| self.exclude_positions.contains(position)).map(Block::Position);
        let level = || self.level_max.filter(|most| level > *most).map(Block::Level);
        tag.or_else(position).or_else(level)
    }

    /// The tags for which the exercise is to be done in another way by people with this condition.
    pub fn adapts(&self, exercise: &Exercise) -> impl Iterator<Item = &'static str> {
        exercise.cautions.iter().copied().filter(|tag| self.adapt.contains(tag))
    }
}
