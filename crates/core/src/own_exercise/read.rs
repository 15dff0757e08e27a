//! What a record says, read carefully.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::check::ID_PREFIX;
use super::{
    ENDURANCE_HOLD_SECONDS, HOLD_SECONDS, LEVEL, MINUTES, OwnExerciseValues, REPS, REST_SECONDS, SETS, is_tempo,
};
use crate::exercise::{
    Bias, CAUTION_TAGS, Dose, DoseMode, Evidence, Exercise, ExerciseId, Kind, Ladder, Position, Region, Sides,
};
use crate::moment::uuid7_ms;
use crate::scale::Range;

/// Hexadecimal digits of a record's id that an exercise's id keeps: 48 random bits.
const ID_DIGITS: usize = 12;

/// The id under which results and plans name an own exercise: `own-` and the last 12 hexadecimal digits of its record's
/// id. `None` for anything but `e:` and a version 7 UUID.
///
/// ```
/// use lissom_core::own_exercise::exercise_id;
/// let id = exercise_id("e:019ab0e1-6c4b-7abc-8def-0123456789ab");
/// assert_eq!(id.as_deref(), Some("own-0123456789ab"));
/// ```
#[must_use]
pub fn exercise_id(record_id: &str) -> Option<String> {
    let uuid = record_id.strip_prefix("e:")?;
    uuid7_ms(uuid)?;
    let digits = uuid.get(uuid.len().checked_sub(ID_DIGITS)?..)?;
    Some(format!("{ID_PREFIX}{digits}"))
}

/// An own exercise: the shape of [`Exercise`], in the person's own words.
///
/// As JSON the names of its fields are those of an exercise of the catalogue.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct OwnExercise {
    /// Id: see [`exercise_id`].
    pub id: String,
    /// Name; the id if it has none.
    pub name: String,
    /// Kind; [`Kind::Strength`], which asks for days of rest, if it has none that this version knows.
    pub kind: Kind,
    /// Regions that this version knows.
    pub regions: Vec<Region>,
    /// Level; [`Exercise::LEVEL_MAX`] if it has none.
    pub level: u8,
    /// Bias; [`Bias::Both`], so that it counts as bending either way, if it has none that this version knows.
    pub bias: Bias,
    /// Dose. What is missing or out of range is a small one: 1 set of 5 repetitions without a hold, or 1 hold of 10
    /// seconds, or 5 minutes; 30 seconds of rest. Its `tempo` is always empty: see [`OwnExercise::tempo`].
    pub dose: Dose,
    /// Pace of one repetition, such as `2-1-2`.
    pub tempo: Option<String>,
    /// Whether left and right are done in turn; [`Sides::None`] if it does not say.
    pub sides: Sides,
    /// How the dose grows; [`Ladder::None`] if it does not say, or in a way that does not fit the dose.
    pub ladder: Ladder,
    /// Muscles.
    pub muscles: Vec<String>,
    /// Position; `None` if it has none that this version knows.
    pub position: Option<Position>,
    /// Equipment.
    pub equipment: Vec<String>,
    /// Caution tags, also those that only another version knows.
    pub cautions: Vec<String>,
    /// Always [`Evidence::Custom`].
    pub evidence: Evidence,
    /// Always `none`.
    pub review: &'static str,
    /// Ids of gentler exercises.
    pub easier: Vec<String>,
    /// Ids of harder exercises.
    pub harder: Vec<String>,
    /// Why one might do it.
    pub why: Option<String>,
    /// How to be placed before starting.
    pub cue_posture: Option<String>,
    /// How to breathe.
    pub cue_breathing: Option<String>,
    /// How to move.
    pub cue_alignment: Option<String>,
    /// Usual slips.
    pub mistakes: Vec<String>,
    /// Signs to stop at.
    pub stop: Vec<String>,
    /// Names of the fields that are missing, or say something that this version does not know, and that decide who may
    /// do it. A plan must not take the exercise up by itself unless this is empty; doing and recording it is never
    /// stopped.
    pub gaps: Vec<&'static str>,
}

impl fmt::Debug for OwnExercise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnExercise(..)")
    }
}

/// Reads fields and keeps in mind which could not be read.
struct Reader {
    gaps: Vec<&'static str>,
}

impl Reader {
    fn gap(&mut self, field: &'static str) {
        if !self.gaps.contains(&field) {
            self.gaps.push(field);
        }
    }

    /// A word that a plan has to know.
    fn word<T: FromStr>(&mut self, field: &'static str, given: Option<&str>) -> Option<T> {
        let read = given.and_then(|word| word.parse().ok());
        if read.is_none() {
            self.gap(field);
        }
        read
    }

    /// A word that may be left out, but not be unknown.
    fn optional<T: FromStr>(&mut self, field: &'static str, given: Option<&str>) -> Option<T> {
        given.and_then(|word| self.word(field, Some(word)))
    }
}

/// A number in its range, or else this one.
fn within(range: Range, given: Option<i64>, otherwise: u32) -> u32 {
    let fitting = given.filter(|got| (range.min..=range.max).contains(got));
    fitting.and_then(|got| u32::try_from(got).ok()).unwrap_or(otherwise)
}

fn dose(values: &OwnExerciseValues, mode: DoseMode) -> Dose {
    let counted = Dose {
        mode,
        sets: within(SETS, values.sets, 1),
        reps: within(REPS, values.reps, 5),
        hold_seconds: within(HOLD_SECONDS, values.hold_seconds, 0),
        minutes: 0,
        rest_seconds: within(REST_SECONDS, values.rest_seconds, 30),
        tempo: None,
    };
    match mode {
        DoseMode::Reps => counted,
        DoseMode::Hold => Dose {
            reps: within(REPS, values.reps, 1),
            hold_seconds: within(Range { min: 1, ..HOLD_SECONDS }, values.hold_seconds, 10),
            ..counted
        },
        DoseMode::Minutes => Dose {
            sets: 0,
            reps: 0,
            hold_seconds: 0,
            minutes: within(MINUTES, values.minutes, 5),
            rest_seconds: 0,
            ..counted
        },
    }
}

/// What the dose seems to count, where the record does not say.
const fn guessed_mode(values: &OwnExerciseValues) -> DoseMode {
    match (values.minutes, values.reps, values.hold_seconds) {
        (Some(_), _, _) => DoseMode::Minutes,
        (None, None, Some(_)) => DoseMode::Hold,
        _ => DoseMode::Reps,
    }
}

fn words(given: Option<&[String]>) -> Vec<String> {
    given.unwrap_or_default().iter().filter(|word| !word.trim().is_empty()).cloned().collect()
}

fn line(given: Option<&str>) -> Option<String> {
    given.filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn links(given: Option<&[String]>) -> Vec<String> {
    words(given).into_iter().filter(|id| ExerciseId::from_str(id).is_ok()).collect()
}

impl OwnExercise {
    /// Reads a record; `None` if its id is none of an own exercise's.
    ///
    /// Never refuses what it finds: an exercise from another version, or half merged, can still be done and recorded.
    #[must_use]
    pub fn read(record_id: &str, values: &OwnExerciseValues) -> Option<Self> {
        let id = exercise_id(record_id)?;
        let mut reader = Reader { gaps: Vec::new() };
        let name = line(values.name.as_deref());
        if name.is_none() {
            reader.gap("name");
        }
        let kind = reader.word("kind", values.kind.as_deref()).unwrap_or(Kind::Strength);
        let mode = reader.word("mode", values.mode.as_deref()).unwrap_or_else(|| guessed_mode(values));
        let mut regions = Vec::new();
        for region in values.regions.iter().flatten() {
            let read: Option<Region> = reader.word("regions", Some(region));
            regions.extend(read.filter(|read| !regions.contains(read)));
        }
        if regions.is_empty() {
            reader.gap("regions");
        }
        let level = values.level.filter(|level| (LEVEL.min..=LEVEL.max).contains(level));
        let level = level.and_then(|level| u8::try_from(level).ok());
        if level.is_none() {
            reader.gap("level");
        }
        let bias = reader.word("bias", values.bias.as_deref()).unwrap_or(Bias::Both);
        let position = reader.word("position", values.position.as_deref());
        let sides = reader.optional("sides", values.sides.as_deref()).unwrap_or(Sides::None);
        let cautions = words(values.cautions.as_deref());
        if values.cautions.is_none() || cautions.iter().any(|tag| !CAUTION_TAGS.contains(&tag.as_str())) {
            reader.gap("cautions");
        }
        let dose = dose(values, mode);
        let ladder = reader.optional("ladder", values.ladder.as_deref()).filter(|ladder: &Ladder| {
            let short =
                (ENDURANCE_HOLD_SECONDS.min..=ENDURANCE_HOLD_SECONDS.max).contains(&i64::from(dose.hold_seconds));
            ladder.fits(mode) && (*ladder != Ladder::Endurance || short)
        });
        let tempo = values.tempo.clone().filter(|tempo| mode == DoseMode::Reps && is_tempo(tempo));
        Some(Self {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            kind,
            regions,
            level: level.unwrap_or(Exercise::LEVEL_MAX),
            bias,
            dose,
            tempo,
            sides,
            ladder: ladder.unwrap_or(Ladder::None),
            muscles: words(values.muscles.as_deref()),
            position,
            equipment: words(values.equipment.as_deref()),
            cautions,
            evidence: Evidence::Custom,
            review: "none",
            easier: links(values.easier.as_deref()),
            harder: links(values.harder.as_deref()),
            why: line(values.why.as_deref()),
            cue_posture: line(values.cue_posture.as_deref()),
            cue_breathing: line(values.cue_breathing.as_deref()),
            cue_alignment: line(values.cue_alignment.as_deref()),
            mistakes: words(values.mistakes.as_deref()),
            stop: words(values.stop.as_deref()),
            gaps: reader.gaps,
        })
    }
}
