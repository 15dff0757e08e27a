//! Today: what the safety rules, the plan, the dose rules and the outcomes make of the diary.
//!
//! Everything here is read from the projection and folded by `core`. The dose rules fold every day from the first;
//! what they made of days long past is kept as a checkpoint in the projection, which is dropped whenever a record up
//! to its day changes.

use std::collections::{BTreeMap, BTreeSet};

use lissom_core::catalogue;
use lissom_core::check_in::CheckInValues;
use lissom_core::day::Day;
use lissom_core::dose::{
    AnswerValues, Context, DayLog, DayOffValues, Doses, Exercises, FlareSpan, Fold, Irritability, Known, Rule,
    TraceLine, days, replay,
};
use lissom_core::exercise::Ladder;
use lissom_core::measure::MeasureValues;
use lissom_core::moment::Moment;
use lissom_core::outcome::{
    Agreed, DoneSession, LOOK_BACK_DAYS, Outcome, OutcomeLog, Volume, agreed_since, digest, volume_by_muscle,
};
use lissom_core::own_exercise::OwnExercise;
use lissom_core::plan::{Experience, Followed, Limits, PlanValues, SessionPlan, another_day, edit, followed, session};
use lissom_core::record::{Dated, doc_of};
use lissom_core::refusal::{Reason, Refusal};
use lissom_core::result::ResultValues;
use lissom_core::screening::{Cleared, Safety, StopReason, Usage};
use rusqlite::OptionalExtension;

use crate::diary::Diary;
use crate::error::Error;
use crate::records::Log;
use crate::texts::Sentence;

/// Weeks of sessions that the weekly adherence looks back on.
const SESSION_DAYS: i32 = 371;
/// Days back on which it is looked since when an alert stands; after so many it is asked again.
const ALERT_DAYS: i32 = 13;
/// Days back of which outcomes look at results.
const RESULT_DAYS: i32 = 28;
/// The dose rules' checkpoint is at least so old, so that what is written late seldom drops it …
const CHECKPOINT_DAYS: i32 = 28;
/// … and is moved on once it is so old.
const CHECKPOINT_DAYS_MAX: i32 = 56;

/// What the diary comes to on a day.
pub struct Advice {
    /// The day.
    pub today: Day,
    /// The safety state. [`Safety::clearance`] says whether a session may be put together.
    pub safety: Safety,
    /// What a plan may have today: there if the person is cleared.
    pub limits: Option<Limits>,
    /// The plan that is followed, and versions beside it.
    pub plan: Followed,
    /// Today's session: there if the person is cleared and has a plan.
    pub session: Option<SessionPlan>,
    /// Doses, proposals and a flare.
    pub doses: Doses,
    /// Trends, alerts, adherence.
    pub outcome: Outcome,
    /// The person's own exercises.
    pub own: Vec<OwnExercise>,
    /// Whether changes wait or are set aside: then nothing is raised.
    pub waiting: bool,
}

impl Diary {
    /// What the diary comes to today.
    ///
    /// The same on every device with the same records and the same local date.
    ///
    /// # Errors
    /// What the database says.
    pub fn advice(&mut self, today: Day) -> Result<Advice, Error> {
        let own = self.own_exercises()?;
        let (fold, log) = self.fold(today, &own)?;
        let days_off = &log.days_off;
        let plans = self.read::<PlanValues>(None)?;
        let past = self.past(&fold, &log, &plans, today)?;
        let outcome = Outcome::of(&past.log(days_off, today));
        // Whoever answered before an alert stood is asked again.
        let worsening = outcome.alerting_since(&past.log(days_off, today), ALERT_DAYS);
        let yesterday_red = fold.red_on(today.plus(-1), &Exercises { own: &own });
        let usage = Usage {
            yesterday_red,
            stopped: fold.stopped_for_help(),
            worsening,
            paused: fold.asks_again(today),
            new_episode: new_episode(&plans, today),
            ..self.usage(today)?
        };
        let safety = self.safety_after(&usage, today)?;
        let cleared = safety.clearance().ok();
        let plan = followed(&plans);
        let waiting = self.is_waiting()?;
        let first = self.end_of("session", "min", today)?;
        let limits =
            cleared.as_ref().map(|cleared| Limits::from(cleared).with_own(&own).since_first_session(first, today));
        let leave = cleared.as_ref().zip(limits.as_ref());
        let doses = self.doses(&fold, &own, leave, &plan, waiting, today)?;
        let session = limits
            .as_ref()
            .zip(plan.plan.as_ref())
            .map(|(limits, plan)| session(limits, &plan.values, today, days_off, &doses));
        Ok(Advice { today, safety, limits, plan, session, doses, outcome, own, waiting })
    }

    /// Answers a proposal of today's. A yes to one more day a week writes a new version of the plan with it.
    ///
    /// Merge: two devices that say yes apart write two answers, which are one yes, and for one more day two versions of the
    /// plan that say the same. One of them is followed everywhere, and the other is among [`Followed::others`] until a new
    /// version names both, as [`Diary::follow_plan`] and [`Diary::make_plan`] do. No day comes in twice.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] of `proposal` if the rules do not make it today.
    pub fn answer_proposal(&mut self, proposal: &str, accept: bool, at: Option<Moment>) -> Result<String, Error> {
        let at = self.moment(at)?;
        let advice = self.advice(Day::of(at))?;
        let found = advice.doses.proposals.iter().find(|one| one.id == proposal);
        let unknown = Refusal::new("proposal", Reason::UnknownId { nearest: None });
        let found = found.ok_or(unknown)?;
        let values: AnswerValues = found.answer(accept);
        let more = advice.limits.as_ref().filter(|_| accept && found.rule == Rule::Days.id());
        let (id, put) = self.made(&values, at)?;
        let mut puts = vec![put];
        if let Some(plan) = more.and_then(|limits| more_days(limits, &advice.plan, &found.key.exercise)) {
            puts.push(self.made(&plan, at)?.1);
        }
        // Both or none: answers and plans are in the same document.
        self.storage.write(|write| write.put(&doc_of(&id), &puts))?;
        Ok(id)
    }

    /// How the doses follow from the records, step by step; of one exercise, or of all.
    ///
    /// # Errors
    /// What the database says.
    pub fn replay(&mut self, exercise: Option<&str>) -> Result<Vec<TraceLine>, Error> {
        let own = self.own_exercises()?;
        let log = Log {
            results: self.read_results(None)?,
            check_ins: self.read_check_ins(None, None)?,
            days_off: self.read(None)?,
        };
        Ok(replay(&self.days(&log, None)?, &Exercises { own: &own }, exercise))
    }

    /// Whether some of the diary waits, is set aside or could not be read.
    fn is_waiting(&self) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM chunk WHERE state <> 0) OR EXISTS (SELECT 1 FROM missing)
                   OR EXISTS (SELECT 1 FROM entry WHERE state <> 0)";
        Ok(self.storage.sql().query_row(sql, [], |row| row.get(0))?)
    }

    pub(crate) fn doses(
        &self,
        fold: &Fold,
        own: &[OwnExercise],
        leave: Option<(&Cleared, &Limits)>,
        plan: &Followed,
        waiting: bool,
        today: Day,
    ) -> Result<Doses, Error> {
        let cleared = leave.map(|(cleared, _)| cleared);
        let more_days = leave.map(|(_, limits)| with_more_days(limits, plan, own)).unwrap_or_default();
        let more_days: Vec<&str> = more_days.iter().map(String::as_str).collect();
        let plan = plan.plan.as_ref().map(|plan| &plan.values);
        let fits = |cleared: &Cleared| {
            let all = catalogue::all().iter().filter(|exercise| cleared.blocks(exercise).is_none());
            all.map(|exercise| exercise.id).collect::<Vec<_>>()
        };
        let fit = cleared.map(fits).unwrap_or_default();
        let irritability = plan.and_then(|plan| match plan.irritability.as_deref()? {
            "low" => Some(Irritability::Low),
            "moderate" => Some(Irritability::Moderate),
            _ => Some(Irritability::High),
        });
        let context = Context {
            exercises: Exercises { own },
            waiting,
            locked: &[],
            cleared: cleared.map(Cleared::level_max),
            fit: &fit,
            more_days: &more_days,
            pain: None,
            irritability,
            experienced: plan.and_then(|plan| plan.experience.as_deref()).is_some_and(is_experienced),
            first_session: self.end_of("session", "min", today)?,
            older: plan.and_then(|plan| plan.age_65.as_deref()) == Some("yes"),
        };
        Ok(fold.today(today, &context))
    }

    /// The days folded up to today, and of the log what outcomes look at too: check-ins of [`LOOK_BACK_DAYS`], results of
    /// [`RESULT_DAYS`], all days off.
    pub(crate) fn fold(&self, today: Day, own: &[OwnExercise]) -> Result<(Fold, Log), Error> {
        let revision = self.revision()?;
        let kept = self.checkpoint()?;
        let kept_through = kept.as_ref().and_then(Fold::through);
        let mut fold = kept.filter(|_| kept_through.is_some_and(|through| through < today)).unwrap_or_default();
        let since = fold.through().map(|through| through.plus(1));
        let back = |days: i32| since.map(|since| since.min(today.plus(-days)));
        let log = Log {
            results: self.read_results(back(RESULT_DAYS))?,
            check_ins: self.read_check_ins(back(LOOK_BACK_DAYS), None)?,
            days_off: self.read(None)?,
        };
        let days = self.days(&log, since)?;
        let keep_through = today.plus(-CHECKPOINT_DAYS);
        let moves_on = fold.through().is_none_or(|through| today.since(through) > CHECKPOINT_DAYS_MAX);
        let mut checkpoint = None;
        for day in days.iter().filter(|day| day.day <= today) {
            if moves_on && day.day > keep_through && checkpoint.is_none() {
                checkpoint = Some(fold.clone());
            }
            fold.day(day, &Exercises { own });
        }
        // One that goes further stays: it is looked back on a day long past.
        if let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.through() > kept_through) {
            match self.keep_checkpoint(&checkpoint, revision) {
                // Kept or not, the answer is the same: a full disk or a busy folder costs time only.
                Ok(()) | Err(_) => {}
            }
        }
        Ok((fold, log))
    }

    /// Every day with records since a day, and perhaps some before it.
    fn days(&self, log: &Log, since: Option<Day>) -> Result<Vec<DayLog>, Error> {
        let answers = self.read::<AnswerValues>(None)?;
        Ok(days(after(&log.check_ins, since), after(&log.results, since), &answers, &log.days_off))
    }

    fn checkpoint(&self) -> Result<Option<Fold>, Error> {
        let select = "SELECT state FROM checkpoint WHERE id = 1";
        let state: Option<String> =
            self.storage.sql().prepare_cached(select)?.query_row([], |row| row.get(0)).optional()?;
        // One that cannot be read is as good as none.
        let fold = state.and_then(|state| serde_json::from_str::<Fold>(&state).ok());
        Ok(fold.filter(Fold::is_current))
    }

    /// Keeps a fold, unless anything was written since it was read.
    fn keep_checkpoint(&self, fold: &Fold, revision: i64) -> Result<(), Error> {
        let Some(through) = fold.through() else { return Ok(()) };
        let state = serde_json::to_string(fold).map_err(|error| Error::Database(error.to_string()))?;
        let sql = "INSERT INTO checkpoint (id, through, state)
                   SELECT 1, ?1, ?2 WHERE coalesce((SELECT value FROM meta WHERE key = 'revision'), 0) = ?3
                   ON CONFLICT (id) DO UPDATE SET through = ?1, state = ?2";
        self.storage.sql().execute(sql, (through.0, state, revision))?;
        Ok(())
    }

    /// The week of a day in a few sentences, as of its last day or of today, whichever is earlier.
    ///
    /// # Errors
    /// What the database says.
    pub fn digest(&self, week: Day, today: Day) -> Result<Vec<Sentence>, Error> {
        let today = week.monday().plus(6).min(today);
        let (fold, log) = self.fold(today, &self.own_exercises()?)?;
        let plans = self.read::<PlanValues>(None)?;
        Ok(digest(&self.past(&fold, &log, &plans, today)?.log(&log.days_off, today), week))
    }

    /// Sets of strength work from one day to another, both included, by muscle as the catalogue names it.
    ///
    /// # Errors
    /// What the database says.
    pub fn volume_by_muscle(&self, from: Day, to: Day) -> Result<BTreeMap<&'static str, Volume>, Error> {
        Ok(volume_by_muscle(&self.read_results(Some(from))?, from, to))
    }

    /// What outcomes are found from, beside days off.
    fn past(&self, fold: &Fold, log: &Log, plans: &[Dated<PlanValues>], today: Day) -> Result<Past, Error> {
        let start = self.episode_start(plans, today)?;
        let look_back = today.plus(-LOOK_BACK_DAYS);
        let mut check_ins: Vec<Dated<CheckInValues>> = Vec::new();
        if let Some(start) = start.filter(|start| *start < look_back) {
            check_ins.extend(self.read_baseline(start, look_back.plus(-1))?);
        }
        check_ins.extend(log.check_ins.iter().filter(|record| record.day >= look_back).cloned());
        let results: Vec<Dated<ResultValues>> =
            log.results.iter().filter(|record| record.day >= today.plus(-RESULT_DAYS)).cloned().collect();
        let measures = self.read::<MeasureValues>(None)?;
        let agreed: Vec<Agreed> = plans.iter().flat_map(agreed).collect();
        // Nothing before the first agreement counts, and without one nothing at all.
        let first = agreed.iter().map(|agreed| agreed.week).min();
        let sessions = match first {
            Some(first) => self.done_sessions(first.max(today.plus(-SESSION_DAYS)))?,
            None => Vec::new(),
        };
        // Weeks of which no session was read must not count as missed.
        let agreed = agreed_since(&agreed, today.plus(-SESSION_DAYS));
        Ok(Past { check_ins, measures, results, sessions, agreed, flares: fold.flares(), start })
    }

    /// The first check-in, or the first one after the last plan for keeping well was left.
    fn episode_start(&self, plans: &[Dated<PlanValues>], today: Day) -> Result<Option<Day>, Error> {
        match new_episode(plans, today) {
            Some(day) => Ok(Some(day)),
            None => self.end_of("check_in", "min", today),
        }
    }

    /// Local day of the first or last session or check-in up to a day. A session of which nothing is left is none.
    pub(crate) fn end_of(&self, table: &str, end: &str, today: Day) -> Result<Option<Day>, Error> {
        let order = if end == "min" { "ASC" } else { "DESC" };
        let there = if table == "session" {
            "AND EXISTS (SELECT 1 FROM result r WHERE r.session = session.id AND r.deleted_at IS NULL)"
        } else {
            ""
        };
        let sql = format!(
            "SELECT at_ms, coalesce(offset_minutes, 0) FROM {table} WHERE deleted_at IS NULL AND at_ms < ?1
             AND at_ms + coalesce(offset_minutes, 0) * 60000 < ?2 {there} ORDER BY at_ms {order} LIMIT 64"
        );
        let moment = |row: &rusqlite::Row<'_>| Ok(Moment { at_ms: row.get(0)?, offset_minutes: row.get(1)? });
        let mut select = self.storage.sql().prepare_cached(&sql)?;
        let until = (today.plus(2).start_ms(), today.plus(1).start_ms());
        // Offsets differ: the first by the clock need not be the first by the calendar.
        let days = select.query_map(until, moment)?.map(|at| at.map(Day::of)).collect::<Result<Vec<_>, _>>()?;
        Ok(if end == "min" { days.into_iter().min() } else { days.into_iter().max() })
    }

    /// Sessions since a day, with their minutes where all of their results count minutes.
    fn done_sessions(&self, since: Day) -> Result<Vec<DoneSession>, Error> {
        let sql = "SELECT s.key, s.at_ms, s.offset_minutes, sum(r.minutes), count(*) = count(r.minutes),
                          group_concat(DISTINCT r.stopped)
                   FROM session s JOIN result r ON r.session = s.id
                   WHERE s.deleted_at IS NULL AND r.deleted_at IS NULL AND s.at_ms >= ?1 GROUP BY s.id";
        let mut select = self.storage.sql().prepare_cached(sql)?;
        let mut rows = select.query([since.plus(-1).start_ms()])?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            let day = Day::of(Moment { at_ms: row.get(1)?, offset_minutes: row.get(2)? });
            let minutes: Option<i64> = row.get(3)?;
            let all: bool = row.get(4)?;
            let minutes = minutes.filter(|_| all).map(|minutes| u16::try_from(minutes).unwrap_or(u16::MAX));
            let stops: Option<String> = row.get(5)?;
            let stopped = stops.is_some_and(|stops| stops.split(',').any(StopReason::is_sign));
            if day >= since {
                sessions.push(DoneSession { id: row.get(0)?, day, minutes, stopped });
            }
        }
        Ok(sessions)
    }

    /// When sessions and check-ins were last.
    fn usage(&self, today: Day) -> Result<Usage, Error> {
        Ok(Usage {
            last_session: self.end_of("session", "max", today)?,
            last_check_in: self.end_of("check_in", "max", today)?,
            ..Usage::default()
        })
    }
}

/// The records from the first of a day or later on; sorted by time, some after it may be of an earlier day elsewhere.
fn after<V>(records: &[Dated<V>], since: Option<Day>) -> &[Dated<V>] {
    let Some(since) = since else { return records };
    let from = records.iter().position(|record| record.day >= since).unwrap_or(records.len());
    records.get(from..).unwrap_or_default()
}

/// The plan with one more day for an exercise, if it can have one.
fn more_days(limits: &Limits, plan: &Followed, exercise: &str) -> Option<PlanValues> {
    let plan = plan.plan.as_ref()?;
    let change = another_day(&plan.values, exercise)?;
    // The time of writing is set when it is written.
    edit(limits, plan, &change, Moment { at_ms: 0, offset_minutes: 0 }).ok().map(|edited| edited.values)
}

/// The exercises of a plan that it can have on one more day: of those in minutes, for no other is offered one.
fn with_more_days(limits: &Limits, plan: &Followed, own: &[OwnExercise]) -> BTreeSet<String> {
    let items = plan.plan.iter().flat_map(|plan| plan.values.items().items);
    let mut exercises: BTreeSet<String> = items.map(|item| item.exercise).collect();
    exercises.retain(|exercise| {
        let ladder = match (Exercises { own }).find(exercise) {
            Some(Known::Catalogue(known)) => known.ladder,
            Some(Known::Own(known)) => known.ladder,
            None => return false,
        };
        ladder == Ladder::Minutes && more_days(limits, plan, exercise).is_some()
    });
    exercises
}

/// Whether a word for experience is one that this version knows, and not that of a beginner.
fn is_experienced(word: &str) -> bool {
    Experience::from_word(word).is_some_and(|experience| experience != Experience::Beginner)
}

/// The day on which keeping well was left for the last time: a new spell of pain began. It is found by what replaces
/// what, and not by the order of the versions.
fn new_episode(plans: &[Dated<PlanValues>], today: Day) -> Option<Day> {
    let is_well = |plan: &&Dated<PlanValues>| plan.values.mode.as_deref() == Some("maintenance");
    let well: BTreeSet<&str> = plans.iter().filter(is_well).map(|plan| plan.id.as_str()).collect();
    let leaves = |plan: &&Dated<PlanValues>| {
        !is_well(plan) && plan.values.replaces.iter().flatten().any(|id| well.contains(id.as_str()))
    };
    plans.iter().filter(leaves).map(|plan| plan.day).filter(|day| *day <= today).max()
}

/// What outcomes are found from, beside days off.
struct Past {
    check_ins: Vec<Dated<CheckInValues>>,
    measures: Vec<Dated<MeasureValues>>,
    results: Vec<Dated<ResultValues>>,
    sessions: Vec<DoneSession>,
    agreed: Vec<Agreed>,
    flares: Vec<FlareSpan>,
    start: Option<Day>,
}

impl Past {
    fn log<'a>(&'a self, days_off: &'a [Dated<DayOffValues>], today: Day) -> OutcomeLog<'a> {
        OutcomeLog {
            check_ins: &self.check_ins,
            measures: &self.measures,
            results: &self.results,
            sessions: &self.sessions,
            days_off,
            flares: &self.flares,
            agreed: &self.agreed,
            episode_start: self.start,
            today,
        }
    }
}

/// What a version of a plan agrees on for its week and those after it. Of the week in which a first plan is made, the
/// days that are left.
fn agreed(plan: &Dated<PlanValues>) -> Vec<Agreed> {
    let Some(weekdays) = &plan.values.weekdays else { return Vec::new() };
    let minutes = plan.values.minutes.and_then(|minutes| u16::try_from(minutes).ok()).unwrap_or(0);
    let of = |week: Day, days: usize| Agreed { week, sessions: u8::try_from(days).unwrap_or(u8::MAX), minutes };
    if plan.values.replaces.as_ref().is_some_and(|replaced| !replaced.is_empty()) {
        return vec![of(plan.day, weekdays.len())];
    }
    let today = i64::from(plan.day.weekday());
    let left = weekdays.iter().filter(|weekday| **weekday >= today).count();
    vec![of(plan.day, left), of(plan.day.monday().plus(7), weekdays.len())]
}

impl std::fmt::Debug for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Advice(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::is_experienced;

    #[test]
    fn who_is_used_to_exercise_is_known_by_a_word_that_is_known() {
        for (word, experienced) in
            [("beginner", false), ("used", true), ("trained", true), ("", false), ("of-a-newer-version", false)]
        {
            assert_eq!(is_experienced(word), experienced, "{word}");
        }
    }
}
