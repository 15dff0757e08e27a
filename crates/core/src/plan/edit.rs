//! Changing a plan. Each change gives a new version that replaces the old one; the old one stays as it was.

use crate::catalogue;
use crate::exercise::Exercise;
use crate::moment::Moment;
use crate::record::Dated;
use crate::refusal::{Reason, Refusal};
use crate::texts::Sentence;
use crate::texts::plan as said;

use super::generate::{self, Gap, LeftOut, is_elastic};
use super::item::{self, Item, MINUTES_MAX, Origin};
use super::limits::Limits;
use super::profile::{Experience, Profile};
use super::reason::{Because, Cap, Why};
use super::{ITEMS_MAX, PlanValues, RULES_VERSION, WEEKDAYS};

/// A change of a plan. Days are 0 Monday to 6 Sunday; places count from 0 within a day.
#[derive(Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another exercise in the place of one.
    Swap {
        /// Day; every day that has it if absent.
        weekday: Option<u8>,
        /// Exercise that goes.
        from: String,
        /// Exercise that comes.
        to: String,
    },
    /// An exercise more, at the end of a day.
    Add {
        /// Day.
        weekday: u8,
        /// Exercise of the catalogue, or one of the person's own.
        exercise: String,
        /// Minutes, for an exercise that counts minutes and for one of the person's own.
        minutes: Option<u32>,
    },
    /// An exercise less.
    Remove {
        /// Day; every day that has it if absent.
        weekday: Option<u8>,
        /// Exercise.
        exercise: String,
    },
    /// Keeps an exercise where it is when the plan is made anew, or lets go of it.
    Lock {
        /// Day; every day that has it if absent.
        weekday: Option<u8>,
        /// Exercise.
        exercise: String,
        /// Whether it is kept.
        locked: bool,
    },
    /// Another order within a day.
    Reorder {
        /// Day.
        weekday: u8,
        /// Place of the item that moves.
        from: u32,
        /// Place it moves to.
        to: u32,
    },
    /// The session of one day on another; two days that both have one change places.
    MoveDay {
        /// Day it was on.
        from: u8,
        /// Day it is on from now.
        to: u8,
    },
    /// Other days of training; the rest are days of rest. Makes the plan anew around what stays.
    Days(Vec<u8>),
    /// Other minutes for one session. Makes the plan anew around what stays.
    Minutes(u32),
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Edit(..)")
    }
}

/// A new version, and what to say about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Edited {
    /// The version to record.
    pub values: PlanValues,
    /// What the change leads to: a longer session, strength on two days in a row, nothing left of a kind.
    pub gaps: Vec<Gap>,
    /// What is not in it, if it was made anew.
    pub left_out: Vec<LeftOut>,
    /// Said when an exercise of the person's own comes in: nobody has checked what its record says.
    pub unchecked: Option<Sentence>,
}

impl std::fmt::Debug for Edited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Edited(..)")
    }
}

/// Why a change was not made.
#[derive(Clone, PartialEq, Eq)]
pub enum NotDone {
    /// An input that cannot be taken.
    Refused(Refusal),
    /// An exercise that must not come in.
    Blocked {
        /// Which, and why not.
        out: LeftOut,
        /// What could come in instead, the most fitting first.
        instead: Vec<&'static Exercise>,
    },
}

impl std::fmt::Debug for NotDone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => f.debug_tuple("Refused").field(refusal).finish(),
            Self::Blocked { .. } => f.write_str("Blocked(..)"),
        }
    }
}

impl From<Refusal> for NotDone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Makes a change. The new version keeps everything else, and replaces the one it was made from.
///
/// # Errors
/// [`NotDone`]: an exercise that is not there, is there already or must not come in, a day or a place that does not
/// exist, too many items, or, for a change that makes the plan anew, a profile that no plan can be made of.
pub fn edit(limits: &Limits, plan: &Dated<PlanValues>, edit: &Edit, at: Moment) -> Result<Edited, NotDone> {
    let mut items = plan.values.items().items;
    let mut unchecked = None;
    match edit {
        Edit::Days(days) => {
            let profile = Profile { weekdays: days.clone(), ..Profile::read(&plan.values)? };
            return anew(limits, plan, &profile, at);
        }
        Edit::Minutes(minutes) => {
            let profile = Profile { minutes: *minutes, ..Profile::read(&plan.values)? };
            return anew(limits, plan, &profile, at);
        }
        Edit::Swap { weekday, from, to } => {
            let places = on(&items, *weekday, from)?;
            unchecked = admit(limits, &plan.values, &items, to, Some(from))?;
            for index in places {
                let Some(day) = items.get(index).map(|item| item.weekday) else { continue };
                if from != to && items.iter().any(|item| item.weekday == day && item.exercise == *to) {
                    return Err(Refusal::new("exercise", Reason::Contradicts { with: "items" }).into());
                }
                if let Some(item) = items.get_mut(index) {
                    to.clone_into(&mut item.exercise);
                    item.origin = Origin::Own;
                    item.reasons = vec![Why::Own];
                }
            }
        }
        Edit::Add { weekday, exercise, minutes } => {
            let weekday = day("weekday", *weekday)?;
            if items.iter().any(|item| item.weekday == weekday && item.exercise == *exercise) {
                return Err(Refusal::new("exercise", Reason::Contradicts { with: "items" }).into());
            }
            if items.len() >= ITEMS_MAX {
                return Err(Refusal::new("items", Reason::TooMany { items: items.len() + 1, max: ITEMS_MAX }).into());
            }
            let counts = catalogue::find(exercise).is_none_or(is_elastic);
            if minutes.is_some_and(|minutes| !counts || !(1..=MINUTES_MAX).contains(&minutes)) {
                let (got, max) = (minutes.map_or(0, i64::from), if counts { i64::from(MINUTES_MAX) } else { 0 });
                return Err(Refusal::new("minutes", Reason::OutOfRange { got, min: 1, max, unit: "minutes" }).into());
            }
            unchecked = admit(limits, &plan.values, &items, exercise, None)?;
            items.push(Item {
                weekday,
                place: u32::MAX,
                exercise: exercise.clone(),
                minutes: *minutes,
                locked: false,
                origin: Origin::Own,
                reasons: vec![Why::Own],
            });
        }
        Edit::Remove { weekday, exercise } => {
            on(&items, *weekday, exercise)?;
            items.retain(|item| item.exercise != *exercise || weekday.is_some_and(|day| day != item.weekday));
        }
        Edit::Lock { weekday, exercise, locked } => {
            for index in on(&items, *weekday, exercise)? {
                if let Some(item) = items.get_mut(index) {
                    item.locked = *locked;
                }
            }
        }
        Edit::Reorder { weekday, from, to } => reorder(&mut items, day("weekday", *weekday)?, *from, *to)?,
        Edit::MoveDay { from, to } => {
            let (from, to) = (day("from", *from)?, day("to", *to)?);
            if !items.iter().any(|item| item.weekday == from) {
                return Err(Refusal::new("from", Reason::Missing).into());
            }
            for item in &mut items {
                item.weekday = if item.weekday == from {
                    to
                } else if item.weekday == to {
                    from
                } else {
                    item.weekday
                };
            }
        }
    }
    items.sort_by(|a, b| a.order().cmp(&b.order()));
    item::number(&mut items);
    let mut values = version(plan, at);
    values.set_items(&items);
    if let Edit::MoveDay { from, to } = edit {
        let days = values.weekdays.iter().flatten().map(|day| match *day {
            day if day == i64::from(*from) => i64::from(*to),
            day if day == i64::from(*to) => i64::from(*from),
            day => day,
        });
        let mut days: Vec<i64> = days.collect();
        days.sort_unstable();
        days.dedup();
        values.weekdays = Some(days);
    } else if let (Edit::Add { weekday, .. }, Some(days)) = (edit, &mut values.weekdays) {
        days.push(i64::from(*weekday));
        days.sort_unstable();
        days.dedup();
    }
    Ok(Edited { gaps: gaps(&plan.values, &items), values, left_out: Vec::new(), unchecked })
}

/// Makes the plan anew from a profile, around the items that stay: locked ones, and those that somebody put in.
///
/// For changed answers, such as another pain or new equipment: read the profile with [`Profile::read`], change it, and
/// hand it in. What stayed but may not any more is told in `left_out`.
///
/// # Errors
/// [`NotDone::Refused`] for a profile that no plan can be made of.
pub fn regenerate(limits: &Limits, plan: &Dated<PlanValues>, profile: &Profile, at: Moment) -> Result<Edited, NotDone> {
    anew(limits, plan, profile, at)
}

fn anew(limits: &Limits, plan: &Dated<PlanValues>, profile: &Profile, at: Moment) -> Result<Edited, NotDone> {
    let profile = &Profile { first_weeks: profile.first_weeks && !limits.settled, ..profile.clone() };
    let generated = generate::within(limits, profile)?;
    let made = generated.values(at, &[&plan.id]);
    let values = PlanValues { name: plan.values.name.clone(), mode: plan.values.mode.clone(), ..made };
    Ok(Edited { values, gaps: generated.gaps, left_out: generated.left_out, unchecked: None })
}

/// A new version of the same, which replaces it.
fn version(plan: &Dated<PlanValues>, at: Moment) -> PlanValues {
    PlanValues {
        at_ms: Some(at.at_ms),
        offset_minutes: Some(at.offset_minutes),
        rules_version: Some(RULES_VERSION),
        replaces: Some(vec![plan.id.clone()]),
        ..plan.values.clone()
    }
}

/// Places in the list of the items with this exercise.
fn on(items: &[Item], weekday: Option<u8>, exercise: &str) -> Result<Vec<usize>, Refusal> {
    if let Some(weekday) = weekday {
        day("weekday", weekday)?;
    }
    let here = |item: &Item| item.exercise == exercise && weekday.is_none_or(|day| day == item.weekday);
    let found: Vec<usize> = items.iter().enumerate().filter(|(_, item)| here(item)).map(|(index, _)| index).collect();
    if found.is_empty() {
        return Err(Refusal::new("exercise", Reason::Missing));
    }
    Ok(found)
}

fn day(field: &'static str, day: u8) -> Result<u8, Refusal> {
    WEEKDAYS.check(field, i64::from(day)).map(|_| day)
}

/// Highest level that a plan may have now: what screening allows, and what the plan was made with.
///
/// What was held back for a beginner's first weeks is so no longer once they are over, also if no new plan was made.
pub(super) fn level(limits: &Limits, values: &PlanValues) -> (u8, Cap) {
    let made = values.level_max.and_then(|level| u8::try_from(level).ok()).unwrap_or(Exercise::LEVEL_MAX);
    let profile = Profile::read(values).ok().filter(|profile| profile.experience == Experience::Beginner);
    let settled = profile.filter(|_| limits.settled).map(|profile| generate::ceiling_of_pain(&profile));
    let plan = settled.map_or(made, |settled| made.max(settled));
    if plan < limits.level_max { (plan, Cap::Plan) } else { (limits.level_max, Cap::Screening) }
}

/// Why an exercise must not be in the plan.
pub(super) fn blocked(limits: &Limits, (most, cap): (u8, Cap), exercise: &Exercise) -> Option<Because> {
    limits.block(exercise).or_else(|| (exercise.level > most).then_some(Because::Level { most, cap }))
}

/// Lets an exercise in. What no rule can check comes with a warning.
fn admit(
    limits: &Limits,
    values: &PlanValues,
    items: &[Item],
    id: &str,
    from: Option<&str>,
) -> Result<Option<Sentence>, NotDone> {
    let most = level(limits, values);
    let unknown = || Refusal::new("exercise", Reason::UnknownExercise { nearest: catalogue::nearest(id) });
    if item::is_own(id) {
        return match limits.block_own(id, most) {
            None => Ok(Some(said::GAP_UNCHECKED.into())),
            Some(Because::Gone) => Err(unknown().into()),
            Some(because) => Err(NotDone::Blocked { out: LeftOut { exercise: None, because }, instead: Vec::new() }),
        };
    }
    let exercise = catalogue::find(id).ok_or_else(unknown)?;
    match blocked(limits, most, exercise) {
        None => Ok(None),
        Some(because) => {
            let like = from.and_then(catalogue::find).unwrap_or(exercise);
            let there = |other: &Exercise| items.iter().any(|item| item.exercise == other.id);
            let instead = alternates(limits, most, values, like).into_iter().filter(|other| !there(other)).take(3);
            let out = LeftOut { exercise: Some(exercise), because };
            Err(NotDone::Blocked { out, instead: instead.collect() })
        }
    }
}

/// Exercises that could stand in for one, the most fitting first: easier ones, then those of the same kind by how many
/// regions they share, then by id.
pub(super) fn alternates(
    limits: &Limits,
    most: (u8, Cap),
    values: &PlanValues,
    like: &Exercise,
) -> Vec<&'static Exercise> {
    let things = Profile { equipment: values.equipment.clone().unwrap_or_default(), ..Profile::default() };
    let unwanted = |id: &str| values.dislikes.iter().flatten().any(|other| other == id);
    let mut found: Vec<_> = generate::offered()
        .filter(|exercise| exercise.kind == like.kind && exercise.id != like.id && !unwanted(exercise.id))
        .filter(|exercise| blocked(limits, most, exercise).is_none())
        .filter(|exercise| things.lacks(exercise.equipment).is_none())
        .collect();
    let apart = |exercise: &Exercise| {
        let shared = exercise.regions.iter().filter(|region| like.regions.contains(region)).count();
        let easier = like.easier.contains(&exercise.id);
        (!easier, std::cmp::Reverse(shared), exercise.level.abs_diff(like.level), exercise.id)
    };
    found.sort_by(|a, b| apart(a).cmp(&apart(b)));
    found
}

fn reorder(items: &mut [Item], weekday: u8, from: u32, to: u32) -> Result<(), Refusal> {
    let count = items.iter().filter(|item| item.weekday == weekday).count();
    let most = i64::try_from(count).unwrap_or(i64::MAX) - 1;
    for (field, place) in [("from", from), ("to", to)] {
        if i64::from(place) > most {
            return Err(Refusal::new(field, Reason::OutOfRange { got: i64::from(place), min: 0, max: most, unit: "" }));
        }
    }
    for item in items.iter_mut().filter(|item| item.weekday == weekday) {
        item.place = match item.place {
            place if place == from => to,
            place if from < place && place <= to => place - 1,
            place if to <= place && place < from => place + 1,
            place => place,
        };
    }
    Ok(())
}

fn gaps(values: &PlanValues, items: &[Item]) -> Vec<Gap> {
    let budget =
        values.minutes.and_then(|minutes| u32::try_from(minutes).ok()).map(|minutes| minutes.saturating_mul(60));
    let mut gaps = Vec::new();
    if let Some(budget) = budget {
        let used = |day: u8| {
            let of_day = items.iter().filter(|item| item.weekday == day);
            of_day.map(|item| generate::length(item, budget)).fold(0, u32::saturating_add)
        };
        let longest = (0..7).map(used).max().unwrap_or(0);
        if longest > budget {
            gaps.push(Gap::Longer(longest.div_ceil(60)));
        }
    }
    if generate::strength_days(items) {
        gaps.push(Gap::StrengthDays);
    }
    gaps
}
