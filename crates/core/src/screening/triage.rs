//! From answers to a level.

use std::fmt;

use super::answers::{Answers, Reading};
use super::emergency::Numbers;
use super::question::Purpose;
use super::rules::{LEVEL_MAX, Leanings, Level, RULES, Rule, UNDER_AGE};
use crate::condition::Condition;
use crate::texts::{Sentence, screening as text};

/// A rule that fired, and how high.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    /// The rule.
    pub rule: &'static Rule,
    /// Its level, perhaps raised.
    pub level: Level,
    /// Highest level of exercise it leaves; `None` for nothing.
    pub level_max: Option<u8>,
}

/// What the rules make of answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Triage {
    /// The strictest level of the rules that fired; E if none did.
    pub level: Level,
    /// The rules that fired, in the rules' order.
    pub fired: Vec<Fired>,
    /// Highest level of exercise, 0 to 3; `None`: locked, nothing is put together.
    pub level_max: Option<u8>,
    /// The conditions found, in the table's order.
    pub conditions: Vec<&'static Condition>,
    /// What a plan should lean to.
    pub leanings: Leanings,
}

/// The rules, applied. Pure and total: any state of the answers has a level, read the strict way, so that what is not
/// answered yet counts as "not sure" and never reassures. Another yes never makes anything less strict.
///
/// ```
/// use lissom_core::screening::{Answers, Level, Purpose, triage};
/// let mut answers = Answers::new();
/// for id in ["today-nerve", "b1", "today-injury", "a8", "today-pregnancy"] {
///     answers.set(id, "no").unwrap();
/// }
/// assert_eq!(triage(&answers, Purpose::Today).level, Level::E);
/// answers.set("a8", "unsure").unwrap();
/// assert_eq!(triage(&answers, Purpose::Today).level, Level::A);
/// ```
#[must_use]
pub fn triage(answers: &Answers, purpose: Purpose) -> Triage {
    Triage::of(fired(Reading { answers, purpose: Some(purpose) }))
}

pub(super) fn fired(reading: Reading<'_>) -> Vec<Fired> {
    RULES.iter().filter_map(|rule| fire(rule, reading)).collect()
}

fn fire(rule: &'static Rule, reading: Reading<'_>) -> Option<Fired> {
    if !reading.holds(&rule.when) {
        return None;
    }
    match &rule.raised {
        Some((level, when)) if reading.holds(when) => Some(Fired { rule, level: *level, level_max: None }),
        _ => Some(Fired { rule, level: rule.level, level_max: rule.level_max }),
    }
}

impl Triage {
    pub(super) fn of(fired: Vec<Fired>) -> Self {
        let level = fired.iter().map(|fired| fired.level).max().unwrap_or(Level::E);
        let level_max = fired.iter().map(|fired| fired.level_max).fold(Some(LEVEL_MAX), stricter);
        let has = |condition: &&Condition| fired.iter().any(|fired| fired.rule.conditions.contains(&condition.id));
        let conditions = Condition::all().iter().filter(has).collect();
        let leanings = fired.iter().fold(Leanings::default(), |all, fired| all.or(fired.rule.leanings));
        Self { level, fired, level_max, conditions, leanings }
    }

    /// Whether nothing is put together.
    #[must_use]
    pub const fn locked(&self) -> bool {
        self.level_max.is_none()
    }

    /// Whether the person is under 16.
    #[must_use]
    pub fn under_age(&self) -> bool {
        self.fired.iter().any(|fired| fired.rule.id == UNDER_AGE)
    }

    /// Whether the person thinks of harming themselves, or is not sure.
    #[must_use]
    pub fn self_harm(&self) -> bool {
        self.fired.iter().any(|fired| fired.rule.id == "c9" && fired.level == Level::A)
    }

    /// When it is worth asking again, in days.
    #[must_use]
    pub const fn reask_after_days(&self) -> u8 {
        self.level.reask_after_days()
    }

    /// What to do, first things first: the card of the level, then what each rule that fired means.
    #[must_use]
    pub fn sentences(&self, numbers: Numbers) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = Vec::new();
        let body = self.fired.iter().filter(|fired| fired.rule.id != "c9").map(|fired| fired.level).max();
        if self.self_harm() {
            said.push(numbers.harm_card());
        }
        match body.unwrap_or(if self.self_harm() { Level::A } else { self.level }) {
            Level::A if body.is_some() => said.push(text::CARD_A.with("number", numbers.number())),
            Level::A => {}
            Level::B => said.push(text::CARD_B.with("number", numbers.number())),
            _ => said.extend(self.gentler_card()),
        }
        let heeded = |fired: &&Fired| fired.rule.id != "c3-mention" || !self.fired.iter().any(|f| f.rule.id == "c3");
        for fired in self.fired.iter().filter(heeded) {
            let advice = Sentence::from(fired.rule.advice);
            if !said.contains(&advice) {
                said.push(advice);
            }
        }
        said
    }

    fn gentler_card(&self) -> Vec<Sentence> {
        if self.under_age() && self.level < Level::C {
            return Vec::new();
        }
        let mut said = Vec::new();
        match self.level {
            Level::D => said.push(text::CARD_D.into()),
            Level::E => said.push(text::CARD_E.into()),
            _ if self.self_harm() => {}
            _ => said.push(text::CARD_C.into()),
        }
        match self.level_max {
            None => said.push(text::CARD_C_LOCKED.into()),
            Some(most) if most < LEVEL_MAX && self.level == Level::C => said.push(text::CARD_C_GENTLE.into()),
            Some(_) => {}
        }
        said
    }
}

/// The lower of two limits; `None`, nothing at all, is the lowest.
pub(super) fn stricter(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    one.zip(other).map(|(one, other)| one.min(other))
}

impl fmt::Debug for Triage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Triage(..)")
    }
}

impl fmt::Debug for Fired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fired(..)")
    }
}
