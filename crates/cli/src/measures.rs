//! Measures in words: what was measured, what it came to, and how far it moved.

use lissom_diary::core::lifestyle::desk::{DeskCheck, Place, Score};
use lissom_diary::core::measure::{Answers, Measure, MeasureValues, find};
use lissom_diary::core::outcome::points;
use serde::Serialize;

use crate::texts::{Lang, Sentence, Text, measure as words};

/// The name of what was measured, or its id where this version has none.
pub(crate) fn name(lang: Lang, values: &MeasureValues) -> String {
    let id = values.measure.as_deref().unwrap_or_default();
    match find(id) {
        Some(known) => known.name.say(lang),
        None => values.name.as_deref().unwrap_or(id).to_owned(),
    }
}

/// What it came to. Nothing where that is not known.
pub(crate) fn score(lang: Lang, values: &MeasureValues) -> Option<String> {
    if let Some(check) = DeskCheck::read(values) {
        let Score { good, asked } = check.score();
        let said = match check.place {
            Some(place) => words::DESK_SCORE_AT.with("place", place_name(place)),
            None => words::DESK_SCORE.into(),
        };
        return Some(said.with("good", good).with("asked", asked).say(lang));
    }
    let tenths = values.score_tenths()?;
    Some(amount(find(values.measure.as_deref()?), tenths).say(lang))
}

/// Where a desk is.
pub(crate) fn place_name(place: Place) -> Text {
    match place {
        Place::Home => words::PLACE_HOME,
        Place::Work => words::PLACE_WORK,
    }
}

/// The change of two scores of activities. Where both takings name the same activities it is what their scores are
/// apart; `common` is over those that both name, and rounded by itself.
pub(crate) fn of_activities(before_tenths: i64, now_tenths: i64, common: i64) -> i64 {
    let apart = now_tenths.saturating_sub(before_tenths);
    if apart.abs_diff(common) <= 1 { apart } else { common }
}

/// A score, or a difference of scores, with its unit.
pub(crate) fn amount(known: Option<&Measure>, tenths: i64) -> Sentence {
    known.map_or_else(|| points(tenths), |known| known.say(tenths))
}

/// The answers by their labels: `Bending 4, Lifting 3`.
pub(crate) fn items(values: &MeasureValues) -> String {
    let labels = values.labels.as_deref().unwrap_or_default();
    let items = values.items.as_deref().unwrap_or_default();
    if labels.len() != items.len() {
        return String::new();
    }
    labels.iter().zip(items).map(|(label, item)| format!("{label} {item}")).collect::<Vec<_>>().join(", ")
}

/// How much a change means, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Size {
    BelowSmall,
    Small,
    Medium,
    Large,
}

impl Size {
    /// By the bands that are published for a measure; `None` where none are.
    pub(crate) fn of(known: Option<&Measure>, tenths: i64) -> Option<Self> {
        let bands = known?.meaningful?;
        Some(match tenths.saturating_abs() {
            far if far >= bands.large_tenths => Self::Large,
            far if far >= bands.medium_tenths => Self::Medium,
            far if far >= bands.small_tenths => Self::Small,
            _ => Self::BelowSmall,
        })
    }

    fn sentence(self) -> Sentence {
        match self {
            Self::BelowSmall => words::SIZE_BELOW_SMALL.into(),
            Self::Small => words::SIZE_SMALL.into(),
            Self::Medium => words::SIZE_MEDIUM.into(),
            Self::Large => words::SIZE_LARGE.into(),
        }
    }
}

/// A change in words: `1.3 points more: a small change`. Nothing for answers that are a change themselves.
pub(crate) fn change(known: Option<&Measure>, tenths: i64) -> Option<Sentence> {
    if known.is_some_and(|known| matches!(known.answers, Answers::Steps(_))) {
        return None;
    }
    // Of yes and no only how many is known.
    let unit = known.filter(|known| known.answers != Answers::YesNo);
    let by = amount(unit, tenths.saturating_abs());
    let moved: Sentence = match tenths {
        0 => words::CHANGE_NONE.into(),
        1.. => words::CHANGE_MORE.with("by", by),
        _ => words::CHANGE_LESS.with("by", by),
    };
    Some(match Size::of(known, tenths).filter(|_| tenths != 0) {
        Some(size) => words::CHANGE_SIZED.with("change", moved).with("size", size.sentence()),
        None => moved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_sized_by_the_published_bands_and_never_praised() {
        let psfs = find("psfs");
        let said = |tenths| change(psfs, tenths).unwrap().say(Lang::En);
        assert_eq!(said(0), "the same");
        assert_eq!(said(12), "1.2 points more: less than a small change");
        assert_eq!(said(-13), "1.3 points less: a small change");
        assert_eq!(said(23), "2.3 points more: a medium change");
        assert_eq!(said(27), "2.7 points more: a large change");
        assert_eq!(change(find("sit-to-stand"), -20).unwrap().say(Lang::En), "2 times less");
        assert_eq!(change(None, 15).unwrap().say(Lang::En), "1.5 more");
        assert!(change(find("pgic"), 10).is_none());
    }
}
