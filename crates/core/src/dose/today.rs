//! What the fold means for a day: every exercise's dose, what is offered, and why.
//!
//! Sources of the numbers are in `docs/evidence.md`.

use std::collections::BTreeMap;

use crate::catalogue;
use crate::day::Day;
use crate::dose::flare::{RECHECK_DAYS, WALK_BOUT_MINUTES};
use crate::dose::fold::Fold;
use crate::dose::known::{Exercises, Known};
use crate::dose::ladder::{dose_at, halved, top};
use crate::dose::morning::Scores;
use crate::dose::offers::{Ready, choose, growth};
use crate::dose::proposal::{Key, Proposal, proposal_id};
use crate::dose::rule::Rule;
use crate::dose::track::{Last, Standing, Track, WEEK};
use crate::dose::zone::{Doubled, Zone};
use crate::exercise::{Dose, Exercise, Ladder};
use crate::texts::{Sentence, dose as texts};

/// Usual pain from which on only level 0 fits, NRS.
pub const SEVERE_PAIN: i64 = 7;
/// Usual pain from which on levels up to 1 fit, NRS.
pub const SOME_PAIN: i64 = 4;
/// Days from the first session in which a beginner stays at levels up to 1.
pub const BEGINNER_DAYS: i32 = 14;

/// How quickly pain that was stirred up settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Irritability {
    /// Within an hour.
    Low,
    /// Within a day.
    Moderate,
    /// More than a day, or a small movement provokes severe pain.
    High,
}

/// What the log does not say about the person and the day. `Context::default()` knows nothing and so raises nothing.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    /// Exercises that are known.
    pub exercises: Exercises<'a>,
    /// Whether records wait or are set aside somewhere: then nothing rises.
    pub waiting: bool,
    /// Ids of exercises whose dose a clinician has set: they never rise.
    pub locked: &'a [&'a str],
    /// Highest level that screening clears; `None` if it clears nothing, and then nothing rises.
    pub cleared: Option<u8>,
    /// Ids of the exercises that screening and cautions let the person do: only these are offered in another's place.
    pub fit: &'a [&'a str],
    /// Usual pain if the person said it, NRS; the higher of it and the mornings counts.
    pub pain: Option<i64>,
    /// Irritability; not known is read as moderate.
    pub irritability: Option<Irritability>,
    /// Ids of the exercises that the plan can have on one more day: only these are offered one.
    pub more_days: &'a [&'a str],
    /// Whether the person is used to exercise. If not, or not known, the first two weeks begin gently.
    pub experienced: bool,
    /// Local day of the first session; `None` is today.
    pub first_session: Option<Day>,
    /// 65 years or more.
    pub older: bool,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context(..)")
    }
}

/// A rule, in words, and the records it rests on.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    /// Id of the rule.
    pub rule: &'static str,
    /// In words.
    pub sentence: Sentence,
    /// Ids of the records it rests on.
    pub basis: Vec<String>,
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reason(..)")
    }
}

/// Whether an exercise is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// At its dose.
    Active,
    /// At the halved dose of a flare.
    Flare,
    /// Not now: more demanding than the ceiling of the day.
    AboveCeiling,
    /// Not now: too much twice, something else is done instead.
    Paused,
    /// Not before a professional has been asked.
    Retired,
}

/// One exercise's dose, or that of one side.
#[derive(Clone, PartialEq, Eq)]
pub struct ExerciseDose {
    /// Step on its ladder, 0 is the starting dose.
    pub step: u32,
    /// The dose to do.
    pub dose: Dose,
    /// Zone of the last exposure.
    pub zone: Zone,
    /// Whether it is to be done.
    pub status: Status,
    /// Exercise that the person moved on to, or does instead.
    pub moved_to: Option<String>,
    /// Why, the most recent last.
    pub because: Vec<Reason>,
}

impl std::fmt::Debug for ExerciseDose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExerciseDose(..)")
    }
}

/// A flare today.
#[derive(Clone, PartialEq, Eq)]
pub struct FlareNow {
    /// Day it began.
    pub since: Day,
    /// Why it is one.
    pub because: Reason,
    /// What to do meanwhile, the look at the safety questions last.
    pub advice: Vec<Sentence>,
    /// Day on which to look again: today or later.
    pub recheck: Day,
}

impl std::fmt::Debug for FlareNow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FlareNow(..)")
    }
}

/// What the rules say for a day.
#[derive(Clone, PartialEq, Eq)]
pub struct Doses {
    /// Every exercise that was ever done.
    pub exercises: BTreeMap<Key, ExerciseDose>,
    /// What is offered, sorted by id.
    pub proposals: Vec<Proposal>,
    /// The flare, if there is one.
    pub flare: Option<FlareNow>,
    /// Why a flare ended, for the week after.
    pub flare_over: Option<Reason>,
    /// Highest level of exercises for now.
    pub level_max: u8,
    /// Why it is not higher.
    pub level_because: Vec<Reason>,
    /// Usual morning pain of the back, doubled.
    pub usual_pain: Option<Doubled>,
}

impl std::fmt::Debug for Doses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doses(..)")
    }
}

impl Fold {
    /// What the days folded so far mean for a day. Changes nothing: exposures whose next morning has not come are
    /// judged by what is known.
    ///
    /// `today` is not before the last day that was folded; a day that was already in the future counts as today.
    #[must_use]
    pub fn today(&self, today: Day, context: &Context<'_>) -> Doses {
        let mut fold = self.clone();
        fold.settle(&Scores::default(), &context.exercises, &mut |_| {});
        fold.flares.fade(today);
        Today { fold: &fold, day: today, context, level: fold.ceiling(today, context) }.doses()
    }

    /// The highest level for a day, and what sets it.
    fn ceiling(&self, today: Day, context: &Context<'_>) -> Ceiling {
        let tomorrow = today.plus(1);
        let said = context.pain.map(|pain| pain.saturating_mul(2));
        // A leg that is known does not stand in for a back that is not.
        let known = said.is_some() || self.mornings.back.usual(tomorrow).is_some();
        let usual = said.max(self.mornings.worse(tomorrow).map(|usual| usual.0));
        let at_least = |pain: i64| usual.is_some_and(|usual| usual >= pain.saturating_mul(2));
        let first = context.first_session.unwrap_or(today);
        let irritable = context.irritability.unwrap_or(Irritability::Moderate);
        let limits = [
            (self.flares.now.is_some(), 0, Rule::CeilingFlare),
            (at_least(SEVERE_PAIN), 0, Rule::CeilingPainHigh),
            (irritable == Irritability::High, 0, Rule::CeilingIrritableHigh),
            (!known || at_least(SOME_PAIN), 1, Rule::CeilingPain),
            (irritable >= Irritability::Moderate, 1, Rule::CeilingIrritable),
            (!context.experienced && today.since(first) < BEGINNER_DAYS, 1, Rule::CeilingBeginner),
            (context.cleared.is_none(), 0, Rule::HoldNotCleared),
            (
                context.cleared.is_some_and(|level| level < Exercise::LEVEL_MAX),
                context.cleared.unwrap_or(0),
                Rule::CeilingCleared,
            ),
        ];
        let holding: Vec<(u8, Rule)> =
            limits.into_iter().filter(|(holds, ..)| *holds).map(|(_, level, rule)| (level, rule)).collect();
        let max = holding.iter().map(|(level, _)| *level).min().unwrap_or(Exercise::LEVEL_MAX);
        let rules = holding.into_iter().filter(|(level, _)| *level == max).map(|(_, rule)| rule).collect();
        Ceiling { max, rules }
    }
}

struct Ceiling {
    max: u8,
    rules: Vec<Rule>,
}

struct Today<'t> {
    fold: &'t Fold,
    day: Day,
    context: &'t Context<'t>,
    level: Ceiling,
}

impl Today<'_> {
    fn doses(&self) -> Doses {
        let mut exercises = BTreeMap::new();
        let mut proposals = Vec::new();
        let holds = self.holds();
        for (key, track) in &self.fold.tracks {
            let Some((known, last)) = self.context.exercises.find(&key.exercise).zip(track.last.as_ref()) else {
                continue;
            };
            let hold = holds.get(key).copied().flatten();
            let (dose, proposal) = self.exercise(key, track, last, &known, hold);
            exercises.insert(key.clone(), dose);
            proposals.extend(proposal);
        }
        proposals.sort_by(|a: &Proposal, b| a.id.cmp(&b.id));
        let reason = |rule: &Rule| Reason { rule: rule.id(), sentence: rule.plain(), basis: Vec::new() };
        Doses {
            exercises,
            proposals,
            flare: self.flare(),
            flare_over: self.flare_over(),
            level_max: self.level.max,
            level_because: self.level.rules.iter().map(reason).collect(),
            usual_pain: self.fold.mornings.back.usual(self.day.plus(1)),
        }
    }

    /// What holds back the rises that tracks are ready for; `None` for those that are offered. What cannot rise today
    /// takes no place of those that can.
    fn holds(&self) -> BTreeMap<Key, Option<Rule>> {
        let mut holds = BTreeMap::new();
        let mut ready = Vec::new();
        for (key, track) in &self.fold.tracks {
            let Some((rule, known)) = track.offer.zip(self.context.exercises.find(&key.exercise)) else { continue };
            if track.standing != Standing::Active || track.gap(self.day).is_some() {
                continue;
            }
            let hold = self.withheld(rule, key, track, &known);
            if hold.is_none() {
                let growth = growth(rule, track, &known, &self.context.exercises);
                ready.push(Ready { key: key.clone(), run: track.run, growth });
            }
            holds.insert(key.clone(), hold);
        }
        holds.extend(choose(ready, &self.fold.week(self.day)).into_iter().map(|(one, hold)| (one.key, hold)));
        holds
    }

    fn exercise(
        &self,
        key: &Key,
        track: &Track,
        last: &Last,
        known: &Known<'_>,
        hold: Option<Rule>,
    ) -> (ExerciseDose, Option<Proposal>) {
        let reason = |rule: Rule, basis: &[String]| {
            let sentence = match rule {
                Rule::Progress | Rule::Harder | Rule::Swap => self.words(rule, known),
                _ => rule.about(known.name()),
            };
            Reason { rule: rule.id(), sentence, basis: basis.to_vec() }
        };
        let mut because: Vec<Reason> = last.rules.iter().map(|rule| reason(*rule, &last.basis)).collect();
        let gap = track.gap(self.day);
        because.extend(gap.map(|(rule, _)| reason(rule, &last.basis)));
        let standing = match (track.standing, gap) {
            (Standing::Paused(_), Some((Rule::GapRestart, _))) => Standing::Active,
            (standing, _) => standing,
        };

        let step = gap.map_or(track.step, |(_, step)| step).min(top(known.dose(), known.ladder(), self.context.older));
        let mut dose = dose_at(known.dose(), known.ladder(), step, self.context.older);
        let status = match standing {
            Standing::Retired(_) => {
                because.push(reason(Rule::HoldRetired, &last.basis));
                Status::Retired
            }
            Standing::Paused(_) => {
                because.push(reason(Rule::HoldPaused, &last.basis));
                Status::Paused
            }
            Standing::Active if self.context.cleared.is_none() => {
                because.push(reason(Rule::HoldNotCleared, &[]));
                Status::AboveCeiling
            }
            Standing::Active if known.level() > self.level.max => {
                because.push(reason(Rule::HoldCeiling, &[]));
                Status::AboveCeiling
            }
            Standing::Active => match &self.fold.flares.now {
                Some(flare) => {
                    dose = halved(&dose, WALK_BOUT_MINUTES);
                    because.push(reason(Rule::FlareHalf, &flare.basis));
                    Status::Flare
                }
                None => Status::Active,
            },
        };
        let proposal = match (standing, track.offer) {
            // Nothing is offered to whom nothing is put together for.
            _ if self.context.cleared.is_none() => None,
            (Standing::Retired(_), _) if self.context.waiting => None,
            (Standing::Retired(since), _) => Some(self.proposal(Rule::Review, key, since, track, last, known)),
            (Standing::Paused(since), _) if track.moved_to.is_none() => {
                Some(self.proposal(Rule::Swap, key, since, track, last, known))
            }
            (Standing::Active, Some(rule)) if gap.is_none() => match hold {
                Some(hold) => {
                    because.push(reason(hold, &last.basis));
                    None
                }
                None => Some(self.proposal(rule, key, last.day, track, last, known)),
            },
            _ => None,
        };
        // A pause that is over by itself ends what was done instead.
        let moved_to = track.moved_to.clone().filter(|_| standing == track.standing);
        (ExerciseDose { step, dose, zone: last.zone, status, moved_to, because }, proposal)
    }

    /// Why a rise that the log would allow is not offered today.
    fn withheld(&self, rule: Rule, key: &Key, track: &Track, known: &Known<'_>) -> Option<Rule> {
        let context = self.context;
        let reached = rule == Rule::Progress && track.step >= top(known.dose(), known.ladder(), context.older);
        let holds = [
            (context.waiting, Rule::HoldWaiting),
            (context.cleared.is_none(), Rule::HoldNotCleared),
            (self.fold.flares.now.is_some(), Rule::HoldFlare),
            (context.locked.contains(&key.exercise.as_str()), Rule::HoldLocked),
            (known.level() > self.level.max, Rule::HoldCeiling),
            (reached, Rule::HoldTop),
            (rule == Rule::Days && !context.more_days.contains(&key.exercise.as_str()), Rule::HoldDays),
            (rule == Rule::Harder && self.harder(known).is_none(), Rule::HoldTop),
        ];
        holds.into_iter().find(|(holds, _)| *holds).map(|(_, rule)| rule)
    }

    fn proposal(&self, rule: Rule, key: &Key, day: Day, track: &Track, last: &Last, known: &Known<'_>) -> Proposal {
        let to_step = match rule {
            Rule::Progress => Some(track.step.saturating_add(1)),
            Rule::Review => Some(0),
            _ => None,
        };
        let to_exercise = match rule {
            Rule::Harder => self.harder(known),
            Rule::Swap => self.instead(known),
            _ => None,
        };
        Proposal {
            id: proposal_id(rule, key, day),
            rule: rule.id(),
            key: key.clone(),
            day,
            to_step,
            to_dose: to_step.map(|step| dose_at(known.dose(), known.ladder(), step, self.context.older)),
            to_exercise: to_exercise.map(str::to_owned),
            sentence: self.words(rule, known),
            basis: last.basis.clone(),
        }
    }

    fn words(&self, rule: Rule, known: &Known<'_>) -> Sentence {
        let other = match rule {
            Rule::Harder => self.harder(known).map(|id| (texts::HARDER_OFFER, id)),
            Rule::Swap => self.instead(known).map(|id| (texts::SWAP_OFFER, id)),
            Rule::Progress if known.ladder() == Ladder::Load => {
                return rule.fill(texts::LOAD_OFFER.with("exercise", known.name()));
            }
            _ => None,
        };
        match other.and_then(|(text, id)| Some((text, self.context.exercises.find(id)?))) {
            Some((text, other)) => rule.fill(text.with("exercise", known.name()).with("other", other.name())),
            None => rule.about(known.name()),
        }
    }

    /// The first harder exercise that is fit for the person today.
    fn harder<'k>(&self, known: &'k Known<'_>) -> Option<&'k str> {
        known.harder().into_iter().find(|id| self.is_fit(id))
    }

    /// What to do in an exercise's place: an easier one, or else one no harder for the same region that moves the
    /// spine another way.
    fn instead<'k>(&self, known: &'k Known<'_>) -> Option<&'k str> {
        let similar = |other: &&'static Exercise| {
            other.level <= known.level()
                && other.bias != known.bias()
                && other.regions.iter().any(|region| known.regions().contains(region))
                && self.is_fit(other.id)
        };
        let easier = known.easier().into_iter().find(|id| self.is_fit(id));
        easier.or_else(|| catalogue::all().iter().find(similar).map(|other| other.id))
    }

    fn is_fit(&self, id: &str) -> bool {
        let active = |(key, track): (&Key, &Track)| key.exercise != id || track.standing == Standing::Active;
        self.context.fit.contains(&id)
            && self.context.exercises.find(id).is_some_and(|known| known.level() <= self.level.max)
            && self.fold.tracks.iter().all(active)
    }

    fn flare(&self) -> Option<FlareNow> {
        let flare = self.fold.flares.now.as_ref()?;
        let every = i32::try_from(RECHECK_DAYS).unwrap_or(1).max(1);
        let days = self.day.since(flare.since).max(1);
        let rounds = days.saturating_add(every).saturating_sub(1).div_euclid(every);
        let recheck = flare.since.plus(rounds.saturating_mul(every));
        Some(FlareNow {
            since: flare.since,
            because: Reason { rule: flare.rule.id(), sentence: flare.rule.plain(), basis: flare.basis.clone() },
            advice: vec![
                texts::FLARE_STAY_ACTIVE.into(),
                texts::FLARE_WALK.with("n", WALK_BOUT_MINUTES),
                texts::FLARE_BREATHE.into(),
                texts::FLARE_RECHECK.with("day", recheck.to_string()),
                texts::FLARE_SAFETY.into(),
            ],
            recheck,
        })
    }

    fn flare_over(&self) -> Option<Reason> {
        let ended = self.fold.flares.ended.as_ref().filter(|ended| self.day.since(ended.day) < WEEK)?;
        Some(Reason { rule: ended.rule.id(), sentence: ended.rule.plain(), basis: ended.basis.clone() })
    }
}
