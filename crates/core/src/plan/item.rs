//! One exercise on one day of a plan, and how it stands in a record.

use crate::catalogue;
use crate::exercise::Exercise;
use crate::scale::ID_BYTES_MAX;
use crate::value::{Fields, Value};

use super::profile::words;
use super::reason::Why;
use super::{ITEMS_MAX, PlanValues};

words! {
    /// How an item came into a plan.
    Origin {
        /// By the generator.
        Generated = "generated",
        /// From a sample routine.
        Preset = "preset",
        /// By the person.
        Own = "own",
        /// By a professional.
        Clinician = "clinician",
    }
}

/// One exercise on one day.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Day of the week, 0 Monday to 6 Sunday.
    pub weekday: u8,
    /// Place within the day, from 0.
    pub place: u32,
    /// Id of an exercise in the catalogue, or of one of the person's own.
    pub exercise: String,
    /// Minutes, for an exercise that counts minutes; else those of its dose.
    pub minutes: Option<u32>,
    /// Whether it stays when the plan is made anew.
    pub locked: bool,
    /// How it came in.
    pub origin: Origin,
    /// Why it is there.
    pub reasons: Vec<Why>,
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Item(..)")
    }
}

/// The items of a plan that could be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Items {
    /// Sorted by day, place and exercise; places count from 0 on each day.
    pub items: Vec<Item>,
    /// How many rows could not be read.
    pub skipped: usize,
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Items(..)")
    }
}

/// Whether the id is that of an exercise of the person's own.
pub(super) fn is_own(id: &str) -> bool {
    id.starts_with(crate::own_exercise::ID_PREFIX)
}

impl Item {
    /// What items are sorted by.
    pub(super) fn order(&self) -> (u8, u32, &str) {
        (self.weekday, self.place, &self.exercise)
    }

    /// The exercise in the catalogue; `None` for the person's own and for those of a newer version.
    #[must_use]
    pub fn find(&self) -> Option<&'static Exercise> {
        catalogue::find(&self.exercise)
    }

    /// Whether it is one of the person's own exercises, which no rule has checked.
    #[must_use]
    pub fn is_own(&self) -> bool {
        is_own(&self.exercise)
    }

    /// Whether it stays when the plan is made anew: it is locked, or somebody put it there.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.locked || matches!(self.origin, Origin::Own | Origin::Clinician)
    }

    fn to_row(&self) -> Fields {
        let keys: Vec<String> = self.reasons.iter().map(|why| why.key()).collect();
        let mut row = Fields::from([
            (0, Value::Int(i64::from(self.weekday))),
            (1, Value::Int(i64::from(self.place))),
            (2, Value::Text(self.exercise.clone())),
            (4, Value::Int(i64::from(self.locked))),
            (5, Value::Text(self.origin.as_str().to_owned())),
            (6, Value::Text(keys.join(","))),
        ]);
        if let Some(minutes) = self.minutes {
            row.insert(3, Value::Int(i64::from(minutes)));
        }
        row
    }

    fn from_row(row: &Fields) -> Option<Self> {
        let number = |field| match row.get(&field) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        let text = |field| match row.get(&field) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let weekday = number(0).and_then(|day| u8::try_from(day).ok()).filter(|day| *day <= 6)?;
        let exercise = text(2).filter(|id| !id.is_empty() && id.len() <= ID_BYTES_MAX)?;
        let minutes = number(3).and_then(|minutes| u32::try_from(minutes).ok());
        Some(Self {
            weekday,
            place: number(1).and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX),
            exercise: exercise.to_owned(),
            minutes: minutes.filter(|minutes| (1..=MINUTES_MAX).contains(minutes)),
            locked: number(4) == Some(1),
            // An origin of a newer version was certainly not this generator.
            origin: text(5).and_then(Origin::from_word).unwrap_or(Origin::Own),
            reasons: text(6).unwrap_or_default().split(',').filter_map(Why::from_key).collect(),
        })
    }
}

/// Most minutes of one item.
pub(super) const MINUTES_MAX: u32 = 120;

impl PlanValues {
    /// The items, read tolerantly: a row that cannot be read, or an exercise that is there twice on a day, is skipped
    /// and counted.
    #[must_use]
    pub fn items(&self) -> Items {
        let rows = self.items.as_deref().unwrap_or_default();
        let mut items: Vec<Item> = rows.iter().take(ITEMS_MAX).filter_map(Item::from_row).collect();
        items.sort_by(|a, b| a.order().cmp(&b.order()));
        number(&mut items);
        Items { skipped: rows.len().saturating_sub(items.len()), items }
    }

    /// Puts items in, in their order.
    pub fn set_items(&mut self, items: &[Item]) {
        let mut items = items.to_vec();
        items.sort_by(|a, b| a.order().cmp(&b.order()));
        number(&mut items);
        self.items = Some(items.iter().map(Item::to_row).collect());
    }
}

/// Drops what is there twice on a day, and counts the places of each day from 0. Items must be sorted.
pub(super) fn number(items: &mut Vec<Item>) {
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert((item.weekday, item.exercise.clone())));
    let mut next = [0_u32; 7];
    for item in items {
        if let Some(place) = next.get_mut(usize::from(item.weekday)) {
            item.place = *place;
            *place = place.saturating_add(1);
        }
    }
}
