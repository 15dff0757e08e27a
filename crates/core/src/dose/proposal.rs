//! Proposals and the ids by which answers name them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::dose::AnswerValues;
use crate::dose::rule::Rule;
use crate::exercise::Dose;
use crate::record::Dated;
use crate::texts::Sentence;

/// The side of the body that a dose is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// Both together, or an exercise without sides.
    Both,
}

impl Side {
    /// Its word in records and ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Both => "both",
        }
    }
}

/// What has a dose of its own: an exercise, or one side of it. As text `bird-dog/left`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// Id of the exercise.
    pub exercise: String,
    /// Side.
    pub side: Side,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.exercise, self.side.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoKey;

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exercise and a side, such as bird-dog/left")
    }
}

impl std::error::Error for NoKey {}

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (exercise, side) = text.rsplit_once('/').ok_or(NoKey)?;
        let side = [Side::Left, Side::Right, Side::Both].into_iter().find(|known| known.as_str() == side);
        Ok(Self { exercise: exercise.to_owned(), side: side.ok_or(NoKey)? })
    }
}

impl TryFrom<String> for Key {
    type Error = NoKey;

    fn try_from(text: String) -> Result<Self, NoKey> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

/// The id of what a rule proposes about an exercise after the exposures of a day: `dose.progress/bird-dog/left/2026-11-22`.
#[must_use]
pub fn proposal_id(rule: Rule, key: &Key, day: Day) -> String {
    format!("{}/{key}/{day}", rule.id())
}

/// The day whose exposures a proposal rests on; `None` if the text is no proposal of these rules.
#[must_use]
pub fn rests_on(proposal: &str) -> Option<Day> {
    let (what, day) = proposal.rsplit_once('/')?;
    (what.starts_with("dose.") && what.contains('/')).then(|| day.parse().ok()).flatten()
}

/// Something that is offered to the person, who says yes or no.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The same on every device, since it follows from the log.
    pub id: String,
    /// Id of the rule.
    pub rule: &'static str,
    /// What it is about.
    pub key: Key,
    /// Day whose exposures it rests on.
    pub day: Day,
    /// Step that a yes leads to, where it leads to one.
    pub to_step: Option<u32>,
    /// Dose at that step.
    pub to_dose: Option<Dose>,
    /// Exercise that a yes leads to, where it leads to one that is fit for the person.
    pub to_exercise: Option<String>,
    /// In words.
    pub sentence: Sentence,
    /// Ids of the records it rests on.
    pub basis: Vec<String>,
}

impl Proposal {
    /// The record that answers it; the caller adds the time.
    #[must_use]
    pub fn answer(&self, accept: bool) -> AnswerValues {
        AnswerValues {
            proposal: Some(self.id.clone()),
            answer: Some(if accept { "accept" } else { "decline" }.to_owned()),
            exercise: Some(self.key.exercise.clone()),
            side: Some(self.key.side.as_str().to_owned()),
            rule: Some(self.rule.to_owned()),
            to_step: self.to_step.map(i64::from),
            to_exercise: self.to_exercise.clone(),
            from: Some(self.day.to_string()),
            ..AnswerValues::default()
        }
    }
}

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proposal(..)")
    }
}

/// What the answers to one proposal come to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// Nobody answered in a word that is known.
    Open,
    /// It counts as accepted; perhaps with the exercise that was.
    Accepted(Option<String>),
    /// It counts as declined.
    Declined,
}

/// The answers of a day, as far as they matter.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answers(Vec<Answer>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    proposal: String,
    accept: bool,
    to_exercise: Option<String>,
}

impl Answers {
    /// Sorted by id. Any word but `accept` declines.
    pub(crate) fn of(answers: &[Dated<AnswerValues>]) -> Self {
        let answer = |record: &Dated<AnswerValues>| {
            Some(Answer {
                proposal: record.values.proposal.clone()?,
                accept: record.values.answer.as_deref()? == "accept",
                to_exercise: record.values.to_exercise.clone(),
            })
        };
        Self(answers.iter().filter_map(answer).collect())
    }

    /// Of several answers a no wins, in whatever order they came. But a no to a [`Rule::Review`] only says that no
    /// professional was asked yet: the proposal stays, and a yes wins.
    pub(crate) fn to(&self, rule: Rule, key: &Key, day: Day) -> Answered {
        if self.0.is_empty() {
            return Answered::Open;
        }
        let id = proposal_id(rule, key, day);
        let id = id.as_str();
        let of = |accept: bool| self.0.iter().filter(move |answer| answer.accept == accept && answer.proposal == id);
        let declined = of(false).next().is_some();
        if of(true).next().is_some() && (!declined || rule == Rule::Review) {
            // One that was accepted before there was another exercise to move on to does not hide a later one.
            return Answered::Accepted(of(true).find_map(|answer| answer.to_exercise.clone()));
        }
        if declined { Answered::Declined } else { Answered::Open }
    }
}
