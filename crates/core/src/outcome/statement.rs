//! How it goes, in a few plain sentences with the numbers in them.

use serde::Serialize;

use crate::day::Day;
use crate::outcome::alerts::{Alerts, CONTACT_WORSE, PSFS_FALL_TENTHS};
use crate::outcome::function::Function;
use crate::outcome::trend::{POINTS_MEANINGFUL_TENTHS, Trend, meaningful_tenths};
use crate::outcome::{no_health_data_in_debug, points};
use crate::texts::{Sentence, outcome as texts};

/// Rise of the PSFS from which "better" is said, in tenths.
pub const PSFS_RISE_TENTHS: i64 = 20;

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Too little is recorded to say.
    NotYet,
    /// The 14-day median of back pain is below the baseline by 2 points or 30 %, whichever is more, or the PSFS rose
    /// by 2 or more; and nothing is worse.
    Improved,
    /// Neither.
    AboutTheSame,
    /// The 14-day median of back or leg pain is 2 points or more over the baseline, or the PSFS fell by 2 or more, or
    /// the alert for worsening stands.
    Worse,
}

/// How it goes since the episode began.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Which way.
    pub direction: Direction,
    /// What to say: which way, then function, then pain.
    pub sentences: Vec<Sentence>,
}

no_health_data_in_debug!(Statement);

impl Statement {
    /// The statement of today. Where one thing is better and another worse, it is worse.
    #[must_use]
    pub fn of(back: &Trend, leg: &Trend, function: &Function, alerts: &Alerts, today: Day) -> Self {
        let began = back.baseline.or(leg.baseline).is_some();
        let (back, leg) = (then_and_now(back, today), then_and_now(leg, today));
        let change = function.psfs_change_tenths;
        let rose = |pain: Option<(i64, i64)>| pain.is_some_and(|(then, now)| now >= then + POINTS_MEANINGFUL_TENTHS);
        let fell = back.is_some_and(|(then, now)| now <= then - meaningful_tenths(then));
        let worsens = alerts.0.iter().any(|alert| alert.rule == CONTACT_WORSE);
        let direction =
            if worsens || rose(back) || rose(leg) || change.is_some_and(|change| change <= -PSFS_FALL_TENTHS) {
                Direction::Worse
            } else if fell || change.is_some_and(|change| change >= PSFS_RISE_TENTHS) {
                Direction::Improved
            } else if back.is_some() || change.is_some() {
                Direction::AboutTheSame
            } else {
                Direction::NotYet
            };
        let first = match direction {
            Direction::NotYet if began => texts::NOT_NOW.into(),
            Direction::NotYet => texts::NOT_YET.into(),
            Direction::Improved => texts::IMPROVED.into(),
            Direction::Worse => texts::WORSE.into(),
            Direction::AboutTheSame => {
                let needed = back.map_or(POINTS_MEANINGFUL_TENTHS, |(then, _)| meaningful_tenths(then));
                texts::SAME.with("change", points(needed))
            }
        };
        let mut sentences: Vec<Sentence> = vec![first];
        sentences.extend(change.and_then(|change| activities(function, change)));
        let pain = [(texts::BACK_PAIN, back), (texts::LEG_PAIN, leg)];
        sentences.extend(pain.into_iter().filter_map(|(text, levels)| {
            let (then, now) = levels?;
            Some(text.with("now", points(now)).with("before", points(then)))
        }));
        Self { direction, sentences }
    }
}

/// What the person can do, now and at the start.
fn activities(function: &Function, change_tenths: i64) -> Option<Sentence> {
    let (before, now) = (function.psfs_baseline_tenths?, function.psfs_latest_tenths?);
    // The activities may have changed in between: then the scores differ by something else than the change.
    let sentence = if now.saturating_sub(before).abs_diff(change_tenths) <= 1 {
        texts::ACTIVITIES.with("now", points(now)).with("before", points(before))
    } else if change_tenths < 0 {
        texts::ACTIVITIES_FELL.with("change", points(change_tenths.saturating_neg()))
    } else {
        texts::ACTIVITIES_ROSE.with("change", points(change_tenths))
    };
    Some(sentence)
}

/// The baseline and the median of the last 14 days, where both are there and apart.
pub(crate) fn then_and_now(trend: &Trend, today: Day) -> Option<(i64, i64)> {
    let baseline = trend.baseline?;
    let day = trend.as_of(today).filter(|day| *day > baseline.until)?;
    Some((baseline.tenths, trend.latest14(day)?))
}
