//! The fold: what all the days of a diary make of every exercise's step.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalogue;
use crate::check_in::CheckInValues;
use crate::day::Day;
use crate::dose::RULES_VERSION;
use crate::dose::flare::{FlareSpan, Flares};
use crate::dose::known::{Exercises, Known};
use crate::dose::log::DayLog;
use crate::dose::morning::{Morning, Scored, Scores};
use crate::dose::offers::{Rise, Week, done, growth};
use crate::dose::proposal::{Answered, Answers, Key, Side};
use crate::dose::rule::Rule;
use crate::dose::track::{Around, Last, Seen, Standing, Track, WEEK};
use crate::dose::zone::{Doubled, Exposure, Zone};
use crate::exercise::Sides;
use crate::record::Dated;
use crate::result::ResultValues;
use crate::screening::StopReason;

/// Effort of a clean exposure at most, Borg CR10.
pub const EFFORT_MAX: i64 = 6;
/// Usual morning pain up to which a dose may rise, NRS.
pub const USUAL_PAIN_MAX: i64 = 5;
/// Fewest days between them for strength; for other kinds they are on different days.
pub const STRENGTH_DAYS_APART: i32 = 2;
/// Days from the first to the last of two weeks of green exposures alone, before minutes grow.
pub const AEROBIC_GREEN_DAYS: i32 = 13;
/// Days a week up to which more days come before a quicker pace.
pub const DAYS_TOP: usize = 5;
/// Exposures after a red that cannot raise a dose.
pub const COOL_DOWN: u8 = 2;
/// Days within which a red counts together with the one before.
pub const REDS_DAYS: i32 = 14;
/// Days without an exercise after which it goes down one step, two steps, back to the start.
///
/// After each of them a rise needs two clean exposures again, so that those of a rise are at most 7 days apart. (With
/// more, a worse exposure could lead to a higher step: one that was not risen yet has nothing to lose in the gap.)
pub const GAP_DAYS: (i32, i32, i32) = (7, 14, 28);

/// What the days of a diary so far make of every exercise.
///
/// Serialize it to go on later: folding some days, storing, and folding the rest gives the same as folding all. Its
/// size depends on the number of exercises and of a year's flares, not of days. A stored fold holds only for the [`RULES_VERSION`], the
/// catalogue and the own exercises it was made with, and only while nothing up to its last day changes: see
/// [`Fold::is_current`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    rules_version: u32,
    catalogue: u64,
    pub(crate) through: Option<Day>,
    pub(crate) mornings: Scored,
    pub(crate) flares: Flares,
    pub(crate) tracks: BTreeMap<Key, Track>,
    /// The last day's exposures, until the morning after.
    pending: Option<Pending>,
    /// Seconds of each day of the week up to the last exposure.
    volume: Vec<(Day, u64)>,
    /// Accepted rises, while they matter to others.
    rises: Vec<Rise>,
    /// Days of the last week with a red, whatever became of its exercise.
    reds: Vec<Day>,
    pub(crate) last_exposure: Option<Day>,
    /// The last exposure before the latest pause that was so long that safety is to be asked again.
    pub(crate) lapsed: Option<Day>,
    /// The last day with a stop that wants help.
    stopped: Option<Day>,
}

impl std::fmt::Debug for Fold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fold(..)")
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    day: Day,
    usual: Option<Doubled>,
    leg_usual: Option<Doubled>,
    exposures: BTreeMap<Key, Vec<Exposure>>,
    answers: Answers,
}

/// Something that happened to a step while folding.
pub(crate) struct Event<'e> {
    pub(crate) day: Day,
    pub(crate) key: &'e Key,
    pub(crate) zone: Option<Zone>,
    pub(crate) rules: &'e [Rule],
    pub(crate) basis: &'e [String],
    pub(crate) before: u32,
    pub(crate) after: u32,
}

/// Who watches a fold. The rules run the same whether or not somebody does.
pub(crate) type Watch<'w> = &'w mut dyn FnMut(&Event<'_>);

impl Default for Fold {
    fn default() -> Self {
        Self::new()
    }
}

impl Fold {
    /// Before the first day.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rules_version: RULES_VERSION,
            catalogue: catalogue::digest(),
            through: None,
            mornings: Scored::default(),
            flares: Flares::default(),
            tracks: BTreeMap::new(),
            pending: None,
            volume: Vec::new(),
            rises: Vec::new(),
            reds: Vec::new(),
            last_exposure: None,
            lapsed: None,
            stopped: None,
        }
    }

    /// Whether these rules made it, of this catalogue. One of others is to be dropped and made anew.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.rules_version == RULES_VERSION && self.catalogue == catalogue::digest()
    }

    /// Whether an exercise of this day was red, as far as is known.
    #[must_use]
    pub fn red_on(&self, day: Day, exercises: &Exercises<'_>) -> bool {
        let mut fold = self.clone();
        if fold.pending.as_ref().is_some_and(|pending| pending.day <= day) {
            fold.settle(&Scores::default(), exercises, &mut |_| {});
        }
        fold.reds.contains(&day)
    }

    /// Flares up to the last day that was folded, told or seen in the mornings, in order: all of the 400 days before it, and
    /// perhaps some earlier ones.
    #[must_use]
    pub fn flares(&self) -> Vec<FlareSpan> {
        self.flares.spans()
    }

    /// The last day that was folded.
    #[must_use]
    pub fn through(&self) -> Option<Day> {
        self.through
    }

    /// Folds a day. Days ascend, and days without records may be left out; a day that is not later than the last one
    /// is passed over, since it would be counted twice.
    pub fn day(&mut self, log: &DayLog, exercises: &Exercises<'_>) {
        self.watched(log, exercises, &mut |_| {});
    }

    /// [`Fold::day`], telling what happens.
    pub(crate) fn watched(&mut self, log: &DayLog, exercises: &Exercises<'_>, watch: Watch<'_>) {
        if self.through.is_some_and(|through| log.day <= through) {
            return;
        }
        let first = |score: fn(&CheckInValues) -> Option<i64>| {
            log.check_ins.iter().find_map(|record| {
                let score = score(&record.values)?;
                Some(Morning { day: log.day, id: record.id.clone(), score })
            })
        };
        let scores = Scores { back: first(|values| values.pain), leg: first(|values| values.leg) };
        self.settle(&scores, exercises, watch);
        self.through = Some(log.day);
        if let Some(morning) = scores.back {
            self.mornings.back.add(morning);
        }
        if let Some(morning) = scores.leg {
            self.mornings.leg.add(morning);
        }
        if self.flares.day(log.day, &self.mornings, &log.days_off) {
            self.lower_for_flare(log.day, watch);
        }
        let wants_help =
            |record: &Dated<ResultValues>| record.values.stopped.as_deref().is_some_and(StopReason::wants_help);
        if log.results.iter().any(wants_help) {
            self.stopped = Some(log.day);
        }
        self.expect(log, exercises);
    }

    /// A flare begins: everything goes down a step, so that it is one step lower when the flare is over.
    fn lower_for_flare(&mut self, day: Day, watch: Watch<'_>) {
        let basis = self.flares.now.as_ref().map(|flare| flare.basis.clone()).unwrap_or_default();
        for (key, track) in &mut self.tracks {
            let before = track.step;
            track.lower(1);
            let rules = [Rule::FlareLowered];
            watch(&Event { day, key, zone: None, rules: &rules, basis: &basis, before, after: track.step });
        }
    }

    /// Takes a day's exposures in, to be judged by the morning after.
    fn expect(&mut self, log: &DayLog, exercises: &Exercises<'_>) {
        let mut exposures: BTreeMap<Key, Vec<Exposure>> = BTreeMap::new();
        let mut seconds = 0_u64;
        for record in &log.results {
            let Some(id) = record.values.exercise.as_deref() else { continue };
            let Some(known) = exercises.find(id) else { continue };
            seconds = seconds.saturating_add(done(&record.values, &known));
            for side in sides(&known, record.values.side.as_deref()) {
                let key = Key { exercise: id.to_owned(), side: *side };
                exposures.entry(key).or_default().push(Exposure::of(record));
            }
        }
        if exposures.is_empty() {
            return;
        }
        self.volume.push((log.day, seconds));
        self.volume.retain(|(day, _)| log.day.since(*day) < WEEK);
        if let Some(last) = self.last_exposure.filter(|last| log.day.since(*last) > GAP_DAYS.2) {
            self.lapsed = Some(last);
        }
        self.last_exposure = Some(log.day);
        let (usual, leg_usual) = (self.mornings.back.usual(log.day), self.mornings.leg.usual(log.day));
        self.pending = Some(Pending { day: log.day, usual, leg_usual, exposures, answers: Answers::of(&log.answers) });
    }

    /// The day from which on the safety questions are to be asked again, because nothing was done for more than 28 days:
    /// in the pause that is under way, or in the last one that was.
    #[must_use]
    pub fn asks_again(&self, today: Day) -> Option<Day> {
        let pausing = self.last_exposure.filter(|last| today.since(*last) > GAP_DAYS.2);
        pausing.or(self.lapsed).map(|last| last.plus(GAP_DAYS.2.saturating_add(1)))
    }

    /// The last day on which an exercise was stopped for something that wants help, whatever the exercise.
    #[must_use]
    pub const fn stopped_for_help(&self) -> Option<Day> {
        self.stopped
    }

    /// Judges the exposures that wait for their next morning, which is this one if it is of the day after.
    pub(crate) fn settle(&mut self, scores: &Scores, exercises: &Exercises<'_>, watch: Watch<'_>) {
        let Some(Pending { day, usual, leg_usual, exposures, answers }) = self.pending.take() else { return };
        let next = |morning: &&Morning| morning.day.since(day) == 1;
        let (morning, leg) = (scores.back.as_ref().filter(next), scores.leg.as_ref().filter(next));
        let around = Around {
            day,
            usual,
            next_morning: morning.map(|morning| morning.score),
            leg_usual,
            leg_next: leg.map(|leg| leg.score),
            flare: self.flares.now.is_some(),
        };
        // Both are of one check-in more often than not.
        let of_leg = leg.filter(|leg| morning.is_none_or(|morning| morning.id != leg.id));

        self.rises.retain(|rise| rise.counts(day));
        let mut seen: BTreeMap<Key, (u32, Seen, Vec<String>)> = BTreeMap::new();
        for (key, exposures) in exposures {
            // Known when it was taken in; an own exercise that is gone since stays where it was.
            let Some(known) = exercises.find(&key.exercise) else { continue };
            for rise in &mut self.rises {
                rise.was_done(&key, day);
            }
            let track = self.tracks.entry(key.clone()).or_default();
            let basis: Vec<String> = exposures.iter().map(|exposure| exposure.id.clone()).collect();
            let start = track.step;
            if let Some(rule) = track.resume(day) {
                let (rules, after) = ([rule], track.step);
                watch(&Event { day, key: &key, zone: None, rules: &rules, basis: &basis, before: start, after });
            }
            let before = track.step;
            let mut one = track.expose(&exposures, &around, &known);
            if let Some(rule) = one.ready {
                let growth = growth(rule, track, &known, exercises);
                let (rule, rise) = answer_rise(rule, track, &key, day, &answers, growth);
                one.rules.push(rule);
                self.rises.extend(rise);
            }
            let mornings = morning.into_iter().chain(of_leg).map(|morning| morning.id.clone());
            let basis = basis.into_iter().chain(mornings).collect();
            seen.insert(key, (before, one, basis));
        }
        for (key, (before, mut one, basis)) in seen {
            let Some(track) = self.tracks.get_mut(&key) else { continue };
            answer_standing(track, &key, day, &answers, &mut one.rules);
            let (zone, after) = (Some(one.zone), track.step);
            watch(&Event { day, key: &key, zone, rules: &one.rules, basis: &basis, before, after });
            if one.zone == Zone::Red {
                self.reds.retain(|red| *red != day && day.since(*red) < WEEK);
                self.reds.push(day);
            }
            track.last = Some(Last { day, zone: one.zone, rules: one.rules, basis });
        }
    }

    /// What the choice of what is offered rests on.
    pub(crate) fn week(&self, today: Day) -> Week {
        let volume = self.volume.iter().map(|(_, seconds)| *seconds).fold(0, u64::saturating_add);
        Week { today, volume, rises: self.rises.iter().filter(|rise| rise.counts(today)).cloned().collect() }
    }
}

/// Offers a rise that a track is ready for, or applies what was answered.
///
/// The limits over all exercises hold back offers, not answers: on some device it was offered. So the step of an
/// exercise follows from its own exposures and answers alone, and a worse exposure of one never raises another.
fn answer_rise(
    rule: Rule,
    track: &mut Track,
    key: &Key,
    day: Day,
    answers: &Answers,
    growth: u64,
) -> (Rule, Option<Rise>) {
    match answers.to(rule, key, day) {
        Answered::Accepted(to) => {
            let rise = Rise { key: key.clone(), day, to: to.clone(), growth, done: None };
            (track.accept(rule, to), Some(rise))
        }
        Answered::Declined => {
            track.changed();
            (Rule::Declined, None)
        }
        Answered::Open => {
            track.offer = Some(rule);
            (rule, None)
        }
    }
}

/// Applies answers about an exercise that was paused or put away on this day.
fn answer_standing(track: &mut Track, key: &Key, day: Day, answers: &Answers, rules: &mut Vec<Rule>) {
    match track.standing {
        Standing::Paused(since) if since == day => match answers.to(Rule::Swap, key, day) {
            Answered::Accepted(to_exercise) => {
                track.moved_to = to_exercise;
                rules.push(Rule::SwapAccepted);
            }
            Answered::Declined => {
                track.standing = Standing::Active;
                track.moved_to = None;
                rules.push(Rule::SwapDeclined);
            }
            Answered::Open => {}
        },
        Standing::Retired(since) if since == day => {
            if let Answered::Accepted(_) = answers.to(Rule::Review, key, day) {
                track.review();
                rules.push(Rule::Reviewed);
            }
        }
        _ => {}
    }
}

/// The sides that a result counts for. One without a side was done on both.
pub(super) fn sides(known: &Known<'_>, side: Option<&str>) -> &'static [Side] {
    match (known.sides(), side) {
        (Sides::None, _) => &[Side::Both],
        (Sides::Each, Some("left")) => &[Side::Left],
        (Sides::Each, Some("right")) => &[Side::Right],
        (Sides::Each, _) => &[Side::Left, Side::Right],
    }
}
