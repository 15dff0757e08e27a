//! The questions, in the order in which they are asked.

use serde::Serialize;

use super::when::When;
use crate::texts::{Text, screening as text};

/// Id of the question for the age.
pub(super) const AGE: &str = "age";

/// Why the questions are asked, which settles what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// At the first start: everything.
    First,
    /// After a break, or because something asked for it: everything.
    Again,
    /// The person says that something has changed: everything.
    Changed,
    /// Before the first session after the advice to see somebody: everything.
    Session,
    /// The short check before a session: five questions, and more behind those answered yes or not sure.
    Today,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::First, Self::Again, Self::Changed, Self::Session, Self::Today];

    /// Its word in a record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Again => "again",
            Self::Changed => "changed",
            Self::Session => "session",
            Self::Today => "today",
        }
    }

    /// The purpose that a record names. Anything but the short check counts as the whole set, which asks for more.
    #[must_use]
    pub fn of(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|purpose| Some(purpose.word()) == word).unwrap_or(Self::Again)
    }

    /// Whether everything is asked.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        !matches!(self, Self::Today)
    }
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Yes, no or not sure.
    YesNo,
    /// Whole years, 0 to 120.
    Age,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Its id, for ever: `a1`, `b4-pain`.
    pub id: &'static str,
    /// Its words.
    pub text: Text,
    /// How it is answered.
    pub kind: AnswerKind,
    /// When it is asked. A follow-up is asked once its parent was answered yes or not sure.
    pub shown: When,
}

/// The questions for a purpose, in order. A follow-up comes after everything that it depends on.
#[must_use]
pub const fn questions(purpose: Purpose) -> &'static [Question] {
    match purpose {
        Purpose::Today => TODAY,
        _ => WHOLE,
    }
}

/// Any question with this id.
#[must_use]
pub(super) fn find(id: &str) -> Option<&'static Question> {
    WHOLE.iter().chain(TODAY).find(|question| question.id == id)
}

/// The id that was meant, perhaps.
#[must_use]
pub(super) fn nearest(id: &str) -> Option<&'static str> {
    const CHARS_MAX: usize = 32;
    if id.len() > CHARS_MAX {
        return None;
    }
    let wanted = id.to_lowercase().replace('_', "-");
    let all = WHOLE.iter().chain(TODAY);
    let near = all.map(|question| (strsim::damerau_levenshtein(&wanted, question.id), question.id)).min()?;
    (near.0 <= wanted.len().div_ceil(2)).then_some(near.1)
}

const fn ask(id: &'static str, text: Text) -> Question {
    Question { id, text, kind: AnswerKind::YesNo, shown: When::Always }
}

const fn after(parent: &'static str, id: &'static str, text: Text) -> Question {
    Question { id, text, kind: AnswerKind::YesNo, shown: When::Yes(parent) }
}

const fn only(shown: When, question: Question) -> Question {
    Question { shown, ..question }
}

const HOW_OLD: Question = Question { id: AGE, text: text::AGE_QUESTION, kind: AnswerKind::Age, shown: When::Always };
const B1_SEVERE: Question = after("b1", "b1-severe", text::B1_SEVERE_QUESTION);
const B3_RISK: Question = after("b3", "b3-risk", text::B3_RISK_QUESTION);
const B3_OTHER: Question = after("b3", "b3-other", text::B3_OTHER_QUESTION);
const A6: Question = after("b6", "a6", text::A6_QUESTION);
const B7_SEVERE: Question = after("b7", "b7-severe", text::B7_SEVERE_QUESTION);

/// Everything.
static WHOLE: &[Question] = &[
    HOW_OLD,
    ask("a1", text::A1_QUESTION),
    ask("a2", text::A2_QUESTION),
    ask("a3", text::A3_QUESTION),
    ask("a4", text::A4_QUESTION),
    ask("a5", text::A5_QUESTION),
    ask("b6", text::B6_QUESTION),
    A6,
    ask("a7", text::A7_QUESTION),
    ask("a8", text::A8_QUESTION),
    ask("a9", text::A9_QUESTION),
    ask("b1", text::B1_QUESTION),
    B1_SEVERE,
    ask("b2", text::B2_QUESTION),
    after("b2", "b2-pain", text::B2_PAIN_QUESTION),
    ask("b3", text::B3_QUESTION),
    B3_RISK,
    B3_OTHER,
    ask("b4", text::B4_QUESTION),
    after("b4", "b4-pain", text::B4_PAIN_QUESTION),
    ask("b5", text::B5_QUESTION),
    ask("c1", text::C1_QUESTION),
    only(FIRST_PAIN_AGES, ask("c2", text::C2_QUESTION)),
    ask("c3", text::C3_QUESTION),
    after("c3", "c3-young", text::C3_YOUNG_QUESTION),
    after("c3", "c3-night", text::C3_NIGHT_QUESTION),
    after("c3", "c3-buttock", text::C3_BUTTOCK_QUESTION),
    after("c3", "c3-moving", text::C3_MOVING_QUESTION),
    after("c3", "c3-tablets", text::C3_TABLETS_QUESTION),
    after("c3", "c3-family", text::C3_FAMILY_QUESTION),
    after("c3", "c3-joints", text::C3_JOINTS_QUESTION),
    after("c3", "c3-tendons", text::C3_TENDONS_QUESTION),
    after("c3", "c3-skin", text::C3_SKIN_QUESTION),
    after("c3", "c3-eye-bowel", text::C3_EYE_BOWEL_QUESTION),
    ask("c4", text::C4_QUESTION),
    ask("c5", text::C5_QUESTION),
    ask("c6", text::C6_QUESTION),
    ask("c7", text::C7_QUESTION),
    ask("c8", text::C8_QUESTION),
    ask("c9", text::C9_QUESTION),
    after("c9", "c9-harm", text::C9_HARM_QUESTION),
    ask("d1", text::D1_QUESTION),
    after("d1", "d1-week13", text::D1_WEEK13_QUESTION),
    after("d1", "b7", text::B7_QUESTION),
    B7_SEVERE,
    ask("d2", text::D2_QUESTION),
    ask("d3", text::D3_QUESTION),
    ask("d4", text::D4_QUESTION),
    ask("d5", text::D5_QUESTION),
    after("d5", "d5-kneel", text::D5_KNEEL_QUESTION),
    after("d5", "d5-floor", text::D5_FLOOR_QUESTION),
    after("d5", "d5-balance", text::D5_BALANCE_QUESTION),
    ask("d6", text::D6_QUESTION),
    after("d6", "d6-pressure", text::D6_PRESSURE_QUESTION),
    after("d6", "d6-eye", text::D6_EYE_QUESTION),
    after("d6", "d6-hernia", text::D6_HERNIA_QUESTION),
    after("d6", "d6-shoulder", text::D6_SHOULDER_QUESTION),
    after("d6", "d6-wrist", text::D6_WRIST_QUESTION),
    after("d6", "d6-neck", text::D6_NECK_QUESTION),
];

/// Five questions; what stands behind a yes uses the ids, and so the rules, of the whole set.
static TODAY: &[Question] = &[
    ask("today-nerve", text::TODAY_NERVE),
    after("today-nerve", "a1", text::A1_QUESTION),
    after("today-nerve", "a2", text::A2_QUESTION),
    after("today-nerve", "a3", text::A3_QUESTION),
    after("today-nerve", "a5", text::A5_QUESTION),
    after("today-nerve", "a6", text::A6_QUESTION),
    ask("b1", text::TODAY_UNWELL),
    B1_SEVERE,
    ask("today-injury", text::TODAY_INJURY),
    after("today-injury", "a9", text::A9_QUESTION),
    after("today-injury", "b3", text::B3_QUESTION),
    Question { shown: When::Yes("b3"), ..HOW_OLD },
    B3_RISK,
    B3_OTHER,
    ask("a8", text::TODAY_CHEST),
    ask("today-pregnancy", text::TODAY_PREGNANCY),
    after("today-pregnancy", "d1-week13", text::D1_WEEK13_QUESTION),
    after("today-pregnancy", "b7", text::B7_QUESTION),
    B7_SEVERE,
];

/// Ages at which a first back pain without a clear reason is worth a visit. Sources are in `docs/evidence.md`.
pub(super) const FIRST_PAIN_AGES: When = When::Any(&[When::Age(0, 19), When::Age(50, 120)]);
