//! The rules, as data: which answers mean what.
//!
//! Ids and levels are those of `docs/evidence.md`, where the sources are. No clinician has reviewed them.

use serde::Serialize;

use super::question::FIRST_PAIN_AGES;
use super::when::When::{self, Age, All, Any, AtLeast, Sure, Yes};
use crate::texts::{Text, screening as text};

/// How serious it is. Later is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Go: no warning signs in the answers, which is not the same as nothing wrong.
    E,
    /// Go on, with exercises left out or done in another way.
    D,
    /// See somebody within days, two weeks at most.
    C,
    /// Talk to a doctor within 24 hours.
    B,
    /// Emergency, now.
    A,
}

impl Level {
    /// Every level, the strictest last.
    pub const ALL: [Self; 5] = [Self::E, Self::D, Self::C, Self::B, Self::A];

    /// Its letter in a record.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
        }
    }

    /// The level with this letter.
    #[must_use]
    pub fn of(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.letter() == letter)
    }

    /// Whether only a professional's clearance takes it back, and not another answer: A and B.
    #[must_use]
    pub const fn needs_clearance(self) -> bool {
        matches!(self, Self::A | Self::B)
    }

    /// Days after which the questions are worth asking again. Our choice.
    #[must_use]
    pub const fn reask_after_days(self) -> u8 {
        match self {
            Self::A | Self::B => 1,
            Self::C => 14,
            Self::D | Self::E => 28,
        }
    }
}

/// What a plan should lean to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Leanings {
    /// Prefer exercises that bend forward.
    pub flexion: bool,
    /// Walk in short bouts with rests.
    pub walk_in_bouts: bool,
}

impl Leanings {
    /// Both together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { flexion: self.flexion || other.flexion, walk_in_bouts: self.walk_in_bouts || other.walk_in_bouts }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id, for ever.
    pub id: &'static str,
    /// Its level.
    pub level: Level,
    /// When it fires.
    pub when: When,
    /// A stricter level, and when.
    pub raised: Option<(Level, When)>,
    /// Highest level of exercise, 0 to 3, while a result with it stands; `None`: nothing is put together.
    pub level_max: Option<u8>,
    /// Ids of the conditions it says the person has.
    pub conditions: &'static [&'static str],
    /// What a plan should lean to.
    pub leanings: Leanings,
    /// What it means, to the person.
    pub advice: Text,
    /// Where it is known from.
    pub source: &'static str,
}

/// Every exercise.
pub const LEVEL_MAX: u8 = 3;

const NONE: Leanings = Leanings { flexion: false, walk_in_bouts: false };

/// A and B: nothing until cleared.
const fn warn(id: &'static str, level: Level, when: When, advice: Text, source: &'static str) -> Rule {
    Rule { id, level, when, raised: None, level_max: None, conditions: &[], leanings: NONE, advice, source }
}

const fn gentle(id: &'static str, level: Level, most: u8, when: When, advice: Text, source: &'static str) -> Rule {
    Rule { level_max: Some(most), ..warn(id, level, when, advice, source) }
}

const fn has(conditions: &'static [&'static str], rule: Rule) -> Rule {
    Rule { conditions, ..rule }
}

const fn raised(level: Level, when: When, rule: Rule) -> Rule {
    Rule { raised: Some((level, when)), ..rule }
}

/// One condition of several behind one question.
const fn caution(id: &'static str, when: When, conditions: &'static [&'static str], advice: Text) -> Rule {
    has(conditions, gentle(id, Level::D, LEVEL_MAX, when, advice, "our choice; the tags of the catalogue"))
}

const CARD: &str = "cauda equina warning cards (Greenhalgh, Mercer and Finucane); IFOMPT 2020; NICE NG59 and CKS";
const IFOMPT: &str = "IFOMPT red flag framework 2020";

/// Features of C3. One counts only when the person is sure of it.
const FEATURES: &[When] = &[
    Sure("c3-young"),
    Sure("c3-night"),
    Sure("c3-buttock"),
    Sure("c3-moving"),
    Sure("c3-tablets"),
    Sure("c3-family"),
    Sure("c3-joints"),
    Sure("c3-tendons"),
    Sure("c3-skin"),
    Sure("c3-eye-bowel"),
];

/// Cancer and new or different pain, or pain of the kind that B5 asks for.
const B4_OR_B5: When = Any(&[Yes("b4"), Yes("b5")]);
const B3_FRAGILE: When =
    Any(&[Yes("b3-risk"), Yes("d2"), Yes("d3"), Age(70, 120), All(&[Age(50, 120), Yes("b3-other")])]);
/// The short check asks for numbness, weakness and trouble with the bladder in one: a yes may be any of them.
const ANY_A1_TO_A4_OR_WEAK: When =
    Any(&[Yes("a1"), Yes("a2"), Yes("a3"), Yes("a4"), Yes("a6"), Yes("b6"), Yes("today-nerve")]);
const SEVERE_OR_WEAK: When = Any(&[Yes("b1-severe"), Yes("a6"), Yes("b6"), Yes("today-nerve")]);

/// Every rule, in the order of the documentation.
pub static RULES: &[Rule] = &[
    warn("a1", Level::A, Yes("a1"), text::A1_ADVICE, CARD),
    warn("a2", Level::A, Yes("a2"), text::A2_ADVICE, CARD),
    warn("a3", Level::A, Yes("a3"), text::A3_ADVICE, CARD),
    warn("a4", Level::A, Yes("a4"), text::A4_ADVICE, CARD),
    raised(Level::A, ANY_A1_TO_A4_OR_WEAK, warn("a5", Level::B, Yes("a5"), text::A5_ADVICE, IFOMPT)),
    has(&["weakness"], warn("a6", Level::A, Yes("a6"), text::A6_ADVICE, "NICE NG59 and CKS")),
    warn("a7", Level::A, Yes("a7"), text::A7_ADVICE, "NICE NG156 for the topic; the signs to be confirmed"),
    has(&["heart-or-lung"], warn("a8", Level::A, Yes("a8"), text::A8_ADVICE, "stop signs of ACSM and ACOG")),
    warn("a9", Level::A, Yes("a9"), text::A9_ADVICE, "AHCPR guideline; IFOMPT 2020"),
    raised(Level::A, SEVERE_OR_WEAK, warn("b1", Level::B, Yes("b1"), text::B1_ADVICE, "IFOMPT 2020; NBK52120")),
    warn("b2", Level::B, All(&[Yes("b2"), Yes("b2-pain")]), text::B2_ADVICE, "IFOMPT 2020; NBK52120"),
    warn("b3", Level::B, All(&[Yes("b3"), B3_FRAGILE]), text::B3_ADVICE, "Downie 2013, BMJ; the ages are our choice"),
    warn("b4", Level::B, All(&[Yes("b4"), Yes("b4-pain")]), text::B4_ADVICE, "Downie 2013, BMJ"),
    warn("b5", Level::B, Yes("b5"), text::B5_ADVICE, IFOMPT),
    has(&["weakness"], warn("b6", Level::B, Any(&[Yes("b6"), Yes("today-nerve")]), text::B6_ADVICE, "NICE NG59")),
    raised(
        Level::A,
        Yes("b7-severe"),
        warn("b7", Level::B, Yes("b7"), text::B7_ADVICE, "ACOG committee opinion 804 (summary)"),
    ),
    raised(
        Level::B,
        All(&[Yes("c1"), B4_OR_B5]),
        gentle("c1", Level::C, 1, Yes("c1"), text::C1_ADVICE, "guidelines in Verhagen 2016; the limit is our choice"),
    ),
    gentle(
        "c2",
        Level::C,
        LEVEL_MAX,
        All(&[Yes("c2"), FIRST_PAIN_AGES]),
        text::C2_ADVICE,
        "guidelines in Verhagen 2016; weak by itself",
    ),
    gentle("c3", Level::C, 1, All(&[Yes("c3"), AtLeast(4, FEATURES)]), text::C3_ADVICE, "NICE NG65"),
    gentle(
        "c3-mention",
        Level::D,
        LEVEL_MAX,
        All(&[Yes("c3"), Any(&[AtLeast(3, FEATURES), Sure("c3-eye-bowel")])]),
        text::C3_MENTION,
        "NICE NG65",
    ),
    has(
        &["irritable-nerve"],
        gentle("c4", Level::C, 1, Yes("c4"), text::C4_ADVICE, "NICE NG59; the limit is our choice"),
    ),
    Rule {
        leanings: Leanings { flexion: true, walk_in_bouts: true },
        ..has(
            &["stenosis", "claudication"],
            gentle("c5", Level::C, 1, Yes("c5"), text::C5_ADVICE, "to be confirmed; the limit is our choice"),
        )
    },
    has(&["recent-surgery"], warn("c6", Level::C, Yes("c6"), text::C6_ADVICE, "our choice")),
    has(
        &["heart-or-lung", "high-blood-pressure"],
        warn("c7", Level::C, Yes("c7"), text::C7_ADVICE, "usual practice before exercise; to be confirmed"),
    ),
    gentle(STAYS, Level::C, 1, Yes(STAYS), text::C8_ADVICE, "review in NICE NG59 and CKS; the limit is our choice"),
    raised(
        Level::A,
        Yes("c9-harm"),
        gentle("c9", Level::C, LEVEL_MAX, Yes("c9"), text::C9_ADVICE, "yellow flags; NICE NG59"),
    ),
    has(
        &["pregnancy"],
        gentle(
            "d1",
            Level::D,
            LEVEL_MAX,
            Yes("d1-week13"),
            text::D1_ADVICE,
            "ACOG committee opinion 804 (summary); to be confirmed",
        ),
    ),
    has(
        &["osteoporosis"],
        gentle("d2", Level::D, LEVEL_MAX, Yes("d2"), text::D2_ADVICE, "Royal Osteoporosis Society 2022"),
    ),
    has(
        &["vertebral-fracture"],
        warn("d3", Level::C, Yes("d3"), text::D3_ADVICE, "Royal Osteoporosis Society 2022; the level is our choice"),
    ),
    has(
        &["hip-replacement"],
        gentle(
            "d4",
            Level::D,
            LEVEL_MAX,
            Yes("d4"),
            text::D4_ADVICE,
            "usual precautions after surgery; to be confirmed",
        ),
    ),
    caution("d5-kneel", Yes("d5-kneel"), &["cannot-kneel"], text::D5_ADVICE),
    caution("d5-floor", Yes("d5-floor"), &["no-floor"], text::D5_ADVICE),
    caution("d5-balance", Yes("d5-balance"), &["balance"], text::D5_ADVICE),
    caution("d6-pressure", Yes("d6-pressure"), &["high-blood-pressure"], text::D6_ADVICE),
    caution("d6-eye", Yes("d6-eye"), &["glaucoma"], text::D6_ADVICE),
    caution("d6-hernia", Yes("d6-hernia"), &["hernia-or-diastasis"], text::D6_ADVICE),
    caution("d6-shoulder", Yes("d6-shoulder"), &["shoulder-pain"], text::D6_ADVICE),
    caution("d6-wrist", Yes("d6-wrist"), &["wrist-pain"], text::D6_ADVICE),
    caution("d6-neck", Yes("d6-neck"), &["neck-pain"], text::D6_ADVICE),
    warn(UNDER_AGE, Level::D, Age(0, 15), text::D7_ADVICE, "NICE NG59 is for people from 16"),
];

/// Id of the rule for pain that stays or gets worse in spite of exercise, and of its question.
pub const STAYS: &str = "c8";
/// Id of the rule for people under 16, whom nobody but time makes older.
pub(super) const UNDER_AGE: &str = "d7";

/// The rule with this id.
#[must_use]
pub(super) fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
