//! What a plan is made from: where the trouble is, what is wanted, and what there is to do it with.

use crate::catalogue;
use crate::dose::{Irritability, SOME_PAIN};
use crate::exercise::{Bias, Region};
use crate::refusal::{Reason, Refusal};

use super::item::{self, Item};
use super::{PAIN, PlanValues, SESSION_MINUTES, WEEKDAYS};

/// An enum whose variants have one fixed word in records.
macro_rules! words {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* $variant,)+ }

        impl $type {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// Every word, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word in records. Never changes once released.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of a word; `None` for a word of a newer version.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
    };
}
pub(super) use words;

words! {
    /// What the person wants from it.
    Goal {
        /// To get stronger.
        Strength = "strength",
        /// To move more freely.
        Flexibility = "flexibility",
        /// To calm down and sleep.
        Calm = "stress-sleep",
        /// To keep well.
        Prevent = "prevent",
    }
}

words! {
    /// How used to exercise the person is.
    Experience {
        /// Hardly or not at all.
        Beginner = "beginner",
        /// Now and then.
        Used = "used",
        /// Regularly.
        Trained = "trained",
    }
}

/// Things to exercise with that a profile may name.
pub const EQUIPMENT: &[&str] = &[
    "mat",
    "strap",
    "towel",
    "towel roll",
    "resistance band",
    "weight",
    "pool",
    "stationary bike",
    "chair",
    "wall",
    "doorway",
    "desk",
];
/// Things that are wherever somebody lives or works, and need not be named.
const AT_HAND: &[&str] = &["chair", "wall", "doorway", "desk"];
const REGIONS: &[&str] = &["lower", "upper", "sciatica", "whole"];
const SETTLES: &[&str] = &["low", "moderate", "high"];
const DIRECTIONS: &[&str] = &["flexion", "extension"];

/// What is missing for an exercise that needs these things, to somebody who has those: the first that is not there.
///
/// A needed thing may leave a choice, such as `strap or towel`. Chair, wall, doorway and desk are wherever people are.
#[must_use]
pub fn lacks<'n>(things: &[String], needed: &[&'n str]) -> Option<&'n str> {
    let has = |thing: &str| {
        let towel = thing == "towel roll" && things.iter().any(|own| own == "towel");
        AT_HAND.contains(&thing) || towel || things.iter().any(|own| own == thing)
    };
    needed.iter().copied().find(|thing| !thing.split(" or ").any(has))
}

/// What a plan is made from. The order in its lists does not matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// Where the trouble is; everywhere alike if empty.
    pub regions: Vec<Region>,
    /// Usual back pain, NRS 0 to 10. Unknown is taken for 4 to 6.
    pub pain: Option<u8>,
    /// Usual leg pain, NRS 0 to 10; taken for none if absent.
    pub leg: Option<u8>,
    /// How quickly pain settles. Unknown is taken for moderate.
    pub irritability: Option<Irritability>,
    /// What is wanted; a balance if empty.
    pub goals: Vec<Goal>,
    /// Minutes for one session, 3 to 120.
    pub minutes: u32,
    /// Days of the week with a session, 0 Monday to 6 Sunday; at least one. See [`spaced`].
    pub weekdays: Vec<u8>,
    /// What there is to exercise with. A chair, a wall and a doorway are always taken to be there.
    pub equipment: Vec<String>,
    /// How used to exercise the person is.
    pub experience: Experience,
    /// Whether these are a beginner's first two weeks.
    pub first_weeks: bool,
    /// Ids of exercises that are liked.
    pub likes: Vec<String>,
    /// Ids of exercises that are not wanted.
    pub dislikes: Vec<String>,
    /// Ways of bending, [`Bias::Flexion`] or [`Bias::Extension`], that were tried and make no leg pain spread.
    pub directions: Vec<Bias>,
    /// Whether the person is 65 or older.
    pub age_65: bool,
    /// Items that stay where they are, as far as they may.
    pub keep: Vec<Item>,
}

impl Default for Profile {
    /// Nothing known: a beginner with 15 minutes on three days.
    fn default() -> Self {
        Self {
            regions: Vec::new(),
            pain: None,
            leg: None,
            irritability: None,
            goals: Vec::new(),
            minutes: 15,
            weekdays: spaced(3),
            equipment: Vec::new(),
            experience: Experience::Beginner,
            first_weeks: true,
            likes: Vec::new(),
            dislikes: Vec::new(),
            directions: Vec::new(),
            age_65: false,
            keep: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(..)")
    }
}

/// So many days of the week, as far apart as they can be, beginning on Monday; none for 0, all from 7 on.
#[must_use]
pub fn spaced(days: u8) -> Vec<u8> {
    match days {
        0 => vec![],
        1 => vec![0],
        2 => vec![0, 3],
        3 => vec![0, 2, 4],
        4 => vec![0, 2, 4, 6],
        5 => vec![0, 1, 3, 4, 6],
        6 => vec![0, 1, 2, 3, 4, 5],
        _ => vec![0, 1, 2, 3, 4, 5, 6],
    }
}

impl Profile {
    /// Checks that a plan can be made of it.
    ///
    /// # Errors
    /// [`Refusal`] names the field: minutes outside 3 to 120, no day or no such day, a pain off its scale, equipment
    /// or an exercise that is not known, or one that is both liked and not wanted (field `likes`).
    pub fn check(&self) -> Result<(), Refusal> {
        SESSION_MINUTES.check("minutes", i64::from(self.minutes))?;
        if self.weekdays.is_empty() {
            return Err(Refusal::new("weekdays", Reason::Missing));
        }
        for day in &self.weekdays {
            WEEKDAYS.check("weekdays", i64::from(*day))?;
        }
        for (field, pain) in [("pain", self.pain), ("leg", self.leg)] {
            if let Some(pain) = pain {
                PAIN.check(field, i64::from(pain))?;
            }
        }
        if self.equipment.iter().any(|thing| !EQUIPMENT.contains(&thing.as_str())) {
            return Err(Refusal::new("equipment", Reason::NotAChoice { choices: EQUIPMENT }));
        }
        if self.directions.iter().any(|way| !matches!(way, Bias::Flexion | Bias::Extension)) {
            return Err(Refusal::new("directions", Reason::NotAChoice { choices: DIRECTIONS }));
        }
        for (field, ids) in [("likes", &self.likes), ("dislikes", &self.dislikes)] {
            if let Some(id) = ids.iter().find(|id| catalogue::find(id).is_none() && !item::is_own(id)) {
                return Err(Refusal::new(field, Reason::UnknownExercise { nearest: catalogue::nearest(id) }));
            }
        }
        if self.likes.iter().any(|id| self.dislikes.contains(id)) {
            return Err(Refusal::new("likes", Reason::Contradicts { with: "dislikes" }));
        }
        Ok(())
    }

    /// The profile that a version of a plan was made from, with its locked items to keep.
    ///
    /// A beginner is taken to be in the first two weeks: who knows better says so in [`Profile::first_weeks`].
    ///
    /// # Errors
    /// [`Refusal`] of a field that is needed and missing, or that has a word which this version does not know. Leaving
    /// such a word out could make a plan less careful.
    pub fn read(values: &PlanValues) -> Result<Self, Refusal> {
        let number = |field, value: Option<i64>| {
            value.map(|value| u8::try_from(value).map_err(|_| Refusal::new(field, Reason::WrongKind))).transpose()
        };
        let minutes = values.minutes.ok_or(Refusal::new("minutes", Reason::Missing))?;
        SESSION_MINUTES.check("minutes", minutes)?;
        let weekdays = values.weekdays.iter().flatten();
        let weekdays: Result<Vec<_>, _> =
            weekdays.map(|day| WEEKDAYS.check("weekdays", *day).map(|day| u8::try_from(day).unwrap_or(0))).collect();
        let profile = Self {
            regions: all("regions", values.regions.as_deref(), REGIONS, |word| word.parse().ok())?,
            pain: number("pain", values.pain)?,
            leg: number("leg", values.leg)?,
            irritability: one("irritability", values.irritability.as_deref(), SETTLES, settles)?,
            goals: all("goals", values.goals.as_deref(), Goal::WORDS, Goal::from_word)?,
            minutes: u32::try_from(minutes).unwrap_or(0),
            weekdays: weekdays?,
            equipment: values.equipment.clone().unwrap_or_default(),
            experience: one("experience", values.experience.as_deref(), Experience::WORDS, Experience::from_word)?
                .unwrap_or(Experience::Beginner),
            first_weeks: true,
            likes: values.likes.clone().unwrap_or_default(),
            dislikes: values.dislikes.clone().unwrap_or_default(),
            directions: all("directions", values.directions.as_deref(), DIRECTIONS, |word| word.parse().ok())?,
            age_65: values.age_65.as_deref() == Some("yes"),
            keep: values.items().items.into_iter().filter(Item::stays).collect(),
        };
        profile.check()?;
        Ok(profile)
    }

    /// Puts what it says into a version of a plan; items and the rest are left alone.
    pub fn write(&self, values: &mut PlanValues) {
        let sorted = self.sorted();
        let texts = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        values.regions = texts(&sorted.regions.iter().map(|region| region.as_str()).collect::<Vec<_>>());
        values.goals = texts(&sorted.goals.iter().map(|goal| goal.as_str()).collect::<Vec<_>>());
        values.directions = texts(&sorted.directions.iter().map(|way| way.as_str()).collect::<Vec<_>>());
        values.minutes = Some(i64::from(sorted.minutes));
        values.weekdays = Some(sorted.weekdays.iter().map(|day| i64::from(*day)).collect());
        values.pain = sorted.pain.map(i64::from);
        values.leg = sorted.leg.map(i64::from);
        values.irritability = sorted.irritability.map(|how| settles_word(how).to_owned());
        values.experience = Some(sorted.experience.as_str().to_owned());
        values.age_65 = Some(if sorted.age_65 { "yes" } else { "no" }.to_owned());
        values.equipment = Some(sorted.equipment);
        values.likes = Some(sorted.likes);
        values.dislikes = Some(sorted.dislikes);
    }

    /// The same with every list sorted and nothing twice: what the generator reads.
    pub(super) fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        set(&mut sorted.regions);
        set(&mut sorted.goals);
        set(&mut sorted.weekdays);
        set(&mut sorted.equipment);
        set(&mut sorted.likes);
        set(&mut sorted.dislikes);
        set(&mut sorted.directions);
        sorted.keep.sort_by(|a, b| a.order().cmp(&b.order()));
        sorted
    }

    /// What is missing for an exercise: the first thing that is needed and not there.
    pub(super) fn lacks(&self, needed: &'static [&'static str]) -> Option<&'static str> {
        lacks(&self.equipment, needed)
    }

    /// Whether pain or tingling goes down a leg.
    pub(super) fn leg_symptoms(&self) -> bool {
        self.leg.is_some_and(|leg| leg > 0) || self.regions.contains(&Region::Sciatica)
    }

    /// The worse of back and leg; unknown back pain counts as [`SOME_PAIN`], the least that asks for care.
    pub(super) fn severity(&self) -> i64 {
        self.pain.map_or(SOME_PAIN, i64::from).max(self.leg.map_or(0, i64::from))
    }
}

fn settles(word: &str) -> Option<Irritability> {
    [Irritability::Low, Irritability::Moderate, Irritability::High].into_iter().find(|how| settles_word(*how) == word)
}

const fn settles_word(how: Irritability) -> &'static str {
    match how {
        Irritability::Low => "low",
        Irritability::Moderate => "moderate",
        Irritability::High => "high",
    }
}

fn set<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
}

fn all<T>(
    field: &'static str,
    words: Option<&[String]>,
    choices: &'static [&'static str],
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Refusal> {
    let unknown = || Refusal::new(field, Reason::NotAChoice { choices });
    words.unwrap_or_default().iter().map(|word| read(word).ok_or_else(unknown)).collect()
}

fn one<T>(
    field: &'static str,
    word: Option<&str>,
    choices: &'static [&'static str],
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    word.map(|word| read(word).ok_or_else(|| Refusal::new(field, Reason::NotAChoice { choices }))).transpose()
}
