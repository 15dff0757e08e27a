//! What was written down beside the history, for a person to look at: own exercises, days off, safety answers, plans.

use lissom_diary::Diary as Core;
use lissom_diary::core::day::Day;
use lissom_diary::core::dose::DayOffValues;
use lissom_diary::core::record::Dated;
use lissom_diary::core::screening::{CautionValues, ClearanceValues, ScreeningValues};

use crate::diary::Diary;
use crate::error::LissomError;
use crate::measuring::OwnExerciseDraft;
use crate::plan::Plan;
use crate::time::LocalDay;

/// An exercise of the person's own.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct OwnExercise {
    /// Id under which results and plans name it.
    pub id: String,
    /// What was written down: `before` of an edit.
    pub exercise: OwnExerciseDraft,
}

/// Days off, a flare, or the end of one.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct DayOff {
    /// Id of the record: `delete` takes it back.
    pub id: String,
    /// `flare`, `flare-over`, `illness`, `travel` or `rest`; another word is of a newer version.
    pub reason: String,
    /// First local day.
    pub from: Option<LocalDay>,
    /// Last local day, included; the first one if absent. A flare has none.
    pub to: Option<LocalDay>,
}

/// An answer about a condition. All answers stand in the list; what they come to is `SafetyState.conditions`.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Caution {
    /// Id of the record.
    pub id: String,
    /// Local day of the answer.
    pub day: LocalDay,
    /// Id of the condition.
    pub condition: String,
    /// Whether the person has it.
    pub has: bool,
    /// Last day after which it is asked again.
    pub until: Option<LocalDay>,
}

/// What a professional cleared.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Clearance {
    /// Id of the record: `ClearanceDraft.replaces` names it.
    pub id: String,
    /// Who.
    pub who: String,
    /// Local day of the consultation; of the record, if it does not say.
    pub day: LocalDay,
    /// Ids of the results it covers.
    pub covers: Vec<String>,
    /// Highest level of exercises that is allowed, 0 to 3; all if absent.
    pub level_max: Option<i32>,
    /// Free text.
    pub note: Option<String>,
    /// Ids of earlier clearances that this took the place of.
    pub replaces: Vec<String>,
}

/// Answers to the safety questions of one day.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct ScreeningResult {
    /// Id of the record: clearances name it.
    pub id: String,
    /// Local day.
    pub day: LocalDay,
    /// Level that the rules of the day gave: `a` emergency to `e` go. Whether it stands, `SafetyState` says.
    pub level: String,
    /// Answers, such as `a1=no`.
    pub answers: Vec<String>,
}

quiet_debug!(OwnExercise DayOff Caution Clearance ScreeningResult);

#[uniffi::export]
impl Diary {
    /// The person's own exercises.
    ///
    /// # Errors
    /// What the database says.
    pub async fn own_exercises(&self) -> Result<Vec<OwnExercise>, LissomError> {
        let own = |(id, values)| OwnExercise { id, exercise: OwnExerciseDraft::from(values) };
        self.worker.read(move |core| Ok(core.own_exercise_values()?.into_iter().map(own).collect())).await
    }

    /// Days off and flares, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn days_off(&self) -> Result<Vec<DayOff>, LissomError> {
        self.worker.read(|core| Ok(core.days_off()?.into_iter().map(DayOff::from).collect())).await
    }

    /// Every answer about a condition, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn cautions(&self) -> Result<Vec<Caution>, LissomError> {
        self.worker.read(|core| Ok(core.cautions()?.into_iter().map(Caution::from).collect())).await
    }

    /// Every clearance, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clearances(&self) -> Result<Vec<Clearance>, LissomError> {
        self.worker.read(|core| Ok(core.clearances()?.into_iter().map(Clearance::from).collect())).await
    }

    /// Every result of the safety questions, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn screenings(&self) -> Result<Vec<ScreeningResult>, LissomError> {
        self.worker.read(|core| Ok(core.screenings()?.into_iter().map(ScreeningResult::from).collect())).await
    }

    /// Every version of the plan there was, the oldest first: `follow_plan` goes back to one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn plan_versions(&self) -> Result<Vec<Plan>, LissomError> {
        let lang = self.worker.lang;
        let plans = move |core: &mut Core| {
            let versions = core.plan_versions()?;
            Ok(versions.iter().map(|version| Plan::of(version, lang)).collect())
        };
        self.worker.read(plans).await
    }
}

/// A day as records keep it; `None` if it is none.
fn day(text: Option<String>) -> Option<LocalDay> {
    text?.parse::<Day>().ok().map(LocalDay::from)
}

impl From<Dated<DayOffValues>> for DayOff {
    fn from(record: Dated<DayOffValues>) -> Self {
        let DayOffValues { reason, from, to, .. } = record.values;
        Self { id: record.id, reason: reason.unwrap_or_default(), from: day(from), to: day(to) }
    }
}

impl From<Dated<CautionValues>> for Caution {
    fn from(record: Dated<CautionValues>) -> Self {
        let CautionValues { condition, answer, until, .. } = record.values;
        let condition = condition.unwrap_or_default();
        // An answer that cannot be read counts as the stricter one, as it does for the rules.
        let has = answer.as_deref() != Some("no");
        Self { id: record.id, day: record.day.into(), condition, has, until: day(until) }
    }
}

impl From<Dated<ClearanceValues>> for Clearance {
    fn from(record: Dated<ClearanceValues>) -> Self {
        let values = record.values;
        Self {
            id: record.id,
            who: values.who.unwrap_or_default(),
            day: day(values.day).unwrap_or(record.day.into()),
            covers: values.covers.unwrap_or_default(),
            level_max: values.level_max.and_then(|level| i32::try_from(level).ok()),
            note: values.note,
            replaces: values.replaces.unwrap_or_default(),
        }
    }
}

impl From<Dated<ScreeningValues>> for ScreeningResult {
    fn from(record: Dated<ScreeningValues>) -> Self {
        let ScreeningValues { level, answers, .. } = record.values;
        let (level, answers) = (level.unwrap_or_default(), answers.unwrap_or_default());
        Self { id: record.id, day: record.day.into(), level, answers }
    }
}
