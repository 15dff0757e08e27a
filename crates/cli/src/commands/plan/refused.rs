//! Why a plan was not made or changed, as a failure.

use lissom_diary::core::plan::{NotDone, name};
use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::screening::{Locked, Numbers};
use lissom_diary::{Error, PlanError};

use crate::failure::Failure;
use crate::texts::{Sentence, plan as words};

/// Sentences as one, for a failure's single line.
pub(crate) fn joined(sentences: impl IntoIterator<Item = Sentence>) -> Option<Sentence> {
    sentences.into_iter().reduce(|first, rest| words::JOINED.with("first", first).with("rest", rest))
}

/// Why nothing is put together, and what unlocks it.
pub(crate) fn locked(locked: &Locked, numbers: Numbers) -> Failure {
    let said = locked.sentences(numbers).into_iter().chain([words::UNLOCK.into()]);
    Failure::refused("locked", joined(said).unwrap_or_else(|| words::UNLOCK.into()))
}

/// A refused or failed call, with the names of the command line.
pub(crate) fn failure(error: PlanError, numbers: Numbers) -> Failure {
    match error {
        PlanError::Locked(why) => locked(&why, numbers),
        PlanError::NotDone(NotDone::Refused(refusal)) => refused(refusal),
        PlanError::NotDone(NotDone::Blocked { out, instead }) => {
            let others = instead.iter().map(|exercise| {
                words::INSTEAD_ONE.with("name", name(exercise)).with("id", format!("`{}`", exercise.id))
            });
            let others = others.reduce(|list, one| words::LIST.with("list", list).with("one", one));
            let instead = others.map(|others| words::INSTEAD.with("others", others));
            let said = joined([out.sentence()].into_iter().chain(instead));
            Failure::refused("blocked", said.unwrap_or_else(|| words::UNLOCK.into()))
        }
        PlanError::NoPlan => no_plan(),
        PlanError::Diary(error) => error.into(),
    }
}

pub(crate) fn no_plan() -> Failure {
    Failure::not_found("no-plan", words::NO_PLAN)
}

/// A refusal, with the flag's name in place of the field's.
fn refused(refusal: Refusal) -> Failure {
    let reason = match refusal.reason {
        Reason::Contradicts { with } => Reason::Contradicts { with: flag(with) },
        reason => reason,
    };
    Failure::from(Error::from(Refusal::new(flag(refusal.field), reason)))
}

fn flag(field: &'static str) -> &'static str {
    match field {
        "weekdays" | "weekday" => "days",
        "regions" => "region",
        "goals" => "goal",
        "irritability" => "settles",
        "likes" => "like",
        "dislikes" => "dislike",
        "directions" => "direction",
        "items" => "plan",
        other => other,
    }
}
