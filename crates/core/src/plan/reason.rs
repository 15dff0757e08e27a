//! Why something is in a plan, and why something is not.

use crate::exercise::{Bias, Exercise, Kind, Region};
use crate::texts::plan as said;
use crate::texts::{self, Sentence, Text};
use crate::vocabulary;

/// Why an item is in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It opens the session.
    Opener,
    /// It is meant for this region.
    Region(Region),
    /// It is on the best-known list.
    FirstChoice,
    /// The person likes it.
    Liked,
    /// The week was short of this kind.
    Kind(Kind),
    /// It bends the way that suits the person.
    Direction,
    /// It takes the time that is left.
    Fills,
    /// It was kept.
    Locked,
    /// It is part of a sample routine.
    Preset,
    /// The person put it there.
    Own,
    /// A professional put it there.
    Clinician,
    /// It belongs to every day of a flare.
    Flare,
}

impl Why {
    /// Its key in records, and the id of the rule. Never changes once released.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::Region(region) => format!("region-{region}"),
            Self::Kind(kind) => format!("kind-{kind}"),
            _ => self.word().to_owned(),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Opener => "opener",
            Self::Region(_) | Self::Kind(_) => "",
            Self::FirstChoice => "first-choice",
            Self::Liked => "liked",
            Self::Direction => "direction",
            Self::Fills => "fills",
            Self::Locked => "locked",
            Self::Preset => "preset",
            Self::Own => "own",
            Self::Clinician => "clinician",
            Self::Flare => "flare",
        }
    }

    /// The reason with this key; `None` for one of a newer version.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        const PLAIN: &[Why] = &[
            Why::Opener,
            Why::FirstChoice,
            Why::Liked,
            Why::Direction,
            Why::Fills,
            Why::Locked,
            Why::Preset,
            Why::Own,
            Why::Clinician,
            Why::Flare,
        ];
        if let Some(region) = key.strip_prefix("region-") {
            return region.parse().ok().map(Self::Region);
        }
        if let Some(kind) = key.strip_prefix("kind-") {
            return kind.parse().ok().map(Self::Kind);
        }
        PLAIN.iter().copied().find(|why| why.word() == key)
    }

    /// The reason in words.
    #[must_use]
    pub fn sentence(self) -> Sentence {
        let text = match self {
            Self::Opener => said::WHY_OPENER,
            Self::Region(Region::Lower) => said::WHY_REGION_LOWER,
            Self::Region(Region::Upper) => said::WHY_REGION_UPPER,
            Self::Region(Region::Sciatica) => said::WHY_REGION_SCIATICA,
            Self::Region(Region::Whole) => said::WHY_REGION_WHOLE,
            Self::FirstChoice => said::WHY_FIRST_CHOICE,
            Self::Liked => said::WHY_LIKED,
            Self::Kind(Kind::Strength) => said::WHY_STRENGTH,
            Self::Kind(Kind::Aerobic) => said::WHY_AEROBIC,
            Self::Kind(Kind::Mobility) => said::WHY_MOBILITY,
            Self::Kind(Kind::Stretch) => said::WHY_STRETCH,
            Self::Kind(Kind::Relaxation) => said::WHY_RELAXATION,
            Self::Kind(Kind::Posture) => said::WHY_POSTURE,
            Self::Direction => said::WHY_DIRECTION,
            Self::Fills => said::WHY_FILLS,
            Self::Locked => said::WHY_LOCKED,
            Self::Preset => said::WHY_PRESET,
            Self::Own => said::WHY_OWN,
            Self::Clinician => said::WHY_CLINICIAN,
            Self::Flare => said::WHY_FLARE,
        };
        text.into()
    }
}

/// What keeps the level down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cap {
    /// Screening or a clearance.
    Screening,
    /// Pain or irritability.
    Pain,
    /// A beginner's first two weeks.
    Beginner,
    /// The plan as it was made.
    Plan,
    /// A flare.
    Flare,
    /// What the dose rules know of these days.
    Now,
}

impl Cap {
    fn sentence(self, most: u8) -> Sentence {
        let text = match self {
            Self::Screening => said::CAP_SCREENING,
            Self::Pain => said::CAP_PAIN,
            Self::Beginner => said::CAP_BEGINNER,
            Self::Plan => said::CAP_PLAN,
            Self::Flare => said::CAP_FLARE,
            Self::Now => said::CAP_NOW,
        };
        text.with("most", u32::from(most))
    }
}

/// Why an exercise is not in a plan.
///
/// `Debug` names the kind of reason and no condition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// A condition rules it out.
    Condition(&'static str),
    /// The person has a condition that only a newer version knows.
    UnknownCondition,
    /// It is more demanding than this.
    Level {
        /// Highest level allowed.
        most: u8,
        /// What says so.
        cap: Cap,
    },
    /// It bends a way that was not tried yet, with leg pain.
    Direction(Bias),
    /// Something that it needs is not there.
    Equipment(&'static str),
    /// The person does not want it.
    Disliked,
    /// It takes longer than a session.
    Time,
    /// It is meant for another region.
    OtherRegion,
    /// Others came first.
    Others,
    /// Only a newer version knows the exercise.
    Newer,
    /// It is the person's own, and nothing is known about it.
    Unchecked,
    /// It was too much twice, and something else is done for now.
    Paused,
    /// It was too much three times: a professional is to be asked first.
    Retired,
    /// It was accepted in another's place for one side, and waits for the other.
    OneSide,
    /// It was accepted in another's place, on a day that has it already.
    Twice,
    /// It was accepted in another's place, and is strength beside a day with strength.
    DayBetween,
    /// It is the person's own, and there is no longer such an exercise.
    Gone,
    /// It is the person's own, and does not say what a condition of theirs asks for.
    Unsaid,
}

impl std::fmt::Debug for Because {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Because(..)")
    }
}

impl Because {
    /// Whether safety says so, and not taste, time or what is at hand.
    #[must_use]
    pub const fn is_safety(self) -> bool {
        matches!(
            self,
            Self::Condition(_)
                | Self::UnknownCondition
                | Self::Level { .. }
                | Self::Direction(_)
                | Self::Newer
                | Self::Unchecked
                | Self::Paused
                | Self::Retired
                | Self::OneSide
                | Self::DayBetween
                | Self::Gone
                | Self::Unsaid
        )
    }

    /// Whether it was accepted in another exercise's place, and only waits.
    pub(super) const fn waits(self) -> bool {
        matches!(self, Self::OneSide | Self::Twice | Self::DayBetween)
    }

    /// The id of the rule.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Condition(_) => "out-condition",
            Self::UnknownCondition => "out-unknown-condition",
            Self::Level { .. } => "out-level",
            Self::Direction(_) => "out-direction",
            Self::Equipment(_) => "out-equipment",
            Self::Disliked => "out-disliked",
            Self::Time => "out-time",
            Self::OtherRegion => "out-region",
            Self::Others => "out-others",
            Self::Newer => "out-newer",
            Self::Unchecked => "out-unchecked",
            Self::Paused => "out-paused",
            Self::Retired => "out-retired",
            Self::OneSide => "out-one-side",
            Self::Twice => "out-twice",
            Self::DayBetween => "out-day-between",
            Self::Gone => "out-gone",
            Self::Unsaid => "out-unsaid",
        }
    }

    /// The reason in words, about an exercise of the catalogue; `None` for one of the person's own or of a newer version.
    #[must_use]
    pub fn sentence(self, exercise: Option<&'static Exercise>) -> Sentence {
        let Some(exercise) = exercise else {
            let text = match self {
                Self::Unchecked => said::OUT_UNCHECKED,
                Self::Paused => said::OUT_OWN_PAUSED,
                Self::Retired => said::OUT_OWN_RETIRED,
                Self::Gone => said::OUT_OWN_GONE,
                Self::Unsaid => said::OUT_OWN_UNSAID,
                Self::UnknownCondition => said::OUT_OWN_UNKNOWN_CONDITION,
                Self::Condition(id) => {
                    let words = keyed("condition", id, said::CONDITION_OTHER);
                    return said::OUT_OWN_CONDITION.with("condition", words);
                }
                Self::Level { most, cap } => return said::OUT_OWN_LEVEL.with("cap", cap.sentence(most)),
                _ => said::OUT_NEWER,
            };
            return text.into();
        };
        let text = match self {
            Self::Condition(_) => said::OUT_CONDITION,
            Self::UnknownCondition => said::OUT_UNKNOWN_CONDITION,
            Self::Level { .. } => said::OUT_LEVEL,
            Self::Direction(Bias::Extension) => said::OUT_DIRECTION_EXTENSION,
            Self::Direction(_) => said::OUT_DIRECTION_FLEXION,
            Self::Equipment(_) => said::OUT_EQUIPMENT,
            Self::Disliked => said::OUT_DISLIKED,
            Self::Time => said::OUT_TIME,
            Self::OtherRegion => said::OUT_REGION,
            Self::Others => said::OUT_OTHERS,
            Self::Newer => said::OUT_NEWER,
            Self::Gone => said::OUT_OWN_GONE,
            Self::Unsaid => said::OUT_OWN_UNSAID,
            Self::Unchecked => said::OUT_UNCHECKED,
            Self::Paused => said::OUT_PAUSED,
            Self::Retired => said::OUT_RETIRED,
            Self::OneSide => said::OUT_ONE_SIDE,
            Self::Twice => said::OUT_TWICE,
            Self::DayBetween => said::OUT_DAY_BETWEEN,
        };
        let sentence = text.with("exercise", name(exercise));
        match self {
            Self::Condition(id) => sentence.with("condition", keyed("condition", id, said::CONDITION_OTHER)),
            Self::Level { most, cap } => {
                sentence.with("level", u32::from(exercise.level)).with("cap", cap.sentence(most))
            }
            Self::Equipment(thing) => sentence.with("thing", vocabulary::equipment(thing)),
            _ => sentence,
        }
    }
}

/// How an exercise is done differently because of a caution tag.
pub(super) fn adaptation(tag: &str) -> Sentence {
    keyed("adapt", tag, said::ADAPT_OTHER).into()
}

/// The text of an id in a section of this file's texts.
fn keyed(section: &str, id: &str, other: Text) -> Text {
    texts::find(&format!("plan.{section}.{}", id.replace('-', "_"))).unwrap_or(other)
}

/// The name of an exercise, to fill a gap with.
#[must_use]
pub fn name(exercise: &'static Exercise) -> Text {
    Text::new(exercise.id, exercise.text.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;
    use crate::texts::Lang;

    #[test]
    fn reasons_come_back_from_their_keys() {
        let plain = [Why::Opener, Why::FirstChoice, Why::Liked, Why::Direction, Why::Fills, Why::Locked, Why::Preset];
        let more = [Why::Own, Why::Clinician, Why::Flare];
        let regions = Region::ALL.iter().copied().map(Why::Region);
        let kinds = Kind::ALL.iter().copied().map(Why::Kind);
        for why in plain.into_iter().chain(more).chain(regions).chain(kinds) {
            assert_eq!(Why::from_key(&why.key()), Some(why));
            assert!(!why.sentence().say(Lang::En).is_empty());
        }
        for unknown in ["", "region-", "region-arm", "kind-", "of-a-newer-version"] {
            assert_eq!(Why::from_key(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_condition_and_every_adaptation_has_words_of_its_own() {
        for condition in Condition::all() {
            assert_ne!(
                keyed("condition", condition.id, said::CONDITION_OTHER),
                said::CONDITION_OTHER,
                "{}",
                condition.id
            );
            for tag in condition.adapt {
                assert_ne!(keyed("adapt", tag, said::ADAPT_OTHER), said::ADAPT_OTHER, "{tag}");
            }
        }
    }

    #[test]
    fn a_reason_is_said_about_its_exercise() {
        let crunch = crate::catalogue::find("partial-crunch");
        let said = |because: Because| because.sentence(crunch).say(Lang::En);
        assert_eq!(said(Because::Condition("pregnancy")), "Partial crunch is left out, because you are pregnant.");
        assert_eq!(
            said(Because::Level { most: 1, cap: Cap::Pain }),
            "Partial crunch: not yet. It is level 2, and the pain you told us allows level 1 at most for now."
        );
        assert_eq!(said(Because::Equipment("mat")), "Partial crunch needs something that is not on your list: mat.");
    }
}
