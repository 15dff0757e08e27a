//! What Lissom says to people.
//!
//! A [`Text`] is a key and its words. A crate keeps its texts in `texts/*.toml`, compiled to constants by its build
//! script (see `source`, feature `build`), so a key that does not exist does not compile. A [`Sentence`] is a text
//! with what fills its gaps: data until the moment somebody reads it, when [`Sentence::say`] puts it into their
//! [`Lang`]. Programs get the key and the gaps instead, which never change with the wording.
//!
//! ```
//! use lissom_texts::{Lang, Text};
//!
//! const SETS: Text = Text::counted("demo.sets", "1 set of {exercise}", "{n} sets of {exercise}");
//! let said = SETS.with("n", 2).with("exercise", "pelvic tilts");
//! assert_eq!(said.say(Lang::En), "2 sets of pelvic tilts");
//! assert_eq!(said.say(Lang::Pseudo), "⟦2 šéţš öƒ pelvic tilts··⟧");
//! ```

mod pseudo;
mod sentence;
#[cfg(any(feature = "build", test))]
pub mod source;

pub use crate::sentence::{Arg, Sentence, Stored, Text};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A language that texts are said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Lang {
    /// English, `en`.
    #[default]
    #[serde(rename = "en")]
    En,
    /// English with accents and room to grow, `en-XA`: made by rule, to see what was not translated or is cut off.
    #[serde(rename = "en-XA")]
    Pseudo,
}

impl Lang {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::Pseudo];

    /// Its tag as in BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pseudo => "en-XA",
        }
    }

    /// The language that fits a tag or a locale such as `en_GB.UTF-8` best; `None` if there is none.
    #[must_use]
    pub fn fitting(locale: &str) -> Option<Self> {
        let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
        if tag.eq_ignore_ascii_case(Self::Pseudo.tag()) {
            return Some(Self::Pseudo);
        }
        let language = tag.split('-').next().unwrap_or_default();
        (language.eq_ignore_ascii_case("en")).then_some(Self::En)
    }

    /// English words that stand in a table of their own, such as an exercise's, in this language.
    #[must_use]
    pub fn words(self, english: &str) -> Cow<'_, str> {
        match self {
            Self::En => Cow::Borrowed(english),
            Self::Pseudo => Cow::Owned(pseudo::sentence(english)),
        }
    }
}

/// A tag of a language that there is no translation for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLang;

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no translation for this language yet; there is en")
    }
}

impl std::error::Error for UnknownLang {}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(tag: &str) -> Result<Self, UnknownLang> {
        Self::fitting(tag).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_finds_its_language() {
        for (locale, lang) in [
            ("en", Some(Lang::En)),
            ("en_GB.UTF-8", Some(Lang::En)),
            ("en-XA", Some(Lang::Pseudo)),
            ("EN_xa", Some(Lang::Pseudo)),
            ("de_DE", None),
            ("C", None),
            ("", None),
        ] {
            assert_eq!(Lang::fitting(locale), lang, "{locale}");
        }
        assert!("de".parse::<Lang>().is_err());
    }
}
