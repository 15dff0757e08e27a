//! The built-in exercises: look them up by id, by region and by kind.
//!
//! They come from the files in `catalogue/`, one an exercise, checked and compiled in when the crate is built, so
//! nothing is parsed on the phone. This module offers what there is; it does not know who may do what.

use crate::exercise::{Exercise, ExerciseId, Kind, Region};

#[cfg(test)]
mod source;
#[cfg(test)]
mod tests;

// Brings in `EXERCISES: &[Exercise]`, sorted by id.
mod built {
    use crate::exercise::{
        Bias, Cues, Dose, DoseMode, Evidence, Exercise, ExerciseText, Kind, Ladder, Position, Region, Sides,
    };
    include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
}

/// Every exercise, sorted by id.
#[must_use]
pub fn all() -> &'static [Exercise] {
    built::EXERCISES
}

/// A number that changes with anything in the catalogue: what was computed from another one is to be computed anew.
#[must_use]
pub const fn digest() -> u64 {
    built::DIGEST
}

/// The exercise with exactly this id. `None` for a clinic's own exercise or one from a newer version.
#[must_use]
pub fn find(id: &str) -> Option<&'static Exercise> {
    let index = all().binary_search_by(|exercise| exercise.id.cmp(id)).ok()?;
    all().get(index)
}

/// The exercises that name this region and are of this kind, sorted by id. `None` asks for any.
///
/// A region is matched exactly: asking for [`Region::Lower`] leaves out an exercise that names only
/// [`Region::Whole`].
pub fn filter(region: Option<Region>, kind: Option<Kind>) -> impl Iterator<Item = &'static Exercise> {
    all().iter().filter(move |exercise| {
        region.is_none_or(|region| exercise.regions.contains(&region)) && kind.is_none_or(|kind| exercise.kind == kind)
    })
}

/// First choices: the exercises that the best-known list names for a region, in its order.
///
/// The list is a widely read one of ten exercises and four techniques; what it says about their effect is not taken
/// over. For [`Region::Whole`] these are its two aerobic exercises.
#[must_use]
pub const fn article(region: Region) -> &'static [&'static str] {
    match region {
        Region::Lower => &["pelvic-tilt", "knee-to-chest", "partial-crunch"],
        Region::Upper => &["scapular-squeeze", "thoracic-extension", "chest-opening"],
        Region::Sciatica => &["knee-to-opposite-shoulder", "nerve-glide-slider"],
        Region::Whole => &["walking", "swimming"],
    }
}

/// The ten exercises and the four techniques of that list: what every version of Lissom has to offer.
#[must_use]
pub const fn mission() -> &'static [&'static str] {
    &[
        "pelvic-tilt",
        "knee-to-chest",
        "partial-crunch",
        "scapular-squeeze",
        "thoracic-extension",
        "chest-opening",
        "knee-to-opposite-shoulder",
        "nerve-glide-slider",
        "walking",
        "swimming",
        "body-scan",
        "diaphragmatic-breathing",
        "posture-reset",
        "desk-check",
    ]
}

/// The exercises that name this region: the first choices of [`article`] in their order, then the rest by id.
///
/// Like [`filter`], this does not know who may do what.
#[must_use]
pub fn for_region(region: Region) -> Vec<&'static Exercise> {
    let place = |id| article(region).iter().position(|first| *first == id).unwrap_or(usize::MAX);
    let mut found: Vec<_> = filter(Some(region), None).collect();
    // Sorted by id already, and sorting by place keeps that order among equals.
    found.sort_by_key(|exercise| place(exercise.id));
    found
}

/// The id that was probably meant: for "did you mean …?" after a slip.
///
/// Compares with ids and names, whatever the case, taking spaces and underscores for hyphens. Up to one letter in
/// three may be wrong, and part of a name is enough from four letters on. `None` when nothing is near.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    // Twice the longest id is no slip any more, and comparing takes time in proportion to the length.
    if id.len() > 2 * ExerciseId::CHARS_MAX {
        return None;
    }
    let wanted = hyphenated(id);
    let candidates = all().iter().filter_map(|exercise| {
        let by_id = distance(&wanted, exercise.id);
        let by_name = distance(&wanted, &hyphenated(exercise.text.name));
        Some((by_id.into_iter().chain(by_name).min()?, exercise.id))
    });
    candidates.min().map(|(_, id)| id)
}

fn hyphenated(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("-")
}

/// Letters apart, 0 for equal; `None` when too far to be a slip.
fn distance(wanted: &str, candidate: &str) -> Option<usize> {
    const PART_CHARS_MIN: usize = 4;
    if wanted == candidate {
        return Some(0);
    }
    let chars = wanted.chars().count();
    if chars >= PART_CHARS_MIN && candidate.contains(wanted) {
        return Some(1);
    }
    let apart = strsim::damerau_levenshtein(wanted, candidate);
    (apart <= chars / 3).then_some(apart)
}
