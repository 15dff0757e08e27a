//! Texts, and sentences made of them.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::fmt;

use crate::{Lang, pseudo};

/// Words by key. Gaps are written `{name}`; what stands in backticks is typed as it is in every language.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    key: &'static str,
    one: Option<&'static str>,
    other: &'static str,
}

impl Text {
    /// A text that says the same for any number.
    #[must_use]
    pub const fn new(key: &'static str, words: &'static str) -> Self {
        Self { key, one: None, other: words }
    }

    /// A text with a wording for one and one for any other number in its gap `n`.
    #[must_use]
    pub const fn counted(key: &'static str, one: &'static str, other: &'static str) -> Self {
        Self { key, one: Some(one), other }
    }

    /// Its key, such as `screening.a1.question`: for programs, and for translators. Never changes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.key
    }

    /// A sentence with one gap filled. More follow with [`Sentence::with`].
    #[must_use]
    pub fn with(self, gap: &'static str, arg: impl Into<Arg>) -> Sentence {
        Sentence::from(self).with(gap, arg)
    }

    /// A text without gaps, said.
    #[must_use]
    pub fn say(self, lang: Lang) -> String {
        Sentence::from(self).say(lang)
    }

    /// The name of one of its gaps.
    fn gap(self, name: &str) -> Option<&'static str> {
        gaps(self.other).find(|gap| *gap == name)
    }

    fn wording(self, n: Option<i64>) -> &'static str {
        self.one.filter(|_| n == Some(1)).unwrap_or(self.other)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({})", self.key)
    }
}

/// What fills a gap.
#[derive(Clone, PartialEq, Eq)]
pub enum Arg {
    /// A number. In the gap `n` it also chooses the wording.
    Number(i64),
    /// Words that no language changes: an id, a date, a person's own words.
    Words(String),
    /// Another sentence.
    Sentence(Box<Sentence>),
}

impl Arg {
    /// What stands in the gap, in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Words(words) => words.clone(),
            Self::Sentence(sentence) => sentence.say(lang),
        }
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Arg {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Arg {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Arg {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<Text> for Arg {
    fn from(text: Text) -> Self {
        Self::Sentence(Box::new(text.into()))
    }
}

impl From<Sentence> for Arg {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(Box::new(sentence))
    }
}

/// A text with what fills its gaps: data, until somebody reads it.
///
/// As JSON it is its key and its gaps. It may hold a person's own words, so `Debug` shows the key alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Sentence {
    text: Text,
    args: Vec<(&'static str, Arg)>,
}

impl Sentence {
    /// Fills a gap.
    #[must_use]
    pub fn with(mut self, gap: &'static str, arg: impl Into<Arg>) -> Self {
        self.args.push((gap, arg.into()));
        self
    }

    /// The key of its text.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.text.key
    }

    /// The sentence in a language.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let n = self.args.iter().find_map(|(gap, arg)| match arg {
            Arg::Number(n) if *gap == "n" => Some(*n),
            _ => None,
        });
        let wording = self.text.wording(n);
        if wording.is_empty() {
            return String::new();
        }
        let mut said = String::new();
        let mut letters = 0_usize;
        let mut code = false;
        for piece in Pieces(wording) {
            match piece {
                Piece::Words(words) => {
                    for (index, part) in words.split('`').enumerate() {
                        if index > 0 {
                            said.push('`');
                            code = !code;
                        }
                        if code || lang == Lang::En {
                            said.push_str(part);
                        } else {
                            letters = letters.saturating_add(part.bytes().filter(u8::is_ascii_alphabetic).count());
                            said.push_str(&pseudo::piece(part));
                        }
                    }
                }
                Piece::Gap(name) => said.push_str(&self.fill(name, lang)),
            }
        }
        if lang == Lang::Pseudo { pseudo::frame(&said, letters) } else { said }
    }

    fn fill(&self, name: &str, lang: Lang) -> String {
        let arg = self.args.iter().find(|(gap, _)| *gap == name).map(|(_, arg)| arg);
        debug_assert!(arg.is_some(), "{} has a gap {name} that nothing fills", self.text.key);
        arg.map_or_else(|| format!("{{{name}}}"), |arg| arg.say(lang))
    }
}

impl From<Text> for Sentence {
    fn from(text: Text) -> Self {
        Self { text, args: Vec::new() }
    }
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sentence({}, ..)", self.text.key)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key)
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Sentence", 2)?;
        object.serialize_field("key", self.text.key)?;
        object.serialize_field("args", &Args(&self.args))?;
        object.end()
    }
}

/// A sentence that was stored as JSON: its words are those of the program that reads it, in the reader's language.
#[derive(Clone, Deserialize)]
pub struct Stored {
    key: String,
    args: BTreeMap<String, StoredArg>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum StoredArg {
    Number(i64),
    Words(String),
    Sentence(Stored),
}

impl Stored {
    /// The sentence; `None` if `find` knows no such text, or the text has a gap for which nothing was stored.
    pub fn sentence(self, find: &dyn Fn(&str) -> Option<Text>) -> Option<Sentence> {
        let text = find(&self.key)?;
        let mut sentence = Sentence::from(text);
        for (name, arg) in self.args {
            // A gap that this version's wording has no more.
            let Some(gap) = text.gap(&name) else { continue };
            sentence = match arg {
                StoredArg::Number(number) => sentence.with(gap, number),
                StoredArg::Words(words) => sentence.with(gap, words),
                StoredArg::Sentence(stored) => sentence.with(gap, stored.sentence(find)?),
            };
        }
        let filled = |gap: &'static str| sentence.args.iter().any(|(name, _)| *name == gap);
        gaps(text.other).all(filled).then_some(sentence)
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({}, ..)", self.key)
    }
}

struct Args<'a>(&'a [(&'static str, Arg)]);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (gap, arg) in self.0 {
            map.serialize_entry(gap, arg)?;
        }
        map.end()
    }
}

impl Serialize for Arg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Words(words) => serializer.serialize_str(words),
            Self::Sentence(sentence) => sentence.serialize(serializer),
        }
    }
}

impl fmt::Debug for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arg(..)")
    }
}

/// A piece of a wording.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Words(&'a str),
    Gap(&'a str),
}

/// The pieces of a wording. A brace that opens no gap is a word.
pub(crate) struct Pieces<'a>(pub(crate) &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let gap = self.0.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        if let Some((name, rest)) = gap {
            self.0 = rest;
            return Some(Piece::Gap(name));
        }
        let end = self.0.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(self.0.len(), |(at, _)| at);
        let (words, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        Some(Piece::Words(words))
    }
}

/// Names of the gaps of a wording.
pub(crate) fn gaps(wording: &str) -> impl Iterator<Item = &str> {
    Pieces(wording).filter_map(|piece| match piece {
        Piece::Gap(name) => Some(name),
        Piece::Words(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Text = Text::new("t.plain", "Type `lissom sync` now.");
    const COUNTED: Text = Text::counted("t.counted", "1 day", "{n} days");
    const OUTER: Text = Text::new("t.outer", "After {when}: {name}");

    #[test]
    fn gaps_are_filled_and_numbers_choose_the_wording() {
        assert_eq!(PLAIN.say(Lang::En), "Type `lissom sync` now.");
        assert_eq!(COUNTED.with("n", 1).say(Lang::En), "1 day");
        assert_eq!(COUNTED.with("n", 0).say(Lang::En), "0 days");
        let outer = OUTER.with("when", COUNTED.with("n", 3)).with("name", "Anna");
        assert_eq!(outer.say(Lang::En), "After 3 days: Anna");
        assert_eq!(outer.say(Lang::Pseudo), "⟦Åƒţéŕ ⟦3 ðáýš·⟧: Anna·⟧");
    }

    #[test]
    fn commands_stay_as_they_are_typed() {
        assert_eq!(PLAIN.say(Lang::Pseudo), "⟦Ţýþé `lissom sync` ñöŵ.··⟧");
        assert_eq!(Lang::Pseudo.words("Say `a` b"), "⟦Šáý `a` ƀ·⟧");
    }

    #[test]
    fn programs_get_the_key_and_the_gaps() {
        let outer = OUTER.with("when", COUNTED.with("n", 3)).with("name", "Anna");
        let json = serde_json::to_string(&outer).unwrap();
        assert_eq!(json, r#"{"key":"t.outer","args":{"when":{"key":"t.counted","args":{"n":3}},"name":"Anna"}}"#);
        assert_eq!(format!("{outer:?} {PLAIN:?}"), "Sentence(t.outer, ..) Text(t.plain)");
    }

    #[test]
    fn what_was_stored_is_said_again_in_any_language() {
        let find = |key: &str| [COUNTED, OUTER].into_iter().find(|text| text.key() == key);
        let restore = |json: &str| serde_json::from_str::<Stored>(json).unwrap().sentence(&find);
        let outer = OUTER.with("when", COUNTED.with("n", 3)).with("name", "Anna");
        let stored = restore(&serde_json::to_string(&outer).unwrap()).unwrap();
        assert_eq!(stored.say(Lang::Pseudo), outer.say(Lang::Pseudo));
        assert!(restore(r#"{"key":"t.newer","args":{}}"#).is_none());
        assert!(restore(r#"{"key":"t.outer","args":{"name":"Anna"}}"#).is_none());
        assert!(restore(r#"{"key":"t.counted","args":{"n":1,"gone":"x"}}"#).is_some());
        assert_eq!(
            format!("{:?}", serde_json::from_str::<Stored>(r#"{"key":"k","args":{"a":"b"}}"#).unwrap()),
            "Stored(k, ..)"
        );
    }

    #[test]
    fn nothing_to_say_has_no_frame() {
        assert_eq!(Text::new("", "").say(Lang::Pseudo), "");
    }

    #[test]
    fn a_gap_that_nothing_fills_is_found_by_any_test() {
        let said = std::panic::catch_unwind(|| Sentence::from(COUNTED).say(Lang::En));
        assert_eq!(said.ok().as_deref(), (!cfg!(debug_assertions)).then_some("{n} days"));
    }
}
