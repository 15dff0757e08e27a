//! What a plan is made from: read from flags, or asked for one by one.

use std::io::{self, BufRead, Write};

use lissom_diary::core::dose::Irritability;
use lissom_diary::core::exercise::{Bias, Region};
use lissom_diary::core::plan::{Experience, Goal, Profile, SESSION_MINUTES};
use lissom_diary::core::refusal::Reason;
use lissom_diary::core::scale::PAIN_NRS;

use super::days;
use crate::output::{columns, wrap};
use crate::texts::{Lang, Sentence, Text, plan as words};

/// What leaves the questions.
const QUIT: &str = "q";
/// What stands for an empty list.
const NONE: &str = "none";
/// What stands for a bit of everything.
const ALL: &str = "all";
const SETTLES: &[&str] = &["hour", "day", "longer"];
const REGIONS: &[&str] = &["lower", "upper", "sciatica", "whole"];
const DIRECTIONS: &[&str] = &["flexion", "extension"];

/// Each question with the flag that answers it, in the order of asking.
const QUESTIONS: [(&str, Text); 9] = [
    ("region", words::ASK_REGION),
    ("pain", words::ASK_PAIN),
    ("leg", words::ASK_LEG),
    ("settles", words::ASK_SETTLES),
    ("goal", words::ASK_GOAL),
    ("minutes", words::ASK_MINUTES),
    ("days", words::ASK_DAYS),
    ("equipment", words::ASK_EQUIPMENT),
    ("experience", words::ASK_EXPERIENCE),
];

/// Puts one answer into the profile.
pub(super) fn put(profile: &mut Profile, field: &str, answer: &str) -> Result<(), Sentence> {
    match field {
        "region" => profile.regions = list(answer, REGIONS, |word| word.parse::<Region>().ok())?,
        "pain" => profile.pain = Some(pain(answer)?),
        "leg" => profile.leg = Some(pain(answer)?),
        "settles" => profile.irritability = Some(settles(answer)?),
        "goal" => profile.goals = list(answer, Goal::WORDS, Goal::from_word)?,
        "minutes" => profile.minutes = minutes(answer)?,
        "days" => profile.weekdays = days::read(answer)?,
        "equipment" => profile.equipment = items(answer),
        "experience" => profile.experience = choice(answer, Experience::WORDS, Experience::from_word)?,
        _ => profile.directions = list(answer, DIRECTIONS, |word| word.parse::<Bias>().ok())?,
    }
    // What is in a list, the profile itself knows.
    profile.check().map_err(|refusal| refusal.reason.sentence())
}

/// Asks for all but what was given. `false`: the person left.
pub(super) fn ask(
    profile: &mut Profile,
    given: &[&str],
    lang: Lang,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> io::Result<bool> {
    tell(out, &words::ASK_INTRO.say(lang))?;
    for (field, question) in QUESTIONS.into_iter().filter(|(field, _)| !given.contains(field)) {
        let default = default_answer(profile, field);
        loop {
            writeln!(out)?;
            tell(out, &question.say(lang))?;
            write!(out, "[{default}] ")?;
            out.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 || line.trim().eq_ignore_ascii_case(QUIT) {
                return Ok(false);
            }
            let answer = if line.trim().is_empty() { default.as_str() } else { line.trim() };
            match put(profile, field, answer) {
                Ok(()) => break,
                Err(why) => tell(out, &why.say(lang))?,
            }
        }
    }
    writeln!(out)?;
    Ok(true)
}

fn tell(out: &mut impl Write, text: &str) -> io::Result<()> {
    wrap(text, columns()).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What an empty answer stands for.
fn default_answer(profile: &Profile, field: &str) -> String {
    let days = || profile.weekdays.iter().map(|day| days::short(*day)).collect::<Vec<_>>().join(",");
    match field {
        "region" => "lower".to_owned(),
        "pain" => profile.pain.unwrap_or(4).to_string(),
        "leg" => "0".to_owned(),
        "settles" => "day".to_owned(),
        "goal" => ALL.to_owned(),
        "minutes" => profile.minutes.to_string(),
        "days" => days(),
        "equipment" => NONE.to_owned(),
        _ => profile.experience.as_str().to_owned(),
    }
}

/// Words with commas; `all` and `none` are the empty list.
pub(super) fn items(text: &str) -> Vec<String> {
    let words = text.split(',').map(|word| word.trim().to_lowercase());
    words.filter(|word| !word.is_empty() && word != NONE && word != ALL).collect()
}

fn list<T>(text: &str, choices: &'static [&'static str], read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Sentence> {
    items(text).iter().map(|word| choice(word, choices, &read)).collect()
}

fn choice<T>(text: &str, choices: &'static [&'static str], read: impl Fn(&str) -> Option<T>) -> Result<T, Sentence> {
    read(&text.to_lowercase()).ok_or_else(|| Reason::NotAChoice { choices }.sentence())
}

fn settles(text: &str) -> Result<Irritability, Sentence> {
    choice(text, SETTLES, |word| match word {
        "hour" => Some(Irritability::Low),
        "day" => Some(Irritability::Moderate),
        "longer" => Some(Irritability::High),
        _ => None,
    })
}

fn number(text: &str) -> Result<i64, Sentence> {
    text.parse().map_err(|_| words::NOT_A_NUMBER.into())
}

fn pain(text: &str) -> Result<u8, Sentence> {
    let given = PAIN_NRS.check("pain", number(text)?).map_err(|refusal| refusal.reason.sentence())?;
    u8::try_from(given).map_err(|_| words::NOT_A_NUMBER.into())
}

fn minutes(text: &str) -> Result<u32, Sentence> {
    let given = SESSION_MINUTES.check("minutes", number(text)?).map_err(|refusal| refusal.reason.sentence())?;
    u32::try_from(given).map_err(|_| words::NOT_A_NUMBER.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(answers: &str, given: &[&str]) -> (bool, Profile, String) {
        let mut profile = Profile::default();
        let mut said = Vec::new();
        let done = ask(&mut profile, given, Lang::En, &mut answers.as_bytes(), &mut said).unwrap();
        (done, profile, String::from_utf8(said).unwrap())
    }

    #[test]
    fn an_empty_answer_takes_the_default_that_is_shown() {
        let (done, profile, said) = asked(&"\n".repeat(9), &[]);
        assert!(done);
        assert_eq!((profile.regions, profile.pain, profile.leg), (vec![Region::Lower], Some(4), Some(0)));
        assert_eq!((profile.minutes, profile.weekdays), (15, vec![0, 2, 4]));
        for shown in ["[lower]", "[4]", "[0]", "[day]", "[all]", "[15]", "[mo,we,fr]", "[none]", "[beginner]"] {
            assert!(said.contains(shown), "{shown}: {said}");
        }
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }

    #[test]
    fn what_cannot_be_taken_is_asked_again_with_the_reason() {
        let answers = "elbow\nupper, whole\n11\n3\n1\nweek\nlonger\ncalm\nstress-sleep\n0\n20\n0\n2\nanvil\nmat,chair\nhero\nused\n";
        let (done, profile, said) = asked(answers, &[]);
        assert!(done, "{said}");
        assert_eq!(profile.regions, [Region::Upper, Region::Whole]);
        assert_eq!((profile.pain, profile.leg, profile.irritability), (Some(3), Some(1), Some(Irritability::High)));
        assert_eq!((profile.goals, profile.minutes), (vec![Goal::Calm], 20));
        assert_eq!((profile.weekdays, profile.experience), (vec![0, 3], Experience::Used));
        assert_eq!(profile.equipment, ["mat", "chair"]);
        assert!(said.contains("must be one of lower, upper, sciatica, whole"), "{said}");
        assert!(said.contains("11 is outside 0 to 10") && said.contains("0 is outside 3 to 120"), "{said}");
    }

    #[test]
    fn q_and_the_end_of_the_input_leave() {
        assert!(!asked("lower\nQ\n", &[]).0);
        assert!(!asked("lower\n", &[]).0);
        assert!(!asked("", &[]).0);
    }

    #[test]
    fn what_was_given_by_flags_is_not_asked() {
        let given: Vec<&str> = QUESTIONS.iter().map(|(field, _)| *field).filter(|field| *field != "days").collect();
        let (done, profile, said) = asked("tu,th\n", &given);
        assert!(done && !said.contains("[lower]"), "{said}");
        assert_eq!(profile.weekdays, [1, 3]);
    }
}
