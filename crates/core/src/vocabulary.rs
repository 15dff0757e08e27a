//! What an exercise is, in words for people: the names of kinds, regions and the rest, by key.
//!
//! The names in files and JSON are another matter and never change: [`Kind::as_str`](crate::exercise::Kind::as_str).

use crate::exercise::{Bias, DoseMode, Evidence, Exercise, Kind, Ladder, Position, Region, Sides};
use crate::texts::{self, Arg, Sentence, Text, exercise as words};

/// A word that stands in a table of its own, by its key; a word that has no key yet is said as it is.
pub(crate) fn said(table: &str, word: &str) -> Arg {
    let mut key = format!("{table}.");
    for part in word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        // A key begins with a letter: of "(0 none, 10 most)" it is `none_10_most`.
        if key.ends_with('.') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        key.push_str(if key.ends_with('.') { "" } else { "_" });
        key.push_str(&part.to_ascii_lowercase());
    }
    texts::find(&key).map_or_else(|| Arg::from(word), Arg::from)
}

/// Which of these ids was meant, perhaps.
#[must_use]
pub fn nearest<'a>(word: &str, ids: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const PART_CHARS_MIN: usize = 4;
    // Comparing takes time in proportion to the length, and twice a long id is no slip any more.
    const CHARS_MAX: usize = 64;
    let wanted = word.trim().to_lowercase().replace([' ', '_'], "-");
    let chars = wanted.chars().count();
    if chars > CHARS_MAX {
        return None;
    }
    let near = ids.into_iter().filter_map(|id| {
        let part = chars >= PART_CHARS_MIN && id.contains(&wanted);
        let apart = if part { 0 } else { strsim::damerau_levenshtein(&wanted, id) };
        (part || apart <= chars.div_ceil(3)).then_some((apart, id))
    });
    near.min().map(|(_, id)| id)
}

macro_rules! texts_of {
    ($($type:ident { $($variant:ident = $text:ident,)+ })+) => {
        $(impl $type {
            /// Its name for people.
            #[must_use]
            pub const fn text(self) -> Text {
                match self { $(Self::$variant => words::$text,)+ }
            }
        })+
    };
}

texts_of! {
    Kind {
        Stretch = KIND_STRETCH,
        Mobility = KIND_MOBILITY,
        Strength = KIND_STRENGTH,
        Aerobic = KIND_AEROBIC,
        Relaxation = KIND_RELAXATION,
        Posture = KIND_POSTURE,
    }
    Region {
        Lower = REGION_LOWER,
        Upper = REGION_UPPER,
        Sciatica = REGION_SCIATICA,
        Whole = REGION_WHOLE,
    }
    Bias {
        Flexion = BIAS_FLEXION,
        Extension = BIAS_EXTENSION,
        Neutral = BIAS_NEUTRAL,
        Rotation = BIAS_ROTATION,
        Neural = BIAS_NEURAL,
        Both = BIAS_BOTH,
    }
    Position {
        Supine = POSITION_SUPINE,
        Prone = POSITION_PRONE,
        SideLying = POSITION_SIDE_LYING,
        HandsAndKnees = POSITION_HANDS_AND_KNEES,
        Kneeling = POSITION_KNEELING,
        Sitting = POSITION_SITTING,
        Standing = POSITION_STANDING,
        SittingOrStanding = POSITION_SITTING_OR_STANDING,
        LyingOrSitting = POSITION_LYING_OR_SITTING,
        Water = POSITION_WATER,
        Any = POSITION_ANY,
    }
    DoseMode {
        Reps = COUNTS_REPS,
        Hold = COUNTS_HOLD,
        Minutes = COUNTS_MINUTES,
    }
    Ladder {
        Reps = LADDER_REPS,
        Endurance = LADDER_ENDURANCE,
        Stretch = LADDER_STRETCH,
        Load = LADDER_LOAD,
        Minutes = LADDER_MINUTES,
        None = LADDER_NONE,
    }
    Sides {
        None = SIDES_NONE,
        Each = SIDES_EACH,
    }
    Evidence {
        Guideline = EVIDENCE_GUIDELINE,
        Trial = EVIDENCE_TRIAL,
        Expert = EVIDENCE_EXPERT,
        Custom = EVIDENCE_CUSTOM,
    }
}

impl Exercise {
    /// How demanding it is, for people.
    #[must_use]
    pub const fn level_text(&self) -> Text {
        level(self.level)
    }
}

/// How demanding a level is, for people.
#[must_use]
pub const fn level(level: u8) -> Text {
    match level {
        0 => words::LEVEL_0,
        1 => words::LEVEL_1,
        2 => words::LEVEL_2,
        _ => words::LEVEL_3,
    }
}

/// A thing of [`Exercise::equipment`], for people.
#[must_use]
pub fn equipment(word: &str) -> Arg {
    said("exercise.equipment", word)
}

/// A muscle of [`Exercise::muscles`], for people.
#[must_use]
pub fn muscle(word: &str) -> Arg {
    said("exercise.muscle", word)
}

/// What a tag of [`Exercise::cautions`] asks for, in a sentence for people; the tag itself if only another version
/// knows it.
#[must_use]
pub fn caution(tag: &str) -> Arg {
    said("exercise.caution", tag)
}

/// A tempo such as `2-1-2`, for people; `None` for a text that is none.
#[must_use]
pub fn tempo(tempo: &str) -> Option<Sentence> {
    let seconds: Vec<i64> = tempo.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [out, still, back] = seconds.try_into().ok()?;
    let text: Sentence = if still == 0 { words::TEMPO_FLOWING.into() } else { words::TEMPO_ALL.with("still", still) };
    Some(text.with("out", out).with("back", back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::exercise::CAUTION_TAGS;
    use crate::record::{Form, Kind as Record, kind_of};
    use crate::texts::Lang;

    /// The words that a table says for this one; `None` if it does not know it.
    fn english(arg: &Arg) -> Option<String> {
        match arg {
            Arg::Sentence(sentence) => Some(sentence.say(Lang::En)),
            _ => None,
        }
    }

    #[test]
    fn every_muscle_and_thing_of_the_catalogue_has_a_key() {
        for exercise in catalogue::all() {
            for word in exercise.muscles.iter().chain(exercise.muscles_secondary) {
                assert_eq!(english(&muscle(word)).as_deref(), Some(*word), "{}: texts/exercise.toml", exercise.id);
            }
            for word in exercise.equipment {
                assert_eq!(english(&equipment(word)).as_deref(), Some(*word), "{}: texts/exercise.toml", exercise.id);
            }
        }
    }

    #[test]
    fn every_caution_has_a_sentence_and_no_sentence_is_left_over() {
        for tag in CAUTION_TAGS {
            let said = english(&caution(tag));
            assert!(said.is_some_and(|said| said.ends_with('.')), "{tag}: texts/exercise.toml");
        }
        let keyed = texts::ALL.iter().filter(|text| text.key().starts_with("exercise.caution."));
        assert_eq!(keyed.count(), CAUTION_TAGS.len());
    }

    #[test]
    fn every_tempo_is_told_in_seconds() {
        let said = |text| tempo(text).map(|sentence| sentence.say(Lang::En));
        assert_eq!(said("2-1-2").as_deref(), Some("2 s out, 1 s still, 2 s back"));
        assert_eq!(said("2-0-3").as_deref(), Some("2 s out and 3 s back, without a stop"));
        assert_eq!((said("2-1"), said("slow"), said("")), (None, None, None));
        assert!(catalogue::all().iter().filter_map(|exercise| exercise.dose.tempo).all(|text| tempo(text).is_some()));
    }

    #[test]
    fn every_unit_of_a_record_has_a_key() {
        let mut seen = 0;
        // A kind by one of its keys, so that new letters are found.
        let keys = "scdmtklpafe".chars().map(|letter| format!("{letter}:01a20279-883b-7064-b176-7110efbbe3a8"));
        let result = "s:01a20279-883b-7064-b176-7110efbbe3a8.r0ecfa9ec".to_owned();
        let kinds: Vec<Record> = keys.chain([result]).filter_map(|key| kind_of(&key)).collect();
        assert!(kinds.len() >= 11, "{kinds:?}");
        for field in kinds.iter().flat_map(|kind| kind.fields()) {
            if let Form::Int(range) | Form::Ints(range, _) = field.form
                && !range.unit.is_empty()
            {
                seen += 1;
                assert_eq!(english(&said("unit", range.unit)).as_deref(), Some(range.unit), "texts/unit.toml");
            }
        }
        assert!(seen > 10);
    }

    #[test]
    fn the_muscles_and_things_that_are_keyed_all_occur() {
        for (start, all) in [("exercise.muscle.", 0), ("exercise.equipment.", 1)] {
            for text in texts::ALL.iter().filter(|text| text.key().starts_with(start)) {
                let word = text.say(Lang::En);
                let occurs = |exercise: &Exercise| match all {
                    0 => exercise.muscles.iter().chain(exercise.muscles_secondary).any(|muscle| *muscle == word),
                    _ => exercise.equipment.contains(&word.as_str()),
                };
                assert!(catalogue::all().iter().any(occurs), "nothing needs {}", text.key());
            }
        }
    }
}
