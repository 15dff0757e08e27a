//! What a plan comes to today.
//!
//! A plan was made under the limits of its day. Here every item is held against the limits of today, so that a new
//! caution keeps an exercise away from the next session on, whoever made the plan and when.

use crate::catalogue;
use crate::day::Day;
use crate::dose::ladder::halved;
use crate::dose::{DayOffValues, Doses, Key, Side, Status, WALK_BOUT_MINUTES};
use crate::exercise::{Dose, DoseMode, Exercise, Kind, Sides};
use crate::record::Dated;
use crate::texts::Sentence;
use crate::texts::plan as said;

use super::PlanValues;
use super::edit::{alternates, blocked, level};
use super::extra::Extra;
use super::generate::{ELASTIC_MINUTES_MIN, LeftOut, is_elastic};
use super::item::{Item, Origin};
use super::length::{SET_UP_SECONDS, work};
use super::limits::Limits;
use super::moved::{Moved, Place, Places, moved};
use super::reason::{Because, Cap, Why, adaptation};

/// What everybody with a flare does every day.
const BREATHING: &str = "diaphragmatic-breathing";

/// The dose of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideDose {
    /// Side; both for an exercise without sides.
    pub side: Side,
    /// How much.
    pub dose: Dose,
}

/// One exercise of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionItem {
    /// The item of the plan, or one that today adds.
    pub item: Item,
    /// The exercise; `None` for one of the person's own, whose dose is in its record.
    pub exercise: Option<&'static Exercise>,
    /// How much, for each side; empty for one of the person's own.
    pub doses: Vec<SideDose>,
    /// Seconds it takes, with rests and time to get into place.
    pub seconds: u32,
    /// How it is done differently today, and for the person's own that no rule has checked it.
    pub notes: Vec<Sentence>,
}

/// What today does not have: an item of the plan, or what was accepted in one's place and waits.
#[derive(Clone, PartialEq, Eq)]
pub struct Removed {
    /// Which, and why not.
    pub out: LeftOut,
    /// What could be done instead.
    pub instead: Option<&'static Exercise>,
}

/// Why there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nothing {
    /// A day off because of illness.
    Illness,
    /// A day off because of travel.
    Travel,
    /// A day of rest, of the plan or taken.
    Rest,
    /// All that was planned must not be done.
    Removed,
}

impl Nothing {
    /// The reason in words.
    #[must_use]
    pub fn sentence(self) -> Sentence {
        let text = match self {
            Self::Illness => said::NOTHING_ILLNESS,
            Self::Travel => said::NOTHING_TRAVEL,
            Self::Rest => said::NOTHING_REST,
            Self::Removed => said::NOTHING_REMOVED,
        };
        text.into()
    }
}

/// Today's session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionPlan {
    /// The day.
    pub day: Day,
    /// What to do, in order.
    pub items: Vec<SessionItem>,
    /// Seconds of all items.
    pub seconds: u32,
    /// Items of the plan that are left out today, and what was accepted in one's place and waits.
    pub removed: Vec<Removed>,
    /// What comes beside the session.
    pub extras: Vec<Extra>,
    /// Why there is no item, if there is none.
    pub nothing: Option<Nothing>,
    /// Rows of the plan that this version cannot read.
    pub skipped: usize,
}

macro_rules! quiet {
    ($($type:ident)*) => {$(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($type), "(..)"))
            }
        }
    )*};
}
quiet!(SessionItem Removed SessionPlan);

/// What the dose rules say today.
pub(super) struct Dosing<'a> {
    pub(super) doses: &'a dyn Fn(&str, Side) -> Option<Dose>,
    /// Exercise that an accepted proposal put in the place of one.
    pub(super) moved_to: &'a dyn Fn(&str) -> Option<Moved>,
    /// Why an exercise is not for now.
    pub(super) not_now: &'a dyn Fn(&str) -> Option<Because>,
    pub(super) level_max: u8,
    pub(super) flare: bool,
}

/// Today's session of a plan.
///
/// `days_off` are all of the person's, in any order. The doses are those that the log leads to; an exercise that was
/// never done has its starting dose, or half of it in a flare. One that the dose rules paused, or put away until a
/// professional was asked, is left out, and what was accepted in its place comes in. In a flare there is level 0
/// alone, walking in bouts of at most 10 minutes, and slow breathing every day.
#[must_use]
pub fn session(
    limits: &Limits,
    plan: &PlanValues,
    today: Day,
    days_off: &[Dated<DayOffValues>],
    doses: &Doses,
) -> SessionPlan {
    let of = |exercise: &str, side: Side| doses.exercises.get(&Key { exercise: exercise.to_owned(), side });
    let any = |exercise: &str| [Side::Both, Side::Left, Side::Right].map(|side| of(exercise, side));
    let not_now = |exercise: &str| {
        // One side that is too much is enough to leave both out; of two reasons the stricter is told.
        let why = any(exercise).into_iter().flatten().filter_map(|one| match one.status {
            Status::Retired => Some(Because::Retired),
            Status::Paused => Some(Because::Paused),
            Status::AboveCeiling if super::item::is_own(exercise) => Some(Because::Unchecked),
            Status::Active | Status::Flare | Status::AboveCeiling => None,
        });
        why.max()
    };
    let dosing = Dosing {
        doses: &|exercise, side| of(exercise, side).map(|one| one.dose),
        moved_to: &|exercise| moved(doses, exercise),
        not_now: &not_now,
        level_max: doses.level_max,
        flare: doses.flare.is_some(),
    };
    within(limits, plan, today, days_off, &dosing)
}

/// [`session`], whatever the doses come from.
pub(super) fn within(
    limits: &Limits,
    plan: &PlanValues,
    today: Day,
    days_off: &[Dated<DayOffValues>],
    dosing: &Dosing<'_>,
) -> SessionPlan {
    let Dosing { doses, flare, .. } = *dosing;
    let read = plan.items();
    let mut session = SessionPlan {
        day: today,
        items: Vec::new(),
        seconds: 0,
        removed: Vec::new(),
        extras: Vec::new(),
        nothing: off(days_off, today),
        skipped: read.skipped,
    };
    if session.nothing.is_some() {
        return session;
    }
    let first = read.items.iter().map(|item| item.weekday).min();
    let planned = read.items.iter().any(|item| item.weekday == today.weekday());
    session.extras = Extra::of_day(limits, first == Some(today.weekday()));
    let (most, cap) = level(limits, plan);
    let now = if dosing.level_max < most { (dosing.level_max, Cap::Now) } else { (most, cap) };
    let ceiling = if flare && most > 0 { (0, Cap::Flare) } else { now };
    let places = Places::of(&read.items, dosing, &|other| blocked(limits, ceiling, other).is_none());
    let items = read.items.into_iter().zip(&places.of_items);
    for (mut item, place) in items.filter(|(item, _)| item.weekday == today.weekday()) {
        match place {
            Place::Kept => {}
            Place::Taken(other) => other.id.clone_into(&mut item.exercise),
            Place::Waits(out) => session.removed.push(Removed { out: *out, instead: None }),
        }
        let exercise = item.find();
        let because = match exercise {
            Some(exercise) => blocked(limits, ceiling, exercise).or_else(|| (dosing.not_now)(exercise.id)),
            None if item.is_own() => {
                let not_now = (dosing.not_now)(&item.exercise).or(flare.then_some(Because::Unchecked));
                not_now.or_else(|| limits.block_own(&item.exercise, ceiling))
            }
            None => Some(Because::Newer),
        };
        match because {
            Some(because) => session.removed.push(Removed { out: LeftOut { exercise, because }, instead: None }),
            None => session.items.push(with_dose(limits, item, doses, flare)),
        }
    }
    if flare {
        breathe(&mut session, limits, ceiling, doses);
    }
    let mut taken: Vec<&str> = session.items.iter().map(|item| item.item.exercise.as_str()).collect();
    for removed in session.removed.iter_mut().filter(|removed| !removed.out.because.waits()) {
        let Some(exercise) = removed.out.exercise else { continue };
        let found = alternates(limits, ceiling, plan, exercise);
        let free = |other: &&'static Exercise| {
            !taken.contains(&other.id)
                && (dosing.not_now)(other.id).is_none()
                && places.has_room_for(other, today.weekday())
        };
        removed.instead = found.into_iter().find(free);
        taken.extend(removed.instead.map(|instead| instead.id));
    }
    if let Some(minutes) = plan.minutes.and_then(|minutes| u32::try_from(minutes).ok()) {
        shorten(&mut session.items, minutes.saturating_mul(60));
    }
    session.seconds = session.items.iter().map(|item| item.seconds).fold(0, u32::saturating_add);
    if session.items.is_empty() {
        session.nothing = Some(if planned { Nothing::Removed } else { Nothing::Rest });
    }
    session
}

/// The day off that covers a day; of several the most serious.
fn off(days_off: &[Dated<DayOffValues>], today: Day) -> Option<Nothing> {
    let covers = |values: &DayOffValues| {
        let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok());
        let from = day(&values.from)?;
        let to = if values.to.is_some() { day(&values.to)? } else { from };
        let reason = match values.reason.as_deref()? {
            "illness" => Nothing::Illness,
            "travel" => Nothing::Travel,
            "rest" => Nothing::Rest,
            _ => return None,
        };
        (from <= today && today <= to).then_some(reason)
    };
    days_off.iter().filter_map(|off| covers(&off.values)).min()
}

fn with_dose(limits: &Limits, item: Item, doses: &dyn Fn(&str, Side) -> Option<Dose>, flare: bool) -> SessionItem {
    let Some(exercise) = item.find() else {
        let seconds = item.minutes.unwrap_or(ELASTIC_MINUTES_MIN).saturating_mul(60);
        return SessionItem {
            item,
            exercise: None,
            doses: Vec::new(),
            seconds,
            notes: vec![said::GAP_UNCHECKED.into()],
        };
    };
    let sides: &[Side] = match exercise.sides {
        Sides::None => &[Side::Both],
        Sides::Each => &[Side::Left, Side::Right],
    };
    let dose = |side: &Side| {
        let start = if flare { halved(&exercise.dose, WALK_BOUT_MINUTES) } else { exercise.dose };
        let today = doses(exercise.id, *side).filter(|dose| dose.mode == exercise.dose.mode).unwrap_or(start);
        let dose = planned(exercise, item.minutes, today);
        let bout = if flare { WALK_BOUT_MINUTES } else { u32::MAX };
        SideDose { side: *side, dose: Dose { minutes: dose.minutes.min(bout), ..dose } }
    };
    let doses: Vec<SideDose> = sides.iter().map(dose).collect();
    let mut notes: Vec<Sentence> = limits.adapts(exercise).into_iter().map(adaptation).collect();
    if exercise.kind == Kind::Aerobic && (flare || limits.bouts) {
        notes.push(said::ADAPT_BOUTS.with("minutes", WALK_BOUT_MINUTES));
    }
    SessionItem { seconds: taken(&doses), item, exercise: Some(exercise), doses, notes }
}

/// The dose of today. The plan fits the starting minutes to the time there is; steps change these in proportion.
fn planned(exercise: &Exercise, minutes: Option<u32>, dose: Dose) -> Dose {
    match minutes.filter(|_| is_elastic(exercise)) {
        Some(minutes) => {
            let start = exercise.dose.minutes.max(1);
            let scaled = u64::from(minutes) * u64::from(dose.minutes) / u64::from(start);
            Dose { minutes: u32::try_from(scaled).unwrap_or(u32::MAX).max(1), ..dose }
        }
        None => dose,
    }
}

/// Seconds of all sides.
fn taken(doses: &[SideDose]) -> u32 {
    let Some(one) = doses.first() else { return 0 };
    if one.dose.mode == DoseMode::Minutes {
        // Minutes are for both sides together.
        return doses.iter().map(|side| work(&side.dose)).max().unwrap_or(0);
    }
    let rests = one.dose.rest_seconds.saturating_mul(u32::try_from(doses.len()).unwrap_or(1).saturating_sub(1));
    doses.iter().map(|side| work(&side.dose)).fold(SET_UP_SECONDS.saturating_add(rests), u32::saturating_add)
}

/// Slow breathing on every day of a flare.
fn breathe(session: &mut SessionPlan, limits: &Limits, ceiling: (u8, Cap), doses: &dyn Fn(&str, Side) -> Option<Dose>) {
    let there = session.items.iter().any(|item| item.item.exercise == BREATHING);
    let Some(exercise) = catalogue::find(BREATHING).filter(|_| !there) else { return };
    if blocked(limits, ceiling, exercise).is_some() {
        return;
    }
    let item = Item {
        weekday: session.day.weekday(),
        place: u32::try_from(session.items.len()).unwrap_or(u32::MAX),
        exercise: BREATHING.to_owned(),
        minutes: None,
        locked: false,
        origin: Origin::Generated,
        reasons: vec![Why::Flare],
    };
    session.items.push(with_dose(limits, item, doses, true));
}

/// Takes minutes from exercises that count them, the last first, until the session is as long as asked.
fn shorten(items: &mut [SessionItem], budget: u32) {
    let used = items.iter().map(|item| item.seconds).fold(0, u32::saturating_add);
    let mut over = used.saturating_sub(budget).div_ceil(60);
    for item in items.iter_mut().rev().filter(|item| item.exercise.is_some_and(is_elastic)) {
        for side in &mut item.doses {
            let spare = side.dose.minutes.saturating_sub(ELASTIC_MINUTES_MIN);
            let less = spare.min(over);
            side.dose.minutes -= less;
            over -= less;
        }
        item.seconds = taken(&item.doses);
    }
}
