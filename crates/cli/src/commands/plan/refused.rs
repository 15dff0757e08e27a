//! Why a plan was not made or changed, as a failure.

use lissom_diary::core::plan::{NotDone, name};
use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::screening::{Locked, Numbers};
use lissom_diary::{Error, PlanError};

use crate::commands::screen::settles;
use crate::failure::Failure;
use crate::texts::{Sentence, plan as words};

/// Sentences as one, for a failure's single line.
pub(crate) fn joined(sentences: impl IntoIterator<Item = Sentence>) -> Option<Sentence> {
    sentences.into_iter().reduce(|first, rest| words::JOINED.with("first", first).with("rest", rest))
}

/// Why nothing is put together, and what unlocks it.
pub(crate) fn locked(locked: &Locked, numbers: Numbers) -> Failure {
    Failure::refused("locked", why(locked, numbers))
}

/// The same for `plan new`, with what was asked for: it is not kept, so it is shown as it is to be typed again.
pub(super) fn locked_new(locked: &Locked, numbers: Numbers, again: &str) -> Failure {
    let then = words::THEN.with("command", again);
    let said = words::JOINED.with("first", why(locked, numbers)).with("rest", then);
    Failure::refused("locked", said)
}

fn why(locked: &Locked, numbers: Numbers) -> Sentence {
    let asks = matches!(locked, Locked::NotScreened | Locked::AskAgain(_));
    let unlock = match asks {
        _ if locked.waits_for_tomorrow() => words::UNLOCK_TOMORROW,
        true => words::UNLOCK,
        false => words::UNLOCK_SHOW,
    };
    let unlock = unlock.with("command", settles(locked));
    let said = locked.sentences(numbers).into_iter().chain([unlock.clone()]);
    joined(said).unwrap_or(unlock)
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
            Failure::refused("blocked", said.unwrap_or_else(|| out.sentence()))
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
