//! How the body answered one exposure: the traffic light.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use serde::{Deserialize, Serialize};

use crate::dose::rule::Rule;
use crate::record::Dated;
use crate::result::ResultValues;
use crate::screening::StopReason;

/// How the body answered an exposure, worst first, so that `min` is the worse of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// Too much: the dose goes down.
    Red,
    /// At the limit: the dose stays, and goes down if it happens twice in a row.
    Amber,
    /// Something needed was not written down: the dose stays.
    Unknown,
    /// Went well.
    Green,
}

impl Zone {
    /// Its word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Unknown => "unknown",
            Self::Green => "green",
        }
    }
}

/// The numbers that divide the zones. [`Limits::STANDARD`] unless a clinician set others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Pain during that is calm whatever it was before, NRS.
    pub calm: i64,
    /// Rise of pain during over pain before that is calm, NRS points.
    pub calm_rise: i64,
    /// Pain during that is high if it also rose by more than [`Limits::high_rise`], NRS.
    pub high: i64,
    /// Rise that makes a high pain too much, NRS points.
    pub high_rise: i64,
    /// Rise that is too much by itself, NRS points.
    pub steep_rise: i64,
    /// Next morning over the usual morning that is settled, NRS points.
    pub settled: i64,
    /// Next morning over the usual morning that is too much, NRS points.
    pub unsettled: i64,
}

impl Limits {
    /// The limits of the rules.
    pub const STANDARD: Self =
        Self { calm: 3, calm_rise: 1, high: 5, high_rise: 2, steep_rise: 4, settled: 1, unsettled: 3 };
}

/// Twice a median of whole numbers, so that it is whole itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Doubled(pub i64);

/// One result as the zones see it: one exercise, done once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question that the person answered")]
pub struct Exposure {
    /// Id of the result.
    pub id: String,
    /// Pain before, NRS.
    pub pain_before: Option<i64>,
    /// Worst pain during, NRS.
    pub pain_during: Option<i64>,
    /// Effort, Borg CR10.
    pub effort: Option<i64>,
    /// Whether all of the dose was done. Not said is no.
    pub completed: bool,
    /// Whether the person was sure of their form. Not said is no.
    pub sure: bool,
    /// Whether pain or tingling spread. Any word but `no` is yes.
    pub spread: bool,
    /// Whether tingling outlasted 60 seconds. Any word but `none` and `brief` is yes.
    pub tingling: bool,
    /// Whether it was stopped early for a sign to stop, whichever. An ache is none.
    pub stopped: bool,
}

impl Exposure {
    /// Reads a result. What is missing is read in the safe direction, or stays missing where the rules know what to do.
    #[must_use]
    pub fn of(result: &Dated<ResultValues>) -> Self {
        let values = &result.values;
        Self {
            id: result.id.clone(),
            pain_before: values.pain_before,
            pain_during: values.pain_during,
            effort: values.effort,
            completed: values.completed.as_deref() == Some("yes"),
            sure: values.form.as_deref() == Some("sure"),
            spread: values.spread.as_deref().is_some_and(|word| word != "no"),
            tingling: values.tingling.as_deref().is_some_and(|word| !matches!(word, "none" | "brief")),
            stopped: values.stopped.as_deref().is_some_and(StopReason::is_sign),
        }
    }
}

impl std::fmt::Debug for Exposure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exposure(..)")
    }
}

/// A zone and what put the exposure there.
#[derive(Clone, PartialEq, Eq)]
pub struct Judged {
    /// The zone.
    pub zone: Zone,
    /// Every rule that led to it.
    pub because: Vec<Rule>,
}

impl std::fmt::Debug for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Judged(..)")
    }
}

/// The zone of one exposure.
///
/// `usual` is the usual morning score before it, `next_morning` the score of the morning after; both may be unknown.
/// What cannot be compared because a number is missing counts neither for nor against; without pain during, or
/// without both mornings, an exposure is never green.
#[must_use]
pub fn zone(exposure: &Exposure, usual: Option<Doubled>, next_morning: Option<i64>, limits: &Limits) -> Judged {
    let rise = exposure.pain_during.zip(exposure.pain_before).map(|(during, before)| during.saturating_sub(before));
    let over = |points: i64| points.saturating_mul(2);
    let after = next_morning.zip(usual).map(|(score, usual)| over(score).saturating_sub(usual.0));
    let high = exposure.pain_during.is_some_and(|pain| pain > limits.high);

    let red = [
        (exposure.spread, Rule::RedSpread),
        (exposure.tingling, Rule::RedTingling),
        (exposure.stopped, Rule::RedStopped),
        (after.is_some_and(|after| after >= over(limits.unsettled)), Rule::RedMorning),
        (high && rise.is_some_and(|rise| rise > limits.high_rise), Rule::RedHigh),
        (rise.is_some_and(|rise| rise >= limits.steep_rise), Rule::RedSteep),
    ];
    let because: Vec<Rule> = red.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
    if !because.is_empty() {
        return Judged { zone: Zone::Red, because };
    }

    let calm =
        exposure.pain_during.map(|pain| pain <= limits.calm || rise.is_some_and(|rise| rise <= limits.calm_rise));
    let settled = after.map(|after| after <= over(limits.settled));
    let amber = [(calm == Some(false), Rule::AmberPain), (settled == Some(false), Rule::AmberMorning)];
    let because: Vec<Rule> = amber.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
    if !because.is_empty() {
        return Judged { zone: Zone::Amber, because };
    }

    let unknown = [
        (calm.is_none(), Rule::UnknownPain),
        (next_morning.is_none(), Rule::UnknownMorning),
        (next_morning.is_some() && usual.is_none(), Rule::UnknownUsual),
    ];
    let because: Vec<Rule> = unknown.into_iter().filter(|(holds, _)| *holds).map(|(_, rule)| rule).collect();
    if because.is_empty() {
        Judged { zone: Zone::Green, because: vec![Rule::Green] }
    } else {
        Judged { zone: Zone::Unknown, because }
    }
}
