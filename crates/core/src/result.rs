//! A session and the results in it.

use crate::catalogue;
use crate::exercise::{DoseMode, Exercise, Sides};
use crate::record::{check_fields, values};
use crate::refusal::{Reason, Refusal};
use crate::scale::{
    AT_MS, EFFORT_BORG_CR10, HOLD_SECONDS, MINUTES, NOTE_BYTES_MAX, OFFSET_MINUTES, PAIN_NRS, REPS, SETS,
};

/// Longest id of an exercise, in bytes.
pub const EXERCISE_ID_BYTES_MAX: usize = 64;
/// Longest id of a reason to stop, in bytes.
pub const STOP_REASON_BYTES_MAX: usize = 64;

values! {
    /// Header of a session. Its results carry its key, so one that arrives without its header still shows.
    SessionValues = Session {
        /// When it began, in milliseconds since 1970.
        0 at_ms: int(AT_MS),
        /// Minutes that local time was ahead of UTC.
        1 offset_minutes: int(OFFSET_MINUTES),
    }
}

values! {
    /// What one exercise came to in one session.
    ///
    /// Merge: edits of different fields both stand; of two edits of one field one wins, the same everywhere.
    ResultValues = Result {
        /// Id of the exercise in the catalogue.
        0 exercise: text(EXERCISE_ID_BYTES_MAX),
        /// Sets done, 1 to 50.
        1 sets: int(SETS),
        /// Repetitions in each set, 1 to 500.
        2 reps: int(REPS),
        /// Seconds that each repetition was held, 1 to 600.
        3 hold_seconds: int(HOLD_SECONDS),
        /// Minutes of an activity that is not counted in repetitions, 1 to 1,440.
        4 minutes: int(MINUTES),
        /// Which side: left, right, or both in turn.
        5 side: choice(&["left", "right", "both"]),
        /// Effort, Borg CR10, whole numbers 0 to 10.
        6 effort: int(EFFORT_BORG_CR10),
        /// Pain just before, NRS 0 to 10.
        7 pain_before: int(PAIN_NRS),
        /// Worst pain during the exercise, NRS 0 to 10.
        8 pain_during: int(PAIN_NRS),
        /// Pain just after, NRS 0 to 10.
        9 pain_after: int(PAIN_NRS),
        /// Free text, at most 4,000 bytes.
        10 note: text(NOTE_BYTES_MAX),
        /// Whether all of the plan's dose was done.
        11 completed: choice(&["yes", "no"]),
        /// Whether the person was sure of their form.
        12 form: choice(&["sure", "unsure"]),
        /// Whether pain or tingling spread further down a leg or an arm.
        13 spread: choice(&["no", "yes"]),
        /// Tingling or numbness: none, gone within 60 seconds of stopping, or lasting longer.
        14 tingling: choice(&["none", "brief", "lasting"]),
        /// Why it was stopped early: a stop reason of [`crate::screening`].
        15 stopped: text(STOP_REASON_BYTES_MAX),
    }
}

impl ResultValues {
    /// Checks the result against the scales and against its exercise: a walk has no hold, a stretch no minutes.
    ///
    /// # Errors
    /// [`Refusal`] names the field; an unknown exercise comes with the nearest known one.
    pub fn check(&self) -> Result<&'static Exercise, Refusal> {
        check_fields(self)?;
        let id = self.exercise.as_deref().ok_or(Refusal::new("exercise", Reason::Missing))?;
        let unknown = || Refusal::new("exercise", Reason::UnknownExercise { nearest: catalogue::nearest(id) });
        let exercise = catalogue::find(id).ok_or_else(unknown)?;
        self.check_fit(exercise.dose.mode, exercise.sides)?;
        Ok(exercise)
    }

    /// Checks the result against the scales and against an exercise that is not in the catalogue, such as one of
    /// [`crate::own_exercise`].
    ///
    /// # Errors
    /// [`Refusal`] names the field.
    pub fn check_for(&self, mode: DoseMode, sides: Sides) -> Result<(), Refusal> {
        check_fields(self)?;
        self.check_fit(mode, sides)
    }

    fn check_fit(&self, mode: DoseMode, sides: Sides) -> Result<(), Refusal> {
        self.check_amounts(mode)?;
        match (sides, self.side.as_deref()) {
            (Sides::None, Some("left" | "right")) => Err(Refusal::new("side", Reason::NoSides)),
            _ => Ok(()),
        }
    }

    fn check_amounts(&self, mode: DoseMode) -> Result<(), Refusal> {
        let counted = [
            ("sets", self.sets.is_some()),
            ("reps", self.reps.is_some()),
            ("hold_seconds", self.hold_seconds.is_some()),
        ];
        let refused = match mode {
            DoseMode::Minutes => counted.into_iter().find(|(_, given)| *given).map(|(name, _)| (name, "minutes")),
            DoseMode::Reps => self.minutes.map(|_| ("minutes", "sets and repetitions")),
            DoseMode::Hold => self.minutes.map(|_| ("minutes", "sets and seconds of holding")),
        };
        match refused {
            Some((field, instead)) => Err(Refusal::new(field, Reason::NotMeasured { instead })),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(values: &ResultValues) -> Option<Refusal> {
        values.check().err()
    }

    fn tilt() -> ResultValues {
        ResultValues { exercise: Some("pelvic-tilt".into()), sets: Some(2), reps: Some(8), ..Default::default() }
    }

    #[test]
    fn a_result_fits_its_exercise() {
        assert_eq!(refused(&tilt()), None);
        assert_eq!(refused(&ResultValues { hold_seconds: Some(5), ..tilt() }), None);
        let minutes = refused(&ResultValues { minutes: Some(5), ..tilt() }).unwrap();
        assert_eq!(minutes.field, "minutes");
        let walk = ResultValues { exercise: Some("walking".into()), minutes: Some(20), ..Default::default() };
        assert_eq!(refused(&walk), None);
        let held = refused(&ResultValues { hold_seconds: Some(5), ..walk }).unwrap();
        assert_eq!((held.field, held.reason), ("hold_seconds", Reason::NotMeasured { instead: "minutes" }));
    }

    #[test]
    fn each_number_stays_on_its_scale() {
        for (values, field) in [
            (ResultValues { pain_during: Some(11), ..tilt() }, "pain_during"),
            (ResultValues { effort: Some(-1), ..tilt() }, "effort"),
            (ResultValues { sets: Some(0), ..tilt() }, "sets"),
            (ResultValues { reps: Some(501), ..tilt() }, "reps"),
            (ResultValues { side: Some("middle".into()), ..tilt() }, "side"),
            (ResultValues { side: Some("left".into()), ..tilt() }, "side"),
            (ResultValues { exercise: None, ..tilt() }, "exercise"),
        ] {
            assert_eq!(refused(&values).map(|r| r.field), Some(field));
        }
    }

    #[test]
    fn a_result_of_an_own_exercise_fits_its_mode_and_sides() {
        let own = ResultValues { exercise: Some("own-0123456789ab".into()), ..tilt() };
        let field = |values: &ResultValues, mode, sides| values.check_for(mode, sides).err().map(|r| r.field);
        assert_eq!(refused(&own).map(|refusal| refusal.field), Some("exercise"));
        assert_eq!(field(&own, DoseMode::Reps, Sides::None), None);
        assert_eq!(field(&own, DoseMode::Minutes, Sides::None), Some("sets"));
        let left = ResultValues { side: Some("left".into()), ..own.clone() };
        assert_eq!(field(&left, DoseMode::Reps, Sides::Each), None);
        assert_eq!(field(&left, DoseMode::Reps, Sides::None), Some("side"));
        assert_eq!(field(&ResultValues { reps: Some(501), ..own }, DoseMode::Reps, Sides::None), Some("reps"));
    }

    #[test]
    fn an_unknown_exercise_suggests_the_nearest() {
        let refusal = refused(&ResultValues { exercise: Some("pelvic-tlit".into()), ..tilt() }).unwrap();
        assert_eq!(refusal.reason, Reason::UnknownExercise { nearest: Some("pelvic-tilt") });
        assert!(refusal.to_string().contains("did you mean pelvic-tilt?"));
    }
}
