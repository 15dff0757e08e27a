//! The week in a few sentences: function first, pain second, then what changed.

use crate::day::Day;
use crate::measure::{self, Better, PSFS};
use crate::outcome::function::takings;
use crate::outcome::series::{Part, Series};
use crate::outcome::{Outcome, OutcomeLog, distinct, points};
use crate::record::Dated;
use crate::texts::{Sentence, Text, adherence as weeks, outcome as texts};

/// Change of a 7-day median of sleep, stress or mood from week to week that is worth a sentence, in tenths. That it means
/// anything is not claimed: no source was found, and the sentence gives the two numbers and no more.
pub const WEEK_CHANGE_TENTHS: i64 = 20;

/// The digest of the week that begins on this Monday (any day of it will do), as of its last day or of today,
/// whichever is earlier.
///
/// Function comes first, pain second, then practice, then what changed. Numbers stand as they are, without praise and
/// without blame; a week with too few values says so.
#[must_use]
pub fn digest(log: &OutcomeLog<'_>, week: Day) -> Vec<Sentence> {
    let monday = week.monday();
    let end = monday.plus(6).min(log.today);
    let log = OutcomeLog { today: end, ..*log };
    let outcome = Outcome::of(&log);
    let mut said = function(&log, &outcome, monday);
    said.extend(pain(&outcome, monday, end));
    said.extend(practice(&outcome, monday));
    said.extend(changed(&log, end));
    said.extend(outcome.alerts.0.first().map(|alert| alert.sentence.clone()));
    said
}

fn function(log: &OutcomeLog<'_>, outcome: &Outcome, monday: Day) -> Vec<Sentence> {
    let mut said = Vec::new();
    let this_week = outcome.function.psfs.iter().rfind(|(day, _)| *day >= monday && *day <= log.today);
    if let Some((_, now)) = this_week {
        let before = outcome.function.psfs.iter().rfind(|(day, _)| *day < monday);
        said.push(match before {
            Some((_, before)) => texts::DIGEST_ACTIVITIES.with("now", points(*now)).with("before", points(*before)),
            None => texts::DIGEST_ACTIVITIES_FIRST.with("now", points(*now)),
        });
    }
    let measures = distinct(log.measures);
    let counted = measure::all().iter().filter(|one| one.id != PSFS && one.better != Better::Neither);
    for known in counted {
        let taken = takings(&measures, known.id, log.today);
        let score = |one: &&Dated<measure::MeasureValues>| one.values.score_tenths().map(|tenths| known.say(tenths));
        let Some(now) = taken.iter().rfind(|one| one.day >= monday).and_then(score) else { continue };
        let before = taken.iter().rfind(|one| one.day < monday).and_then(score);
        said.push(match before {
            Some(before) => texts::DIGEST_MEASURE.with("measure", known.name).with("now", now).with("before", before),
            None => texts::DIGEST_MEASURE_FIRST.with("measure", known.name).with("now", now),
        });
    }
    said
}

fn pain(outcome: &Outcome, monday: Day, end: Day) -> Vec<Sentence> {
    let mut said = Vec::new();
    let parts = [
        (&outcome.back, texts::DIGEST_BACK, texts::DIGEST_BACK_FIRST),
        (&outcome.leg, texts::DIGEST_LEG, texts::DIGEST_LEG_FIRST),
    ];
    for (trend, with_before, first) in parts {
        let Some(now) = trend.median7_on(end).filter(|_| trend.points.iter().any(|(day, _)| *day >= monday)) else {
            continue;
        };
        said.push(match trend.median7_on(end.plus(-7)) {
            Some(before) => with_before.with("now", points(now)).with("before", points(before)),
            None => first.with("now", points(now)),
        });
    }
    if said.is_empty() {
        said.push(texts::DIGEST_FEW.into());
    }
    said
}

fn practice(outcome: &Outcome, monday: Day) -> Option<Sentence> {
    let week = outcome.adherence.week(monday)?;
    let whole = i64::from(week.done_halves / 2);
    let done: Sentence = match week.done_halves % 2 {
        0 => points(whole.saturating_mul(10)),
        _ => points(whole.saturating_mul(10).saturating_add(5)),
    };
    Some(match week.to_do {
        0 => weeks::WEEK_OFF.into(),
        to_do => weeks::WEEK.with("done", done).with("agreed", to_do),
    })
}

/// Sleep, stress and mood that moved by 2 points or more against the 7 days before.
fn changed(log: &OutcomeLog<'_>, end: Day) -> Vec<Sentence> {
    let check_ins = distinct(log.check_ins);
    let parts: [(Part, Text); 3] =
        [(Part::Sleep, texts::SLEEP), (Part::Stress, texts::STRESS), (Part::Mood, texts::MOOD)];
    let moved = parts.into_iter().filter_map(|(part, name)| {
        let series = Series::of(part, &check_ins, end);
        let (before, now) = (series.median7(end.plus(-7))?, series.median7(end)?);
        let far = now.abs_diff(before) >= WEEK_CHANGE_TENTHS.unsigned_abs();
        far.then(|| texts::DIGEST_MOVED.with("what", name).with("now", points(now)).with("before", points(before)))
    });
    moved.collect()
}
