//! Measures: questionnaires, counts and scores that are taken now and then.
//!
//! The built-in ones are a table ([`all`]). Any other questionnaire is an *own* measure: an id that begins with
//! `own:`, with name, items and scoring in the record itself. Nothing is claimed about how much change in an own
//! measure means, with two exceptions that only ever lead to earlier advice or to an offer: see [`OWN_PEG`] and
//! [`OWN_RMDQ`].

mod known;
#[cfg(test)]
mod tests;

pub use known::{
    Answers, Better, DESK_CHECK, Meaningful, Measure, PGIC, PGIC_MEANINGFUL_MAX, PSFS, PSFS_SMALL_TENTHS, all, find,
    nearest,
};

use crate::record::{check_fields, values};
use crate::refusal::{Reason, Refusal};
use crate::scale::{AT_MS, ID_BYTES_MAX, NAME_BYTES_MAX, NOTE_BYTES_MAX, OFFSET_MINUTES, Range};

/// Numbers that a measure may hold.
pub const NUMBERS: Range = Range { min: -1_000_000, max: 1_000_000, unit: "" };
/// Most items of one measure.
pub const ITEMS_MAX: usize = 100;
/// How the ids of own measures begin.
pub const OWN: &str = "own:";
/// What an item of an own measure may have at most.
pub const ITEM_MAX: Range = Range { min: 1, max: 1_000, unit: "(highest answer to one item)" };
/// Id under which a person may keep a PEG scale that they have the words of: three items from 0 to 10, scored as
/// their mean. A rise of 30 % then counts in the advice to contact a professional. Its words are not in this crate,
/// because the holder of the questionnaire that it is derived from claims rights in all that derives from it.
pub const OWN_PEG: &str = "own:peg";
/// Id under which a person may keep a Roland-Morris questionnaire that they have the words of: 24 items of 0 or 1,
/// summed. Two or less counts as good function when maintenance is offered.
pub const OWN_RMDQ: &str = "own:rmdq";

const YES_NO: Range = Range { min: 0, max: 2, unit: "(0 no, 1 yes, 2 does not apply)" };

values! {
    /// One taking of a measure.
    ///
    /// Merge: edits of different fields both stand; of two edits of one field one wins, the same everywhere.
    MeasureValues = Measure {
        /// When, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
        /// Id of the measure.
        2 measure: text(ID_BYTES_MAX),
        /// Its value, where it is one number, in the measure's unit.
        3 value: int(NUMBERS),
        /// Answers item by item.
        4 items: ints((NUMBERS, ITEMS_MAX)),
        /// What the items are about, where the person chose them.
        5 labels: texts((ITEMS_MAX, 200)),
        /// Free text, at most 4,000 bytes.
        6 note: text(NOTE_BYTES_MAX),
        /// Name of an own measure.
        7 name: text(NAME_BYTES_MAX),
        /// Highest answer to one item of an own measure; the lowest is 0.
        8 item_max: int(ITEM_MAX),
        /// How an own measure is scored from its items.
        9 scoring: choice(&["mean", "sum"]),
    }
}

impl MeasureValues {
    /// Checks the whole taking: its measure is known or own, and every item is answered within its range.
    ///
    /// # Errors
    /// [`Refusal`] names the field. An unknown measure comes with the nearest known one, and a questionnaire that is
    /// not filled in to its end with the number of the first item that lacks an answer.
    pub fn check(&self) -> Result<(), Refusal> {
        check_fields(self)?;
        for (name, there) in [("at_ms", self.at_ms.is_some()), ("offset_minutes", self.offset_minutes.is_some())] {
            if !there {
                return Err(Refusal::new(name, Reason::Missing));
            }
        }
        self.score().map(drop)
    }

    /// The score in tenths of the measure's unit. `None` for a measure of another version, and for answers that are
    /// not complete or out of range: no score is better than a wrong one.
    #[must_use]
    pub fn score_tenths(&self) -> Option<i64> {
        self.score().ok()
    }

    fn score(&self) -> Result<i64, Refusal> {
        let missing = |field| Refusal::new(field, Reason::Missing);
        let id = self.measure.as_deref().ok_or(missing("measure"))?;
        if let Some(name) = id.strip_prefix(OWN) {
            return if name.is_empty() { Err(missing("measure")) } else { self.score_own() };
        }
        let known = find(id).ok_or(Refusal::new("measure", Reason::UnknownMeasure { nearest: nearest(id) }))?;
        let one = |range: Range| {
            let value = self.value.ok_or(missing("value"))?;
            Ok(range.check("value", value)?.saturating_mul(10))
        };
        match known.answers {
            Answers::Number(range) => one(range),
            Answers::Steps(steps) => {
                let max = i64::try_from(steps.len()).unwrap_or(i64::MAX);
                one(Range { min: 1, max, unit: "(1 best, 7 worst)" })
            }
            Answers::Chosen { range, max, .. } => {
                let items = self.labelled(range)?;
                if items.len() > max {
                    return Err(Refusal::new("items", Reason::TooMany { items: items.len(), max }));
                }
                Ok(mean_tenths(items))
            }
            Answers::YesNo => {
                let items = answered(self.items.as_deref(), YES_NO)?;
                let yes = items.iter().filter(|item| **item == 1).count();
                Ok(i64::try_from(yes).unwrap_or(i64::MAX).saturating_mul(10))
            }
        }
    }

    fn score_own(&self) -> Result<i64, Refusal> {
        let missing = |field| Refusal::new(field, Reason::Missing);
        if self.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            return Err(missing("name"));
        }
        let max = ITEM_MAX.check("item_max", self.item_max.ok_or(missing("item_max"))?)?;
        let items = self.labelled(Range { min: 0, max, unit: "(one item)" })?;
        match self.scoring.as_deref() {
            Some("mean") => Ok(mean_tenths(items)),
            Some("sum") => Ok(items.iter().sum::<i64>().saturating_mul(10)),
            _ => Err(missing("scoring")),
        }
    }

    /// The items, each with a label and an answer within the range.
    fn labelled(&self, range: Range) -> Result<&[i64], Refusal> {
        let labels = self.labels.as_deref().unwrap_or_default();
        if labels.is_empty() {
            return Err(Refusal::new("labels", Reason::Missing));
        }
        if let Some(index) = labels.iter().position(|label| label.trim().is_empty()) {
            return Err(Refusal::new("labels", Reason::MissingItem { item: index.saturating_add(1) }));
        }
        let items = answered(self.items.as_deref(), range)?;
        if items.len() < labels.len() {
            return Err(Refusal::new("items", Reason::MissingItem { item: items.len().saturating_add(1) }));
        }
        if items.len() > labels.len() {
            return Err(Refusal::new("labels", Reason::MissingItem { item: labels.len().saturating_add(1) }));
        }
        Ok(items)
    }

    /// The activities of a Patient-Specific Functional Scale with their ratings, if the taking is complete. Labels
    /// compare without regard to case and to spaces around them.
    pub(crate) fn activities(&self) -> Option<Vec<(String, i64)>> {
        self.score_tenths()?;
        let labels = self.labels.as_deref()?.iter().map(|label| label.trim().to_lowercase());
        Some(labels.zip(self.items.as_deref()?.iter().copied()).collect())
    }
}

fn answered(items: Option<&[i64]>, range: Range) -> Result<&[i64], Refusal> {
    let items = items.filter(|items| !items.is_empty());
    let items = items.ok_or(Refusal::new("items", Reason::MissingItem { item: 1 }))?;
    if items.len() > ITEMS_MAX {
        return Err(Refusal::new("items", Reason::TooMany { items: items.len(), max: ITEMS_MAX }));
    }
    items.iter().try_for_each(|item| range.check("items", *item).map(drop))?;
    Ok(items)
}

/// The mean in tenths, halves rounded up.
fn mean_tenths(items: &[i64]) -> i64 {
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX).max(1);
    let sum: i64 = items.iter().sum();
    sum.saturating_mul(20).saturating_add(count).div_euclid(count.saturating_mul(2))
}
