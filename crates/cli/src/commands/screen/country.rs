//! Which country's emergency numbers to name.

use std::env;

use lissom_diary::Diary;
use lissom_diary::core::screening::Numbers;
use serde::Serialize;

use crate::failure::Failure;
use crate::texts::{Sentence, screen as words};

/// A country, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Country {
    /// Two letters; `None` where nothing says which.
    pub(super) code: Option<String>,
    /// It is the one of this computer's settings: the person did not say it.
    pub(super) guessed: bool,
}

/// Whom to call, for programs.
#[derive(Debug, Serialize)]
pub(super) struct JsonNumbers {
    country: Option<String>,
    emergency: Option<&'static str>,
    helpline: Option<&'static str>,
}

impl Country {
    /// `--country`, or what a diary says, or this computer's settings.
    pub(super) fn find(given: Option<&str>, diary: Option<&Diary>) -> Result<Self, Failure> {
        if let Some(given) = given {
            let code = given.trim().to_ascii_uppercase();
            if !is_code(&code) {
                return Err(Failure::refused_field("country", words::COUNTRY_FORM));
            }
            return Ok(Self { code: Some(code), guessed: false });
        }
        let screenings = diary.map(Diary::screenings).transpose()?.unwrap_or_default();
        let told = screenings.into_iter().rev().find_map(|record| record.values.country);
        if let Some(code) = told {
            return Ok(Self { code: Some(code), guessed: false });
        }
        let code = of_locale(|name| env::var(name).ok());
        Ok(Self { guessed: code.is_some(), code })
    }

    /// Its numbers.
    pub(super) fn numbers(&self) -> Numbers {
        Numbers::of(self.code.as_deref())
    }

    /// That the number is a guess, and how to say where one is; nothing where the person said it.
    pub(super) fn remark(&self) -> Option<Sentence> {
        let code = self.code.as_deref().filter(|_| self.guessed && self.numbers().emergency.is_some())?;
        Some(words::COUNTRY_GUESSED.with("country", code))
    }

    /// The country to be written down: what the person said, and no guess.
    pub(super) fn to_record(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| !self.guessed)
    }
}

impl From<&Country> for JsonNumbers {
    fn from(country: &Country) -> Self {
        let Numbers { emergency, helpline } = country.numbers();
        Self { country: country.code.clone(), emergency, helpline }
    }
}

fn is_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The region of the first locale that has one: `DE` of `de_DE.UTF-8`.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let region = |locale: String| {
        let (_, rest) = locale.split_once(['_', '-'])?;
        let code: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        is_code(&code).then_some(code)
    };
    ["LC_ALL", "LANG"].into_iter().filter_map(variable).find_map(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_locale() {
        let of = |set: &[(&str, &str)]| {
            of_locale(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")]).as_deref(), Some("DE"));
        assert_eq!(of(&[("LC_ALL", "fr_CH@euro"), ("LANG", "de_DE")]).as_deref(), Some("CH"));
        assert_eq!(of(&[("LC_ALL", "C.UTF-8"), ("LANG", "en-NZ")]).as_deref(), Some("NZ"));
        for none in ["C", "POSIX", "C.UTF-8", "de", "es_419", "", "_", "de_"] {
            assert_eq!(of(&[("LANG", none)]), None, "{none}");
        }
    }

    #[test]
    fn a_country_is_two_letters_and_what_was_said_is_no_guess() {
        let said = Country::find(Some(" de "), None).unwrap();
        assert_eq!((said.code.as_deref(), said.to_record(), said.remark()), (Some("DE"), Some("DE"), None));
        for wrong in ["Germany", "D", "1A", "", "ÄÖ"] {
            assert!(Country::find(Some(wrong), None).is_err(), "{wrong}");
        }
        let guess = Country { code: Some("US".to_owned()), guessed: true };
        assert!(guess.remark().is_some() && guess.to_record().is_none());
    }
}
