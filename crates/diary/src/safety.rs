//! Safety on this device: answers, cautions and clearances as records, and what they come to today.

use std::collections::BTreeMap;

use lissom_core::day::Day;
use lissom_core::moment::Moment;
use lissom_core::outcome::Tier;
use lissom_core::record::Dated;
use lissom_core::refusal::{Reason, Refusal};
use lissom_core::screening::{
    Answer, Answers, CautionValues, ClearanceValues, Purpose, STAYS, Safety, ScreeningValues, Triage, Usage,
    left_half_way, result, triage,
};

use crate::advice::Advice;
use crate::diary::Diary;
use crate::error::Error;

/// A screening result just recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Screened {
    /// Id of the record.
    pub id: String,
    /// What the rules make of the answers.
    pub triage: Triage,
    /// Whether [`STAYS`] counts as answered with yes because the check-ins say so.
    pub from_records: bool,
}

impl Diary {
    /// What the answers, cautions and clearances of all devices come to today.
    ///
    /// Merge: the same on every device with the same records; at a conflict the stricter answer stands.
    ///
    /// # Errors
    /// What the database says.
    pub fn safety(&mut self, today: Day) -> Result<Safety, Error> {
        Ok(self.advice(today)?.safety)
    }

    pub(crate) fn safety_after(&self, usage: &Usage, today: Day) -> Result<Safety, Error> {
        // Deleting never loosens: answers stay whatever became of their records, and a deleted clearance is none.
        let (screenings, cautions) = (self.read_kept::<ScreeningValues>()?, self.read_kept::<CautionValues>()?);
        let clearances = self.standing_clearances()?;
        Ok(Safety::of(&screenings, &clearances, &cautions, usage, today))
    }

    /// Clearances as safety reads them. A deleted one covers nothing any more, but its limit holds until another
    /// clearance replaces it; one that cannot be read in full covers nothing and allows the least.
    fn standing_clearances(&self) -> Result<Vec<Dated<ClearanceValues>>, Error> {
        let select = "SELECT key, deleted_at IS NOT NULL, attention FROM record WHERE kind = 'l'";
        let mut select = self.storage.sql().prepare_cached(select)?;
        let state = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)));
        let states: BTreeMap<String, (bool, bool)> = select.query_map([], state)?.collect::<Result<_, _>>()?;
        let mut clearances = self.read_kept::<ClearanceValues>()?;
        for clearance in &mut clearances {
            let (deleted, unclear) = states.get(&clearance.id).copied().unwrap_or((true, true));
            let values = &mut clearance.values;
            if deleted || unclear {
                values.covers = None;
            }
            if unclear {
                values.level_max = Some(0);
                values.who.get_or_insert_with(|| "?".to_owned());
                values.day.get_or_insert_with(|| clearance.day.to_string());
            }
        }
        Ok(clearances)
    }

    /// Records answers to the safety questions. They answer again every result that this device knows of.
    ///
    /// While an alert advises to see a professional, the question whether pain stays or gets worse ([`STAYS`]) counts as
    /// answered with yes, whatever the person says, unless a professional cleared that in this spell of pain.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] of a question that is not answered or contradicts another; nothing is recorded then.
    pub fn record_screening(
        &mut self,
        answers: &Answers,
        purpose: Purpose,
        country: Option<&str>,
        at: Option<Moment>,
    ) -> Result<Screened, Error> {
        let at = self.moment(at)?;
        let Advice { safety, outcome, .. } = self.advice(Day::of(at))?;
        let mut answers = answers.clone();
        // What the check-ins say already is not left to memory. A professional who looked at it in this spell of pain
        // knows better than they do.
        let stays = outcome.alerts.tier() == Some(Tier::Contact)
            && safety.reviewed.is_none_or(|reviewed| reviewed < outcome.episode_start);
        let from_records = stays && purpose.is_whole() && answers.get(STAYS) == Some(Answer::No);
        if from_records {
            answers.set(STAYS, "yes")?;
        }
        let values = result(&answers, purpose, &safety.unanswered, country)?;
        values.check()?;
        let id = self.add(&values, Some(at))?;
        Ok(Screened { id, triage: triage(&answers, purpose), from_records })
    }

    /// Records answers that the person left half way, if they are a warning sign already, of level A or B: see
    /// [`left_half_way`]. `None` if they are not: then nothing is recorded. What is recorded answers nothing again, and
    /// locks until a professional clears it.
    ///
    /// # Errors
    /// What the database says; [`Error::InvalidInput`] of a `country` or `at` that cannot be written.
    pub fn record_screening_left(
        &mut self,
        answers: &Answers,
        purpose: Purpose,
        country: Option<&str>,
        at: Option<Moment>,
    ) -> Result<Option<Screened>, Error> {
        let at = self.moment(at)?;
        let Some((values, triage)) = left_half_way(answers, purpose, country) else { return Ok(None) };
        let id = self.add(&values, Some(at))?;
        Ok(Some(Screened { id, triage, from_records: false }))
    }

    /// Records whether the person has a condition. It answers again every answer about it that this device knows of.
    ///
    /// `until` is the last day after which to ask again; the caution stands until it is.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field.
    pub fn record_caution(
        &mut self,
        condition: &str,
        has: bool,
        until: Option<Day>,
        at: Option<Moment>,
    ) -> Result<String, Error> {
        let mut known = self.read_kept::<CautionValues>()?;
        known.retain(|record| record.values.condition.as_deref() == Some(condition));
        // Of a long row the newest are named: each names those before it.
        let from = known.len().saturating_sub(lissom_core::screening::LIST_MAX);
        let values = CautionValues {
            condition: Some(condition.to_owned()),
            answer: Some(if has { "yes" } else { "no" }.to_owned()),
            until: until.map(|day| day.to_string()),
            answers_again: Some(known.split_off(from).into_iter().map(|record| record.id).collect()),
            ..CautionValues::default()
        };
        values.check()?;
        self.add(&values, at)
    }

    /// Records that a professional cleared screening results: those it names in `covers`, and no other.
    ///
    /// One that takes the place of earlier ones, `replaces`, is how a limit is lifted or changed:
    /// [`Safety::limited_by`] has their ids. What they cleared stays cleared.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field, as [`ClearanceValues::check`]: who, the day, and what is covered or replaced
    /// are needed; only results that stand can be covered, and none younger than the day; an id in `replaces` is that of a
    /// clearance. An emergency can be covered 24 hours after it was written down, once the signs are gone or assessed.
    /// Nothing is recorded then.
    pub fn record_clearance(&mut self, values: &ClearanceValues, at: Option<Moment>) -> Result<String, Error> {
        let at = self.moment(at)?;
        let mut clearances = self.standing_clearances()?;
        let (screenings, cautions) = (self.read_kept::<ScreeningValues>()?, self.read_kept::<CautionValues>()?);
        let safety = |clearances: &[_]| Safety::of(&screenings, clearances, &cautions, &Usage::default(), Day::of(at));
        let before = safety(&clearances);
        let (mut covered, mut signs) = (Vec::new(), None);
        for id in values.replaces.iter().flatten() {
            let known = clearances.iter_mut().find(|clearance| clearance.id == *id);
            let known = known.ok_or(Refusal::new("replaces", Reason::UnknownId { nearest: None }))?;
            // As it will be once it is replaced, though it goes on to take the place of others.
            covered.extend(known.values.covers.take().unwrap_or_default());
            known.values.level_max = None;
            signs = signs.or_else(|| known.values.signs.take());
        }
        // What the person says now is held against what it covers, before anything that an earlier clearance said joins it.
        values.check(&safety(&clearances).standing, self.storage.host.now_ms())?;
        let mut values = values.clone();
        values.signs = values.signs.take().or(signs);
        let covers = values.covers.get_or_insert_default();
        // What was cleared stays so, also where it was answered again since: who looked at it looked at it. What still
        // stands was not cleared, and is not to be by words about something else.
        let cleared = |id: &String| {
            screenings.iter().any(|known| known.id == *id) && !before.standing.iter().any(|standing| standing.id == *id)
        };
        covered.retain(|id| cleared(id) && !covers.contains(id));
        covers.extend(covered);
        self.add(&values, Some(at))
    }

    /// The person's age in years, as they last said with the safety questions.
    ///
    /// # Errors
    /// What the database says.
    pub fn age(&self) -> Result<Option<i64>, Error> {
        let screenings = self.read_kept::<ScreeningValues>()?;
        let years = |record: &Dated<ScreeningValues>| {
            let answers = Answers::parse(record.values.answers.as_deref().unwrap_or_default()).ok()?;
            match answers.get("age") {
                Some(Answer::Years(years)) => Some(years),
                _ => None,
            }
        };
        Ok(screenings.iter().rev().find_map(years))
    }

    /// Every answer about a caution, the oldest first, for a person to look at.
    ///
    /// # Errors
    /// What the database says.
    pub fn cautions(&self) -> Result<Vec<Dated<CautionValues>>, Error> {
        self.read_kept()
    }

    /// Every result of the safety questions, the oldest first, for a person to look at.
    ///
    /// # Errors
    /// What the database says.
    pub fn screenings(&self) -> Result<Vec<Dated<ScreeningValues>>, Error> {
        self.read_kept()
    }

    /// Every clearance, the oldest first, for a person to look at.
    ///
    /// # Errors
    /// What the database says.
    pub fn clearances(&self) -> Result<Vec<Dated<ClearanceValues>>, Error> {
        self.read(None)
    }
}

impl std::fmt::Debug for Screened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screened(..)")
    }
}
