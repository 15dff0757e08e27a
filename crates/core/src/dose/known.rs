//! What the rules need to know of an exercise, whoever wrote it down.

use std::str::FromStr;

use crate::catalogue;
use crate::exercise::{Bias, Dose, DoseMode, Exercise, Kind, Ladder, Region, Sides};
use crate::own_exercise::OwnExerciseValues;
use crate::record::Dated;
use crate::texts::{Arg, Sentence, Text};

/// An exercise of the person's own as far as its dose goes.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnExercise {
    /// Id of its record, which results name.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Level, 0 to 3.
    pub level: u8,
    /// How the dose grows.
    pub ladder: Ladder,
    /// Starting dose.
    pub dose: Dose,
    /// Sides.
    pub sides: Sides,
    /// Regions.
    pub regions: Vec<Region>,
    /// Bias.
    pub bias: Option<Bias>,
    /// Ids of easier exercises.
    pub easier: Vec<String>,
    /// Ids of harder exercises.
    pub harder: Vec<String>,
}

impl std::fmt::Debug for OwnExercise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnExercise(..)")
    }
}

impl OwnExercise {
    /// Reads a record; `None` if it does not say what its dose counts.
    ///
    /// What is missing or not understood is read in the safe direction: no ladder, the highest level, and strength,
    /// which wants the longest rest.
    #[must_use]
    pub fn of(record: &Dated<OwnExerciseValues>) -> Option<Self> {
        let values = &record.values;
        let mode = word::<DoseMode>(values.mode.as_deref())?;
        let number = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
        let at_least_one = |value: Option<i64>| if mode == DoseMode::Minutes { 0 } else { number(value).max(1) };
        let dose = Dose {
            mode,
            sets: at_least_one(values.sets),
            reps: at_least_one(values.reps),
            hold_seconds: if mode == DoseMode::Minutes { 0 } else { number(values.hold_seconds) },
            minutes: if mode == DoseMode::Minutes { number(values.minutes).max(1) } else { 0 },
            rest_seconds: number(values.rest_seconds),
            tempo: None,
        };
        let ladder = word(values.ladder.as_deref()).filter(|ladder: &Ladder| ladder.fits(mode));
        let level = values.level.and_then(|level| u8::try_from(level).ok()).unwrap_or(Exercise::LEVEL_MAX);
        Some(Self {
            id: record.id.clone(),
            name: values.name.clone().unwrap_or_default(),
            kind: word(values.kind.as_deref()).unwrap_or(Kind::Strength),
            level: level.min(Exercise::LEVEL_MAX),
            ladder: ladder.unwrap_or(Ladder::None),
            dose,
            sides: word(values.sides.as_deref()).unwrap_or(Sides::None),
            regions: values.regions.iter().flatten().filter_map(|region| word(Some(region))).collect(),
            bias: word(values.bias.as_deref()),
            easier: values.easier.clone().unwrap_or_default(),
            harder: values.harder.clone().unwrap_or_default(),
        })
    }
}

fn word<T: FromStr>(text: Option<&str>) -> Option<T> {
    text?.parse().ok()
}

/// Every exercise that the rules can know: the catalogue and the person's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exercises<'a> {
    /// The person's own, in any order.
    pub own: &'a [OwnExercise],
}

impl<'a> Exercises<'a> {
    /// The exercise with this id. `None` for one from a newer version: its results then count for nothing.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Known<'a>> {
        match catalogue::find(id) {
            Some(exercise) => Some(Known::Catalogue(exercise)),
            None => self.own.iter().find(|own| own.id == id).map(Known::Own),
        }
    }
}

/// An exercise that is known.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// One of the catalogue.
    Catalogue(&'static Exercise),
    /// One of the person's own.
    Own(&'a OwnExercise),
}

impl Known<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Catalogue(exercise) => exercise.kind,
            Self::Own(own) => own.kind,
        }
    }

    pub(crate) fn level(&self) -> u8 {
        match self {
            Self::Catalogue(exercise) => exercise.level,
            Self::Own(own) => own.level,
        }
    }

    pub(crate) fn ladder(&self) -> Ladder {
        match self {
            Self::Catalogue(exercise) => exercise.ladder,
            Self::Own(own) => own.ladder,
        }
    }

    pub(crate) fn dose(&self) -> &Dose {
        match self {
            Self::Catalogue(exercise) => &exercise.dose,
            Self::Own(own) => &own.dose,
        }
    }

    pub(crate) fn sides(&self) -> Sides {
        match self {
            Self::Catalogue(exercise) => exercise.sides,
            Self::Own(own) => own.sides,
        }
    }

    pub(crate) fn regions(&self) -> &[Region] {
        match self {
            Self::Catalogue(exercise) => exercise.regions,
            Self::Own(own) => &own.regions,
        }
    }

    pub(crate) fn bias(&self) -> Option<Bias> {
        match self {
            Self::Catalogue(exercise) => Some(exercise.bias),
            Self::Own(own) => own.bias,
        }
    }

    pub(crate) fn easier(&self) -> Vec<&str> {
        match self {
            Self::Catalogue(exercise) => exercise.easier.to_vec(),
            Self::Own(own) => own.easier.iter().map(String::as_str).collect(),
        }
    }

    pub(crate) fn harder(&self) -> Vec<&str> {
        match self {
            Self::Catalogue(exercise) => exercise.harder.to_vec(),
            Self::Own(own) => own.harder.iter().map(String::as_str).collect(),
        }
    }

    /// Its name, to fill a gap with. The catalogue's is said in the reader's language, the person's own as it is.
    #[must_use]
    pub fn name(&self) -> Arg {
        match self {
            Self::Catalogue(exercise) => Sentence::from(Text::new(exercise.id, exercise.text.name)).into(),
            Self::Own(own) => own.name.clone().into(),
        }
    }
}
