//! Weeks of practice: sessions done of sessions agreed, and streaks that do not punish.
//!
//! *Agreed*: a number of sessions a week with so many minutes each. It stands from its week until a later one; of two
//! for one week the smaller stands. 0 sessions is an agreement to do nothing. What was done before the day of the first
//! agreement counts toward nothing.
//!
//! *Days off* (rest, flare, illness, travel) take their share out of the week: with `k` of 7 days off, `n` agreed
//! sessions become `n (7 - k)/7`, rounded down. A day can be declared off up to 7 days later. Flares that were told and
//! those that were seen in the mornings count alike; how long one lasts is said in `flares.rs`.
//!
//! *Done*: what was done on one day is one session, in however many pieces it was logged. One of at least half of the
//! agreed minutes counts 1, one that was begun ½, and one that was stopped for pain 1. One without a known length
//! counts 1. Counted in halves, so that nothing is rounded.
//!
//! *Week*: on track from two thirds of what is left to do. A week with nothing to do is left out, and so is the
//! running one until it is on track: a week is never missed before it is over.
//!
//! *Streak*: weeks on track in a row. A missed week pauses the run and takes the credit, which is there again 4 weeks
//! later. A missed week without credit ends the run; the number stays to be seen until the next week on track begins
//! a new one at 1, so it never shows 0 to somebody who had a week on track. Best run and weeks on track of the last 12
//! stand beside it.
//!
//! All of it follows from the set of records, in whatever order they come.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::day::Day;
use crate::dose::{DayOffValues, FlareSpan};
use crate::outcome::flares::flare_spans;
use crate::outcome::no_health_data_in_debug;
use crate::record::Dated;
use crate::texts::{Sentence, adherence as texts};

/// Days after which a day can no longer be declared off.
pub const DECLARED_LATER_DAYS: i32 = 7;
/// Days off longer ago are not looked at: no week that is shown is that old.
const OFF_DAYS_MAX: i32 = 800;
/// Weeks after which a credit is there again.
pub const CREDIT_WEEKS: i32 = 4;
/// Weeks of the "x of the last 12".
pub const LAST_WEEKS: usize = 12;

/// Sessions agreed for a week and those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Agreed {
    /// A day of the first week for which it holds; of the first agreement of all, the day from which on sessions count.
    pub week: Day,
    /// Sessions a week.
    pub sessions: u8,
    /// Minutes of one session, 0 if not agreed.
    pub minutes: u16,
}

/// A session that was at least begun.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DoneSession {
    /// Id of the session. One that is there twice counts once.
    pub id: String,
    /// Local day.
    pub day: Day,
    /// Minutes done; `None` if not known, which counts as all.
    pub minutes: Option<u16>,
    /// Whether it was stopped for pain or another sign.
    pub stopped: bool,
}

no_health_data_in_debug!(DoneSession);

/// What became of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeekState {
    /// At least two thirds of what was to do is done.
    OnTrack,
    /// The running week, not on track yet.
    Open,
    /// Missed, and covered by the credit: the run pauses.
    Paused,
    /// Missed.
    Missed,
    /// Nothing was to do.
    Off,
}

/// One week.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub monday: Day,
    /// Sessions to do, days off taken out.
    pub to_do: u32,
    /// Sessions done, in halves.
    pub done_halves: u32,
    /// What became of it.
    pub state: WeekState,
}

no_health_data_in_debug!(Week);

/// How regular the practice is.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct Adherence {
    /// Every week from the first agreement to the running week, in order.
    pub weeks: Vec<Week>,
    /// The run of weeks on track.
    pub streak: Streak,
}

no_health_data_in_debug!(Adherence);

/// Runs of weeks on track.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Streak {
    /// Weeks on track of the current run; after a miss without credit, of the run that ended.
    pub current_weeks: u32,
    /// Whether that run ended, and the next week on track begins a new one.
    pub ended: bool,
    /// Weeks on track of the longest run.
    pub best_weeks: u32,
    /// Weeks on track of the last 12 that count.
    pub on_track_of_last: u32,
    /// How many weeks those are, at most 12: fewer where fewer count.
    pub last_weeks: u32,
}

no_health_data_in_debug!(Streak);

impl Streak {
    /// The run, the longest one, and the last weeks, in words. Nothing before there was a week on track.
    #[must_use]
    pub fn sentences(self) -> Vec<Sentence> {
        if self.current_weeks == 0 {
            return Vec::new();
        }
        let current = if self.ended { texts::CURRENT_ENDED } else { texts::CURRENT };
        vec![
            current.with("n", self.current_weeks),
            texts::BEST.with("n", self.best_weeks),
            texts::LAST.with("done", self.on_track_of_last).with("n", self.last_weeks),
        ]
    }
}

impl Adherence {
    /// The weeks up to today. `flares` are those of the dose rules.
    #[must_use]
    pub fn of(
        agreed: &[Agreed],
        sessions: &[DoneSession],
        days_off: &[Dated<DayOffValues>],
        flares: &[FlareSpan],
        today: Day,
    ) -> Self {
        let agreements = by_week(agreed);
        let off = off_days(days_off, flares, today);
        let done: BTreeMap<&str, &DoneSession> = in_order(sessions).map(|one| (one.id.as_str(), one)).collect();
        let counting = agreements.values().next().map(|first| first.week..=today);
        let mut days: BTreeMap<Day, DoneDay> = BTreeMap::new();
        for session in done.values().filter(|one| counting.as_ref().is_some_and(|days| days.contains(&one.day))) {
            days.entry(session.day).or_default().add(session);
        }
        let mut halves: BTreeMap<Day, u32> = BTreeMap::new();
        for (day, done) in days {
            let monday = day.monday();
            let Some((_, agreed)) = agreements.range(..=monday).next_back() else { continue };
            let sum = halves.entry(monday).or_default();
            *sum = sum.saturating_add(done.counts_halves(agreed.minutes));
        }
        let mut weeks = Vec::new();
        let mut next = agreements.keys().next().copied();
        while let Some(monday) = next.filter(|monday| *monday <= today) {
            if let Some((_, agreed)) = agreements.range(..=monday).next_back() {
                let days = off.range(monday..=monday.plus(6)).count();
                let left = 7_usize.saturating_sub(days);
                let to_do = u32::try_from(usize::from(agreed.sessions).saturating_mul(left) / 7).unwrap_or(0);
                let done_halves = halves.get(&monday).copied().unwrap_or(0);
                let state = match to_do {
                    0 => WeekState::Off,
                    _ if done_halves.saturating_mul(3) >= to_do.saturating_mul(4) => WeekState::OnTrack,
                    _ if monday.plus(6) >= today => WeekState::Open,
                    _ => WeekState::Missed,
                };
                weeks.push(Week { monday, to_do, done_halves, state });
            }
            next = Some(monday.plus(7));
        }
        let streak = fold(&mut weeks);
        Self { weeks, streak }
    }

    /// Sessions done of those that were to do in the weeks that end on `start` or later and before today, in percent,
    /// rounded down. The running week is left out, also once it is on track: else a good one would count before a bad
    /// one can. More than was agreed in one week does not make up for another. `None` if nothing was to do.
    #[must_use]
    pub fn percent_since(&self, start: Day, today: Day) -> Option<u32> {
        let over = self.weeks.iter().filter(|week| (start..today).contains(&week.monday.plus(6)));
        let (mut done, mut to_do) = (0_u32, 0_u32);
        for week in over {
            let all = week.to_do.saturating_mul(2);
            done = done.saturating_add(week.done_halves.min(all));
            to_do = to_do.saturating_add(all);
        }
        done.saturating_mul(100).checked_div(to_do)
    }

    /// The week that begins on this Monday.
    #[must_use]
    pub fn week(&self, monday: Day) -> Option<&Week> {
        self.weeks.iter().find(|week| week.monday == monday)
    }
}

/// The agreements that hold from the first whole week since a day: for a caller that passes sessions since that day
/// only. Weeks before it would count as missed.
#[must_use]
pub fn agreed_since(agreed: &[Agreed], since: Day) -> Vec<Agreed> {
    let first = since.plus(6).monday();
    let agreements = by_week(agreed);
    let standing = agreements.range(..=first).next_back().map(|(_, one)| Agreed { week: first, ..*one });
    let later = agreements.values().filter(|one| one.week > first).copied();
    standing.into_iter().chain(later).collect()
}

/// Agreements by Monday. Of two for one week the smaller stands.
fn by_week(agreed: &[Agreed]) -> BTreeMap<Day, Agreed> {
    let mut agreements: BTreeMap<Day, Agreed> = BTreeMap::new();
    for one in agreed {
        let smaller = |known: &mut Agreed| {
            let (sessions, minutes) = (known.sessions, known.minutes).min((one.sessions, one.minutes));
            *known = Agreed { week: known.week.min(one.week), sessions, minutes };
        };
        agreements.entry(one.week.monday()).and_modify(smaller).or_insert(*one);
    }
    agreements
}

/// Sessions in an order of their own, so that of two with one id the same one stands whatever order they came in.
fn in_order(sessions: &[DoneSession]) -> impl Iterator<Item = &DoneSession> {
    let mut sessions: Vec<&DoneSession> = sessions.iter().collect();
    sessions.sort_unstable();
    sessions.into_iter()
}

/// All that was done on one day.
#[derive(Default)]
struct DoneDay {
    minutes: u32,
    unknown_length: bool,
    stopped: bool,
}

impl DoneDay {
    fn add(&mut self, session: &DoneSession) {
        self.minutes = self.minutes.saturating_add(session.minutes.map_or(0, u32::from));
        self.unknown_length |= session.minutes.is_none();
        self.stopped |= session.stopped;
    }

    fn counts_halves(&self, agreed_minutes: u16) -> u32 {
        let enough = self.minutes.saturating_mul(2) >= u32::from(agreed_minutes);
        if self.stopped || self.unknown_length || enough { 2 } else { 1 }
    }
}

/// The days that are off, up to today. A record that cannot be read as days says nothing.
fn off_days(days_off: &[Dated<DayOffValues>], flares: &[FlareSpan], today: Day) -> BTreeSet<Day> {
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok());
    let spans = flare_spans(days_off, flares);
    let (earliest, latest) = (today.plus(-OFF_DAYS_MAX), today.plus(6));
    let mut off = BTreeSet::new();
    let mut take_out = |from: Day, to: Day| {
        let mut next = from.max(earliest);
        while next <= to.min(latest) {
            off.insert(next);
            next = next.plus(1);
        }
    };
    // One that the mornings showed needs nobody to declare it.
    for seen in flares.iter().filter(|flare| !flare.told) {
        take_out(seen.from, spans.get(&seen.from).copied().unwrap_or(seen.felt));
    }
    for one in days_off {
        let Some(from) = day(&one.values.from) else { continue };
        let to = match one.values.reason.as_deref() {
            Some("rest" | "illness" | "travel") if one.values.to.is_none() => from,
            Some("rest" | "illness" | "travel") => match day(&one.values.to) {
                Some(to) => to,
                None => continue,
            },
            Some("flare") => match spans.get(&from) {
                Some(to) => *to,
                None => continue,
            },
            _ => continue,
        };
        take_out(from.max(one.day.plus(-DECLARED_LATER_DAYS)), to);
    }
    off
}

/// Finds the runs, and which missed weeks the credit covers.
fn fold(weeks: &mut [Week]) -> Streak {
    let mut streak = Streak::default();
    let mut credit_used: Option<Day> = None;
    for week in weeks.iter_mut() {
        match week.state {
            WeekState::OnTrack => {
                let run = if streak.ended { 0 } else { streak.current_weeks };
                streak.current_weeks = run.saturating_add(1);
                streak.ended = false;
                streak.best_weeks = streak.best_weeks.max(streak.current_weeks);
            }
            WeekState::Missed if streak.current_weeks > 0 && !streak.ended => {
                let there = credit_used.is_none_or(|used| week.monday.since(used) >= CREDIT_WEEKS.saturating_mul(7));
                if there {
                    credit_used = Some(week.monday);
                    week.state = WeekState::Paused;
                } else {
                    streak.ended = true;
                }
            }
            _ => {}
        }
    }
    let counting = |week: &&Week| !matches!(week.state, WeekState::Off | WeekState::Open);
    let last: Vec<&Week> = weeks.iter().rev().filter(counting).take(LAST_WEEKS).collect();
    let on_track = last.iter().filter(|week| week.state == WeekState::OnTrack);
    streak.on_track_of_last = u32::try_from(on_track.count()).unwrap_or(0);
    streak.last_weeks = u32::try_from(last.len()).unwrap_or(0);
    streak
}

#[cfg(test)]
mod tests;
