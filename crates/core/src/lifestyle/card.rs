//! Cards to read: what may lead to back pain, what helps people live with it, and when to get help.
//!
//! Data, compiled in, so that every card is there without a network. The words are texts by key; the facts in them
//! come from the sources on the card, and `docs/evidence.md` says how sure we are of each.

mod table;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::texts::Text;

/// Longest id of a card, in characters.
const ID_CHARS_MAX: usize = 64;
/// Longest summary of a card in English, in characters.
pub const SUMMARY_CHARS_MAX: usize = 56;

/// A card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Id: small letters and hyphens. Never changes and is never used again for something else.
    pub id: &'static str,
    /// Version of the content, from 1; grows when a fact or a piece of advice changes, not for a comma.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// What it comes to, in one line of at most [`SUMMARY_CHARS_MAX`] characters, for a list of cards.
    pub summary: Text,
    /// What it says, in order.
    pub lines: &'static [Line],
    /// Where its facts come from; empty only on the card about the cards.
    pub sources: &'static [Source],
    /// `none`, or the clinician who signed the content and when.
    pub review: &'static str,
    /// Ids of exercises that go with it.
    pub exercises: &'static [&'static str],
    /// Ids of cards to read next.
    pub related: &'static [&'static str],
}

/// One line of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Stands over the lines that follow.
    Heading(Text),
    /// A short paragraph.
    Paragraph(Text),
    /// A point of a list.
    Point(Text),
}

impl Line {
    /// Its words.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Heading(text) | Self::Paragraph(text) | Self::Point(text) => text,
        }
    }
}

/// Where facts come from. A citation, so it is the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Who, and what.
    pub name: &'static str,
    /// Year it came out.
    pub year: u16,
}

/// Every card, in the order to show them.
#[must_use]
pub const fn cards() -> &'static [Card] {
    table::CARDS
}

/// The card with exactly this id.
#[must_use]
pub fn card(id: &str) -> Option<&'static Card> {
    cards().iter().find(|card| card.id == id)
}

/// The id that was probably meant: for "did you mean …?" after a slip.
///
/// Takes spaces and underscores for hyphens, whatever the case. Up to one letter in three may be wrong, and part of an
/// id is enough from four letters on. `None` when nothing is near.
#[must_use]
pub fn nearest_card(id: &str) -> Option<&'static str> {
    const PART_CHARS_MIN: usize = 4;
    // Comparing takes time in proportion to the length, and twice the longest id is no slip any more.
    if id.len() > 2 * ID_CHARS_MAX {
        return None;
    }
    let words = id.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let wanted = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    let chars = wanted.chars().count();
    let candidates = cards().iter().filter_map(|card| {
        let part = chars >= PART_CHARS_MIN && card.id.contains(&wanted);
        let apart = if part { usize::from(card.id != wanted) } else { strsim::damerau_levenshtein(&wanted, card.id) };
        (part || apart <= chars / 3).then_some((apart, card.id))
    });
    candidates.min().map(|(_, id)| id)
}
