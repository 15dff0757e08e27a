//! The desk check: questions about where one sits, what to try after a "no", and whether pain changed afterwards.
//!
//! A check is kept as a measure, so nothing about it needs a record of its own: `measure` is [`MEASURE`], `items` are
//! the answers in the order of [`ITEMS`] as 0 (no), 1 (yes) or 2 (does not apply), and the first of `labels` is the
//! place. The score is counted when it is shown and never stored, so that an edited answer cannot disagree with it.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::measure::MeasureValues;
use crate::moment::Moment;
use crate::record::Dated;
use crate::refusal::{Reason, Refusal};
use crate::texts::{Arg, Sentence, Text, desk as text};

/// Id of the measure that a check is kept as.
pub const MEASURE: &str = "desk-check";
/// Days until the list is gone through again. Our choice.
pub const FOLLOW_UP_DAYS: i32 = 7;
/// Days on each side of a change that are compared. Our choice.
pub const WINDOW_DAYS: i32 = 14;
/// Days with a pain score that each side needs: 4 of every 7, as for a weekly value. Our choice.
pub const WINDOW_DAYS_MIN: u32 = 8;
/// Smallest change of pain, in tenths of a point on the NRS, that counts: 2 points (Ostelo 2008).
pub const CHANGE_TENTHS_MIN: i64 = 20;

/// One question of the desk check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Id, which never changes.
    pub id: &'static str,
    /// The question. "Yes" is good.
    pub question: Text,
    /// What to try after a "no".
    pub advice: Text,
}

macro_rules! items {
    ($($id:literal $question:ident $advice:ident,)+) => {
        /// Every question, in the order in which answers are stored. New ones go to the end; none is ever taken away.
        pub const ITEMS: &[Item] =
            &[$(Item { id: $id, question: text::$question, advice: text::$advice },)+];
    };
}

items! {
    "seat-height" SEAT_HEIGHT_QUESTION SEAT_HEIGHT_ADVICE,
    "feet" FEET_QUESTION FEET_ADVICE,
    "back-support" BACK_SUPPORT_QUESTION BACK_SUPPORT_ADVICE,
    "desk-height" DESK_HEIGHT_QUESTION DESK_HEIGHT_ADVICE,
    "room" ROOM_QUESTION ROOM_ADVICE,
    "screen-height" SCREEN_HEIGHT_QUESTION SCREEN_HEIGHT_ADVICE,
    "screen-distance" SCREEN_DISTANCE_QUESTION SCREEN_DISTANCE_ADVICE,
    "light" LIGHT_QUESTION LIGHT_ADVICE,
    "keyboard-mouse" KEYBOARD_MOUSE_QUESTION KEYBOARD_MOUSE_ADVICE,
    "phone" PHONE_QUESTION PHONE_ADVICE,
    "sit-stand" SIT_STAND_QUESTION SIT_STAND_ADVICE,
    "breaks" BREAKS_QUESTION BREAKS_ADVICE,
}

/// An answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It does not fit.
    No,
    /// It fits.
    Yes,
    /// The question does not apply to this place.
    NotApplicable,
}

impl Answer {
    const fn stored(self) -> i64 {
        match self {
            Self::No => 0,
            Self::Yes => 1,
            Self::NotApplicable => 2,
        }
    }

    const fn read(stored: i64) -> Option<Self> {
        match stored {
            0 => Some(Self::No),
            1 => Some(Self::Yes),
            2 => Some(Self::NotApplicable),
            _ => None,
        }
    }
}

/// Where the desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// At home.
    Home,
    /// At work.
    Work,
}

impl Place {
    /// Every place.
    pub const ALL: &'static [Self] = &[Self::Home, Self::Work];

    /// Its word in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Work => "work",
        }
    }
}

/// One going through the list.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskCheck {
    /// Where; `None` for a place that this version does not know.
    pub place: Option<Place>,
    /// As long as [`ITEMS`]; `None` for what was not answered, or not in a way that this version knows.
    answers: Vec<Option<Answer>>,
}

impl fmt::Debug for DeskCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskCheck(..)")
    }
}

/// How many points fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Answered with yes.
    pub good: usize,
    /// Answered with yes or no.
    pub asked: usize,
}

impl DeskCheck {
    /// A check with an answer to every question, in the order of [`ITEMS`].
    ///
    /// # Errors
    /// [`Refusal`] of `items` when there are fewer answers than questions, or more.
    pub fn new(place: Place, answers: &[Answer]) -> Result<Self, Refusal> {
        if answers.len() < ITEMS.len() {
            return Err(Refusal::new("items", Reason::Missing));
        }
        if answers.len() > ITEMS.len() {
            return Err(Refusal::new("items", Reason::TooMany { items: answers.len(), max: ITEMS.len() }));
        }
        Ok(Self { place: Some(place), answers: answers.iter().copied().map(Some).collect() })
    }

    /// Reads a check from a measure; `None` for another measure.
    ///
    /// Tolerant of other versions: answers that are missing or unknown count as not given, and further ones are passed
    /// over. They stay in the record.
    #[must_use]
    pub fn read(values: &MeasureValues) -> Option<Self> {
        if values.measure.as_deref() != Some(MEASURE) {
            return None;
        }
        let label = values.labels.as_deref().unwrap_or_default().first();
        let place = Place::ALL.iter().copied().find(|place| label.is_some_and(|label| label == place.as_str()));
        let stored = values.items.as_deref().unwrap_or_default();
        let answers = (0..ITEMS.len()).map(|index| stored.get(index).copied().and_then(Answer::read)).collect();
        Some(Self { place, answers })
    }

    /// The check as a measure, to be recorded.
    #[must_use]
    pub fn to_values(&self, at: Moment) -> MeasureValues {
        // A question without an answer is stored as a number that no version reads as one.
        let items = self.answers.iter().map(|answer| answer.map_or(-1, Answer::stored)).collect();
        MeasureValues {
            at_ms: Some(at.at_ms),
            offset_minutes: Some(at.offset_minutes),
            measure: Some(MEASURE.to_owned()),
            items: Some(items),
            labels: self.place.map(|place| vec![place.as_str().to_owned()]),
            ..Default::default()
        }
    }

    /// The questions with their answers, `None` where there is none.
    pub fn answers(&self) -> impl Iterator<Item = (&'static Item, Option<Answer>)> {
        ITEMS.iter().zip(self.answers.iter().copied())
    }

    fn answered(&self, wanted: Answer) -> impl Iterator<Item = &'static Item> {
        self.answers().filter(move |(_, answer)| *answer == Some(wanted)).map(|(item, _)| item)
    }

    /// What to try: one sentence for each "no", in the order of the list.
    #[must_use]
    pub fn advice(&self) -> Vec<Sentence> {
        self.answered(Answer::No).map(|item| item.advice.into()).collect()
    }

    /// How many points fit. What does not apply or was not answered is left out.
    #[must_use]
    pub fn score(&self) -> Score {
        let good = self.answered(Answer::Yes).count();
        Score { good, asked: good.saturating_add(self.answered(Answer::No).count()) }
    }

    /// The score in words.
    #[must_use]
    pub fn summary(&self) -> Sentence {
        let Score { good, asked } = self.score();
        match asked.saturating_sub(good) {
            _ if asked == 0 => text::SCORE_NOTHING.into(),
            0 => text::SCORE_ALL.with("n", asked),
            open => text::SCORE_SOME.with("good", good).with("asked", asked).with("n", open),
        }
    }
}

/// The checks of one place, oldest first.
fn of_place(checks: &[Dated<MeasureValues>], place: Place) -> Vec<(Day, DeskCheck)> {
    let mut sorted: Vec<_> = checks.iter().collect();
    sorted.sort_by_key(|check| check.order());
    let read = sorted.into_iter().filter_map(|check| Some((check.day, DeskCheck::read(&check.values)?)));
    read.filter(|(_, check)| check.place == Some(place)).collect()
}

/// The day on which to go through the list again: a week after the newest check of the place, if that one has a "no".
///
/// Takes the measures of any kind in any order.
#[must_use]
pub fn follow_up(checks: &[Dated<MeasureValues>], place: Place) -> Option<Day> {
    let (day, newest) = of_place(checks, place).pop()?;
    newest.answered(Answer::No).next().map(|_| day.plus(FOLLOW_UP_DAYS))
}

/// What the reminder of a [`follow_up`] says.
#[must_use]
pub fn follow_up_reminder() -> Sentence {
    text::FOLLOW_UP_DUE.into()
}

/// The days on which the desk of a place had changed: something that was a "no" in the check before is a "yes".
///
/// Takes the measures of any kind in any order.
#[must_use]
pub fn changes(checks: &[Dated<MeasureValues>], place: Place) -> Vec<Day> {
    let checks = of_place(checks, place);
    let improved = |(before, after): &(&(Day, DeskCheck), &(Day, DeskCheck))| {
        let pairs = before.1.answers.iter().zip(&after.1.answers);
        pairs.into_iter().any(|pair| pair == (&Some(Answer::No), &Some(Answer::Yes)))
    };
    let mut days: Vec<Day> =
        checks.iter().zip(checks.iter().skip(1)).filter(improved).map(|(_, (day, _))| *day).collect();
    days.dedup();
    days
}

/// The days before and the days after a change, without the day itself: [`WINDOW_DAYS`] each.
#[must_use]
pub fn windows(changed: Day) -> (RangeInclusive<Day>, RangeInclusive<Day>) {
    (changed.plus(-WINDOW_DAYS)..=changed.plus(-1), changed.plus(1)..=changed.plus(WINDOW_DAYS))
}

/// Back pain over one window.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WindowPain {
    /// Median of the daily scores in tenths of a point, 0 to 100.
    pub median_tenths: i64,
    /// Days with a score.
    pub days: u32,
}

impl fmt::Debug for WindowPain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WindowPain(..)")
    }
}

/// Whether pain was better, about the same or worse after a desk had changed, by the rule of 2 points.
///
/// A window that is missing or has fewer than [`WINDOW_DAYS_MIN`] days is not compared. Says nothing about why: a desk
/// is one thing among many.
#[must_use]
pub fn before_and_after(before: Option<WindowPain>, after: Option<WindowPain>) -> Sentence {
    let enough = |window: Option<WindowPain>| {
        window
            .filter(|window| window.days >= WINDOW_DAYS_MIN && (0..=100).contains(&window.median_tenths))
            .map(|window| window.median_tenths)
    };
    let (Some(before), Some(after)) = (enough(before), enough(after)) else {
        return text::CHANGE_UNKNOWN.with("days", WINDOW_DAYS_MIN);
    };
    let change = after.saturating_sub(before);
    let text = if change >= CHANGE_TENTHS_MIN {
        text::CHANGE_WORSE
    } else if change <= -CHANGE_TENTHS_MIN {
        text::CHANGE_BETTER
    } else {
        text::CHANGE_SAME
    };
    text.with("before", points(before)).with("after", points(after))
}

/// Tenths as points: `5`, `5.5`.
fn points(tenths: i64) -> Arg {
    let (whole, rest) = (tenths.div_euclid(10), tenths.rem_euclid(10));
    if rest == 0 { whole.into() } else { format!("{whole}.{rest}").into() }
}
