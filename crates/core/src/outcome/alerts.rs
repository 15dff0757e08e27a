//! When to ask again, and when to advise a professional: three tiers of rules over medians.
//!
//! | rule | fires when |
//! |---|---|
//! | [`CHECK_IN`] | the 7-day median is at least 2 points over the baseline on 3 days running |
//! | [`CONTACT_WORSE`] | that on 7 days running; or the 14-day median is at least 2 points over the baseline and the PSFS fell by 2 or more, an own PEG scale rose by 30 % or more, or leg pain is new |
//! | [`CONTACT_PERSISTENT`] | from day 42 of the episode on, with 60 % adherence or more: pain fell neither by 2 points nor by 30 %, and the PSFS did not rise by 1.3 |
//!
//! Each is looked at for back and for leg pain. How often they fire without a true change, and how often they catch
//! one, is in `docs/alert-rates.md`. Answers to the safety questions pass over all this: an alert here never lowers
//! what screening said.

use serde::Serialize;
use std::fmt;

use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::outcome::function::Function;
use crate::outcome::series::{FORTNIGHT_DAYS, Part, WEEK_DAYS};
use crate::outcome::trend::{PERCENT_MEANINGFUL, POINTS_MEANINGFUL_TENTHS, Trend};
use crate::outcome::{no_health_data_in_debug, points};
use crate::record::Dated;
use crate::texts::{Sentence, outcome as texts};

/// Rule of the first tier: ask how it is, and ask the safety questions again.
pub const CHECK_IN: &str = "outcome-check-in";
/// Rule of the second tier, for worsening. The safety questions are asked again; C8 among them asks for it.
pub const CONTACT_WORSE: &str = "outcome-worse";
/// Rule of the third tier, for pain that stays. The safety questions are asked again; C8 among them asks for it.
pub const CONTACT_PERSISTENT: &str = "outcome-persistent";

/// Days running for the first tier.
pub const CHECK_IN_DAYS: i32 = 3;
/// Days running for the second tier.
pub const CONTACT_DAYS: i32 = 7;
/// Fall of the PSFS that counts, in tenths.
pub const PSFS_FALL_TENTHS: i64 = 20;
/// Day of the episode from which pain that stays is persistent.
pub const PERSISTENT_DAYS: i32 = 42;
/// Adherence from which staying pain stays despite exercise, in percent.
pub const PERSISTENT_ADHERENCE_PERCENT: u32 = 60;
/// A 14-day median up to this is no pain that persists, in tenths.
pub const LITTLE_PAIN_TENTHS: i64 = 10;
/// Leg pain from this on counts as new, in tenths …
pub const LEG_NEW_TENTHS: i64 = 20;
/// … if it was there on so many of the last 14 days …
pub const LEG_NEW_DAYS: usize = 3;
/// … and the baseline of the leg was below this.
pub const LEG_NONE_TENTHS: i64 = 10;

/// How much an alert asks of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A soft question, and the safety questions again.
    CheckIn,
    /// Advice to contact a professional.
    Contact,
}

/// One alert.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The rule that fired.
    pub rule: &'static str,
    /// What it asks for.
    pub tier: Tier,
    /// Back or leg.
    pub part: Part,
    /// What to say.
    pub sentence: Sentence,
    /// First day that it rests on.
    pub from: Day,
    /// Last day that it rests on.
    pub to: Day,
    /// Ids of the check-ins of those days and of the measures that it rests on, sorted.
    pub basis: Vec<String>,
}

no_health_data_in_debug!(Alert);

/// The alerts that stand today, the strongest first.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Alerts(pub Vec<Alert>);

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alerts(..)")
    }
}

/// What alerts are found from.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Back pain.
    pub back: &'a Trend,
    /// Leg pain.
    pub leg: &'a Trend,
    /// What the person can do.
    pub function: &'a Function,
    /// Sessions done of those agreed since the episode began, in percent; `None` if none were agreed.
    pub adherence_percent: Option<u32>,
    /// The check-ins, for the ids.
    pub check_ins: &'a [&'a Dated<CheckInValues>],
    /// First day of the episode.
    pub start: Day,
    /// The local date.
    pub today: Day,
}

no_health_data_in_debug!(Facts<'_>);

impl Alerts {
    /// The alerts that stand today. Raising pain on a day after the baseline never takes one away.
    ///
    /// A rule over medians looks at the last day that has a 7-day median: see [`Trend::as_of`]. Without an agreement on
    /// sessions nothing is said about pain that stays despite exercise.
    #[must_use]
    pub fn of(facts: &Facts<'_>) -> Self {
        let mut found = Vec::new();
        for (part, trend) in [(Part::Back, facts.back), (Part::Leg, facts.leg)] {
            let Some(day) = trend.as_of(facts.today) else { continue };
            found.extend(contact_worse(facts, part, trend, day));
            found.extend(contact_persistent(facts, part, trend, day));
            found.extend(check_in(facts, part, trend, day));
        }
        found.sort_by_key(|alert: &Alert| std::cmp::Reverse(alert.tier));
        Self(found)
    }

    /// The strongest tier that stands.
    #[must_use]
    pub fn tier(&self) -> Option<Tier> {
        self.0.iter().map(|alert| alert.tier).max()
    }
}

fn check_in(facts: &Facts<'_>, part: Part, trend: &Trend, day: Day) -> Option<Alert> {
    let run = trend.days_risen(day, POINTS_MEANINGFUL_TENTHS);
    let from = day.plus(2_i32.saturating_sub(WEEK_DAYS.saturating_add(CHECK_IN_DAYS)));
    (run >= CHECK_IN_DAYS).then(|| {
        let text = match part {
            Part::Leg => texts::CHECK_IN_LEG,
            _ => texts::CHECK_IN_BACK,
        };
        let sentence = levels(text.into(), trend, trend.median7_on(day));
        alert(facts, CHECK_IN, Tier::CheckIn, part, sentence, (from, day))
    })
}

fn contact_worse(facts: &Facts<'_>, part: Part, trend: &Trend, day: Day) -> Option<Alert> {
    let running = trend.days_risen(day, POINTS_MEANINGFUL_TENTHS) >= CONTACT_DAYS;
    let fell = facts.function.psfs_change_tenths.is_some_and(|change| change <= -PSFS_FALL_TENTHS);
    let beside = fell || facts.function.peg_rose || leg_is_new(facts.leg, facts.today);
    let fortnight = trend.fortnight_risen(day, POINTS_MEANINGFUL_TENTHS) && beside;
    (running || fortnight).then(|| {
        let text = match part {
            Part::Leg => texts::CONTACT_LEG,
            _ => texts::CONTACT_BACK,
        };
        let now = trend.median7_on(day).or(trend.latest14(day));
        let from = day.plus(1_i32.saturating_sub(FORTNIGHT_DAYS));
        let mut alert = alert(facts, CONTACT_WORSE, Tier::Contact, part, levels(text.into(), trend, now), (from, day));
        if fortnight {
            alert.basis.extend(facts.function.basis.iter().cloned());
            alert.basis.sort();
            alert.basis.dedup();
        }
        alert
    })
}

fn contact_persistent(facts: &Facts<'_>, part: Part, trend: &Trend, day: Day) -> Option<Alert> {
    let days = facts.today.since(facts.start);
    let adhered = facts.adherence_percent.is_some_and(|percent| percent >= PERSISTENT_ADHERENCE_PERCENT);
    if days < PERSISTENT_DAYS || !adhered || facts.function.psfs_change_tenths.is_some_and(improved_function) {
        return None;
    }
    let (baseline, now) = (trend.baseline?.tenths, trend.latest14(day)?);
    let fall = baseline.saturating_sub(now);
    let improved = fall >= POINTS_MEANINGFUL_TENTHS
        || fall > 0 && fall.saturating_mul(100) >= baseline.saturating_mul(PERCENT_MEANINGFUL);
    (now > LITTLE_PAIN_TENTHS && !improved).then(|| {
        let text = match part {
            Part::Leg => texts::PERSISTENT_LEG,
            _ => texts::PERSISTENT_BACK,
        };
        let sentence = levels(text.with("days", i64::from(days)), trend, Some(now));
        let from = day.plus(1_i32.saturating_sub(FORTNIGHT_DAYS));
        alert(facts, CONTACT_PERSISTENT, Tier::Contact, part, sentence, (from, day))
    })
}

const fn improved_function(change_tenths: i64) -> bool {
    change_tenths >= crate::measure::PSFS_SMALL_TENTHS
}

/// Whether leg pain came up that the episode did not begin with.
fn leg_is_new(leg: &Trend, today: Day) -> bool {
    let none_before = leg.baseline.is_none_or(|baseline| baseline.tenths < LEG_NONE_TENTHS);
    let began = leg.baseline.map(|baseline| baseline.until);
    let lately = leg.points.iter().filter(|(day, tenths)| {
        let after = began.is_none_or(|until| *day > until);
        after && today.since(*day) < FORTNIGHT_DAYS && *tenths >= LEG_NEW_TENTHS
    });
    none_before && lately.count() >= LEG_NEW_DAYS
}

fn levels(sentence: Sentence, trend: &Trend, now: Option<i64>) -> Sentence {
    let before = trend.baseline.map_or(0, |baseline| baseline.tenths);
    sentence.with("now", points(now.unwrap_or(before))).with("before", points(before))
}

fn alert(
    facts: &Facts<'_>,
    rule: &'static str,
    tier: Tier,
    part: Part,
    sentence: Sentence,
    (from, to): (Day, Day),
) -> Alert {
    let of_days = facts.check_ins.iter().filter(|one| one.day >= from && one.day <= to);
    let with_part = of_days.filter(|one| part.of(&one.values).is_some());
    let mut basis: Vec<String> = with_part.map(|one| one.id.clone()).collect();
    basis.sort();
    Alert { rule, tier, part, sentence, from, to, basis }
}
