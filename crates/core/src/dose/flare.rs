//! Flares: days on which the back is clearly worse than usual.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::dose::DayOffValues;
use crate::dose::morning::{Morning, Mornings, Scored};
use crate::dose::rule::Rule;
use crate::dose::zone::Doubled;
use crate::record::Dated;

/// Points over the usual morning, on two days in a row, that begin a flare.
pub const ON_POINTS: u32 = 2;
/// Points over the usual morning that no longer are a flare once two days in a row stay within them.
pub const OFF_POINTS: u32 = 1;
/// Days from the last one that speaks for a flare after which it is over: of one that nothing more is known of nobody
/// knows that it goes on. Weeks of practice and days since pain was in the way go by the same number.
pub const FLARE_DAYS_MAX: i32 = 14;
/// Longest bout of walking in a flare, in minutes.
pub const WALK_BOUT_MINUTES: u32 = 10;
/// Days for which a flare that ended is kept: longer than outcomes look back, so that ten years are not carried along.
const PAST_DAYS: i32 = 400;
/// Days after which to look at a flare again.
pub const RECHECK_DAYS: u32 = 2;

/// A flare that goes on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flare {
    pub(crate) since: Day,
    /// What was usual before it began: kept, since the bad mornings would soon be usual themselves. If that was not
    /// known, what is usual once there are mornings enough.
    usual: Option<Doubled>,
    /// The same of the leg.
    leg_usual: Option<Doubled>,
    /// Whether the mornings of the leg began it: then it is not over without them.
    of_leg: bool,
    /// [`Rule::FlareMornings`] or [`Rule::FlareTold`].
    pub(crate) rule: Rule,
    pub(crate) basis: Vec<String>,
    /// Last morning that was close to the usual.
    calm: Option<Day>,
    /// Last day that speaks for it: see [`FlareSpan::felt`].
    felt: Day,
}

/// The days of one flare.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlareSpan {
    /// First day.
    pub from: Day,
    /// Last day that speaks for it: the first one, one on which it was told again, or that of a morning that was not close
    /// to the usual. A morning that cannot be compared with anything speaks neither for it nor against it.
    pub felt: Day,
    /// Day on which it was told over, had settled, or nothing had spoken for it for [`FLARE_DAYS_MAX`] days.
    pub over: Option<Day>,
    /// Whether the person said so; else it was seen in the mornings.
    pub told: bool,
}

impl std::fmt::Debug for FlareSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FlareSpan(..)")
    }
}

/// Whether there is a flare, and the bad morning that could become one.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flares {
    pub(crate) now: Option<Flare>,
    bad: Option<(Morning, Doubled)>,
    bad_leg: Option<(Morning, Doubled)>,
    /// The last one that ended.
    pub(crate) ended: Option<Ended>,
    /// Those that ended and were felt in the [`PAST_DAYS`] before the last of them, in order.
    past: Vec<FlareSpan>,
}

/// A flare that is over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) day: Day,
    /// [`Rule::FlareSettled`], [`Rule::FlareOver`] or [`Rule::FlareFaded`].
    pub(crate) rule: Rule,
    pub(crate) basis: Vec<String>,
}

impl Flares {
    /// Takes a day in and tells whether a flare began; days must ascend. `mornings` may hold the day's own score.
    pub(crate) fn day(&mut self, day: Day, mornings: &Scored, told: &[Dated<DayOffValues>]) -> bool {
        let says = |what: &str| told.iter().find(|record| record.values.reason.as_deref() == Some(what));
        let flare = says("flare");
        self.fade(day);
        if let Some(now) = &mut self.now {
            if flare.is_some() {
                now.felt = day;
            }
            // Without it no morning could be compared with anything, and the flare would never settle.
            now.usual = now.usual.or_else(|| mornings.back.usual(day));
            now.leg_usual = now.leg_usual.or_else(|| mornings.leg.usual(day));
            // Of "flare" and "flare over" on one day the stricter stands.
            let over = says("flare-over").filter(|_| flare.is_none());
            let over = over.map(|record| (Rule::FlareOver, vec![record.id.clone()]));
            if let Some((rule, basis)) = over.or_else(|| Some((Rule::FlareSettled, now.settles(day, mornings)?))) {
                self.end(day, rule, basis);
            }
            return false;
        }
        let back = worsens(&mut self.bad, &mornings.back, day);
        let leg = worsens(&mut self.bad_leg, &mornings.leg, day);
        let (mut usual, mut leg_usual) = (mornings.back.usual(day), mornings.leg.usual(day));
        let mut basis = Vec::new();
        for (part, began) in [(&mut usual, &back), (&mut leg_usual, &leg)] {
            if let Some((before, ids)) = began {
                *part = Some(*before);
                basis.extend(ids.iter().cloned());
            }
        }
        basis.sort();
        basis.dedup();
        let rule = match flare {
            Some(record) => {
                basis = vec![record.id.clone()];
                Rule::FlareTold
            }
            None if basis.is_empty() => return false,
            None => Rule::FlareMornings,
        };
        self.now =
            Some(Flare { since: day, usual, leg_usual, of_leg: leg.is_some(), rule, basis, calm: None, felt: day });
        (self.bad, self.bad_leg) = (None, None);
        true
    }

    /// Ends a flare of which nothing more was heard. Nothing rises by it: what was lowered for it stays lower, and what goes
    /// up takes clean days and a yes as ever.
    pub(crate) fn fade(&mut self, day: Day) {
        let Some(now) = self.now.as_ref().filter(|now| day.since(now.felt) >= FLARE_DAYS_MAX) else { return };
        let (over, basis) = (now.felt.plus(FLARE_DAYS_MAX), now.basis.clone());
        self.end(over, Rule::FlareFaded, basis);
    }

    fn end(&mut self, day: Day, rule: Rule, basis: Vec<String>) {
        let Some(now) = self.now.take() else { return };
        let mut past = std::mem::take(&mut self.past);
        past.retain(|past| day.since(past.felt) <= PAST_DAYS);
        past.push(FlareSpan { over: Some(day), ..now.span() });
        *self = Self { ended: Some(Ended { day, rule, basis }), past, ..Self::default() };
    }

    /// The flares of more than the last year, in order.
    pub(crate) fn spans(&self) -> Vec<FlareSpan> {
        self.past.iter().copied().chain(self.now.as_ref().map(Flare::span)).collect()
    }
}

/// Two mornings in a row at least so much over what was usual before the first of them: that, and their ids. `bad` is
/// the first of them, kept until the next day.
fn worsens(bad: &mut Option<(Morning, Doubled)>, mornings: &Mornings, day: Day) -> Option<(Doubled, Vec<String>)> {
    let before = bad.take().filter(|(bad, _)| day.since(bad.day) == 1);
    let morning = mornings.on(day)?;
    let is_bad = |usual: &Doubled| over(morning.score, *usual) >= doubled(ON_POINTS);
    if let Some((first, usual)) = before.filter(|(_, usual)| is_bad(usual)) {
        return Some((usual, vec![first.id, morning.id.clone()]));
    }
    *bad = mornings.usual(day).filter(is_bad).map(|usual| (morning.clone(), usual));
    None
}

impl Flare {
    fn span(&self) -> FlareSpan {
        FlareSpan { from: self.since, felt: self.felt, over: None, told: self.rule == Rule::FlareTold }
    }

    /// Two mornings in a row after the day it began that are close to what was usual, the leg's too: their ids.
    fn settles(&mut self, day: Day, mornings: &Scored) -> Option<Vec<String>> {
        let calm = |morning: &Morning, usual: Doubled| over(morning.score, usual) <= doubled(OFF_POINTS);
        let back = mornings.back.on(day);
        let back_calm = back.zip(self.usual).map(|(morning, usual)| calm(morning, usual));
        let leg = mornings.leg.on(day);
        let leg_calm = leg.map(|morning| self.leg_usual.is_none_or(|usual| calm(morning, usual)));
        if back_calm == Some(false) || leg_calm == Some(false) {
            self.felt = day;
            return None;
        }
        let today = back.filter(|_| back_calm.is_some() && leg_calm.unwrap_or(!self.of_leg))?;
        let yesterday = mornings.back.on(day.plus(-1)).filter(|_| self.calm == Some(day.plus(-1)));
        self.calm = Some(day);
        Some(vec![yesterday?.id.clone(), today.id.clone()])
    }
}

/// Twice the points over what is usual.
fn over(score: i64, usual: Doubled) -> i64 {
    score.saturating_mul(2).saturating_sub(usual.0)
}

fn doubled(points: u32) -> i64 {
    i64::from(points).saturating_mul(2)
}
