//! Measures: recording and changing them, and what pain did when a desk was changed.

use std::ops::RangeInclusive;

use lissom_core::day::Day;
use lissom_core::lifestyle::desk::{Place, WindowPain, before_and_after, changes, windows};
use lissom_core::measure::MeasureValues;
use lissom_core::moment::Moment;
use lissom_core::outcome::series::{Part, Series, median};
use lissom_core::record::{Dated, Kind};

use crate::diary::Diary;
use crate::error::Error;
use crate::texts::Sentence;

/// Pain before and after a desk was changed.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskChange {
    /// The day of the check that found something changed.
    pub day: Day,
    /// Back pain in the two weeks before, where there is any.
    pub before: Option<WindowPain>,
    /// Back pain in the two weeks after, as far as they have come.
    pub after: Option<WindowPain>,
    /// What that says.
    pub sentence: Sentence,
}

impl Diary {
    /// Records a measure; gives its id.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field, and the item of a questionnaire that is not filled in to its end.
    pub fn record_measure(&mut self, values: &MeasureValues, at: Option<Moment>) -> Result<String, Error> {
        let at = self.moment(at)?;
        let timed = MeasureValues { at_ms: Some(at.at_ms), offset_minutes: Some(at.offset_minutes), ..values.clone() };
        timed.check()?;
        self.add(&timed, Some(at))
    }

    /// Every measure, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn measures(&self) -> Result<Vec<Dated<MeasureValues>>, Error> {
        self.read(None)
    }

    /// Changes a measure: `edit` gets its present values and changes what it likes. Only what differs is written.
    ///
    /// # Errors
    /// [`Error::NotFound`], or as [`Diary::record_measure`].
    pub fn edit_measure(&mut self, id: &str, edit: impl FnOnce(&mut MeasureValues)) -> Result<(), Error> {
        self.edit(id, Kind::Measure, edit, MeasureValues::check)
    }

    /// Pain before and after the last change of the desk of a place, if there was one.
    ///
    /// # Errors
    /// What the database says.
    pub fn desk_change(&self, place: Place, today: Day) -> Result<Option<DeskChange>, Error> {
        let known: Vec<Dated<MeasureValues>> =
            self.measures()?.into_iter().filter(|measure| measure.day <= today).collect();
        let Some(day) = changes(&known, place).pop() else { return Ok(None) };
        let (before, after) = windows(day);
        let (before, after) = (self.window_pain(&before, today)?, self.window_pain(&after, today)?);
        Ok(Some(DeskChange { day, before, after, sentence: before_and_after(before, after) }))
    }

    fn window_pain(&self, window: &RangeInclusive<Day>, today: Day) -> Result<Option<WindowPain>, Error> {
        let (from, to) = (*window.start(), (*window.end()).min(today));
        if from > to {
            return Ok(None);
        }
        let check_ins = self.read_check_ins(Some(from), Some(to))?;
        let series = Series::of(Part::Back, &check_ins.iter().collect::<Vec<_>>(), to);
        let days = u32::try_from(series.points().len()).unwrap_or(u32::MAX);
        Ok(median(series.points().iter().map(|(_, tenths)| *tenths))
            .map(|tenths| WindowPain { median_tenths: tenths, days }))
    }
}

impl std::fmt::Debug for DeskChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeskChange(..)")
    }
}
