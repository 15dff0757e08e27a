//! Exercises, their doses and the reasons for them, as JSON and as text.

use lissom_diary::core::catalogue;
use lissom_diary::core::dose::{Key, Reason, Side, Status};
use lissom_diary::core::exercise::Dose;
use lissom_diary::core::own_exercise::OwnExercise;
use lissom_diary::core::plan::SideDose;
use serde_json::{Value, json};

use crate::output::{Said, printable};
use crate::rows::{dose, starting_dose};
use crate::texts::{Lang, doses as words};

/// Seconds, as the minutes that a person plans with.
pub(crate) fn minutes(seconds: u32) -> u32 {
    seconds.div_ceil(60)
}

/// The exercise's name, of the catalogue or the person's own; the id of one that this version does not know.
pub(crate) fn name(lang: Lang, own: &[OwnExercise], id: &str) -> String {
    if let Some(exercise) = catalogue::find(id) {
        return lang.words(exercise.text.name).into_owned();
    }
    let own = own.iter().find(|own| own.id == id);
    printable(own.map_or(id, |own| own.name.as_str()))
}

/// The exercise and its side.
pub(crate) fn key_name(lang: Lang, own: &[OwnExercise], key: &Key) -> String {
    let exercise = name(lang, own, &key.exercise);
    match key.side {
        Side::Left => words::LEFT.with("what", exercise).say(lang),
        Side::Right => words::RIGHT.with("what", exercise).say(lang),
        Side::Both => exercise,
    }
}

/// A dose in words: `2 x 8, 5 s hold`.
pub(crate) fn amount(lang: Lang, amount: &Dose) -> String {
    dose(lang, &starting_dose(amount))
}

/// The doses of an exercise, a line each: one if all sides have the same.
pub(crate) fn lines(lang: Lang, sides: &[SideDose]) -> Vec<String> {
    let same = sides.windows(2).all(|pair| matches!(pair, [a, b] if a.dose == b.dose));
    match sides {
        [one, ..] if same && one.side == Side::Both => vec![amount(lang, &one.dose)],
        [one, ..] if same => vec![words::EACH_SIDE.with("dose", amount(lang, &one.dose)).say(lang)],
        _ => sides.iter().map(|one| of_side(lang, one)).collect(),
    }
}

fn of_side(lang: Lang, one: &SideDose) -> String {
    let said = amount(lang, &one.dose);
    match one.side {
        Side::Left => words::OF_LEFT.with("dose", said).say(lang),
        Side::Right => words::OF_RIGHT.with("dose", said).say(lang),
        Side::Both => said,
    }
}

/// The doses as programs read them.
pub(crate) fn json(sides: &[SideDose]) -> Value {
    sides.iter().map(|one| json!({"side": one.side.as_str(), "dose": one.dose})).collect()
}

/// A reason as programs read it.
pub(crate) fn reason_json(reason: &Reason) -> Value {
    json!({"rule": reason.rule, "sentence": Said::from(reason.sentence.clone()), "basis": reason.basis})
}

/// The stable word of a status.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Flare => "flare",
        Status::AboveCeiling => "above-ceiling",
        Status::Paused => "paused",
        Status::Retired => "retired",
    }
}
