//! Plans, days off and own exercises as records of this device.

use lissom_core::day::Day;
use lissom_core::dose::DayOffValues;
use lissom_core::moment::Moment;
use lissom_core::plan::{
    Edit, Edited, Followed, Generated, Limits, NotDone, PlanValues, Profile, edit, followed, from_preset, generate,
};
use lissom_core::record::Dated;
use lissom_core::refusal::{Reason, Refusal};
use lissom_core::screening::Locked;

use crate::advice::Advice;
use crate::diary::Diary;
use crate::error::Error;

/// Versions that one names; more are settled by the next one.
const REPLACED_MAX: usize = 100;

/// Why no plan was made.
#[derive(Debug)]
pub enum PlanError {
    /// The person is not cleared to exercise by a plan.
    Locked(Locked),
    /// The change must not be made, or the profile makes no plan.
    NotDone(NotDone),
    /// There is no plan to change.
    NoPlan,
    /// Reading or writing failed.
    Diary(Error),
}

impl From<Error> for PlanError {
    fn from(error: Error) -> Self {
        Self::Diary(error)
    }
}

impl From<Refusal> for PlanError {
    fn from(refusal: Refusal) -> Self {
        Self::NotDone(NotDone::Refused(refusal))
    }
}

impl From<NotDone> for PlanError {
    fn from(not_done: NotDone) -> Self {
        Self::NotDone(not_done)
    }
}

impl Diary {
    /// The plan that is followed, and versions that other devices made beside it.
    ///
    /// # Errors
    /// What the database says.
    pub fn plan(&self) -> Result<Followed, Error> {
        Ok(followed(&self.read::<PlanValues>(None)?))
    }

    /// Every version of every plan, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn plan_versions(&self) -> Result<Vec<Dated<PlanValues>>, Error> {
        self.read(None)
    }

    /// Makes a plan and records it in place of the one that is followed.
    ///
    /// # Errors
    /// [`PlanError::Locked`] until the person is cleared; [`PlanError::NotDone`] of a profile that makes no plan.
    pub fn make_plan(
        &mut self,
        profile: &Profile,
        name: Option<&str>,
        at: Option<Moment>,
    ) -> Result<(String, Generated), PlanError> {
        self.new_plan(name, at, |limits| generate(limits, profile))
    }

    /// Records a sample routine on these days in place of the plan that is followed, without what must not be done.
    ///
    /// # Errors
    /// As [`Diary::make_plan`].
    pub fn make_preset(
        &mut self,
        preset: &str,
        weekdays: &[u8],
        at: Option<Moment>,
    ) -> Result<(String, Generated), PlanError> {
        self.new_plan(Some(preset), at, |limits| from_preset(limits, preset, weekdays))
    }

    fn new_plan(
        &mut self,
        name: Option<&str>,
        at: Option<Moment>,
        make: impl FnOnce(&Limits) -> Result<Generated, Refusal>,
    ) -> Result<(String, Generated), PlanError> {
        let at = self.moment(at)?;
        let generated = make(&self.limits(Day::of(at))?)?;
        let Followed { plan, others } = self.plan()?;
        // A new plan settles which of several versions to follow: it replaces them all.
        let replaced: Vec<String> = plan.into_iter().chain(others).map(|plan| plan.id).collect();
        let replaced: Vec<&str> = replaced.iter().take(REPLACED_MAX).map(String::as_str).collect();
        let mut values = generated.values(at, &replaced);
        values.name = name.map(str::to_owned);
        let id = self.add(&values, Some(at))?;
        Ok((id, generated))
    }

    /// Changes the plan that is followed: records a new version of it. A change that changes nothing records nothing, and
    /// gives the id of the version that says so already.
    ///
    /// # Errors
    /// [`PlanError::NotDone`] says why, and what would do instead.
    pub fn edit_plan(&mut self, change: &Edit, at: Option<Moment>) -> Result<(String, Edited), PlanError> {
        let at = self.moment(at)?;
        let limits = self.limits(Day::of(at))?;
        let plan = self.plan()?.plan.ok_or(PlanError::NoPlan)?;
        let edited = edit(&limits, &plan, change, at)?;
        let id = self.new_version(plan, &edited.values, Some(at))?;
        Ok((id, edited))
    }

    /// Records a version in place of another one, unless that one says the same.
    fn new_version(
        &mut self,
        plan: Dated<PlanValues>,
        values: &PlanValues,
        at: Option<Moment>,
    ) -> Result<String, Error> {
        let PlanValues { at_ms, offset_minutes, replaces, .. } = plan.values.clone();
        if (PlanValues { at_ms, offset_minutes, replaces, ..values.clone() }) == plan.values {
            return Ok(plan.id);
        }
        self.add(values, at)
    }

    /// Follows another version from now on: records it anew in place of all that stand. One that is followed already, with
    /// none beside it, is left as it is, and its id given.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an id of no version.
    pub fn follow_plan(&mut self, id: &str, at: Option<Moment>) -> Result<String, Error> {
        let chosen = self.plan_versions()?.into_iter().find(|plan| plan.id == id).ok_or(Error::NotFound)?;
        let Followed { plan, others } = self.plan()?;
        if others.is_empty() && plan.as_ref().is_some_and(|plan| plan.id == id) {
            return Ok(chosen.id);
        }
        let mut values = chosen.values;
        values.replaces = Some(plan.into_iter().chain(others).map(|plan| plan.id).take(REPLACED_MAX).collect());
        self.add(&values, at)
    }

    /// Switches the plan between recovering and keeping well: records a new version, unless the one that is followed is
    /// like that already; then its id is given.
    ///
    /// # Errors
    /// [`PlanError::NoPlan`] without one.
    pub fn keep_well(&mut self, on: bool, at: Option<Moment>) -> Result<String, PlanError> {
        let plan = self.plan()?.plan.ok_or(PlanError::NoPlan)?;
        let mut values = plan.values.clone();
        values.mode = Some(if on { "maintenance" } else { "recovery" }.to_owned());
        values.replaces = Some(vec![plan.id.clone()]);
        Ok(self.new_version(plan, &values, at)?)
    }

    /// Limits of a plan today, if there is leave to exercise by one.
    fn limits(&mut self, today: Day) -> Result<Limits, PlanError> {
        let Advice { limits, safety, .. } = self.advice(today)?;
        match limits {
            Some(limits) => Ok(limits),
            None => Err(PlanError::Locked(safety.clearance().err().unwrap_or(Locked::NotScreened))),
        }
    }

    /// Records a flare, its end, or days off. A flare is of today or earlier: nobody has one that is to come.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] of `from` or `to`.
    pub fn record_day_off(
        &mut self,
        reason: &str,
        from: Day,
        to: Option<Day>,
        at: Option<Moment>,
    ) -> Result<String, Error> {
        if to.is_some_and(|to| to < from) {
            return Err(Refusal::new("to", Reason::Contradicts { with: "from" }).into());
        }
        let at = self.moment(at)?;
        if ["flare", "flare-over"].contains(&reason) && from > Day::of(at).plus(1) {
            return Err(Refusal::new("from", Reason::ToCome).into());
        }
        let values = DayOffValues {
            reason: Some(reason.to_owned()),
            from: Some(from.to_string()),
            to: to.map(|to| to.to_string()),
            ..DayOffValues::default()
        };
        self.add(&values, Some(at))
    }

    /// Flares and days off, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn days_off(&self) -> Result<Vec<Dated<DayOffValues>>, Error> {
        self.read(None)
    }
}
