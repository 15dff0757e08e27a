//! Measures, and exercises of the person's own.

use lissom_diary::core::measure::MeasureValues;
use lissom_diary::core::own_exercise::{OwnExerciseValues, exercise_id};
use lissom_diary::{Diary as Core, Error};

use crate::diary::Diary;
use crate::error::LissomError;
use crate::time::Moment;

/// One taking of a measure: a questionnaire, a count or a score.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct MeasureDraft {
    /// Id of a known measure, or of an own one, which begins with `own:`.
    pub measure: String,
    /// Its value, where it is one number.
    #[uniffi(default = None)]
    pub value: Option<i64>,
    /// Answers item by item.
    #[uniffi(default = [])]
    pub items: Vec<i64>,
    /// What the items are about, where the person chose them.
    #[uniffi(default = [])]
    pub labels: Vec<String>,
    /// Free text, at most 4,000 bytes.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// Name of an own measure.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// Highest answer to one item of an own measure; the lowest is 0.
    #[uniffi(default = None)]
    pub item_max: Option<i32>,
    /// Whether an own measure is scored by the sum of its items; else by their mean.
    #[uniffi(default = None)]
    pub sums: Option<bool>,
}

/// An exercise that the person, or somebody for them, wrote down. Words are those of the catalogue.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct OwnExerciseDraft {
    /// Name.
    pub name: String,
    /// Kind: `stretch`, `mobility`, `strength`, `aerobic`, `relaxation` or `posture`.
    pub kind: String,
    /// What the dose counts: `reps`, `hold` or `minutes`.
    pub mode: String,
    /// Regions: `lower`, `upper`, `sciatica`, `whole`.
    #[uniffi(default = [])]
    pub regions: Vec<String>,
    /// Level, 0 gentle to 3 demanding.
    #[uniffi(default = None)]
    pub level: Option<i32>,
    /// Position.
    #[uniffi(default = None)]
    pub position: Option<String>,
    /// Sides: `none` or `each`.
    #[uniffi(default = None)]
    pub sides: Option<String>,
    /// Things it needs.
    #[uniffi(default = [])]
    pub equipment: Vec<String>,
    /// Sets.
    #[uniffi(default = None)]
    pub sets: Option<i32>,
    /// Repetitions.
    #[uniffi(default = None)]
    pub reps: Option<i32>,
    /// Seconds of holding.
    #[uniffi(default = None)]
    pub hold_seconds: Option<i32>,
    /// Minutes.
    #[uniffi(default = None)]
    pub minutes: Option<i32>,
    /// Caution tags.
    #[uniffi(default = [])]
    pub cautions: Vec<String>,
    /// How to do it.
    #[uniffi(default = None)]
    pub instructions: Option<String>,
}

quiet_debug!(MeasureDraft OwnExerciseDraft);

#[uniffi::export]
impl Diary {
    /// Records a measure; gives its id.
    ///
    /// # Errors
    /// `InvalidInput` names the field.
    pub async fn record_measure(&self, measure: MeasureDraft, at: Moment) -> Result<String, LissomError> {
        self.worker.write_at(at, move |core, at| core.record_measure(&measure.values(), Some(at))).await
    }

    /// Records an exercise of the person's own; gives the id by which results and plans name it.
    ///
    /// # Errors
    /// `InvalidInput` names the field.
    pub async fn record_own_exercise(&self, exercise: OwnExerciseDraft, at: Moment) -> Result<String, LissomError> {
        let record = move |core: &mut Core, at| {
            let record = core.record_own_exercise(&exercise.values(), Some(at))?;
            exercise_id(&record).ok_or(Error::NotFound)
        };
        self.worker.write_at(at, record).await
    }

    /// Deletes an own exercise, by the id under which results name it. What was done of it stays.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn delete_own_exercise(&self, exercise: String) -> Result<(), LissomError> {
        let delete = move |core: &mut Core| {
            let record = core.own_exercise_record(&exercise)?;
            core.delete(&record)
        };
        self.worker.write(delete).await
    }
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

impl MeasureDraft {
    pub(crate) fn values(&self) -> MeasureValues {
        MeasureValues {
            measure: Some(self.measure.clone()),
            value: self.value,
            items: (!self.items.is_empty()).then(|| self.items.clone()),
            labels: some(&self.labels),
            note: self.note.clone(),
            name: self.name.clone(),
            item_max: self.item_max.map(i64::from),
            scoring: self.sums.map(|sums| if sums { "sum" } else { "mean" }.to_owned()),
            ..MeasureValues::default()
        }
    }
}

impl From<MeasureValues> for MeasureDraft {
    fn from(values: MeasureValues) -> Self {
        Self {
            measure: values.measure.unwrap_or_default(),
            value: values.value,
            items: values.items.unwrap_or_default(),
            labels: values.labels.unwrap_or_default(),
            note: values.note,
            name: values.name,
            item_max: values.item_max.and_then(|max| i32::try_from(max).ok()),
            sums: values.scoring.map(|scoring| scoring == "sum"),
        }
    }
}

impl OwnExerciseDraft {
    pub(crate) fn values(&self) -> OwnExerciseValues {
        let int = |number: Option<i32>| number.map(i64::from);
        OwnExerciseValues {
            name: Some(self.name.clone()),
            kind: Some(self.kind.clone()),
            mode: Some(self.mode.clone()),
            regions: some(&self.regions),
            level: int(self.level),
            position: self.position.clone(),
            sides: self.sides.clone(),
            equipment: some(&self.equipment),
            sets: int(self.sets),
            reps: int(self.reps),
            hold_seconds: int(self.hold_seconds),
            minutes: int(self.minutes),
            cautions: some(&self.cautions),
            cue_alignment: self.instructions.clone(),
            ..OwnExerciseValues::default()
        }
    }
}

impl From<OwnExerciseValues> for OwnExerciseDraft {
    fn from(values: OwnExerciseValues) -> Self {
        let int = |number: Option<i64>| number.and_then(|number| i32::try_from(number).ok());
        Self {
            name: values.name.unwrap_or_default(),
            kind: values.kind.unwrap_or_default(),
            mode: values.mode.unwrap_or_default(),
            regions: values.regions.unwrap_or_default(),
            level: int(values.level),
            position: values.position,
            sides: values.sides,
            equipment: values.equipment.unwrap_or_default(),
            sets: int(values.sets),
            reps: int(values.reps),
            hold_seconds: int(values.hold_seconds),
            minutes: int(values.minutes),
            cautions: values.cautions.unwrap_or_default(),
            instructions: values.cue_alignment,
        }
    }
}
