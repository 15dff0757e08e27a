//! Stopping an exercise on this device: what to do, with whom to call.

use lissom_core::day::Day;
use lissom_core::moment::Moment;
use lissom_core::screening::{Numbers, ScreeningValues, StopAction, stop};

use crate::diary::Diary;
use crate::error::Error;
use crate::history::{HistoryQuery, RowValues};

impl Diary {
    /// What to do after stopping for this reason at this time. What was stopped for earlier on the same local day
    /// counts, so ask before the result is recorded.
    ///
    /// # Errors
    /// What the database says.
    pub fn after_stop(&self, reason: &str, at: Moment) -> Result<StopAction, Error> {
        let day = Some(Day::of(at).to_string());
        let rows = self.history(&HistoryQuery { from: day.clone(), to: day, ..HistoryQuery::default() })?;
        let earlier = rows.into_iter().filter(|row| row.at.at_ms <= at.at_ms);
        let earlier: Vec<String> = earlier
            .filter_map(|row| match row.values {
                RowValues::Result(values) => values.stopped,
                RowValues::CheckIn(_) | RowValues::Measure(_) => None,
            })
            .collect();
        let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
        Ok(stop(reason, &earlier, self.numbers()?))
    }

    /// Whom to call where the person lives, as they last said with the safety questions.
    ///
    /// # Errors
    /// What the database says.
    pub fn numbers(&self) -> Result<Numbers, Error> {
        let screenings = self.read_kept::<ScreeningValues>()?;
        let country = screenings.iter().rev().find_map(|record| record.values.country.as_deref());
        Ok(Numbers::of(country))
    }
}
