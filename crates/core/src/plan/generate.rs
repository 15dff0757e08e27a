//! A week, made from what may be done and what is wanted.
//!
//! Every exercise gets a verdict first: a reason to leave it out, or none. Those that are left are put into the days
//! by [`week`]. Then the plan tells why: each item its reasons, each well-known exercise that is not in its verdict,
//! and each kind of work that is missing. The numbers and where they come from are in `docs/evidence.md`.

mod week;

pub(super) use week::{is_demanding, length, strength_days};

use crate::catalogue;
use crate::dose::{Irritability, SEVERE_PAIN, SOME_PAIN};
use crate::exercise::{Bias, Exercise, Kind};
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::texts::Sentence;
use crate::texts::plan as said;

use super::extra::Extra;
use super::item::Item;
use super::length::seconds;
use super::limits::Limits;
use super::profile::{Experience, Profile};
use super::reason::{Because, Cap};
use super::{PlanValues, RULES_VERSION};

/// The kinds that share a session, in the order in which a session has them.
pub(super) const KINDS: [Kind; 5] = [Kind::Mobility, Kind::Strength, Kind::Aerobic, Kind::Stretch, Kind::Relaxation];

/// Fewest minutes of an exercise that counts minutes. Our choice.
pub(super) const ELASTIC_MINUTES_MIN: u32 = 3;

/// An exercise that is not in a plan, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The exercise; `None` for one that is not in the catalogue.
    pub exercise: Option<&'static Exercise>,
    /// Why.
    pub because: Because,
}

impl LeftOut {
    /// The reason in words.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        self.because.sentence(self.exercise)
    }
}

impl std::fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LeftOut(..)")
    }
}

/// Something that a plan does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Limits and what is at hand leave nothing of this kind.
    Limits(Kind),
    /// The person ruled out what was left of this kind.
    Choice(Kind),
    /// The week had no time for this kind.
    Time(Kind),
    /// A session is shorter than asked by so many minutes; the most of the week.
    Minutes(u32),
    /// Strength above level 0 is on two days in a row, by the person's own choice.
    StrengthDays,
    /// A session is longer than asked: so many minutes, the most of the week.
    Longer(u32),
}

impl Gap {
    /// What is missing, in words.
    #[must_use]
    pub fn sentence(self) -> Sentence {
        let texts = match self {
            Self::Minutes(minutes) => return said::GAP_MINUTES.with("n", minutes),
            Self::Longer(minutes) => return said::GAP_LONGER.with("n", minutes),
            Self::StrengthDays => return said::GAP_STRENGTH_DAYS.into(),
            Self::Limits(kind) | Self::Choice(kind) | Self::Time(kind) => match kind {
                Kind::Strength => [said::GAP_LIMITS_STRENGTH, said::GAP_CHOICE_STRENGTH, said::GAP_TIME_STRENGTH],
                Kind::Aerobic => [said::GAP_LIMITS_AEROBIC, said::GAP_CHOICE_AEROBIC, said::GAP_TIME_AEROBIC],
                Kind::Stretch => [said::GAP_LIMITS_STRETCH, said::GAP_CHOICE_STRETCH, said::GAP_TIME_STRETCH],
                Kind::Relaxation => {
                    [said::GAP_LIMITS_RELAXATION, said::GAP_CHOICE_RELAXATION, said::GAP_TIME_RELAXATION]
                }
                Kind::Mobility | Kind::Posture => {
                    [said::GAP_LIMITS_MOBILITY, said::GAP_CHOICE_MOBILITY, said::GAP_TIME_MOBILITY]
                }
            },
        };
        let [limits, choice, time] = texts;
        match self {
            Self::Limits(_) => limits.into(),
            Self::Choice(_) => choice.into(),
            _ => time.into(),
        }
    }
}

/// A plan that was made, and everything there is to say about it.
#[derive(Clone, PartialEq, Eq)]
pub struct Generated {
    /// What it was made from.
    pub profile: Profile,
    /// The items, sorted by day and place.
    pub items: Vec<Item>,
    /// Highest level of exercises that the plan may have.
    pub level_max: u8,
    /// Well-known exercises, and items that were to be kept, that are not in it.
    pub left_out: Vec<LeftOut>,
    /// What it does not have.
    pub gaps: Vec<Gap>,
    /// What comes beside the sessions.
    pub extras: Vec<Extra>,
}

impl std::fmt::Debug for Generated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Generated(..)")
    }
}

impl Generated {
    /// The plan as a version to record, which replaces the versions with these ids.
    #[must_use]
    pub fn values(&self, at: Moment, replaces: &[&str]) -> PlanValues {
        let mut values = PlanValues {
            at_ms: Some(at.at_ms),
            offset_minutes: Some(at.offset_minutes),
            rules_version: Some(RULES_VERSION),
            replaces: Some(replaces.iter().map(|id| (*id).to_owned()).collect()),
            level_max: Some(i64::from(self.level_max)),
            mode: Some("recovery".to_owned()),
            ..PlanValues::default()
        };
        self.profile.write(&mut values);
        values.set_items(&self.items);
        values
    }
}

/// Makes a week's plan of what may be done and what is wanted.
///
/// # Errors
/// [`Refusal`] of a profile that no plan can be made of: see [`Profile::check`].
pub fn generate(limits: &Limits, profile: &Profile) -> Result<Generated, Refusal> {
    within(limits, profile)
}

/// The generator itself: [`generate`] asks for a clearance first.
pub(crate) fn within(limits: &Limits, profile: &Profile) -> Result<Generated, Refusal> {
    profile.check()?;
    let profile = profile.sorted();
    let (most, cap) = ceiling(limits, &profile);
    let verdict = |exercise: &'static Exercise| verdict(limits, &profile, (most, cap), exercise);
    let candidates: Vec<_> = offered().filter(|exercise| verdict(exercise).is_none()).collect();
    let filled = week::fill(&week::Input { limits, profile: &profile, most, cap, candidates: &candidates });

    let mut left_out = filled.dropped;
    for exercise in well_known(&profile).filter(|exercise| exercise.kind != Kind::Posture) {
        if !filled.items.iter().any(|item| item.exercise == exercise.id) {
            // What is meant for another place stays out whatever there is to exercise with, and whatever the level is in
            // some weeks. A condition or screening that keeps it away is said first all the same.
            let elsewhere = passed_over(&profile, exercise);
            let because = match verdict(exercise) {
                Some(Because::Level { cap: Cap::Pain | Cap::Beginner, .. } | Because::Equipment(_))
                    if elsewhere == Because::OtherRegion =>
                {
                    elsewhere
                }
                Some(because) => because,
                None => elsewhere,
            };
            left_out.push(LeftOut { exercise: Some(exercise), because });
        }
    }
    let mut gaps: Vec<Gap> = KINDS
        .into_iter()
        .filter_map(|kind| {
            let of_kind = || offered().filter(move |exercise| exercise.kind == kind);
            let there = filled.items.iter().any(|item| item.find().is_some_and(|exercise| exercise.kind == kind));
            if there {
                None
            } else if of_kind().any(|exercise| verdict(exercise).is_none()) {
                Some(Gap::Time(kind))
            } else if of_kind().any(|exercise| verdict(exercise) == Some(Because::Disliked)) {
                Some(Gap::Choice(kind))
            } else {
                Some(Gap::Limits(kind))
            }
        })
        .collect();
    gaps.extend(filled.gaps);
    Ok(Generated { items: filled.items, level_max: most, left_out, gaps, extras: Extra::of_day(limits, true), profile })
}

/// Every exercise that may fill a session's minutes.
pub(super) fn offered() -> impl Iterator<Item = &'static Exercise> {
    catalogue::all().iter().filter(|exercise| exercise.kind != Kind::Posture)
}

/// The lists that everybody is owed a word about, each exercise once.
fn well_known(profile: &Profile) -> impl Iterator<Item = &'static Exercise> {
    let regions = profile.regions.iter().flat_map(|region| catalogue::article(*region));
    let mut ids: Vec<&str> = Vec::new();
    for id in regions.chain(catalogue::mission()) {
        if !ids.contains(id) {
            ids.push(id);
        }
    }
    ids.into_iter().filter_map(catalogue::find)
}

/// The highest level, and what keeps it there.
pub(super) fn ceiling(limits: &Limits, profile: &Profile) -> (u8, Cap) {
    let beginner =
        if profile.experience == Experience::Beginner && profile.first_weeks { 1 } else { Exercise::LEVEL_MAX };
    // Of equals the first is named: what a professional could change comes first.
    [(limits.level_max, Cap::Screening), (ceiling_of_pain(profile), Cap::Pain), (beginner, Cap::Beginner)]
        .into_iter()
        .min_by_key(|(most, _)| *most)
        .unwrap_or((0, Cap::Screening))
}

/// The highest level that pain and how it settles leave.
pub(super) fn ceiling_of_pain(profile: &Profile) -> u8 {
    let severity = profile.severity();
    match profile.irritability.unwrap_or(Irritability::Moderate) {
        _ if severity >= SEVERE_PAIN => 0,
        Irritability::High => 0,
        Irritability::Moderate => 1,
        Irritability::Low if severity >= SOME_PAIN => 1,
        Irritability::Low => Exercise::LEVEL_MAX,
    }
}

/// Why an exercise is left out, safety before everything else; `None` when it may be offered.
pub(super) fn verdict(
    limits: &Limits,
    profile: &Profile,
    (most, cap): (u8, Cap),
    exercise: &'static Exercise,
) -> Option<Because> {
    let level = || (exercise.level > most).then_some(Because::Level { most, cap });
    let direction = || untried(limits, profile, exercise);
    let equipment = || profile.lacks(exercise.equipment).map(Because::Equipment);
    let disliked = || profile.dislikes.iter().any(|id| id == exercise.id).then_some(Because::Disliked);
    let block = limits.block(exercise);
    block.or_else(level).or_else(direction).or_else(equipment).or_else(disliked)
}

/// Why an exercise that bends one way stays out for somebody with real pain and symptoms in a leg: they begin near the
/// middle until that way was tried. Bending one way and back in turn stays near the middle too.
fn untried(limits: &Limits, profile: &Profile, exercise: &Exercise) -> Option<Because> {
    let (spreads, other) = match exercise.bias {
        Bias::Flexion => ("flexion-spreads", "extension-spreads"),
        Bias::Extension => ("extension-spreads", "flexion-spreads"),
        _ => return None,
    };
    let applies = matches!(exercise.kind, Kind::Stretch | Kind::Mobility)
        && profile.leg_symptoms()
        && profile.severity() >= SOME_PAIN;
    if !applies {
        None
    } else if limits.has(spreads) {
        Some(Because::Condition(spreads))
    } else {
        // Who knows which way spreads the pain has tried both.
        let known = profile.directions.contains(&exercise.bias) || limits.has(other);
        (!known).then_some(Because::Direction(exercise.bias))
    }
}

/// Why an exercise with nothing against it was not chosen.
fn passed_over(profile: &Profile, exercise: &Exercise) -> Because {
    if shortest(exercise) > profile.minutes.saturating_mul(60) {
        Because::Time
    } else if week::region_match(profile, exercise) == 0 {
        Because::OtherRegion
    } else {
        Because::Others
    }
}

/// Whether an exercise counts minutes, and takes as many as there are.
pub(super) fn is_elastic(exercise: &Exercise) -> bool {
    exercise.dose.mode == crate::exercise::DoseMode::Minutes
}

/// The fewest seconds an exercise takes.
pub(super) fn shortest(exercise: &Exercise) -> u32 {
    if is_elastic(exercise) { ELASTIC_MINUTES_MIN * 60 } else { seconds(&exercise.dose, exercise.sides) }
}
