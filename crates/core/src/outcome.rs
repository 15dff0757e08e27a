//! How it goes: baselines, trends, meaningful change, alerts and adherence.
//!
//! [`Outcome::of`] folds the records of an episode into everything that a screen of progress shows. Every number is a
//! whole one, in the unit that its name says (tenths of a point, halves of a session), and follows from the set of
//! records, the local date and the first day of the episode: any device, any order, same answer. Sources of the
//! clinical numbers are in `docs/evidence.md`; how often the alerts are wrong is in `docs/alert-rates.md`.
//!
//! Nothing here makes a diagnosis, and nothing here can lower what the safety questions said.

pub mod adherence;
pub mod alerts;
mod digest;
mod flares;
pub mod function;
pub mod practice;
pub mod recovery;
mod reminder;
pub mod series;
pub mod slope;
mod statement;
#[cfg(test)]
mod tests;
pub mod trend;

use serde::Serialize;
use std::collections::BTreeMap;

pub use self::adherence::{Adherence, Agreed, DoneSession, Streak, Week, WeekState, agreed_since};
pub use self::alerts::{Alert, Alerts, Tier};
pub use self::digest::{WEEK_CHANGE_TENTHS, digest};
pub use self::function::Function;
pub use self::practice::{SessionEffect, Volume, volume_by_muscle};
pub use self::recovery::{Limiting, LimitingEpisode, Recovered};
pub use self::reminder::{ASK_AFTER, MOVE_AFTER, Reminder, reminder};
pub use self::series::{Part, Series};
pub use self::slope::Slope;
pub use self::statement::{Direction, PSFS_RISE_TENTHS, Statement};
pub use self::trend::Trend;

use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::dose::{DayOffValues, FlareSpan};
use crate::measure::MeasureValues;
use crate::record::Dated;
use crate::result::ResultValues;
use crate::texts::{Sentence, outcome as texts};

/// Version of the outcome rules, so that advice can be traced to the rules that gave it.
pub const RULES_VERSION: u32 = 1;
/// Days that are read whole; of what is longer ago the baseline alone is needed.
pub const LOOK_BACK_DAYS: i32 = 120;

/// Writes a type's name and nothing of what it holds.
macro_rules! no_health_data_in_debug {
    ($name:ident $(<$life:lifetime>)?) => {
        impl std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}
pub(crate) use no_health_data_in_debug;

/// What an outcome is found from. Slices in any order; a record that is there twice counts once.
///
/// What a caller may leave out of a long diary, without another answer:
///
/// * **check-ins** that are neither in the last [`LOOK_BACK_DAYS`] days nor what a baseline rests on: those of the first
///   14 days of the episode, or up to the 7th day with a value of the part, if that is later.
/// * **measures** but the first of each id in the episode and those of the last 120 days.
/// * **results** older than 28 days.
/// * **sessions**, **days off** and **agreed**: nothing since the first agreement. They are small, and the best run
///   and the adherence of the episode are counted from them. A caller that passes a year of sessions passes
///   [`agreed_since`] that day, or earlier weeks count as missed; the best run is then that of the year.
#[derive(Clone, Copy)]
pub struct OutcomeLog<'a> {
    /// How the person was.
    pub check_ins: &'a [Dated<CheckInValues>],
    /// What was measured.
    pub measures: &'a [Dated<MeasureValues>],
    /// What exercises came to.
    pub results: &'a [Dated<ResultValues>],
    /// The sessions that were at least begun.
    pub sessions: &'a [DoneSession],
    /// Flares and days off.
    pub days_off: &'a [Dated<DayOffValues>],
    /// The flares that the dose rules know of: [`crate::dose::Fold::flares`].
    pub flares: &'a [FlareSpan],
    /// What was agreed for weeks.
    pub agreed: &'a [Agreed],
    /// First day of the episode: of the first check-in, or of the first one after a recovery. If absent, the day of
    /// the first check-in that is there.
    pub episode_start: Option<Day>,
    /// The local date. Records of later days are not looked at.
    pub today: Day,
}

no_health_data_in_debug!(OutcomeLog<'_>);

impl OutcomeLog<'_> {
    /// A log without records, as of a day: to be filled in with `..`.
    #[must_use]
    pub const fn empty(today: Day) -> Self {
        Self {
            check_ins: &[],
            measures: &[],
            results: &[],
            sessions: &[],
            days_off: &[],
            flares: &[],
            agreed: &[],
            episode_start: None,
            today,
        }
    }
}

/// Everything that a screen of progress shows.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// First day of the episode.
    pub episode_start: Day,
    /// Back pain.
    pub back: Trend,
    /// Leg pain.
    pub leg: Trend,
    /// Sleep. Nothing is claimed about it, nor about the next two.
    pub sleep: Trend,
    /// Stress.
    pub stress: Trend,
    /// Mood.
    pub mood: Trend,
    /// What the person can do.
    pub function: Function,
    /// Scores of every measure by id, in tenths of its unit, in order of days.
    pub measures: BTreeMap<String, Vec<(Day, i64)>>,
    /// Pain before and after sessions.
    pub session_effect: Option<SessionEffect>,
    /// Weeks and streaks.
    pub adherence: Adherence,
    /// Sessions done of those agreed since the episode began, in percent of the weeks that are over.
    pub adherence_percent: Option<u32>,
    /// What stands today.
    pub alerts: Alerts,
    /// The offer to keep well, while it stands.
    pub recovered: Option<Recovered>,
    /// Stretches of days on which pain was in the way, of the last 120 days.
    pub limiting: Vec<LimitingEpisode>,
    /// Days since the last of them ended.
    pub days_since_limiting: Option<i32>,
    /// Whether there was something written down about pain all that time, and none of it was in the way.
    pub nothing_limiting: bool,
    /// Which way it goes.
    pub statement: Statement,
}

no_health_data_in_debug!(Outcome);

impl Outcome {
    /// The outcome as of today.
    #[must_use]
    pub fn of(log: &OutcomeLog<'_>) -> Self {
        let today = log.today;
        let check_ins = distinct(log.check_ins);
        let measures = distinct(log.measures);
        let first = check_ins.first().map(|check_in| check_in.day);
        let start = log.episode_start.or(first).unwrap_or(today).min(today);
        let series = |part| Series::of(part, &check_ins, today);
        // Which change of sleep, stress or mood means something is not known: there is no band.
        let trend = |part| Trend { band: None, ..Trend::of(&series(part), start, today) };
        let (back_series, leg_series) = (series(Part::Back), series(Part::Leg));
        let back = Trend::of(&back_series, start, today);
        let leg = Trend::of_leg(&leg_series, &back_series, start, today);
        let function = Function::of(&measures, start, today);
        let adherence = Adherence::of(log.agreed, log.sessions, log.days_off, log.flares, today);
        let adherence_percent = adherence.percent_since(start, today);
        let facts = alerts::Facts {
            back: &back,
            leg: &leg,
            function: &function,
            adherence_percent,
            check_ins: &check_ins,
            start,
            today,
        };
        let alerts = Alerts::of(&facts);
        let limiting = recovery::limiting_episodes(&back_series, &leg_series, log.days_off, log.flares, today);
        let mut scores: BTreeMap<String, Vec<(Day, i64)>> = BTreeMap::new();
        for one in measures.iter().filter(|one| one.day <= today) {
            if let (Some(id), Some(tenths)) = (&one.values.measure, one.values.score_tenths()) {
                scores.entry(id.clone()).or_default().push((one.day, tenths));
            }
        }
        Self {
            episode_start: start,
            statement: Statement::of(&back, &leg, &function, &alerts, today),
            recovered: recovery::recovered(&back, &leg, &function, today),
            days_since_limiting: recovery::days_since_limiting(&limiting, today),
            nothing_limiting: limiting.is_empty() && recovery::is_known(&back_series, &leg_series, start, today),
            session_effect: practice::session_effect(log.results, today),
            sleep: trend(Part::Sleep),
            stress: trend(Part::Stress),
            mood: trend(Part::Mood),
            measures: scores,
            back,
            leg,
            function,
            adherence,
            adherence_percent,
            alerts,
            limiting,
        }
    }
}

impl Outcome {
    /// Since when an alert has stood, one or another, without a day between; looked back for is so many days. `None` if
    /// none stands. `log` is what this outcome is of; each of those days is judged by what was known up to it.
    #[must_use]
    pub fn alerting_since(&self, log: &OutcomeLog<'_>, days: i32) -> Option<Day> {
        let measures = distinct(log.measures);
        let alerted = |day: &Day| {
            let (start, today) = (self.episode_start.min(*day), *day);
            let facts = alerts::Facts {
                back: &self.back.on(today),
                leg: &self.leg.on(today),
                function: &Function::of(&measures, start, today),
                adherence_percent: self.adherence.percent_since(start, today),
                // Whether one stands does not rest on what it names.
                check_ins: &[],
                start,
                today,
            };
            !Alerts::of(&facts).0.is_empty()
        };
        if self.alerts.0.is_empty() {
            return None;
        }
        Some((1..=days).map(|back| log.today.plus(-back)).take_while(alerted).last().unwrap_or(log.today))
    }

    /// How long ago pain last got in the way, in words. Nothing while it does, and nothing before the diary is so long.
    #[must_use]
    pub fn since_limiting(&self) -> Option<Sentence> {
        match self.days_since_limiting {
            Some(days) => (days > 0).then(|| texts::DAYS_SINCE.with("n", days)),
            None => self.nothing_limiting.then(|| texts::NOTHING_LIMITING.with("days", LOOK_BACK_DAYS)),
        }
    }
}

/// Records in order of (day, id), each id once. Of two with one id the one that is earlier in that order stands.
pub(crate) fn distinct<V>(records: &[Dated<V>]) -> Vec<&Dated<V>> {
    let mut seen: BTreeMap<&str, &Dated<V>> = BTreeMap::new();
    for record in records {
        let known = seen.entry(&record.id).or_insert(record);
        if record.order() < known.order() {
            *known = record;
        }
    }
    let mut distinct: Vec<&Dated<V>> = seen.into_values().collect();
    distinct.sort_by(|one, other| one.order().cmp(&other.order()));
    distinct
}

/// Tenths as a number to read: 5, or 5.5 with the mark of the reader's language.
#[must_use]
pub fn points(tenths: i64) -> Sentence {
    let (whole, rest) = (tenths.div_euclid(10), tenths.rem_euclid(10));
    if rest == 0 { texts::WHOLE.with("number", whole) } else { texts::DECIMAL.with("whole", whole).with("tenth", rest) }
}
