//! Days of the week as people type and read them.

use lissom_diary::core::plan::spaced;

use crate::failure::Failure;
use crate::texts::{Lang, Sentence, Text, plan as words};

/// What is typed for a day, Monday first.
pub(crate) const SHORT: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
const LONG: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Fewest letters of a day.
const LETTERS_MIN: usize = 2;

/// The day's name.
pub(crate) fn name(weekday: u8) -> Text {
    match weekday {
        0 => words::DAY_MO,
        1 => words::DAY_TU,
        2 => words::DAY_WE,
        3 => words::DAY_TH,
        4 => words::DAY_FR,
        5 => words::DAY_SA,
        _ => words::DAY_SU,
    }
}

/// The days' names with commas.
pub(crate) fn names(lang: Lang, weekdays: &[u8]) -> String {
    weekdays.iter().map(|day| name(*day).say(lang)).collect::<Vec<_>>().join(", ")
}

/// What is typed for a day.
pub(crate) fn short(weekday: u8) -> &'static str {
    SHORT.get(usize::from(weekday)).copied().unwrap_or_default()
}

/// Reads one day: `mo`, `mon` or `Monday`.
pub(crate) fn one(text: &str) -> Result<u8, Sentence> {
    let given = text.trim().to_ascii_lowercase();
    let fits = |long: &&str| given.len() >= LETTERS_MIN && long.starts_with(&given);
    let found = LONG.iter().zip(0_u8..).find(|(long, _)| fits(long)).map(|(_, day)| day);
    found.ok_or_else(|| words::NOT_A_DAY.with("days", SHORT.join(", ")))
}

/// Reads days with commas, or how many there are in a week, which are then spread over it.
pub(crate) fn read(text: &str) -> Result<Vec<u8>, Sentence> {
    let text = text.trim();
    let days = match text.parse::<u8>() {
        Ok(count) if count <= 7 => spaced(count),
        Ok(_) => return Err(words::TOO_MANY_DAYS.into()),
        Err(_) => text.split(',').filter(|day| !day.trim().is_empty()).map(one).collect::<Result<Vec<_>, _>>()?,
    };
    if days.is_empty() { Err(words::NO_DAYS.into()) } else { Ok(days) }
}

/// [`one`] for a command's argument.
pub(crate) fn given(field: &'static str, text: &str) -> Result<u8, Failure> {
    one(text).map_err(|why| Failure::refused_field(field, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_or_counted() {
        assert_eq!(read("mo,We, friday ").unwrap(), [0, 2, 4]);
        assert_eq!(read("5").unwrap(), spaced(5));
        assert_eq!(read("tu").unwrap(), [1]);
        for bad in ["", "0", "8", "t", "mo;tu", "mittwoch", ",", "-1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!((0..7).all(|day| one(short(day)) == Ok(day)));
    }
}
