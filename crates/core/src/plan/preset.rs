//! Sample routines, ready made.

use crate::catalogue;
use crate::exercise::{Kind, Region};
use crate::refusal::{Reason, Refusal};
use crate::texts::Text;
use crate::texts::plan as said;

use super::extra::Extra;
use super::generate::{Gap, Generated, KINDS, LeftOut, strength_days};
use super::item::{Item, Origin};
use super::limits::Limits;
use super::profile::Profile;
use super::reason::Why;

/// A sample routine: one session, for any days. All of it but what a person may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The id. Never changes and is never used again for something else.
    pub id: &'static str,
    /// Its name.
    pub name: Text,
    /// The region it is for, if it is for one.
    pub region: Option<Region>,
    /// Minutes it takes at most.
    pub minutes: u32,
    /// Exercises in their order, with minutes for those that count them.
    pub items: &'static [(&'static str, Option<u32>)],
}

/// Every sample routine. Which exercises follow each other is our choice; those of a region are its best-known ones.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "ten-minutes",
        name: said::PRESET_TEN,
        region: None,
        minutes: 10,
        items: &[("cat-cow", None), ("sit-to-stand", None), ("walking", Some(3)), ("knee-to-chest", None)],
    },
    Preset {
        id: "eighteen-minutes",
        name: said::PRESET_EIGHTEEN,
        region: None,
        minutes: 18,
        items: &[
            ("cat-cow", None),
            ("pelvic-tilt", None),
            ("glute-bridge", None),
            ("walking", Some(6)),
            ("knee-to-chest", None),
        ],
    },
    Preset {
        id: "thirty-minutes",
        name: said::PRESET_THIRTY,
        region: None,
        minutes: 30,
        items: &[
            ("cat-cow", None),
            ("pelvic-tilt", None),
            ("glute-bridge", None),
            ("scapular-squeeze", None),
            ("walking", Some(10)),
            ("knee-to-chest", None),
            ("diaphragmatic-breathing", Some(4)),
        ],
    },
    Preset {
        id: "lower-back",
        name: said::PRESET_LOWER,
        region: Some(Region::Lower),
        minutes: 18,
        items: &[
            ("pelvic-tilt", None),
            ("partial-crunch", None),
            ("walking", Some(5)),
            ("knee-to-chest", None),
            ("diaphragmatic-breathing", Some(3)),
        ],
    },
    Preset {
        id: "upper-back",
        name: said::PRESET_UPPER,
        region: Some(Region::Upper),
        minutes: 17,
        items: &[
            ("thoracic-extension", None),
            ("scapular-squeeze", None),
            ("walking", Some(5)),
            ("chest-opening", None),
            ("diaphragmatic-breathing", Some(3)),
        ],
    },
    Preset {
        id: "sciatica",
        name: said::PRESET_SCIATICA,
        region: Some(Region::Sciatica),
        minutes: 17,
        items: &[
            ("nerve-glide-slider", None),
            ("walking", Some(5)),
            ("knee-to-opposite-shoulder", None),
            ("diaphragmatic-breathing", Some(3)),
        ],
    },
];

/// A plan of a sample routine on these days, without what may not be done. It says what is left out and why.
///
/// # Errors
/// [`Refusal`] of `preset` if there is none with this id, or of `weekdays` if there is no day or no such day.
pub fn from_preset(limits: &Limits, id: &str, weekdays: &[u8]) -> Result<Generated, Refusal> {
    const IDS: &[&str] = &["ten-minutes", "eighteen-minutes", "thirty-minutes", "lower-back", "upper-back", "sciatica"];
    let unknown = || Refusal::new("preset", Reason::NotAChoice { choices: IDS });
    let preset = PRESETS.iter().find(|preset| preset.id == id).ok_or_else(unknown)?;
    let profile = Profile {
        regions: preset.region.into_iter().collect(),
        minutes: preset.minutes,
        weekdays: weekdays.to_vec(),
        ..Profile::default()
    };
    profile.check()?;
    let profile = profile.sorted();
    let exercises = preset.items.iter().filter_map(|(id, minutes)| Some((catalogue::find(id)?, *minutes)));
    let (fit, blocked): (Vec<_>, Vec<_>) = exercises.partition(|(exercise, _)| limits.block(exercise).is_none());
    let left_out = blocked
        .into_iter()
        .filter_map(|(exercise, _)| Some(LeftOut { exercise: Some(exercise), because: limits.block(exercise)? }));
    let missing = |kind: &Kind| {
        preset.items.iter().any(|(id, _)| catalogue::find(id).is_some_and(|exercise| exercise.kind == *kind))
            && !fit.iter().any(|(exercise, _)| exercise.kind == *kind)
    };
    let mut gaps: Vec<Gap> = KINDS.into_iter().filter(missing).map(Gap::Limits).collect();
    let mut items = Vec::new();
    for weekday in &profile.weekdays {
        items.extend(fit.iter().zip(0_u32..).map(|((exercise, minutes), place)| Item {
            weekday: *weekday,
            place,
            exercise: exercise.id.to_owned(),
            minutes: *minutes,
            locked: false,
            origin: Origin::Preset,
            reasons: vec![Why::Preset],
        }));
    }
    if strength_days(&items) {
        gaps.push(Gap::StrengthDays);
    }
    Ok(Generated {
        items,
        level_max: limits.level_max,
        left_out: left_out.collect(),
        gaps,
        extras: Extra::of_day(limits, true),
        profile,
    })
}
