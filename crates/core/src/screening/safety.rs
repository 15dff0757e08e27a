//! All results, cautions and clearances together: what holds today.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::cleared::{Cleared, Locked};
use super::emergency::Numbers;
use super::question::Purpose;
use super::rules::{LEVEL_MAX, Leanings, Level, RULES, STAYS};
use super::standing::{Judged, Link, Standing, Why, answered, wants_signs};
use super::triage::stricter;
use super::{CautionValues, ClearanceValues, RULES_VERSION, ScreeningValues};
use crate::condition::Condition;
use crate::day::Day;
use crate::record::Dated;
use crate::texts::{Sentence, screening as text};

/// Days without use after which everything is asked again. Our choice: `docs/evidence.md`.
pub const BREAK_DAYS: i32 = 28;
/// A check-in older than so many days makes the short check due. Our choice: `docs/evidence.md`.
pub const CHECK_IN_DAYS: i32 = 7;

/// Days ahead of today up to which a record's day is believed: time zones and clocks differ by that much.
const DAYS_AHEAD: i32 = 1;

/// Whether a record is of a day that can be. One from a clock that runs far ahead loosens nothing.
fn plausible(day: Day, today: Day) -> bool {
    day <= today.plus(DAYS_AHEAD)
}

/// What is known of use, for asking again. Every day may be missing; what is missing asks more.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Day of the last session.
    pub last_session: Option<Day>,
    /// Day of the last check-in.
    pub last_check_in: Option<Day>,
    /// Whether an exercise of yesterday was red.
    pub yesterday_red: bool,
    /// Day on which a rule for worsening or lasting pain last fired.
    pub worsening: Option<Day>,
    /// Day on which the last new spell of pain began.
    pub new_episode: Option<Day>,
    /// Day from which on too long a pause of exercising asks again: see [`Fold::asks_again`](crate::dose::Fold::asks_again).
    pub paused: Option<Day>,
    /// Last day on which an exercise was stopped for something that wants help the same day or at once.
    pub stopped: Option<Day>,
}

/// Why the questions are to be asked.
#[derive(Clone, PartialEq, Eq)]
pub enum Ask {
    /// They never were.
    NeverScreened,
    /// So many days without use, 28 or more.
    LongBreak {
        /// Days since the last use.
        days: i32,
    },
    /// No exercise for more than 28 days since they were answered, whatever else was written down.
    LongPause,
    /// A new spell of pain since they were answered.
    NewEpisode,
    /// Pain has been getting worse since they were answered, or has stayed despite exercise.
    Worsening,
    /// The person wrote down a condition that wants somebody to look at it, and has not answered since.
    Changed,
    /// An exercise was stopped for something that wants help: nothing more on that day, and all questions after it.
    AfterStop {
        /// Whether that was today: then there is nothing to answer before tomorrow.
        today: bool,
    },
    /// Before the first session after the advice to see somebody, and each 14 days while that advice stands.
    AfterAdvice,
    /// The rules are newer than the last answers.
    RulesChanged,
    /// The short check is due today.
    Today,
    /// The day of a caution is over. It stands until it is answered again, and nothing is locked for it.
    Caution {
        /// Id of the condition.
        condition: String,
    },
}

impl Ask {
    /// What to ask; `None` for a caution, which is no questionnaire.
    #[must_use]
    pub const fn purpose(&self) -> Option<Purpose> {
        match self {
            Self::NeverScreened => Some(Purpose::First),
            Self::LongBreak { .. } | Self::LongPause | Self::NewEpisode | Self::Worsening | Self::RulesChanged => {
                Some(Purpose::Again)
            }
            Self::Changed | Self::AfterStop { .. } => Some(Purpose::Changed),
            Self::AfterAdvice => Some(Purpose::Session),
            Self::Today => Some(Purpose::Today),
            Self::Caution { .. } => None,
        }
    }

    /// Why, to the person.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::NeverScreened => text::ASK_FIRST.into(),
            Self::LongBreak { days } => text::ASK_BREAK.with("n", *days),
            Self::LongPause => text::ASK_PAUSE.into(),
            Self::NewEpisode => text::ASK_EPISODE.into(),
            Self::Worsening => text::ASK_WORSENING.into(),
            Self::Changed => text::ASK_CHANGED.into(),
            Self::AfterStop { .. } => text::ASK_STOP.into(),
            Self::AfterAdvice => text::ASK_ADVICE.into(),
            Self::RulesChanged => text::ASK_RULES.into(),
            Self::Today => text::ASK_TODAY.into(),
            Self::Caution { .. } => text::ASK_CAUTION.into(),
        }
    }
}

/// What the person's records come to today. The same on every device with the same records, whatever their order.
#[derive(Clone, PartialEq, Eq)]
pub struct Safety {
    /// The strictest level among the results that stand or are not answered again; E if there is none.
    pub level: Level,
    /// The results that stand, by day and id. At a conflict the strictest counts.
    pub standing: Vec<Standing>,
    /// Conditions of the person, in the table's order: from cautions, and from results that are not answered again.
    pub conditions: Vec<&'static Condition>,
    /// What a plan should lean to.
    pub leanings: Leanings,
    /// Highest level of exercise, 0 to 3; `None`: a result locks.
    pub level_max: Option<u8>,
    /// Whether there is a caution that this version does not know. Level 0 then.
    pub unknown_caution: bool,
    /// Why to ask, the most important first.
    pub asks: Vec<Ask>,
    /// Ids of the results that a new one, answered with everything here in view, answers again.
    pub unanswered: Vec<String>,
    /// Ids of the clearances that set a limit. It holds until another clearance takes their place.
    pub limited_by: Vec<String>,
    /// Day of the last result that says that pain stays or gets worse in spite of exercise, and that a clearance covers.
    pub reviewed: Option<Day>,
    under_age: bool,
    screened: bool,
}

impl Safety {
    /// Folds all records. Their order plays no part, nor do copies; no clock of a device decides what stands,
    /// but that a record of a day that has not come yet takes nothing back: see below.
    ///
    /// A result stands until one that names it answers everything again; one of level A or B, and one that cannot be
    /// read, until a clearance names it. The short check takes nothing back. Days are used to ask again; those after
    /// `today` count for nothing. An answer or a clearance more than a day ahead of `today` takes nothing back: what it
    /// was to settle stands until it is settled again, or the day has come.
    ///
    /// ```
    /// use lissom_core::day::Day;
    /// use lissom_core::screening::{Locked, Safety, Usage};
    /// let safety = Safety::of(&[], &[], &[], &Usage::default(), Day(20_780));
    /// assert_eq!(safety.clearance().unwrap_err(), Locked::NotScreened);
    /// ```
    #[must_use]
    pub fn of(
        screenings: &[Dated<ScreeningValues>],
        clearances: &[Dated<ClearanceValues>],
        cautions: &[Dated<CautionValues>],
        usage: &Usage,
        today: Day,
    ) -> Self {
        let mut judged: Vec<Judged<'_>> = screenings.iter().map(Judged::of).collect();
        judged.sort_by(|a, b| (a.record.order(), a.level).cmp(&(b.record.order(), b.level)));
        judged.dedup_by(|a, b| a.record == b.record);
        let links: Vec<_> =
            judged.iter().map(|result| link(&result.record.id, result.record.values.answers_again.as_ref())).collect();
        let settles = |result: &Judged<'_>| result.answers() && plausible(result.record.day, today);
        let again = answered(&links, |from, _| judged.get(from).is_some_and(settles));
        let clearances = valid_clearances(clearances, today);
        let cautions = Cautions::of(cautions, today);

        // Whether one of the clearances that name a result says what became of the signs.
        let mut covers: BTreeMap<&str, bool> = BTreeMap::new();
        for Clearing { values, covers: names, .. } in &clearances {
            for id in *names {
                *covers.entry(id).or_default() |= values.signs.is_some();
            }
        }
        // When a result was there at the latest, by those that name it.
        let mut known: BTreeMap<&str, i64> = BTreeMap::new();
        for result in judged.iter().filter(|result| plausible(result.record.day, today)) {
            for id in result.record.values.answers_again.iter().flatten() {
                let at = known.entry(id).or_insert(result.record.at_ms);
                *at = result.record.at_ms.min(*at);
            }
        }
        let covered = |result: &Judged<'_>| {
            let signs = covers.get(result.record.id.as_str());
            signs.is_some_and(|signs| *signs || !wants_signs(result.level))
        };
        let mut safety = Self {
            level: Level::E,
            standing: Vec::new(),
            conditions: Vec::new(),
            leanings: Leanings::default(),
            level_max: clearances.iter().map(|one| Some(cap(one.values))).fold(Some(LEVEL_MAX), stricter),
            unknown_caution: cautions.unknown,
            asks: Vec::new(),
            unanswered: Vec::new(),
            limited_by: limiting(&clearances),
            reviewed: None,
            under_age: false,
            screened: false,
        };
        let mut has: BTreeSet<&str> = cautions.active;
        let mut advice = None;
        for (result, again) in judged.iter().zip(&again) {
            let covered = covered(result);
            safety.screened |= settles(result);
            if covered && result.triage.fired.iter().any(|fired| fired.rule.id == STAYS) {
                safety.reviewed = safety.reviewed.max(Some(result.record.day).filter(|day| plausible(*day, today)));
            }
            if !again {
                has.extend(result.triage.conditions.iter().map(|condition| condition.id));
                safety.leanings = safety.leanings.or(result.triage.leanings);
                safety.under_age |= result.triage.under_age();
                safety.level = safety.level.max(result.triage.level.min(Level::D));
                if result.whole || result.level != Some(Level::E) {
                    safety.unanswered.push(result.record.id.clone());
                }
                advice = advice.max(advice_since(result, covered, usage, today));
            }
            if let Some(mut standing) = result.standing(*again).filter(|_| !covered && (!again || !result.yields())) {
                if let Some(at) = known.get(standing.id.as_str()).filter(|_| !plausible(standing.day, today)) {
                    standing.at_ms = standing.at_ms.min(*at);
                }
                safety.level = safety.level.max(standing.level.unwrap_or(Level::E));
                safety.level_max = stricter(safety.level_max, standing.level_max);
                safety.standing.push(standing);
            }
        }
        safety.unanswered.dedup();
        // What the answers say as well is nothing new.
        let from_answers = |id: &str| {
            judged
                .iter()
                .zip(&again)
                .any(|(result, again)| !again && result.triage.conditions.iter().any(|condition| condition.id == id))
        };
        let begun = cautions.begun.iter().filter(|(id, _)| !from_answers(id)).map(|(_, day)| *day);
        let begun = begun.filter(|day| *day <= today).max();
        safety.conditions = Condition::all().iter().filter(|condition| has.contains(condition.id)).collect();
        for most in safety.conditions.iter().filter_map(|condition| condition.level_max) {
            safety.level_max = stricter(safety.level_max, Some(most));
        }
        if safety.unknown_caution {
            safety.level_max = stricter(safety.level_max, Some(0));
        }
        safety.asks = asks(&judged, advice.is_some(), begun, usage, today);
        safety
            .asks
            .extend(cautions.ended.into_iter().map(|condition| Ask::Caution { condition: condition.to_owned() }));
        safety
    }

    /// Leave to put exercises together today.
    ///
    /// # Errors
    /// [`Locked`], for the most serious reason there is.
    pub fn clearance(&self) -> Result<Cleared, Locked> {
        let locking: Vec<_> = self.standing.iter().filter(|result| result.level_max.is_none()).cloned().collect();
        let serious = |result: &Standing| result.level.is_none_or(Level::needs_clearance);
        let asks: Vec<_> = self.asks.iter().filter(|ask| ask.purpose().is_some()).cloned().collect();
        match self.level_max {
            _ if locking.iter().any(serious) => Err(Locked::Standing(locking)),
            _ if self.under_age => Err(Locked::UnderAge),
            _ if !locking.is_empty() => Err(Locked::Standing(locking)),
            None => Err(Locked::Standing(locking)),
            Some(_) if !self.screened => Err(Locked::NotScreened),
            Some(_) if !asks.is_empty() => Err(Locked::AskAgain(asks)),
            Some(level_max) => Ok(Cleared { level_max, conditions: self.conditions.clone(), leanings: self.leanings }),
        }
    }

    /// What to tell the person about what stands and what is unknown, whether or not it locks.
    #[must_use]
    pub fn sentences(&self, numbers: Numbers) -> Vec<Sentence> {
        let mut said: Vec<Sentence> = Vec::new();
        if self.unknown_caution {
            said.push(text::STATE_UNKNOWN_CAUTION.into());
        }
        for sentence in self.standing.iter().flat_map(|result| result.sentences(numbers)) {
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        said
    }
}

fn link<'a>(id: &'a str, names: Option<&'a Vec<String>>) -> Link<'a> {
    Link { id, names: names.map_or(&[], Vec::as_slice) }
}

/// A clearance that counts.
struct Clearing<'a> {
    id: &'a str,
    values: &'a ClearanceValues,
    /// What it covers: nothing, if it is of a day that has not come yet. Its limit holds all the same.
    covers: &'a [String],
}

/// Clearances that say who, when and what, and whose place no other one takes.
fn valid_clearances(clearances: &[Dated<ClearanceValues>], today: Day) -> Vec<Clearing<'_>> {
    let valid: Vec<_> = clearances.iter().filter(|clearance| clearance.values.says_who_and_when()).collect();
    let links: Vec<_> = valid.iter().map(|clearance| link(&clearance.id, clearance.values.replaces.as_ref())).collect();
    let believed = |clearance: &Dated<ClearanceValues>| {
        let visit = clearance.values.day.as_deref().and_then(|day| day.parse().ok());
        plausible(clearance.day, today) && visit.is_some_and(|day| plausible(day, today))
    };
    let replaced = answered(&links, |from, _| valid.get(from).is_some_and(|clearance| believed(clearance)));
    let stand = valid.iter().zip(replaced).filter(|(_, replaced)| !replaced).map(|(clearance, _)| clearance);
    let counting = stand.map(|clearance| {
        let covers = clearance.values.covers.as_deref().filter(|_| believed(clearance)).unwrap_or_default();
        Clearing { id: &clearance.id, values: &clearance.values, covers }
    });
    counting.collect()
}

/// Ids of those that set a limit, sorted.
fn limiting(clearances: &[Clearing<'_>]) -> Vec<String> {
    let limits = clearances.iter().filter(|one| cap(one.values) < LEVEL_MAX);
    let mut ids: Vec<String> = limits.map(|one| one.id.to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The limit that a professional set.
fn cap(values: &ClearanceValues) -> u8 {
    values.level_max.map_or(LEVEL_MAX, |most| u8::try_from(most.clamp(0, LEVEL_MAX.into())).unwrap_or(0))
}

/// What the cautions come to.
struct Cautions<'a> {
    active: BTreeSet<&'a str>,
    unknown: bool,
    ended: BTreeSet<&'a str>,
    /// Conditions that want somebody to look at them, and when they were last said to be there.
    begun: BTreeMap<&'a str, Day>,
}

impl<'a> Cautions<'a> {
    /// For each condition: those that no other of the same condition names. Any that is not a clear "no" counts.
    fn of(cautions: &'a [Dated<CautionValues>], today: Day) -> Self {
        let links: Vec<_> =
            cautions.iter().map(|caution| link(&caution.id, caution.values.answers_again.as_ref())).collect();
        let condition = |place: usize| cautions.get(place).map(|caution| caution.values.condition.as_deref());
        let believed = |place: usize| cautions.get(place).is_some_and(|caution| plausible(caution.day, today));
        let again = answered(&links, |from, to| condition(from) == condition(to) && believed(from));
        let mut all = Self { active: BTreeSet::new(), unknown: false, ended: BTreeSet::new(), begun: BTreeMap::new() };
        let stand = cautions.iter().zip(again).filter(|(_, again)| !again).map(|(caution, _)| caution);
        for Dated { values, day, .. } in stand.filter(|caution| caution.values.answer.as_deref() != Some("no")) {
            if let Some(id) = values.condition.as_deref().filter(|id| *day <= today && wants_a_look(id)) {
                let last = all.begun.entry(id).or_insert(*day);
                *last = (*day).max(*last);
            }
            match values.condition.as_deref() {
                Some(id) if Condition::find(id).is_some() => all.active.insert(id),
                _ => {
                    all.unknown = true;
                    continue;
                }
            };
            let over = |until: &String| until.parse::<Day>().map_or(true, |until| until < today);
            if values.until.as_ref().is_some_and(over) {
                all.ended.extend(values.condition.as_deref());
            }
        }
        all
    }
}

/// Whether a condition by itself is a reason to see somebody: every rule that finds it says so.
fn wants_a_look(condition: &str) -> bool {
    let mut finding = RULES.iter().filter(|rule| rule.conditions.contains(&condition)).peekable();
    finding.peek().is_some() && finding.all(|rule| rule.level >= Level::C)
}

/// The day of a result whose advice to see somebody wants asking again before a session.
fn advice_since(result: &Judged<'_>, covered: bool, usage: &Usage, today: Day) -> Option<Day> {
    let level = result.level.filter(|level| *level >= Level::C)?;
    let day = result.record.day;
    let another_day = day != today;
    let old = today.since(day) >= i32::from(level.reask_after_days());
    // After A and B nothing was put together until it was cleared: whatever was logged meanwhile is no session that the
    // questions came before. They are asked until they are answered again.
    let first = if level.needs_clearance() {
        another_day || covered
    } else {
        another_day && !usage.last_session.is_some_and(|last| last >= day && last <= today)
    };
    (first || (level == Level::C && !covered && old)).then_some(day)
}

fn asks(judged: &[Judged<'_>], advice: bool, begun: Option<Day>, usage: &Usage, today: Day) -> Vec<Ask> {
    let days = |whole: bool| {
        let readable =
            judged.iter().filter(move |result| if whole { result.answers() } else { result.why == Why::Answers });
        readable.map(|result| result.record.day).filter(|day| *day <= today).max()
    };
    let mut asks = Vec::new();
    // Answers of a day far ahead are none: nobody would be asked again until that day.
    if !judged.iter().any(|result| result.answers() && plausible(result.record.day, today)) {
        asks.push(Ask::NeverScreened);
        return asks;
    }
    let (whole, any) = (days(true), days(false));
    // Answers of the same day may have come before it, and a night's rest is asked for anyway.
    if let Some(day) = usage.stopped.filter(|day| *day <= today && whole.is_none_or(|whole| whole <= *day)) {
        asks.push(Ask::AfterStop { today: day == today });
    }
    let newer = |event: Option<Day>| event.is_some_and(|event| whole.is_none_or(|whole| whole < event));
    if newer(begun) {
        asks.push(Ask::Changed);
    }
    if advice {
        asks.push(Ask::AfterAdvice);
    }
    if newer(usage.worsening) {
        asks.push(Ask::Worsening);
    }
    if newer(usage.new_episode) {
        asks.push(Ask::NewEpisode);
    }
    if newer(usage.paused.filter(|day| *day <= today)) {
        asks.push(Ask::LongPause);
    }
    let used = [usage.last_session, usage.last_check_in, whole].into_iter().flatten().filter(|day| *day <= today).max();
    match used.map(|used| today.since(used)) {
        Some(days) if days >= BREAK_DAYS => asks.push(Ask::LongBreak { days }),
        Some(_) => {}
        // Every day known is after today: the clock was set back. Ask.
        None => asks.push(Ask::LongBreak { days: BREAK_DAYS }),
    }
    let version = |result: &Judged<'_>| result.record.values.rules_version;
    let believed = judged.iter().filter(|result| result.answers() && plausible(result.record.day, today));
    if believed.clone().all(|result| version(result) < Some(RULES_VERSION)) {
        asks.push(Ask::RulesChanged);
    }
    let checked_in = usage.last_check_in.filter(|day| *day <= today);
    let stale = checked_in.is_none_or(|day| today.since(day) > CHECK_IN_DAYS);
    if (stale || usage.yesterday_red) && any != Some(today) {
        asks.push(Ask::Today);
    }
    asks
}

impl fmt::Debug for Safety {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Safety(..)")
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Usage(..)")
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ask(..)")
    }
}
