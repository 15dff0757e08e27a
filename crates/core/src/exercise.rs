//! What an exercise is: its kind, its starting dose, its cautions and its words.
//!
//! The built-in exercises are files in `catalogue/`, checked and turned into these types when the crate is built
//! (the build script compiles this very file, so a wire name is written once). Nothing here reads files or parses at
//! run time, and nothing here decides who may do an exercise: that is for screening and planning.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A word that is none of the names allowed in its place.
///
/// The given word is not kept: it may be something a person typed about their health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownName {
    /// What was asked for, such as `kind`.
    pub what: &'static str,
    /// The names that would have been understood.
    pub allowed: &'static [&'static str],
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {}, expected one of: {}", self.what, self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownName {}

/// An enum whose variants have one fixed name in files, JSON and on the command line.
macro_rules! named {
    ($(#[$about:meta])* $type:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl $type {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in files, JSON and on the command line. Never changes once released.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownName { what: $what, allowed: &[$($name,)+] }),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

named! {
    /// The kind of work an exercise is. The planner balances the week by it.
    Kind, "kind" {
        /// Holding a muscle long, gently and without bouncing.
        Stretch = "stretch",
        /// Moving a joint or nerve through its easy range.
        Mobility = "mobility",
        /// Working a muscle so that it gets stronger or lasts longer.
        Strength = "strength",
        /// Steady work for heart and lungs with little impact.
        Aerobic = "aerobic",
        /// Calming breath or attention.
        Relaxation = "relaxation",
        /// Changing how one sits, stands or has the desk set up.
        Posture = "posture",
    }
}

named! {
    /// Where the trouble is that an exercise is meant for. One exercise may name several.
    Region, "region" {
        /// Lower back.
        Lower = "lower",
        /// Upper back, between and below the shoulder blades.
        Upper = "upper",
        /// Sciatica: pain or tingling that runs from the back or buttock down a leg.
        Sciatica = "sciatica",
        /// The whole body.
        Whole = "whole",
    }
}

named! {
    /// The way the spine is moved or loaded. Some people's leg pain spreads with one direction and not with the other.
    Bias, "bias" {
        /// Bending forward or rounding.
        Flexion = "flexion",
        /// Bending back or opening.
        Extension = "extension",
        /// The spine stays near the middle.
        Neutral = "neutral",
        /// Twisting.
        Rotation = "rotation",
        /// Moving a nerve along its path.
        Neural = "neural",
        /// Forward and back in turn.
        Both = "both",
    }
}

named! {
    /// The position an exercise is done in, for people who cannot kneel, lie flat or get down to the floor.
    Position, "position" {
        /// Lying on the back.
        Supine = "supine",
        /// Lying on the belly.
        Prone = "prone",
        /// Lying on one side.
        SideLying = "side-lying",
        /// On hands and knees.
        HandsAndKnees = "hands-and-knees",
        /// Kneeling on one or both knees.
        Kneeling = "kneeling",
        /// Sitting.
        Sitting = "sitting",
        /// Standing or walking.
        Standing = "standing",
        /// Sitting or standing, as one likes.
        SittingOrStanding = "sitting-or-standing",
        /// Lying or sitting, as one likes.
        LyingOrSitting = "lying-or-sitting",
        /// In water.
        Water = "water",
        /// Any comfortable position.
        Any = "any",
    }
}

named! {
    /// What a dose counts.
    DoseMode, "dose mode" {
        /// Repetitions, each perhaps with a short hold.
        Reps = "reps",
        /// A position that is held.
        Hold = "hold",
        /// Minutes without counting.
        Minutes = "minutes",
    }
}

named! {
    /// The way an exercise grows once its dose has become easy. Numbers and their sources: `docs/evidence.md`.
    Ladder, "ladder" {
        /// Two more repetitions at a time up to 12, then one more set up to 3, then a harder exercise.
        Reps = "reps",
        /// Holds of at most [`Dose::ENDURANCE_HOLD_SECONDS_MAX`]: 6, 8, then 10 repetitions. A hold never grows.
        Endurance = "endurance",
        /// Five seconds more a hold up to 30, then more repetitions until about 60 seconds a side, then keep that.
        Stretch = "stretch",
        /// More weight, 2 to 10 percent at a time.
        Load = "load",
        /// More minutes.
        Minutes = "minutes",
        /// Nothing grows: calming down and sitting well are not trained for more.
        None = "none",
    }
}

impl Ladder {
    /// Whether a dose that counts by `mode` can grow this way.
    #[must_use]
    pub const fn fits(self, mode: DoseMode) -> bool {
        match self {
            Self::Reps | Self::Endurance | Self::Load => matches!(mode, DoseMode::Reps),
            Self::Stretch => matches!(mode, DoseMode::Hold),
            Self::Minutes => matches!(mode, DoseMode::Minutes),
            Self::None => true,
        }
    }
}

named! {
    /// Whether an exercise is done on the left and on the right.
    Sides, "sides" {
        /// Both sides work together, or the exercise has no sides.
        None = "none",
        /// Left and right in turn. The dose holds for each side.
        Each = "each",
    }
}

named! {
    /// How much is known about an exercise for people with back trouble. Says nothing about any one person.
    Evidence, "evidence" {
        /// A guideline for back pain names this kind of exercise. This very movement need not have been tested.
        Guideline = "guideline",
        /// At least one randomised trial tested this exercise. The effect may be small or uncertain: see the sources.
        Trial = "trial",
        /// Expert advice, or general advice on training. Not tested by itself for this kind of back trouble.
        Expert = "expert",
        /// Added by a person or a clinic. Nothing is known; never used in the built-in catalogue.
        Custom = "custom",
    }
}

/// The tags an exercise may carry as a caution, sorted.
///
/// A closed list, because a misspelt tag would let an exercise through to someone it should be kept from. An exercise
/// with a tag is left out, or changed, for people to whom the tag applies; who they are is decided by screening.
pub const CAUTION_TAGS: &[&str] = &[
    "abdominal_hernia_or_diastasis",         // strains the belly wall
    "balance_risk",                          // needs steady balance
    "balance_risk_pool",                     // needs steady footing on wet ground
    "cardiac_unscreened",                    // hard enough to want a healthy heart
    "extension_peripheralises",              // for people whose leg pain spreads when bending back
    "extension_peripheralises_breaststroke", // the same, but only for breaststroke
    "flexion_peripheralises",                // for people whose leg pain spreads when bending forward
    "flexion_peripheralises_upright",        // the same, but only while slumped
    "glaucoma_head_down",                    // head lower than the heart
    "hip_replacement_posterior",             // bends the hip past 90 degrees or across the body
    "hypertension_uncontrolled",             // straining that raises blood pressure
    "knee_kneeling",                         // weight on the knees
    "knee_pain",                             // loads a bent knee
    "neck_pain",                             // loads the neck
    "neck_pain_support_head",                // possible with a sore neck if the hands carry the head
    "neck_red_flags",                        // moves the neck itself
    "neural_irritable",                      // pulls on a nerve
    "neurogenic_claudication",               // for people whose legs grow heavy on walking
    "open_wound",                            // in water
    "osteo_flexion",                         // bends a fragile spine forward
    "osteo_load_needs_guidance",             // loads a fragile spine
    "osteo_needs_guidance",                  // a fragile spine may do it, once shown how
    "osteo_rotation",                        // twists a fragile spine
    "panic_breath_focus",                    // attention to the breath can set off panic
    "preg_adapt_wide_knees",                 // in pregnancy with the knees wide
    "preg_any_after_t1",                     // not from week 13 of pregnancy
    "preg_prone",                            // on the belly
    "preg_supine",                           // on the back for more than 3 minutes from week 13 of pregnancy
    "progressive_weakness",                  // never while a leg is getting weaker
    "recent_spine_surgery_always",           // never soon after spine surgery
    "shoulder_instability",                  // arm out and back
    "shoulder_pain",                         // loads the shoulder
    "stenosis_or_listhesis",                 // bends a narrowed or slipped spine back
    "trauma_distress",                       // quiet attention to the body can bring up bad memories
    "wrist_pain",                            // weight on the hands
];

/// An exercise's name for machines, such as `pelvic-tilt`: 1 to 64 small letters, digits and single hyphens.
///
/// Ids of exercises that are not in the catalogue (a clinic's own, or from a newer version) are valid too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExerciseId(String);

impl ExerciseId {
    /// Longest id, in characters.
    pub const CHARS_MAX: usize = 64;

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be an exercise's id. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidExerciseId;

impl fmt::Display for InvalidExerciseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exercise id is 1 to 64 small letters, digits and single hyphens, such as pelvic-tilt")
    }
}

impl std::error::Error for InvalidExerciseId {}

impl TryFrom<String> for ExerciseId {
    type Error = InvalidExerciseId;

    fn try_from(id: String) -> Result<Self, InvalidExerciseId> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if id.len() <= Self::CHARS_MAX && id.split('-').all(word) { Ok(Self(id)) } else { Err(InvalidExerciseId) }
    }
}

impl FromStr for ExerciseId {
    type Err = InvalidExerciseId;

    fn from_str(id: &str) -> Result<Self, InvalidExerciseId> {
        // Looked at before copying: the text may come from anywhere and be of any size.
        if id.len() > Self::CHARS_MAX { Err(InvalidExerciseId) } else { id.to_owned().try_into() }
    }
}

impl From<ExerciseId> for String {
    fn from(id: ExerciseId) -> Self {
        id.0
    }
}

impl fmt::Display for ExerciseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How much of an exercise to do at one go, for someone of the exercise's level who is just starting.
///
/// A number the mode has no use for is 0. With [`Sides::Each`] the dose is for one side. The maxima below catch slips
/// of the pen in the catalogue; they are not advice (see `docs/evidence.md` for the ranges that are).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dose {
    /// What is counted.
    pub mode: DoseMode,
    /// Sets, 1 to [`Dose::SETS_MAX`]; 0 with [`DoseMode::Minutes`].
    pub sets: u32,
    /// Repetitions in a set, 1 to [`Dose::REPS_MAX`]; 0 with [`DoseMode::Minutes`].
    pub reps: u32,
    /// Seconds the end position is held in each repetition, 0 to [`Dose::HOLD_SECONDS_MAX`]; at least 1 with
    /// [`DoseMode::Hold`].
    pub hold_seconds: u32,
    /// Minutes in all, 1 to [`Dose::MINUTES_MAX`] with [`DoseMode::Minutes`]; else 0.
    pub minutes: u32,
    /// Seconds of rest between two sets, 0 to [`Dose::REST_SECONDS_MAX`].
    pub rest_seconds: u32,
    /// Pace of one repetition as seconds out, still and back, each 0 to 9, such as `2-1-2`. Only with
    /// [`DoseMode::Reps`]. A hold is added to the middle number, it does not replace it.
    pub tempo: Option<&'static str>,
}

impl Dose {
    /// Most sets.
    pub const SETS_MAX: u32 = 10;
    /// Most repetitions in a set.
    pub const REPS_MAX: u32 = 100;
    /// Longest hold, in seconds.
    pub const HOLD_SECONDS_MAX: u32 = 300;
    /// Longest hold on the ladder [`Ladder::Endurance`], in seconds.
    pub const ENDURANCE_HOLD_SECONDS_MAX: u32 = 10;
    /// Longest exercise, in minutes.
    pub const MINUTES_MAX: u32 = 180;
    /// Longest rest, in seconds.
    pub const REST_SECONDS_MAX: u32 = 600;
}

/// What to mind while doing an exercise, in three parts that a guided session can speak apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cues {
    /// How to sit, stand or lie before starting.
    pub posture: &'static str,
    /// When to breathe in and out.
    pub breathing: &'static str,
    /// How to move, and what stays in line.
    pub alignment: &'static str,
}

/// What an exercise says to a person, in English. No text is empty or longer than [`ExerciseText::CHARS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExerciseText {
    /// Name, such as `Pelvic tilt`.
    pub name: &'static str,
    /// Why one might do it, with no promise.
    pub why: &'static str,
    /// What to mind while doing it.
    pub cues: Cues,
    /// Slips that are often seen.
    pub mistakes: &'static [&'static str],
    /// Signs to stop this exercise at once.
    pub stop: &'static [&'static str],
}

impl ExerciseText {
    /// Longest text, in characters: about what fits a phone's screen in large type.
    pub const CHARS_MAX: usize = 400;
}

/// One exercise or technique of the built-in catalogue.
///
/// As JSON the text stands beside the other fields: `name`, `why`, `cues`, `mistakes` and `stop` are at the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exercise {
    /// The id: see [`ExerciseId`]. Never changes and is never used again for something else.
    pub id: &'static str,
    /// What a person reads or hears.
    #[serde(flatten)]
    pub text: ExerciseText,
    /// Kind of work.
    pub kind: Kind,
    /// What it is meant for; at least one.
    pub regions: &'static [Region],
    /// How demanding it is: 0 gentle (fit for a bad day) to [`Exercise::LEVEL_MAX`] demanding.
    pub level: u8,
    /// How the dose grows; fits [`Dose::mode`].
    pub ladder: Ladder,
    /// Way the spine is moved.
    pub bias: Bias,
    /// Starting dose.
    pub dose: Dose,
    /// Whether left and right are done in turn.
    pub sides: Sides,
    /// Muscles that do most of the work or are stretched, the main one first; empty where none matters.
    pub muscles: &'static [&'static str],
    /// Muscles that help; none of them is in `muscles` too.
    pub muscles_secondary: &'static [&'static str],
    /// Position of the body.
    pub position: Position,
    /// What is needed, all of it; empty when nothing is. One thing may leave a choice, such as `strap or towel`.
    pub equipment: &'static [&'static str],
    /// Tags from [`CAUTION_TAGS`].
    pub cautions: &'static [&'static str],
    /// How much is known.
    pub evidence: Evidence,
    /// Where that is known from; at least one.
    pub sources: &'static [&'static str],
    /// `none`, or the clinician who signed the content and when.
    pub review: &'static str,
    /// Ids of gentler exercises to fall back to.
    pub easier: &'static [&'static str],
    /// Ids of harder exercises to move on to.
    pub harder: &'static [&'static str],
    /// Symbolic workout or category name in Apple `HealthKit`, where there is one; two, with ` + ` between them, for
    /// what is both.
    pub healthkit: Option<&'static str>,
    /// Symbolic session or record name in Android Health Connect. A name, since its two libraries number it differently.
    pub health_connect: Option<&'static str>,
    /// Symbolic segment name within that session.
    pub health_connect_segment: Option<&'static str>,
}

impl Exercise {
    /// The most demanding level.
    pub const LEVEL_MAX: u8 = 3;
}
