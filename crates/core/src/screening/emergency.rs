//! Whom to call, by country.
//!
//! Only numbers that we are sure of are here; elsewhere the words are "your local emergency number". Sources and how
//! sure we are of them are in `docs/evidence.md`.

use crate::texts::{Arg, Sentence, emergency as text, screening};

/// The European Union's number, which every member state and some others have.
const EU: &str = "112";

/// Country (ISO 3166-1 alpha-2), number for an ambulance, line for people in distress. Sorted by country.
static NUMBERS: &[(&str, &str, Option<&str>)] = &[
    ("AE", "998", None),
    ("AR", "107", None),
    ("AT", EU, Some("142")),
    ("AU", "000", Some("13 11 14")),
    ("BE", EU, None),
    ("BG", EU, None),
    ("BR", "192", Some("188")),
    ("CA", "911", Some("988")),
    ("CH", "144", Some("143")),
    ("CL", "131", None),
    ("CN", "120", None),
    ("CO", "123", None),
    ("CY", EU, None),
    ("CZ", EU, Some("116 123")),
    ("DE", EU, Some("116 123")),
    ("DK", EU, None),
    ("EE", EU, Some("116 123")),
    ("ES", EU, Some("024")),
    ("FI", EU, None),
    ("FR", EU, Some("3114")),
    ("GB", "999", Some("116 123")),
    ("GR", EU, None),
    ("HK", "999", None),
    ("HR", EU, None),
    ("HU", EU, Some("116 123")),
    ("IE", EU, Some("116 123")),
    ("IL", "101", None),
    ("IN", "112", Some("14416")),
    ("IS", EU, None),
    ("IT", EU, None),
    ("JP", "119", None),
    ("KR", "119", None),
    ("LI", EU, None),
    ("LT", EU, None),
    ("LU", EU, None),
    ("LV", EU, Some("116 123")),
    ("MT", EU, None),
    ("MX", "911", None),
    ("MY", "999", None),
    ("NL", EU, Some("113")),
    ("NO", "113", Some("116 123")),
    ("NZ", "111", Some("1737")),
    ("PL", EU, Some("116 123")),
    ("PT", EU, None),
    ("RO", EU, None),
    ("SE", EU, None),
    ("SG", "995", None),
    ("SI", EU, Some("116 123")),
    ("SK", EU, None),
    ("TR", EU, None),
    ("TW", "119", None),
    ("UA", EU, None),
    ("US", "911", Some("988")),
    ("ZA", "112", None),
];

/// Whom to call in a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Number for an ambulance; `None` where we are not sure of it.
    pub emergency: Option<&'static str>,
    /// Line for people in distress, free and at any hour; `None` where we are not sure of one.
    pub helpline: Option<&'static str>,
}

impl Numbers {
    /// Those of a country, by its two letters in either case. An unknown country has none, and the words fall back.
    #[must_use]
    pub fn of(country: Option<&str>) -> Self {
        let found = NUMBERS.iter().find(|(code, ..)| country.is_some_and(|country| country.eq_ignore_ascii_case(code)));
        found.map_or_else(Self::default, |(_, emergency, helpline)| Self {
            emergency: Some(emergency),
            helpline: *helpline,
        })
    }

    /// The number, or "your local emergency number", for the gap of a sentence.
    #[must_use]
    pub fn number(self) -> Arg {
        self.emergency.map_or_else(|| text::LOCAL_NUMBER.into(), Arg::from)
    }

    /// For people who think of harming themselves: the line for that, or else the emergency number.
    #[must_use]
    pub fn harm_card(self) -> Sentence {
        match self.helpline {
            Some(line) => screening::CARD_HARM.with("helpline", line).with("number", self.number()),
            None => screening::CARD_HARM_EMERGENCY.with("number", self.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn countries_are_sorted_two_letters_and_once() {
        assert!(NUMBERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (country, number, line) in NUMBERS {
            assert!(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()), "{country}");
            for number in [Some(number), line.as_ref()].into_iter().flatten() {
                assert!(number.bytes().all(|b| b.is_ascii_digit() || b == b' ') && number.len() >= 3, "{country}");
            }
        }
    }

    #[test]
    fn every_member_of_the_european_union_has_112() {
        let members = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";
        assert_eq!(members.split(' ').count(), 27);
        for country in members.split(' ') {
            assert_eq!(Numbers::of(Some(country)).emergency, Some("112"), "{country}");
        }
    }

    #[test]
    fn words_fall_back_where_no_number_is_known() {
        for country in [None, Some("XX"), Some(""), Some("Germany")] {
            let said = Numbers::of(country).harm_card().say(Lang::En);
            assert!(said.contains("Call your local emergency number now"), "{said}");
        }
        let said = Numbers::of(Some("us")).harm_card().say(Lang::En);
        assert!(said.contains("Call 988 now") && said.contains("call 911"), "{said}");
        let said = Numbers::of(Some("FI")).harm_card().say(Lang::En);
        assert!(said.contains("Call 112 now"), "{said}");
    }
}
