//! Safety on this device: answers, cautions and clearances as records, and what they come to today.

use lissom_core::day::Day;
use lissom_core::moment::Moment;
use lissom_core::record::Dated;
use lissom_core::screening::{
    Answer, Answers, CautionValues, ClearanceValues, Purpose, Safety, ScreeningValues, Triage, Usage, result, triage,
};

use crate::diary::Diary;
use crate::error::Error;

/// A screening result just recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Screened {
    /// Id of the record.
    pub id: String,
    /// What the rules make of the answers.
    pub triage: Triage,
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
        let clearances = self.read::<ClearanceValues>(None)?;
        Ok(Safety::of(&screenings, &clearances, &cautions, usage, today))
    }

    /// Records answers to the safety questions. They answer again every result that this device knows of.
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
        let known = self.safety_after(&Usage::default(), Day::of(at))?.unanswered;
        let values = result(answers, purpose, &known, country)?;
        values.check()?;
        let id = self.add(&values, Some(at))?;
        Ok(Screened { id, triage: triage(answers, purpose) })
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
    /// # Errors
    /// [`Error::InvalidInput`] names the field: who, the day and what is covered are needed. An emergency can be covered
    /// 24 hours after it was written down, once the signs are gone or assessed.
    pub fn record_clearance(&mut self, values: &ClearanceValues, at: Option<Moment>) -> Result<String, Error> {
        let at = self.moment(at)?;
        let standing = self.safety_after(&Usage::default(), Day::of(at))?.standing;
        let now = self.storage.host.now_ms();
        values.check(&standing, now)?;
        self.add(values, Some(at))
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
