//! The catalogue: exercises, measures and reasons to stop, by value.

use lissom_diary::core::exercise as core;
use lissom_diary::core::measure::{self, Answers};
use lissom_diary::texts::Lang;

use crate::numbers::signed;

/// What a dose counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DoseMode {
    /// Repetitions, each perhaps with a short hold.
    Reps,
    /// A position that is held.
    Hold,
    /// Minutes without counting.
    Minutes,
}

/// How much of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Dose {
    /// What it counts.
    pub mode: DoseMode,
    /// Sets.
    pub sets: i32,
    /// Repetitions in each set.
    pub reps: i32,
    /// Seconds of holding.
    pub hold_seconds: i32,
    /// Minutes.
    pub minutes: i32,
    /// Seconds of rest between sets.
    pub rest_seconds: i32,
}

/// An exercise of the catalogue. Words such as `kind` are names that never change; texts are in the language asked for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Exercise {
    /// Its id, for ever.
    pub id: String,
    /// Name.
    pub name: String,
    /// Why one might do it.
    pub why: String,
    /// How to be placed before starting.
    pub cue_posture: String,
    /// How to breathe.
    pub cue_breathing: String,
    /// How to move.
    pub cue_alignment: String,
    /// Usual slips.
    pub mistakes: Vec<String>,
    /// Signs to stop at.
    pub stop: Vec<String>,
    /// `stretch`, `mobility`, `strength`, `aerobic`, `relaxation` or `posture`.
    pub kind: String,
    /// `lower`, `upper`, `sciatica`, `whole`.
    pub regions: Vec<String>,
    /// 0 gentle to 3 demanding.
    pub level: i32,
    /// Position.
    pub position: String,
    /// Whether each side is done by itself.
    pub each_side: bool,
    /// Things it needs; `strap or towel` leaves a choice.
    pub equipment: Vec<String>,
    /// Muscles.
    pub muscles: Vec<String>,
    /// Caution tags.
    pub cautions: Vec<String>,
    /// Dose to begin with.
    pub dose: Dose,
    /// Ids of easier exercises.
    pub easier: Vec<String>,
    /// Ids of harder exercises.
    pub harder: Vec<String>,
    /// Strength of the evidence: `guideline`, `trial`, `expert`, `custom`.
    pub evidence: String,
    /// Who reviewed it; `none` until a clinician has.
    pub review: String,
    /// Its kind in `HealthKit`, if there is one.
    pub healthkit: Option<String>,
    /// Its kind in Health Connect, if there is one.
    pub health_connect: Option<String>,
}

/// A measure that is built in.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MeasureInfo {
    /// Its id, for ever.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// What is asked.
    pub ask: String,
    /// Steps to choose one of, the first is 1; else empty.
    pub steps: Vec<String>,
    /// Lowest answer.
    pub min: i64,
    /// Highest answer.
    pub max: i64,
    /// Whether items are answered, rather than one value.
    pub has_items: bool,
    /// Days after which it is due again.
    pub every_days: i32,
}

/// A reason to stop an exercise.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StopReason {
    /// Its id, for ever: what a result's `stopped` holds.
    pub id: String,
    /// Its words, to choose from.
    pub text: String,
}

fn lang(tag: &str) -> Lang {
    Lang::fitting(tag).unwrap_or_default()
}

fn all(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Every exercise of the catalogue. Compiled in: touches no disk. Call it once and keep it.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn catalogue(language: &str) -> Vec<Exercise> {
    let lang = lang(language);
    lissom_diary::core::catalogue::all().iter().map(|exercise| Exercise::of(exercise, lang)).collect()
}

/// Every measure that is built in.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn measures_known(language: &str) -> Vec<MeasureInfo> {
    let lang = lang(language);
    let info = |known: &measure::Measure| {
        let (min, max, has_items) = match known.answers {
            Answers::Number(range) => (range.min, range.max, false),
            Answers::Steps(steps) => (1, i64::try_from(steps.len()).unwrap_or(1), false),
            Answers::Chosen { range, .. } => (range.min, range.max, true),
            Answers::YesNo => (0, 2, true),
        };
        let steps = match known.answers {
            Answers::Steps(steps) => steps.iter().map(|step| step.say(lang)).collect(),
            _ => Vec::new(),
        };
        let (name, about, ask) = (known.name.say(lang), known.about.say(lang), known.ask.say(lang));
        let (id, every_days) = (known.id.to_owned(), known.every_days);
        MeasureInfo { id, name, about, ask, steps, min, max, has_items, every_days }
    };
    measure::all().iter().map(info).collect()
}

/// Every reason to stop, the most serious first.
#[uniffi::export(default(language = "en"))]
#[must_use]
pub fn stop_reasons(language: &str) -> Vec<StopReason> {
    let lang = lang(language);
    let all = lissom_diary::core::screening::StopReason::all().iter();
    all.map(|reason| StopReason { id: reason.id.to_owned(), text: reason.text.say(lang) }).collect()
}

impl From<core::Dose> for Dose {
    fn from(dose: core::Dose) -> Self {
        let mode = match dose.mode {
            core::DoseMode::Reps => DoseMode::Reps,
            core::DoseMode::Hold => DoseMode::Hold,
            core::DoseMode::Minutes => DoseMode::Minutes,
        };
        Self {
            mode,
            sets: signed(dose.sets),
            reps: signed(dose.reps),
            hold_seconds: signed(dose.hold_seconds),
            minutes: signed(dose.minutes),
            rest_seconds: signed(dose.rest_seconds),
        }
    }
}

impl Exercise {
    fn of(exercise: &core::Exercise, lang: Lang) -> Self {
        let say = |words: &str| lang.words(words).into_owned();
        let text = &exercise.text;
        Self {
            id: exercise.id.to_owned(),
            name: say(text.name),
            why: say(text.why),
            cue_posture: say(text.cues.posture),
            cue_breathing: say(text.cues.breathing),
            cue_alignment: say(text.cues.alignment),
            mistakes: text.mistakes.iter().map(|words| say(words)).collect(),
            stop: text.stop.iter().map(|words| say(words)).collect(),
            kind: exercise.kind.to_string(),
            regions: exercise.regions.iter().map(ToString::to_string).collect(),
            level: i32::from(exercise.level),
            position: exercise.position.to_string(),
            each_side: exercise.sides == core::Sides::Each,
            equipment: all(exercise.equipment),
            muscles: all(exercise.muscles),
            cautions: all(exercise.cautions),
            dose: exercise.dose.into(),
            easier: all(exercise.easier),
            harder: all(exercise.harder),
            evidence: exercise.evidence.to_string(),
            review: exercise.review.to_owned(),
            healthkit: exercise.healthkit.map(str::to_owned),
            health_connect: exercise.health_connect.map(str::to_owned),
        }
    }
}
