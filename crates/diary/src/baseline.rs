//! The check-ins that baselines rest on, found without reading the years between.
//!
//! A baseline is made once, from the first days of an episode, and must stay the same however long the diary grows and
//! whatever else of it is read. Where somebody wrote seldom, its 7th day may lie years after the first: an index for
//! each part finds it.

use std::collections::BTreeSet;

use lissom_core::check_in::CheckInValues;
use lissom_core::day::Day;
use lissom_core::moment::Moment;
use lissom_core::outcome::Part;
use lissom_core::outcome::series::{FORTNIGHT_DAYS, FORTNIGHT_VALUES_MIN};
use lissom_core::record::Dated;

use crate::diary::Diary;
use crate::error::Error;

/// Offsets differ: what is later by the clock may be earlier by the calendar, by no more than so many days.
const OFFSET_DAYS: i32 = 2;

impl Diary {
    /// The check-ins up to a day that the baselines of an episode rest on, and perhaps others of their days.
    pub(crate) fn read_baseline(&self, start: Day, until: Day) -> Result<Vec<Dated<CheckInValues>>, Error> {
        let fortnight = start.plus(FORTNIGHT_DAYS.saturating_sub(1));
        let mut check_ins = self.read_check_ins(Some(start), Some(fortnight.min(until)))?;
        let mut days = BTreeSet::new();
        let back = self.first_days(Part::Back, start, None)?;
        // A day of the back's baseline that says something about the leg counts toward the leg's, see `Trend::of_leg`.
        let back_until = back.iter().nth(FORTNIGHT_VALUES_MIN.saturating_sub(1)).copied();
        days.extend(back);
        days.extend(self.first_days(Part::Leg, start, back_until)?);
        for part in [Part::Sleep, Part::Stress, Part::Mood] {
            days.extend(self.first_days(part, start, None)?);
        }
        for day in days.range(fortnight.plus(1)..).take_while(|day| **day <= until) {
            check_ins.extend(self.read_check_ins(Some(*day), Some(*day))?);
        }
        Ok(check_ins)
    }

    /// The days since a first one that have a value of a part: so many as a baseline takes, and all up to a day.
    fn first_days(&self, part: Part, start: Day, through: Option<Day>) -> Result<BTreeSet<Day>, Error> {
        let column = match part {
            Part::Back => "pain",
            Part::Leg => "leg",
            Part::Sleep => "sleep",
            Part::Stress => "stress",
            Part::Mood => "mood",
        };
        let select = format!(
            "SELECT at_ms, coalesce(offset_minutes, 0) FROM check_in INDEXED BY check_in_{column}
             WHERE {column} IS NOT NULL AND deleted_at IS NULL AND at_ms >= ?1 ORDER BY at_ms"
        );
        let mut select = self.storage.sql().prepare_cached(&select)?;
        let mut rows = select.query([start.plus(-OFFSET_DAYS).start_ms()])?;
        let mut days = BTreeSet::new();
        let last = |days: &BTreeSet<Day>| {
            let enough = days.iter().nth(FORTNIGHT_VALUES_MIN.saturating_sub(1)).copied();
            enough.map(|day| through.map_or(day, |through| day.max(through)))
        };
        while let Some(row) = rows.next()? {
            let day = Day::of(Moment { at_ms: row.get(0)?, offset_minutes: row.get(1)? });
            if last(&days).is_some_and(|last| day.since(last) > OFFSET_DAYS) {
                break;
            }
            if day >= start {
                days.insert(day);
            }
        }
        if let Some(last) = last(&days) {
            days.retain(|day| *day <= last);
        }
        Ok(days)
    }
}
