//! What was accepted in an exercise's place, and when it comes in.

use std::collections::BTreeSet;

use crate::catalogue;
use crate::dose::{Doses, ExerciseDose, Key, Side, Status};
use crate::exercise::Exercise;

use super::generate::{LeftOut, is_demanding};
use super::item::Item;
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

/// The places of a week.
pub(super) struct Places {
    /// Of each item.
    pub(super) of_items: Vec<Place>,
    /// Days with strength above level 0, as they come out.
    strength: BTreeSet<u8>,
}

impl Places {
    /// What comes in, of all that was accepted in the place of items. They must be those of the whole week, in order.
    ///
    /// What may not be done does not come in, whoever accepted it. What a day has already does not come a second time,
    /// and strength above level 0 does not come in beside a day that has some: the days from Monday on are filled one
    /// after the other, so that all days agree on which of them have it.
    pub(super) fn of(items: &[Item], dosing: &Dosing<'_>, fits: &dyn Fn(&'static Exercise) -> bool) -> Self {
        let comes = |exercise: &'static Exercise| fits(exercise) && (dosing.not_now)(exercise.id).is_none();
        let is_strength = |item: &&Item| item.find().is_some_and(|exercise| is_demanding(exercise) && comes(exercise));
        let mut there: BTreeSet<(u8, &str)> = items.iter().map(|item| (item.weekday, item.exercise.as_str())).collect();
        let strength = items.iter().filter(is_strength).map(|item| item.weekday).collect();
        let mut places = Self { of_items: Vec::with_capacity(items.len()), strength };
        for item in items {
            let moved = (dosing.moved_to)(&item.exercise);
            let found = moved.and_then(|moved| Some((catalogue::find(&moved.to).filter(|to| comes(to))?, moved.whole)));
            let waits = |exercise, because| Place::Waits(LeftOut { exercise: Some(exercise), because });
            let place = match found {
                None => Place::Kept,
                Some((other, false)) => waits(other, Because::OneSide),
                Some((other, true)) if there.contains(&(item.weekday, other.id)) => waits(other, Because::Twice),
                Some((other, true)) if !places.has_room_for(other, item.weekday) => waits(other, Because::DayBetween),
                Some((other, true)) => {
                    there.insert((item.weekday, other.id));
                    if is_demanding(other) {
                        places.strength.insert(item.weekday);
                    }
                    Place::Taken(other)
                }
            };
            places.of_items.push(place);
        }
        places
    }

    /// Whether an exercise on a day would not be strength above level 0 beside a day that has some.
    pub(super) fn has_room_for(&self, exercise: &Exercise, weekday: u8) -> bool {
        let beside = [weekday.saturating_add(1) % 7, weekday.saturating_add(6) % 7];
        !is_demanding(exercise) || beside.iter().all(|day| !self.strength.contains(day))
    }
}
