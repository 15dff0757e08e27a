//! The records that advice rests on.

use std::collections::{BTreeMap, BTreeSet};

use lissom_diary::core::dose::Reason;
use lissom_diary::{Advice, Diary, HistoryQuery, HistoryRow};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::rows::{self, JsonRow, Names, short_id};
use crate::texts::{Lang, advice as words};

/// Records by id: those that some reason names.
#[derive(Default)]
pub(super) struct Records {
    rows: BTreeMap<String, HistoryRow>,
    /// The person's own exercises.
    names: Names,
    /// Flares that were reported, by id, with their first day.
    told: BTreeMap<String, String>,
}

impl Records {
    pub(super) fn read(diary: &Diary, advice: &Advice) -> Result<Self, Failure> {
        let doses = &advice.doses;
        let reasons = doses.exercises.values().flat_map(|one| &one.because).chain(&doses.level_because);
        let reasons = reasons.chain(doses.flare.as_ref().map(|flare| &flare.because)).chain(doses.flare_over.as_ref());
        let basis = reasons.flat_map(|reason: &Reason| &reason.basis);
        let basis = basis.chain(doses.proposals.iter().flat_map(|one| &one.basis));
        let basis: BTreeSet<&str> =
            basis.chain(advice.outcome.alerts.0.iter().flat_map(|one| &one.basis)).map(String::as_str).collect();
        let wanted = |row: &HistoryRow| basis.contains(row.id.as_str());
        let rows = diary.history(&HistoryQuery::default())?.into_iter().filter(wanted);
        let told = diary.days_off()?.into_iter().filter(|record| basis.contains(record.id.as_str()));
        Ok(Self {
            names: diary.own_names()?,
            rows: rows.map(|row| (row.id.clone(), row)).collect(),
            told: told.map(|record| (record.id, record.values.from.unwrap_or_default())).collect(),
        })
    }

    /// A record on one line: when, what, its values, and the end of its id.
    pub(super) fn line(&self, lang: Lang, id: &str) -> Option<String> {
        if let Some(row) = self.rows.get(id) {
            return Some(rows::line(lang, &self.names, row));
        }
        let day = self.told.get(id)?;
        Some(words::TOLD.with("day", day.as_str()).with("id", short_id(id)).say(lang))
    }

    pub(super) fn json(&self) -> Value {
        let told = self.told.iter().map(|(id, day)| json!({"id": id, "type": "day_off", "from": day}));
        self.rows.values().map(|row| json!(JsonRow::from(row))).chain(told).collect()
    }
}
