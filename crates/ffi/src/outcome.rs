//! How it goes: trends, alerts, practice.

use lissom_diary::core::day::Day;
use lissom_diary::core::outcome::{self as core, Tier, WeekState};
use lissom_diary::texts::Lang;

use crate::error::say_all;
use crate::numbers::signed;
use crate::time::LocalDay;

/// Everything that a screen of progress shows. Scores are in tenths of a point.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Outcome {
    /// First day of the present spell of pain.
    pub episode_start: LocalDay,
    /// Back pain.
    pub back: Trend,
    /// Leg pain.
    pub leg: Trend,
    /// Sleep.
    pub sleep: Trend,
    /// Stress.
    pub stress: Trend,
    /// Mood.
    pub mood: Trend,
    /// Which way it goes, in words.
    pub statement: Vec<String>,
    /// What stands today, the strongest first.
    pub alerts: Vec<Alert>,
    /// Weeks of practice since something was agreed, in order.
    pub weeks: Vec<WeekOfPractice>,
    /// The run of weeks on track, in words.
    pub streak: Vec<String>,
    /// Weeks on track of the present run.
    pub streak_weeks: i32,
    /// Sessions done of those agreed since the episode began, in percent.
    pub adherence_percent: Option<i32>,
    /// The offer to keep well, while it stands.
    pub recovered: Option<String>,
    /// How long ago pain last got in the way, in words.
    pub since_limiting: Option<String>,
    /// Pain before and after sessions, in words.
    pub session_effect: Option<String>,
}

/// One part over time, ready for a chart.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Trend {
    /// Days with a value.
    pub points: Vec<TrendPoint>,
    /// Median of 7 days, for each day that has one.
    pub median7: Vec<TrendPoint>,
    /// Median of 14 days, for each day that has one.
    pub median14: Vec<TrendPoint>,
    /// What the episode began with, in tenths.
    pub baseline_tenths: Option<i64>,
    /// Lower end of the band in which a change may be chance, in tenths.
    pub band_low_tenths: Option<i64>,
    /// Upper end of that band, in tenths.
    pub band_high_tenths: Option<i64>,
    /// Slope of the last 28 days, in thousandths of a point for 28 days.
    pub slope_milli_per_28_days: Option<i64>,
    /// Whether the slope is clearly up or down.
    pub slope_is_clear: bool,
}

/// One day of a chart.
#[derive(Clone, Copy, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct TrendPoint {
    /// Local day.
    pub day: LocalDay,
    /// Score in tenths of a point.
    pub tenths: i64,
}

/// Something to tell.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Alert {
    /// Id of the rule that fired.
    pub rule: String,
    /// Whether it advises to contact a professional; else it asks how it is.
    pub contact: bool,
    /// What to say.
    pub text: String,
    /// First day that it rests on.
    pub from: LocalDay,
    /// Last day that it rests on.
    pub to: LocalDay,
}

/// A week of practice.
#[derive(Clone, Copy, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct WeekOfPractice {
    /// Its Monday.
    pub monday: LocalDay,
    /// Sessions to do.
    pub to_do: i32,
    /// Sessions done, in halves.
    pub done_halves: i32,
    /// Whether it is on track.
    pub on_track: bool,
    /// Whether it is over and was missed, without the credit that covers one.
    pub missed: bool,
}

quiet_debug!(Outcome Trend TrendPoint Alert WeekOfPractice);

impl Outcome {
    pub(crate) fn of(outcome: &core::Outcome, lang: Lang) -> Self {
        let alert = |alert: &core::Alert| Alert {
            rule: alert.rule.to_owned(),
            contact: alert.tier == Tier::Contact,
            text: alert.sentence.say(lang),
            from: alert.from.into(),
            to: alert.to.into(),
        };
        let week = |week: &core::Week| WeekOfPractice {
            monday: week.monday.into(),
            to_do: signed(week.to_do),
            done_halves: signed(week.done_halves),
            on_track: week.state == WeekState::OnTrack,
            missed: week.state == WeekState::Missed,
        };
        Self {
            episode_start: outcome.episode_start.into(),
            back: Trend::of(&outcome.back),
            leg: Trend::of(&outcome.leg),
            sleep: Trend::of(&outcome.sleep),
            stress: Trend::of(&outcome.stress),
            mood: Trend::of(&outcome.mood),
            statement: say_all(&outcome.statement.sentences, lang),
            alerts: outcome.alerts.0.iter().map(alert).collect(),
            weeks: outcome.adherence.weeks.iter().map(week).collect(),
            streak: say_all(&outcome.adherence.streak.sentences(), lang),
            streak_weeks: signed(outcome.adherence.streak.current_weeks),
            adherence_percent: outcome.adherence_percent.map(signed),
            recovered: outcome.recovered.as_ref().map(|recovered| recovered.sentence.say(lang)),
            since_limiting: outcome.since_limiting().map(|sentence| sentence.say(lang)),
            session_effect: outcome.session_effect.as_ref().map(|effect| effect.sentence.say(lang)),
        }
    }
}

impl Trend {
    fn of(trend: &core::Trend) -> Self {
        let points = |points: &[(Day, i64)]| -> Vec<TrendPoint> {
            points.iter().map(|(day, tenths)| TrendPoint { day: (*day).into(), tenths: *tenths }).collect()
        };
        Self {
            points: points(&trend.points),
            median7: points(&trend.median7),
            median14: points(&trend.median14),
            baseline_tenths: trend.baseline.map(|baseline| baseline.tenths),
            band_low_tenths: trend.band.map(|(low, _)| low),
            band_high_tenths: trend.band.map(|(_, high)| high),
            slope_milli_per_28_days: trend.slope.as_ref().map(|slope| slope.slope_milli_per_28_days),
            slope_is_clear: trend.slope.as_ref().is_some_and(|slope| slope.clear),
        }
    }
}
