//! What a person answered.

use std::collections::BTreeMap;
use std::fmt;

use super::question::{self, AGE, AnswerKind, Purpose, Question, questions};
use super::when::When;
use crate::refusal::{Reason, Refusal};
use crate::scale::Range;

/// Ages that can be given, in years.
pub const AGES: Range = Range { min: 0, max: 120, unit: "years" };

const WORDS: &[&str] = &["yes", "no", "unsure"];

/// An answer. Of the three words, the later one here is the stricter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// No.
    No,
    /// Not sure. Counts as yes, except among the features of C3, which have to be certain to be counted.
    Unsure,
    /// Yes.
    Yes,
    /// An age in years.
    Years(i64),
}

/// Answers by question, in any state: none, half, complete, contradictory.
///
/// Setting an answer loses no other. Ask [`next_question`] what is left, and [`Answers::check`] whether they can be
/// recorded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<&'static str, Answer>);

impl Answers {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads answers such as `a1=no`, `a2=unsure`, `age=47`.
    ///
    /// # Errors
    /// [`Reason::UnknownId`] for a question that there is not; for a known one, [`Refusal`] names it:
    /// [`Reason::NotAChoice`], [`Reason::OutOfRange`], or [`Reason::Contradicts`] itself if it is answered twice.
    pub fn parse<S: AsRef<str>>(items: &[S]) -> Result<Self, Refusal> {
        let mut answers = Self::new();
        for item in items {
            let (id, word) = item.as_ref().split_once('=').unwrap_or((item.as_ref(), ""));
            let (question, answer) = read(id.trim(), word.trim())?;
            let before = answers.0.insert(question.id, answer);
            if before.is_some_and(|before| before != answer) {
                return Err(Refusal::new(question.id, Reason::Contradicts { with: question.id }));
            }
        }
        Ok(answers)
    }

    /// Reads what can be read, and passes over the rest: for records of other versions.
    pub(super) fn parse_known(items: &[String]) -> Self {
        let mut answers = Self::new();
        for (question, answer) in
            items.iter().filter_map(|item| item.split_once('=')).filter_map(|(id, word)| read(id, word).ok())
        {
            let stricter = answers.0.get(question.id).copied().map_or(answer, |before| before.max(answer));
            answers.0.insert(question.id, stricter);
        }
        answers
    }

    /// Sets one answer: `yes`, `no`, `unsure`, or a number for the age.
    ///
    /// # Errors
    /// As [`Answers::parse`]; the answers stay as they were.
    pub fn set(&mut self, id: &str, word: &str) -> Result<(), Refusal> {
        let (question, answer) = read(id, word)?;
        self.0.insert(question.id, answer);
        Ok(())
    }

    /// The answer to a question, if it is given.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Answer> {
        self.0.get(id).copied()
    }

    /// The answers as a record holds them, sorted by question.
    #[must_use]
    pub fn to_words(&self) -> Vec<String> {
        let word = |answer: &Answer| match answer {
            Answer::No => "no".to_owned(),
            Answer::Unsure => "unsure".to_owned(),
            Answer::Yes => "yes".to_owned(),
            Answer::Years(years) => years.to_string(),
        };
        self.0.iter().map(|(id, answer)| format!("{id}={}", word(answer))).collect()
    }

    /// Whether the answers are complete for the purpose and do not contradict each other.
    ///
    /// # Errors
    /// [`Refusal`] names the question. [`Reason::Contradicts`]: a follow-up was answered yes though the question it
    /// depends on, `other`, was answered no. [`Reason::Missing`]: the first one that is not answered.
    pub fn check(&self, purpose: Purpose) -> Result<(), Refusal> {
        let reading = Reading { answers: self, purpose: Some(purpose) };
        for question in questions(purpose) {
            if self.get(question.id) == Some(Answer::Yes) && !reading.holds(&question.shown) {
                let other = question.shown.ids().first().copied().unwrap_or(question.id);
                return Err(Refusal::new(question.id, Reason::Contradicts { with: other }));
            }
        }
        match next_question(self, purpose) {
            Some(question) => Err(Refusal::new(question.id, Reason::Missing)),
            None => Ok(()),
        }
    }
}

/// What to ask next: the first question of the purpose that is due and not answered. `None` when all is answered.
#[must_use]
pub fn next_question(answers: &Answers, purpose: Purpose) -> Option<&'static Question> {
    let reading = Reading { answers, purpose: Some(purpose) };
    questions(purpose).iter().find(|question| answers.get(question.id).is_none() && reading.holds(&question.shown))
}

fn read(id: &str, word: &str) -> Result<(&'static Question, Answer), Refusal> {
    let unknown = || Refusal::new("answers", Reason::UnknownId { nearest: question::nearest(id) });
    let question = question::find(id).ok_or_else(unknown)?;
    let answer = match (question.kind, word) {
        (AnswerKind::YesNo, "no") => Answer::No,
        (AnswerKind::YesNo, "unsure") => Answer::Unsure,
        (AnswerKind::YesNo, "yes") => Answer::Yes,
        (AnswerKind::YesNo, _) => return Err(Refusal::new(question.id, Reason::NotAChoice { choices: WORDS })),
        (AnswerKind::Age, number) => {
            let years = number.parse().map_err(|_| Refusal::new(question.id, Reason::WrongKind))?;
            Answer::Years(AGES.check(question.id, years)?)
        }
    };
    Ok((question, answer))
}

/// Answers, read the strict way.
///
/// A question of the purpose that is due and not answered counts as "not sure"; an age that is due and not given is
/// every age. So half an answer never reassures. A question that is not due counts as no.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) answers: &'a Answers,
    /// `None`: what is not answered counts as no. For records of older versions, which asked less.
    pub(super) purpose: Option<Purpose>,
}

impl Reading<'_> {
    pub(super) fn holds(&self, when: &When) -> bool {
        match when {
            When::Always => true,
            When::Yes(id) => match self.answers.get(id) {
                Some(answer) => matches!(answer, Answer::Yes | Answer::Unsure),
                None => self.due(id),
            },
            When::Sure(id) => self.answers.get(id) == Some(Answer::Yes),
            When::Age(from, to) => match self.answers.get(AGE) {
                Some(Answer::Years(years)) => (from..=to).contains(&&years),
                _ => self.due(AGE),
            },
            When::All(parts) => parts.iter().all(|part| self.holds(part)),
            When::Any(parts) => parts.iter().any(|part| self.holds(part)),
            When::AtLeast(least, parts) => parts.iter().filter(|part| self.holds(part)).count() >= *least,
        }
    }

    /// Whether the question belongs to the purpose and its condition holds. Ends, because what a question depends on
    /// stands before it.
    fn due(&self, id: &str) -> bool {
        let question = self.purpose.and_then(|purpose| questions(purpose).iter().find(|question| question.id == id));
        question.is_some_and(|question| self.holds(&question.shown))
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers(..)")
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(..)")
    }
}
