//! What may be written down.

use std::str::FromStr;

use super::{
    ENDURANCE_HOLD_SECONDS, HOLD_SECONDS, LEVEL, MINUTES, OwnExerciseValues, REPS, REST_SECONDS, SETS, is_tempo,
};
use crate::catalogue;
use crate::exercise::{
    Bias, CAUTION_TAGS, DoseMode, ExerciseId, ExerciseText, Kind, Ladder, Position, Region, Sides, UnknownName,
};
use crate::record::check_fields;
use crate::refusal::{Reason, Refusal};
use crate::scale::Range;

/// Characters of one text.
#[expect(clippy::cast_possible_wrap, reason = "a few hundred")]
pub(super) const CHARS: Range = Range { min: 1, max: ExerciseText::CHARS_MAX as i64, unit: "characters" };
/// How the ids of own exercises begin.
pub const ID_PREFIX: &str = "own-";

/// A word of a closed list.
fn word<T: FromStr<Err = UnknownName>>(field: &'static str, given: Option<&str>) -> Result<Option<T>, Refusal> {
    let parsed = given.map(T::from_str).transpose();
    parsed.map_err(|unknown| Refusal::new(field, Reason::NotAChoice { choices: unknown.allowed }))
}

fn needed<T>(field: &'static str, given: Option<T>) -> Result<T, Refusal> {
    given.ok_or(Refusal::new(field, Reason::Missing))
}

impl OwnExerciseValues {
    /// Checks the whole exercise by the rules of the catalogue: name, kind and mode are needed, everything else may be
    /// left out.
    ///
    /// An exercise without level, bias, position and cautions can be done and recorded, but no plan takes it up by
    /// itself: see [`super::OwnExercise::gaps`].
    ///
    /// # Errors
    /// [`Refusal`] names the field.
    pub fn check(&self) -> Result<(), Refusal> {
        check_fields(self)?;
        needed("name", self.name.as_deref().filter(|name| !name.trim().is_empty()))?;
        needed("kind", word::<Kind>("kind", self.kind.as_deref())?)?;
        let mode = needed("mode", word::<DoseMode>("mode", self.mode.as_deref())?)?;
        for region in self.regions.iter().flatten() {
            word::<Region>("regions", Some(region))?;
        }
        word::<Bias>("bias", self.bias.as_deref())?;
        word::<Position>("position", self.position.as_deref())?;
        word::<Sides>("sides", self.sides.as_deref())?;
        if let Some(level) = self.level {
            LEVEL.check("level", level)?;
        }
        if self.cautions.iter().flatten().any(|tag| !CAUTION_TAGS.contains(&tag.as_str())) {
            return Err(Refusal::new("cautions", Reason::NotAChoice { choices: CAUTION_TAGS }));
        }
        self.check_dose(mode)?;
        check_links("easier", self.easier.as_deref())?;
        check_links("harder", self.harder.as_deref())?;
        self.check_words()
    }

    fn check_dose(&self, mode: DoseMode) -> Result<(), Refusal> {
        let least_hold = if mode == DoseMode::Hold { 1 } else { HOLD_SECONDS.min };
        let counted = [
            ("sets", self.sets, SETS),
            ("reps", self.reps, REPS),
            ("hold_seconds", self.hold_seconds, Range { min: least_hold, ..HOLD_SECONDS }),
            ("rest_seconds", self.rest_seconds, REST_SECONDS),
        ];
        let timed = [("minutes", self.minutes, MINUTES)];
        let (used, unused, instead): (&[_], &[_], _) = match mode {
            DoseMode::Minutes => (&timed, &counted, "minutes"),
            DoseMode::Reps => (&counted, &timed, "sets and repetitions"),
            DoseMode::Hold => (&counted, &timed, "sets and seconds of holding"),
        };
        if let Some((field, ..)) = unused.iter().find(|(_, given, _)| given.is_some()) {
            return Err(Refusal::new(field, Reason::NotMeasured { instead }));
        }
        for (field, given, range) in used {
            given.map_or(Ok(0), |given| range.check(field, given))?;
        }
        match self.tempo.as_deref() {
            Some(_) if mode != DoseMode::Reps => return Err(Refusal::new("tempo", Reason::NotMeasured { instead })),
            Some(tempo) if !is_tempo(tempo) => return Err(Refusal::new("tempo", Reason::WrongKind)),
            _ => {}
        }
        self.check_ladder(mode)
    }

    /// A ladder fits the mode; holds for endurance are short.
    fn check_ladder(&self, mode: DoseMode) -> Result<(), Refusal> {
        let Some(ladder) = word::<Ladder>("ladder", self.ladder.as_deref())? else { return Ok(()) };
        if !ladder.fits(mode) {
            let choices = match mode {
                DoseMode::Reps => &["reps", "endurance", "load", "none"][..],
                DoseMode::Hold => &["stretch", "none"],
                DoseMode::Minutes => &["minutes", "none"],
            };
            return Err(Refusal::new("ladder", Reason::NotAChoice { choices }));
        }
        if ladder == Ladder::Endurance {
            ENDURANCE_HOLD_SECONDS.check("hold_seconds", needed("hold_seconds", self.hold_seconds)?)?;
        }
        Ok(())
    }

    /// No text is blank or longer than a screen.
    fn check_words(&self) -> Result<(), Refusal> {
        let single = [
            ("why", &self.why),
            ("cue_posture", &self.cue_posture),
            ("cue_breathing", &self.cue_breathing),
            ("cue_alignment", &self.cue_alignment),
        ];
        let lists = [
            ("muscles", &self.muscles),
            ("equipment", &self.equipment),
            ("mistakes", &self.mistakes),
            ("stop", &self.stop),
        ];
        let single = single.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?)));
        let lists = lists.into_iter().flat_map(|(field, list)| list.iter().flatten().map(move |text| (field, text)));
        for (field, text) in single.chain(lists) {
            let chars = if text.trim().is_empty() { 0 } else { text.chars().count() };
            CHARS.check(field, i64::try_from(chars).unwrap_or(i64::MAX))?;
        }
        Ok(())
    }
}

/// Easier and harder exercises: of the catalogue, or of the person's own.
fn check_links(field: &'static str, ids: Option<&[String]>) -> Result<(), Refusal> {
    for id in ids.unwrap_or_default() {
        let own = id.starts_with(ID_PREFIX) && ExerciseId::from_str(id).is_ok();
        if !own && catalogue::find(id).is_none() {
            return Err(Refusal::new(field, Reason::UnknownExercise { nearest: catalogue::nearest(id) }));
        }
    }
    Ok(())
}
