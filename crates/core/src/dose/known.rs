//! What the rules need to know of an exercise, whoever wrote it down.

use crate::catalogue;
use crate::exercise::{Bias, Dose, Exercise, Kind, Ladder, Region, Sides};
use crate::own_exercise::OwnExercise;
use crate::texts::{Arg, Sentence, Text};

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

    pub(crate) fn bias(&self) -> Bias {
        match self {
            Self::Catalogue(exercise) => exercise.bias,
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
