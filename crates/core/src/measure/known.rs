//! The built-in measures: what they ask, how they are scored, and which change in them means something.
//!
//! Sources of the numbers are in `docs/evidence.md`. A questionnaire is here only if its terms of use were found and
//! allow it; any other can be kept as an own measure, with the person's own copy of its words.

use crate::scale::Range;
use crate::texts::{Sentence, Text, measure as texts, outcome};

/// A measure of the built-in table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Its id in records. Never changes and is never used again for something else.
    pub id: &'static str,
    /// Its name.
    pub name: Text,
    /// How to go about it.
    pub about: Text,
    /// What is asked.
    pub ask: Text,
    /// What answers it takes.
    pub answers: Answers,
    /// The unit of its score: a text with the gap `n`.
    pub unit: Text,
    /// Which way is better.
    pub better: Better,
    /// The change in one person that means something, if that is known.
    pub meaningful: Option<Meaningful>,
    /// Days from one taking to the next.
    pub every_days: i32,
}

impl Measure {
    /// A score in words: a number with its unit, or the step.
    #[must_use]
    pub fn say(&self, tenths: i64) -> Sentence {
        let (whole, rest) = (tenths.div_euclid(10), tenths.rem_euclid(10));
        let step = match self.answers {
            Answers::Steps(steps) => usize::try_from(whole).ok().and_then(|nth| steps.get(nth.checked_sub(1)?)),
            _ => None,
        };
        match (step, rest) {
            (Some(step), _) => (*step).into(),
            (None, 0) => self.unit.with("n", whole),
            (None, _) => self.unit.with("n", outcome::DECIMAL.with("whole", whole).with("tenth", rest)),
        }
    }
}

/// What answers a measure takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// One number in the field `value`.
    Number(Range),
    /// One of these steps, in the field `value`: 1 is the first.
    Steps(&'static [Text]),
    /// Activities that the person names in `labels`, each rated in `items`. The score is their mean.
    Chosen {
        /// Range of one rating.
        range: Range,
        /// Most activities.
        max: usize,
        /// How many are usual.
        usual: usize,
        /// Activities to suggest.
        suggested: &'static [Text],
    },
    /// Any number of items, each 0 for no, 1 for yes and 2 for what does not apply. The score counts the yes.
    YesNo,
}

/// Which way a score is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither by itself.
    Neither,
}

/// The change in one person that means something, in tenths of the score's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaningful {
    /// A small change.
    pub small_tenths: i64,
    /// A medium change.
    pub medium_tenths: i64,
    /// A large change.
    pub large_tenths: i64,
    /// Where that is from; more in `docs/evidence.md`.
    pub source: &'static str,
}

/// Id of the Patient-Specific Functional Scale.
pub const PSFS: &str = "psfs";
/// Id of the Patient Global Impression of Change.
pub const PGIC: &str = "pgic";
/// Id of the desk check; its items are those of [`crate::lifestyle`].
pub const DESK_CHECK: &str = "desk-check";

/// Step of the PGIC up to which a change means something: "much better".
pub const PGIC_MEANINGFUL_MAX: i64 = 2;
/// Smallest meaningful change of the PSFS, in tenths of a point.
pub const PSFS_SMALL_TENTHS: i64 = 13;

const fn number(min: i64, max: i64, unit: &'static str) -> Answers {
    Answers::Number(Range { min, max, unit })
}

const MEASURES: &[Measure] = &[
    Measure {
        id: DESK_CHECK,
        name: texts::DESK_CHECK_NAME,
        about: texts::DESK_CHECK_ABOUT,
        ask: texts::DESK_CHECK_ASK,
        answers: Answers::YesNo,
        unit: texts::UNIT_YES,
        better: Better::Higher,
        meaningful: None,
        every_days: 28,
    },
    Measure {
        id: "fingertip-floor",
        name: texts::FINGERTIP_FLOOR_NAME,
        about: texts::FINGERTIP_FLOOR_ABOUT,
        ask: texts::FINGERTIP_FLOOR_ASK,
        answers: number(0, 150, "centimetres"),
        unit: texts::UNIT_CENTIMETRES,
        better: Better::Lower,
        meaningful: None,
        every_days: 28,
    },
    Measure {
        id: "pause-breaks",
        name: texts::PAUSE_BREAKS_NAME,
        about: texts::PAUSE_BREAKS_ABOUT,
        ask: texts::PAUSE_BREAKS_ASK,
        answers: number(0, 200, "breaks"),
        unit: texts::UNIT_BREAKS,
        better: Better::Higher,
        meaningful: None,
        every_days: 1,
    },
    Measure {
        id: PGIC,
        name: texts::PGIC_NAME,
        about: texts::PGIC_ABOUT,
        ask: texts::PGIC_ASK,
        answers: Answers::Steps(&[
            texts::PGIC_VERY_MUCH_BETTER,
            texts::PGIC_MUCH_BETTER,
            texts::PGIC_A_LITTLE_BETTER,
            texts::PGIC_NO_CHANGE,
            texts::PGIC_A_LITTLE_WORSE,
            texts::PGIC_MUCH_WORSE,
            texts::PGIC_VERY_MUCH_WORSE,
        ]),
        unit: texts::UNIT_STEP_OF_SEVEN,
        better: Better::Lower,
        meaningful: None,
        every_days: 28,
    },
    Measure {
        id: PSFS,
        name: texts::PSFS_NAME,
        about: texts::PSFS_ABOUT,
        ask: texts::PSFS_ASK,
        answers: Answers::Chosen {
            range: Range { min: 0, max: 10, unit: "(0 cannot do it, 10 as well as before)" },
            max: 5,
            usual: 3,
            suggested: &[
                texts::PSFS_BENDING,
                texts::PSFS_LIFTING,
                texts::PSFS_SITTING,
                texts::PSFS_STANDING,
                texts::PSFS_WALKING,
                texts::PSFS_SLEEPING,
                texts::PSFS_DRESSING,
                texts::PSFS_DRIVING,
                texts::PSFS_TURNING,
                texts::PSFS_HOUSEWORK,
            ],
        },
        unit: texts::UNIT_POINTS,
        better: Better::Higher,
        meaningful: Some(Meaningful {
            small_tenths: PSFS_SMALL_TENTHS,
            medium_tenths: 23,
            large_tenths: 27,
            source: "Abbott and Schmitt 2014, JOSPT 44(8)",
        }),
        every_days: 14,
    },
    Measure {
        id: "sit-to-stand",
        name: texts::SIT_TO_STAND_NAME,
        about: texts::SIT_TO_STAND_ABOUT,
        ask: texts::SIT_TO_STAND_ASK,
        answers: number(0, 100, "times in 30 seconds"),
        unit: texts::UNIT_TIMES,
        better: Better::Higher,
        meaningful: None,
        every_days: 28,
    },
    Measure {
        id: "sitting-hours",
        name: texts::SITTING_HOURS_NAME,
        about: texts::SITTING_HOURS_ABOUT,
        ask: texts::SITTING_HOURS_ASK,
        answers: number(0, 24, "hours"),
        unit: texts::UNIT_HOURS,
        better: Better::Lower,
        meaningful: None,
        every_days: 7,
    },
    Measure {
        id: "steps",
        name: texts::STEPS_NAME,
        about: texts::STEPS_ABOUT,
        ask: texts::STEPS_ASK,
        answers: number(0, 200_000, "steps"),
        unit: texts::UNIT_STEPS,
        better: Better::Higher,
        meaningful: None,
        every_days: 1,
    },
    Measure {
        id: "walking-minutes",
        name: texts::WALKING_MINUTES_NAME,
        about: texts::WALKING_MINUTES_ABOUT,
        ask: texts::WALKING_MINUTES_ASK,
        answers: number(0, 1_440, "minutes"),
        unit: texts::UNIT_MINUTES,
        better: Better::Higher,
        meaningful: None,
        every_days: 28,
    },
];

/// Every built-in measure, sorted by id.
#[must_use]
pub fn all() -> &'static [Measure] {
    MEASURES
}

/// The built-in measure with exactly this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Measure> {
    let index = MEASURES.binary_search_by(|measure| measure.id.cmp(id)).ok()?;
    MEASURES.get(index)
}

/// The id that was probably meant: up to one letter in three may be wrong, and a part is enough from three letters on.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    const PART_CHARS_MIN: usize = 3;
    if id.len() > 2 * crate::scale::ID_BYTES_MAX {
        return None;
    }
    let wanted = id.to_lowercase().replace([' ', '_'], "-");
    let chars = wanted.chars().count();
    let near = |measure: &Measure| {
        let part = chars >= PART_CHARS_MIN && measure.id.contains(&wanted);
        let apart = if part { 1 } else { strsim::damerau_levenshtein(&wanted, measure.id) };
        (apart <= chars.div_euclid(3)).then_some((apart, measure.id))
    };
    MEASURES.iter().filter_map(near).min().map(|(_, id)| id)
}
