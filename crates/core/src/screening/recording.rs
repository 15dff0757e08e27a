//! Making records, and checking them before they are written.

use super::answers::{Answers, Reading};
use super::question::Purpose;
use super::standing::Standing;
use super::triage::{Triage, fired, triage};
use super::{CautionValues, ClearanceValues, Level, RULES_VERSION, ScreeningValues};
use crate::condition::Condition;
use crate::day::Day;
use crate::moment::Moment;
use crate::record::check_fields;
use crate::refusal::{Reason, Refusal};

/// Hours that have to pass before a result of level A can be cleared. Our choice: `docs/evidence.md`.
pub const HOURS_BEFORE_A_IS_CLEARED: i64 = 24;

const HOUR_MS: i64 = 3_600_000;

/// The record of answers, for the shell to give a time to and write.
///
/// `known` are the results that were in view, [`Safety::unanswered`](super::Safety::unanswered): this one answers
/// them again. The short check names none, since it asks too little to take anything back. Of more than
/// [`LIST_MAX`](super::LIST_MAX) the first are named, and the others stand.
///
/// # Errors
/// As [`Answers::check`]. The answers stay with the caller.
pub fn result(
    answers: &Answers,
    purpose: Purpose,
    known: &[String],
    country: Option<&str>,
) -> Result<ScreeningValues, Refusal> {
    answers.check(purpose)?;
    let triage = triage(answers, purpose);
    let named = if purpose.is_whole() { known } else { &[] };
    Ok(values(answers, purpose, &triage, named, country))
}

fn values(
    answers: &Answers,
    purpose: Purpose,
    triage: &Triage,
    answers_again: &[String],
    country: Option<&str>,
) -> ScreeningValues {
    ScreeningValues {
        rules_version: Some(RULES_VERSION),
        answers: Some(answers.to_words()),
        level: Some(triage.level.letter().to_owned()),
        fired: Some(triage.fired.iter().map(|fired| fired.rule.id.to_owned()).collect()),
        asked: Some(purpose.word().to_owned()),
        answers_again: Some(answers_again.iter().take(super::LIST_MAX).cloned().collect()),
        country: country.map(str::to_owned),
        ..ScreeningValues::default()
    }
}

/// The record of answers that were left half way, if what was answered is of level A or B already. `None` otherwise:
/// there is nothing in it to hold on to.
///
/// It takes nothing back, and stands as an incomplete result until a professional clears it. The triage is that of
/// the answers that were given; what was not asked counts as no.
#[must_use]
pub fn left_half_way(answers: &Answers, purpose: Purpose, country: Option<&str>) -> Option<(ScreeningValues, Triage)> {
    let triage = Triage::of(fired(Reading { answers, purpose: None }));
    triage.level.needs_clearance().then(|| (values(answers, purpose, &triage, &[], country), triage.clone()))
}

impl ScreeningValues {
    /// Checks a result before it is written: of our rules, complete, and no milder than they say.
    ///
    /// # Errors
    /// [`Refusal`] names the field or the question.
    pub fn check(&self) -> Result<(), Refusal> {
        check_fields(self)?;
        let version = self.rules_version.ok_or(Refusal::new("rules_version", Reason::Missing))?;
        if version != RULES_VERSION {
            let (min, max) = (RULES_VERSION, RULES_VERSION);
            return Err(Refusal::new("rules_version", Reason::OutOfRange { got: version, min, max, unit: "" }));
        }
        let asked = self.asked.as_deref().ok_or(Refusal::new("asked", Reason::Missing))?;
        let items = self.answers.as_deref().ok_or(Refusal::new("answers", Reason::Missing))?;
        let (answers, purpose) = (Answers::parse(items)?, Purpose::of(Some(asked)));
        answers.check(purpose)?;
        let level = self.level.as_deref().and_then(Level::of).ok_or(Refusal::new("level", Reason::Missing))?;
        if level < triage(&answers, purpose).level {
            return Err(Refusal::new("level", Reason::Contradicts { with: "answers" }));
        }
        Ok(())
    }
}

impl CautionValues {
    /// Checks a caution before it is written: a condition that there is, an answer, and a day if there is one.
    ///
    /// # Errors
    /// [`Refusal`] names the field.
    pub fn check(&self) -> Result<&'static Condition, Refusal> {
        check_fields(self)?;
        let id = self.condition.as_deref().ok_or(Refusal::new("condition", Reason::Missing))?;
        let near = |condition: &&'static Condition| strsim::damerau_levenshtein(id, condition.id);
        let unknown = || {
            let nearest = Condition::all().iter().min_by_key(near).filter(|condition| near(condition) <= id.len() / 2);
            Refusal::new("condition", Reason::UnknownId { nearest: nearest.map(|condition| condition.id) })
        };
        let condition = Condition::find(id).ok_or_else(unknown)?;
        if self.answer.is_none() {
            return Err(Refusal::new("answer", Reason::Missing));
        }
        check_day("until", self.until.as_deref())?;
        Ok(condition)
    }
}

impl ClearanceValues {
    /// Checks a clearance before it is written, against the results that stand and the caller's clock.
    ///
    /// # Errors
    /// [`Refusal`] names the field: who, which day and what it covers are needed, unless it only takes the place of an
    /// earlier clearance. It covers only results that stand, and none that is younger than the day
    /// ([`Reason::BeforeResult`]). For a result of level A, or one that cannot be read, the signs have to be gone or assessed
    /// ([`Reason::Missing`]), and 24 hours passed since ([`Reason::TooEarly`]).
    pub fn check(&self, standing: &[Standing], now_ms: i64) -> Result<(), Refusal> {
        check_fields(self)?;
        if self.who.as_deref().is_none_or(|who| who.trim().is_empty()) {
            return Err(Refusal::new("who", Reason::Missing));
        }
        if self.day.is_none() {
            return Err(Refusal::new("day", Reason::Missing));
        }
        check_day("day", self.day.as_deref())?;
        let covers = self.covers.as_deref().unwrap_or_default();
        if covers.is_empty() && self.replaces.as_deref().unwrap_or_default().is_empty() {
            return Err(Refusal::new("covers", Reason::Missing));
        }
        for id in covers {
            let mut found = standing.iter().filter(|result| result.id == *id).peekable();
            if found.peek().is_none() {
                return Err(Refusal::new("covers", Reason::UnknownId { nearest: None }));
            }
            for result in found {
                // A day of slack: the two may have been written in different time zones. A result from a clock that runs
                // ahead can be cleared all the same.
                let before =
                    |day: Day| day < result.day.min(Day::of(Moment { at_ms: now_ms, offset_minutes: 0 })).plus(-1);
                if self.day.as_deref().and_then(|day| day.parse().ok()).is_some_and(before) {
                    return Err(Refusal::new("day", Reason::BeforeResult));
                }
                if result.wants_signs() {
                    self.check_signs(result, now_ms)?;
                }
            }
        }
        Ok(())
    }

    fn check_signs(&self, result: &Standing, now_ms: i64) -> Result<(), Refusal> {
        if self.signs.is_none() {
            return Err(Refusal::new("signs", Reason::Missing));
        }
        let from = result.at_ms.saturating_add(HOURS_BEFORE_A_IS_CLEARED.saturating_mul(HOUR_MS));
        let left = from.saturating_sub(now_ms);
        if left > 0 {
            let hours = left.saturating_add(HOUR_MS).saturating_sub(1).div_euclid(HOUR_MS);
            return Err(Refusal::new("covers", Reason::TooEarly { hours }));
        }
        Ok(())
    }

    /// Whether it is good for anything: an edit may have taken away who or when.
    pub(super) fn says_who_and_when(&self) -> bool {
        let who = self.who.as_deref().is_some_and(|who| !who.trim().is_empty());
        who && self.day.as_deref().is_some_and(|day| day.parse::<Day>().is_ok())
    }
}

fn check_day(field: &'static str, day: Option<&str>) -> Result<(), Refusal> {
    let is_day = day.is_none_or(|day| day.parse::<Day>().is_ok());
    if is_day { Ok(()) } else { Err(Refusal::new(field, Reason::NotADate)) }
}
