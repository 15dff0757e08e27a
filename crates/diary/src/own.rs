//! Exercises of the person's own as records of this device, and what was done of them.

use std::collections::BTreeMap;

use lissom_core::day::Day;
use lissom_core::dose::Exercises;
use lissom_core::moment::Moment;
use lissom_core::own_exercise::{OwnExercise, OwnExerciseValues, exercise_id};
use lissom_core::plan::{PlanValues, followed};
use lissom_core::record::Kind;
use lissom_core::refusal::Refusal;
use lissom_core::result::ResultValues;

use crate::diary::Diary;
use crate::error::Error;

impl Diary {
    /// The person's own exercises.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_exercises(&self) -> Result<Vec<OwnExercise>, Error> {
        self.read_own(false)
    }

    /// What was written down of each of the person's own exercises, by the id under which results name it: for editing.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_exercise_values(&self) -> Result<Vec<(String, OwnExerciseValues)>, Error> {
        let records = self.read_kind::<OwnExerciseValues>(None, false)?;
        Ok(records.into_iter().filter_map(|record| Some((exercise_id(&record.id)?, record.values))).collect())
    }

    /// Names of the person's own exercises by id, of those that were deleted too: what was done of them keeps its name.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_names(&self) -> Result<BTreeMap<String, String>, Error> {
        Ok(self.own_exercises_ever()?.into_iter().map(|own| (own.id, own.name)).collect())
    }

    /// The person's own exercises, and those that were deleted.
    pub(crate) fn own_exercises_ever(&self) -> Result<Vec<OwnExercise>, Error> {
        self.read_own(true)
    }

    fn read_own(&self, deleted: bool) -> Result<Vec<OwnExercise>, Error> {
        let records = self.read_kind::<OwnExerciseValues>(None, deleted)?;
        Ok(records.iter().filter_map(|record| OwnExercise::read(&record.id, &record.values)).collect())
    }

    /// Records an exercise of the person's own; gives the id of its record.
    ///
    /// Results and plans name it by [`exercise_id`] of that id.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field: name, kind and what the dose counts are needed.
    pub fn record_own_exercise(&mut self, values: &OwnExerciseValues, at: Option<Moment>) -> Result<String, Error> {
        values.check()?;
        self.add(values, at)
    }

    /// Changes an own exercise: `edit` gets its present values and changes what it likes. Only what differs is written.
    ///
    /// `id` is the id of its record: see [`Diary::own_exercise_record`].
    ///
    /// # Errors
    /// [`Error::NotFound`], or as [`Diary::record_own_exercise`].
    pub fn edit_own_exercise(&mut self, id: &str, edit: impl FnOnce(&mut OwnExerciseValues)) -> Result<(), Error> {
        self.edit(id, Kind::OwnExercise, edit, OwnExerciseValues::check)
    }

    /// The id of the record of an own exercise, by the id under which results and plans name it. Also of one that was
    /// deleted, so that it can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what the database says.
    pub fn own_exercise_record(&self, exercise: &str) -> Result<String, Error> {
        let records = self.read_kind::<OwnExerciseValues>(None, true)?;
        let found = records.into_iter().find(|record| exercise_id(&record.id).as_deref() == Some(exercise));
        found.map(|record| record.id).ok_or(Error::NotFound)
    }

    /// Whether a result reaches the dose of its day: what its field `completed` should say unless the person says
    /// otherwise. `None` if it gives no amount.
    ///
    /// # Errors
    /// What the database says.
    pub fn reached(&self, values: &ResultValues, day: Day) -> Result<Option<bool>, Error> {
        let own = self.own_exercises()?;
        let (fold, _) = self.fold(day, &own)?;
        // What screening clears limits which exercises are offered, and no dose.
        let plan = followed(&self.read::<PlanValues>(None)?);
        let doses = self.doses(&fold, &own, None, &plan, false, day)?;
        Ok(doses.reached(values, &Exercises { own: &own }))
    }

    /// Checks a result against its exercise, of the catalogue or the person's own.
    pub(crate) fn check_result(&self, values: &ResultValues) -> Result<(), Error> {
        Ok(check_result(values, &self.own_exercises()?)?)
    }
}

/// Checks a result against its exercise, of the catalogue or one of these.
pub(crate) fn check_result(values: &ResultValues, own: &[OwnExercise]) -> Result<(), Refusal> {
    match own.iter().find(|own| values.exercise.as_deref() == Some(own.id.as_str())) {
        Some(own) => values.check_for(own.dose.mode, own.sides),
        None => values.check().map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemHost;

    #[test]
    fn what_was_done_of_an_own_exercise_is_recorded_and_outlives_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let values = OwnExerciseValues {
            name: text("Towel pull"),
            kind: text("strength"),
            mode: text("reps"),
            sets: Some(2),
            reps: Some(6),
            ..Default::default()
        };
        let record = diary.record_own_exercise(&values, None).unwrap();
        let id = exercise_id(&record).unwrap();
        assert_eq!(diary.own_exercise_record(&id).unwrap(), record);
        let done = ResultValues { exercise: Some(id.clone()), sets: Some(2), reps: Some(6), ..Default::default() };
        let saved = diary.record_result(&done, None).unwrap();
        assert_eq!(diary.reached(&done, Day(20_000)).unwrap(), Some(true));
        let walked = ResultValues { sets: None, reps: None, minutes: Some(5), ..done.clone() };
        assert!(diary.record_session(&[done.clone(), walked], None).is_err());
        diary.edit_own_exercise(&record, |values| values.reps = Some(9)).unwrap();
        assert_eq!(diary.own_exercises().unwrap()[0].dose.reps, 9);
        assert!(diary.edit_own_exercise(&record, |values| values.kind = None).is_err());
        diary.delete(&record).unwrap();
        assert!(diary.record_result(&done, None).is_err());
        diary.edit_result(&saved.id, |values| values.pain_after = Some(2)).unwrap();
        assert_eq!(diary.own_names().unwrap().get(&id).map(String::as_str), Some("Towel pull"));
        assert!(diary.own_exercises().unwrap().is_empty());
        diary.restore(&diary.own_exercise_record(&id).unwrap()).unwrap();
        assert_eq!(diary.own_exercises().unwrap().len(), 1);
    }
}
