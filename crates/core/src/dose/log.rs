//! The diary, day by day, as the rules fold it.

use std::collections::BTreeMap;

use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::dose::proposal::rests_on;
use crate::dose::{AnswerValues, DayOffValues};
use crate::record::Dated;
use crate::result::ResultValues;

/// What the rules read of one local day.
#[derive(Clone, PartialEq, Eq)]
pub struct DayLog {
    /// The day.
    pub day: Day,
    /// Check-ins of the day, sorted by time, then id: the first with a pain is the morning score.
    pub check_ins: Vec<Dated<CheckInValues>>,
    /// Results of the day, sorted by id.
    pub results: Vec<Dated<ResultValues>>,
    /// Answers to proposals **that rest on this day**, whenever they were given, sorted by id.
    pub answers: Vec<Dated<AnswerValues>>,
    /// Flares and days off that begin on this day, sorted by id.
    pub days_off: Vec<Dated<DayOffValues>>,
}

impl DayLog {
    /// A day without records.
    #[must_use]
    pub const fn empty(day: Day) -> Self {
        Self { day, check_ins: Vec::new(), results: Vec::new(), answers: Vec::new(), days_off: Vec::new() }
    }
}

impl std::fmt::Debug for DayLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DayLog(..)")
    }
}

/// Groups records by day, ascending. They may come in any order and more than once.
///
/// An answer belongs to the day that its proposal rests on, so that no clock decides what it does; one that names no
/// proposal of these rules is left out. A flare or day off belongs to its first day.
#[must_use]
pub fn days(
    check_ins: &[Dated<CheckInValues>],
    results: &[Dated<ResultValues>],
    answers: &[Dated<AnswerValues>],
    days_off: &[Dated<DayOffValues>],
) -> Vec<DayLog> {
    let mut days: BTreeMap<Day, DayLog> = BTreeMap::new();
    let mut log = |day: Day, add: &mut dyn FnMut(&mut DayLog)| {
        add(days.entry(day).or_insert_with(|| DayLog::empty(day)));
    };
    for record in check_ins {
        log(record.day, &mut |day| day.check_ins.push(record.clone()));
    }
    for record in results {
        log(record.day, &mut |day| day.results.push(record.clone()));
    }
    for record in answers {
        if let Some(day) = record.values.proposal.as_deref().and_then(rests_on) {
            log(day, &mut |day| day.answers.push(record.clone()));
        }
    }
    for record in days_off {
        let from = record.values.from.as_deref().and_then(|from| from.parse().ok()).unwrap_or(record.day);
        log(from, &mut |day| day.days_off.push(record.clone()));
    }
    let mut days: Vec<DayLog> = days.into_values().collect();
    for day in &mut days {
        day.check_ins.sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
        day.check_ins.dedup_by(|a, b| a.id == b.id);
        unique(&mut day.results);
        unique(&mut day.answers);
        unique(&mut day.days_off);
    }
    days
}

fn unique<V>(records: &mut Vec<Dated<V>>) {
    records.sort_by(|a, b| a.id.cmp(&b.id));
    records.dedup_by(|a, b| a.id == b.id);
}
