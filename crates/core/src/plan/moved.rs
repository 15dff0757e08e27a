//! What was accepted in an exercise's place, and when it comes in.

use crate::catalogue;
use crate::dose::{Doses, ExerciseDose, Key, Side, Status};
use crate::exercise::Exercise;

use super::generate::LeftOut;
use super::reason::Because;
use super::today::Dosing;

/// An exercise that an accepted proposal put in the place of another.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) to: String,
    /// Whether it takes the place on every side.
    pub(super) whole: bool,
}

/// What was accepted in the place of an exercise.
///
/// One side that is too much leaves both out, so what was accepted for it is done on both; a side that was put away
/// waits for a professional, whatever the other one does. A harder exercise comes in once every side has moved on to
/// it: the good days of one side say nothing of the other.
pub(super) fn moved(doses: &Doses, exercise: &str) -> Option<Moved> {
    let of = |side: Side| doses.exercises.get(&Key { exercise: exercise.to_owned(), side });
    let [left, right, both] = [Side::Left, Side::Right, Side::Both].map(of);
    let sides = || [left, right, both].into_iter().flatten();
    let to = |one: &ExerciseDose| one.moved_to.clone();
    if sides().any(|one| one.status == Status::Retired) {
        return None;
    }
    if sides().any(|one| one.status == Status::Paused) {
        let to = sides().filter(|one| one.status == Status::Paused).find_map(to)?;
        return Some(Moved { to, whole: true });
    }
    let to = sides().find_map(to)?;
    let is_there = |side: Option<&ExerciseDose>| side.is_some_and(|one| one.moved_to.as_ref() == Some(&to));
    let whole = if left.or(right).is_some() { is_there(left) && is_there(right) } else { is_there(both) };
    Some(Moved { to, whole })
}

/// What becomes of an item's place.
pub(super) enum Place {
    /// The item keeps it.
    Kept,
    /// This comes in.
    Taken(&'static Exercise),
    /// The item keeps it for now; this was accepted and waits.
    Waits(LeftOut),
}

/// Whether what was accepted in an exercise's place comes in. What may not be done does not, whoever accepted it.
pub(super) fn place(exercise: &str, dosing: &Dosing<'_>, fits: &dyn Fn(&'static Exercise) -> bool) -> Place {
    let moved = (dosing.moved_to)(exercise);
    let Some(Moved { to, whole }) = moved.filter(|moved| (dosing.not_now)(&moved.to).is_none()) else {
        return Place::Kept;
    };
    match catalogue::find(&to).filter(|other| fits(other)) {
        None => Place::Kept,
        Some(other) if whole => Place::Taken(other),
        Some(other) => Place::Waits(LeftOut { exercise: Some(other), because: Because::OneSide }),
    }
}
