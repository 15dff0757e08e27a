//! Today's session: what to do, in order.

use lissom_diary::core::plan::{self as core, SessionPlan};
use lissom_diary::texts::Lang;

use crate::catalogue::Dose;
use crate::numbers::signed;
use crate::recording::Side;
use crate::time::LocalDay;

/// What the plan comes to on a day.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct SessionToday {
    /// The day.
    pub day: LocalDay,
    /// What to do, in order.
    pub items: Vec<SessionItem>,
    /// Seconds of all items.
    pub seconds: i32,
    /// What today does not have, and why.
    pub left_out: Vec<LeftOut>,
    /// What comes beside the session, in words.
    pub extras: Vec<String>,
    /// Why there is no item, if there is none.
    pub nothing: Option<String>,
}

/// One exercise of a session.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct SessionItem {
    /// Id of the exercise.
    pub exercise: String,
    /// How much, for each side; empty for one of the person's own, whose dose is in its record.
    pub doses: Vec<SideDose>,
    /// Minutes, where the plan says them.
    pub minutes: Option<i32>,
    /// Seconds it takes, with rests and time to get into place.
    pub seconds: i32,
    /// Why it is there.
    pub reasons: Vec<String>,
    /// How it is done differently today: show all of it.
    pub notes: Vec<String>,
}

/// The dose of one side.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct SideDose {
    /// Side; both for an exercise without sides.
    pub side: Side,
    /// How much.
    pub dose: Dose,
}

/// What today does not have.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct LeftOut {
    /// The exercise, where the catalogue has it.
    pub exercise: Option<String>,
    /// Why.
    pub because: String,
    /// What could be done instead.
    pub instead: Option<String>,
}

quiet_debug!(SessionToday SessionItem SideDose LeftOut);

impl SessionToday {
    pub(crate) fn of(session: &SessionPlan, lang: Lang) -> Self {
        let left_out = |removed: &core::Removed| LeftOut {
            exercise: removed.out.exercise.map(|exercise| exercise.id.to_owned()),
            because: removed.out.sentence().say(lang),
            instead: removed.instead.map(|exercise| exercise.id.to_owned()),
        };
        Self {
            day: session.day.into(),
            items: session.items.iter().map(|item| SessionItem::of(item, lang)).collect(),
            seconds: signed(session.seconds),
            left_out: session.removed.iter().map(left_out).collect(),
            extras: session.extras.iter().map(|extra| extra.sentence().say(lang)).collect(),
            nothing: session.nothing.map(|nothing| nothing.sentence().say(lang)),
        }
    }
}

impl SessionItem {
    fn of(item: &core::SessionItem, lang: Lang) -> Self {
        let dose = |dose: &core::SideDose| SideDose { side: dose.side.into(), dose: dose.dose.into() };
        Self {
            exercise: item.item.exercise.clone(),
            doses: item.doses.iter().map(dose).collect(),
            minutes: item.item.minutes.map(signed),
            seconds: signed(item.seconds),
            reasons: item.item.reasons.iter().map(|why| why.sentence().say(lang)).collect(),
            notes: item.notes.iter().map(|note| note.say(lang)).collect(),
        }
    }
}

impl From<lissom_diary::core::dose::Side> for Side {
    fn from(side: lissom_diary::core::dose::Side) -> Self {
        use lissom_diary::core::dose::Side as Core;
        match side {
            Core::Left => Self::Left,
            Core::Right => Self::Right,
            Core::Both => Self::Both,
        }
    }
}
