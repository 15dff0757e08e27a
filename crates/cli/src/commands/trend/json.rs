//! Trends for programs. Numbers are in tenths of a point, as stored; days are dates.

use std::collections::BTreeMap;

use lissom_diary::core::day::Day;
use lissom_diary::core::outcome::series::Part;
use lissom_diary::core::outcome::{
    Alert, Outcome, RULES_VERSION, SessionEffect, Slope, Streak, Tier, Trend, Week as OfWeek, WeekState,
};
use serde::Serialize;

use super::{Marks, PARTS, View, part_of};
use crate::output::Said;
use crate::texts::Sentence;

/// The week in sentences.
#[derive(Serialize)]
pub(super) struct Week {
    pub(super) monday: String,
    pub(super) as_of: String,
    pub(super) sentences: Vec<Said>,
}

#[derive(Serialize)]
pub(super) struct Answer<'a> {
    what: &'a str,
    /// Of the outcome rules.
    rules_version: u32,
    from: String,
    to: String,
    episode_start: String,
    direction: lissom_diary::core::outcome::Direction,
    statement: Vec<Said>,
    missing: Vec<Said>,
    days_with_value: usize,
    marks: JsonMarks,
    series: BTreeMap<&'a str, Series>,
    measures: BTreeMap<&'a str, Vec<Point>>,
    function: Function<'a>,
    weeks: Vec<JsonWeek>,
    streak: Streak,
    adherence_percent: Option<u32>,
    alerts: Vec<JsonAlert<'a>>,
    session_effect: Option<Effect>,
    days_since_limiting: Option<i32>,
    recovered: Option<Said>,
}

#[derive(Serialize)]
struct Point {
    day: String,
    tenths: i64,
}

#[derive(Serialize)]
struct Series {
    points: Vec<Point>,
    median7: Vec<Point>,
    median14: Vec<Point>,
    baseline: Option<Baseline>,
    band_tenths: Option<(i64, i64)>,
    slope: Option<Slope>,
}

#[derive(Serialize)]
struct Baseline {
    tenths: i64,
    until: String,
}

#[derive(Serialize)]
struct JsonMarks {
    flare: Vec<String>,
    plan: Vec<String>,
    stopped: Vec<String>,
}

#[derive(Serialize)]
struct Function<'a> {
    psfs: Vec<Point>,
    psfs_baseline_tenths: Option<i64>,
    psfs_latest_tenths: Option<i64>,
    psfs_change_tenths: Option<i64>,
    basis: &'a [String],
}

#[derive(Serialize)]
struct JsonWeek {
    monday: String,
    to_do: u32,
    done_halves: u32,
    state: WeekState,
}

#[derive(Serialize)]
struct JsonAlert<'a> {
    rule: &'static str,
    tier: Tier,
    part: Part,
    from: String,
    to: String,
    basis: &'a [String],
    sentence: Said,
}

#[derive(Serialize)]
struct Effect {
    change_tenths: i64,
    sessions: usize,
    sentence: Said,
}

/// Everything that the outcome says.
pub(super) fn answer<'a>(view: &'a View, outcome: &'a Outcome, marks: &Marks, missing: &[Sentence]) -> Answer<'a> {
    let of_view = view.trend.points.iter().filter(|(day, _)| (view.from..=view.to).contains(day));
    let said = |sentences: &[Sentence]| sentences.iter().cloned().map(Said::from).collect();
    Answer {
        what: &view.id,
        rules_version: RULES_VERSION,
        from: view.from.to_string(),
        to: view.to.to_string(),
        episode_start: outcome.episode_start.to_string(),
        direction: outcome.statement.direction,
        statement: said(&outcome.statement.sentences),
        missing: said(missing),
        days_with_value: of_view.count(),
        marks: JsonMarks { flare: days(&marks.flare), plan: days(&marks.plan), stopped: days(&marks.stopped) },
        series: PARTS.iter().map(|(name, part, _)| (*name, series(part_of(outcome, *part)))).collect(),
        measures: outcome.measures.iter().map(|(id, scores)| (id.as_str(), points(scores))).collect(),
        function: Function {
            psfs: points(&outcome.function.psfs),
            psfs_baseline_tenths: outcome.function.psfs_baseline_tenths,
            psfs_latest_tenths: outcome.function.psfs_latest_tenths,
            psfs_change_tenths: outcome.function.psfs_change_tenths,
            basis: &outcome.function.basis,
        },
        weeks: outcome.adherence.weeks.iter().map(week).collect(),
        streak: outcome.adherence.streak,
        adherence_percent: outcome.adherence_percent,
        alerts: outcome.alerts.0.iter().map(alert).collect(),
        session_effect: outcome.session_effect.as_ref().map(effect),
        days_since_limiting: outcome.days_since_limiting,
        recovered: outcome.recovered.as_ref().map(|recovered| recovered.sentence.clone().into()),
    }
}

fn days(days: &[Day]) -> Vec<String> {
    days.iter().map(ToString::to_string).collect()
}

fn points(points: &[(Day, i64)]) -> Vec<Point> {
    points.iter().map(|(day, tenths)| Point { day: day.to_string(), tenths: *tenths }).collect()
}

fn series(trend: &Trend) -> Series {
    let baseline = trend.baseline;
    Series {
        points: points(&trend.points),
        median7: points(&trend.median7),
        median14: points(&trend.median14),
        baseline: baseline.map(|known| Baseline { tenths: known.tenths, until: known.until.to_string() }),
        band_tenths: trend.band,
        slope: trend.slope,
    }
}

fn week(week: &OfWeek) -> JsonWeek {
    JsonWeek { monday: week.monday.to_string(), to_do: week.to_do, done_halves: week.done_halves, state: week.state }
}

fn alert(alert: &Alert) -> JsonAlert<'_> {
    JsonAlert {
        rule: alert.rule,
        tier: alert.tier,
        part: alert.part,
        from: alert.from.to_string(),
        to: alert.to.to_string(),
        basis: &alert.basis,
        sentence: alert.sentence.clone().into(),
    }
}

fn effect(effect: &SessionEffect) -> Effect {
    Effect { change_tenths: effect.change_tenths, sessions: effect.sessions, sentence: effect.sentence.clone().into() }
}
