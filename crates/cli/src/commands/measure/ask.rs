//! Asking for what a measure still needs, line by line.

use std::io::{BufRead, Write};

use lissom_diary::core::lifestyle::desk::Place;

use super::draft::{Draft, Form};
use crate::failure::Failure;
use crate::output::{columns, wrap};
use crate::texts::{Lang, Sentence, Text, measure as words};

/// How the questions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Every question has an answer.
    Complete,
    /// The person left. What was answered is in the draft.
    Left,
}

/// Asks each question that has no answer yet; `q` or the end of the input leaves.
pub(super) fn ask(
    draft: &mut Draft,
    input: &mut impl BufRead,
    output: &mut impl Write,
    lang: Lang,
) -> Result<Asked, Failure> {
    for intro in draft.intro.clone() {
        say(output, lang, intro)?;
    }
    if let Some((max, suggested)) = draft.chosen.filter(|_| draft.questions.is_empty())
        && choose(draft, (max, suggested), input, output, lang)? == Asked::Left
    {
        return Ok(Asked::Left);
    }
    say(output, lang, words::HOW_TO_LEAVE)?;
    let count = draft.questions.len();
    while let Some(open) = draft.open() {
        let Some((question, _)) = draft.questions.get(open) else { break };
        let question = match count {
            1 => question.clone(),
            _ => words::QUESTION
                .with("place", open.saturating_add(1))
                .with("of", count)
                .with("question", question.say(lang)),
        };
        say(output, lang, question)?;
        if let Form::Steps(steps) = draft.form {
            for (index, step) in steps.iter().enumerate() {
                say(output, lang, words::CHOICE.with("place", index.saturating_add(1)).with("choice", *step))?;
            }
        }
        say(output, lang, range_of(draft.form))?;
        let Some(reply) = line(input)? else { return Ok(Asked::Left) };
        match draft.read(&reply) {
            Ok(answer) => {
                if let Some((_, open)) = draft.questions.get_mut(open) {
                    *open = Some(answer);
                }
            }
            Err(why) => say(output, lang, why.sentence().clone())?,
        }
    }
    Ok(Asked::Complete)
}

/// Asks where the desk is. `None`: the person left.
pub(super) fn place(input: &mut impl BufRead, output: &mut impl Write, lang: Lang) -> Result<Option<Place>, Failure> {
    say(output, lang, words::ASK_PLACE)?;
    loop {
        let Some(reply) = line(input)? else { return Ok(None) };
        match Place::ALL.iter().find(|place| place.as_str() == reply.trim().to_lowercase()) {
            Some(place) => return Ok(Some(*place)),
            None => say(output, lang, words::ASK_PLACE)?,
        }
    }
}

/// What may be answered.
fn range_of(form: Form) -> Sentence {
    match form {
        Form::Number(range) => words::FROM_TO.with("min", range.min).with("max", range.max),
        Form::Steps(steps) => words::FROM_TO.with("min", 1).with("max", steps.len()),
        Form::YesNo => words::YES_NO.into(),
    }
}

/// Asks which activities to rate.
fn choose(
    draft: &mut Draft,
    (max, suggested): (usize, &[Text]),
    input: &mut impl BufRead,
    output: &mut impl Write,
    lang: Lang,
) -> Result<Asked, Failure> {
    for (index, text) in suggested.iter().enumerate() {
        say(output, lang, words::CHOICE.with("place", index.saturating_add(1)).with("choice", *text))?;
    }
    say(output, lang, words::CHOOSE.with("max", max))?;
    while draft.questions.len() < max {
        let Some(reply) = line(input)? else { return Ok(Asked::Left) };
        let reply = reply.trim();
        if reply.is_empty() {
            if draft.questions.is_empty() {
                say(output, lang, words::CHOOSE_ONE)?;
                continue;
            }
            break;
        }
        let nth = reply.parse::<usize>().ok().map(|nth| suggested.get(nth.wrapping_sub(1)));
        let label = match nth {
            Some(Some(text)) => text.say(lang),
            Some(None) => {
                say(output, lang, words::NO_CHOICE.with("max", suggested.len()))?;
                continue;
            }
            None => reply.to_owned(),
        };
        if draft.has(&label) {
            say(output, lang, words::TWICE.with("label", label))?;
        } else {
            draft.name(&label, None);
            say(output, lang, words::CHOSEN.with("label", label))?;
        }
    }
    Ok(Asked::Complete)
}

/// The next line; nothing where the input ends or the person leaves.
fn line(input: &mut impl BufRead) -> Result<Option<String>, Failure> {
    let mut line = String::new();
    let read = input.read_line(&mut line).map_err(|error| Failure::file(words::STANDARD_INPUT, &error))?;
    Ok(Some(line).filter(|line| read > 0 && !line.trim().eq_ignore_ascii_case("q")))
}

fn say(output: &mut impl Write, lang: Lang, sentence: impl Into<Sentence>) -> Result<(), Failure> {
    let said = sentence.into().say(lang);
    let text = wrap(&said, columns()).join("\n");
    writeln!(output, "{text}").and_then(|()| output.flush()).map_err(|error| Failure::output(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::measure::Measure;
    use crate::commands::measure::draft::draft;
    use clap::{Args as _, FromArgMatches as _};

    fn begun(arguments: &[&str]) -> Draft {
        let command = Measure::augment_args(clap::Command::new("measure"));
        let matches = command.get_matches_from([&["measure"], arguments].concat());
        let given = Measure::from_arg_matches(&matches).unwrap();
        draft(&given, Lang::En, arguments[0], &[]).unwrap()
    }

    fn asked(draft: &mut Draft, typed: &str) -> (Asked, String) {
        let mut output = Vec::new();
        let asked = ask(draft, &mut typed.as_bytes(), &mut output, Lang::En).unwrap();
        (asked, String::from_utf8(output).unwrap())
    }

    #[test]
    fn activities_are_chosen_and_rated() {
        let mut draft = begun(&["psfs"]);
        let (end, said) = asked(&mut draft, "1\n99\nGardening\n1\n\n4\neleven\n11\n7\n");
        assert_eq!(end, Asked::Complete, "{said}");
        let values = draft.values();
        assert_eq!(values.labels.unwrap(), ["Bending down", "Gardening"]);
        assert_eq!(values.items.unwrap(), [4, 7]);
        assert!(said.contains("11 is outside 0 to 10") && said.contains("10. Housework"), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }

    #[test]
    fn who_leaves_loses_nothing() {
        let mut draft = begun(&["psfs"]);
        assert_eq!(asked(&mut draft, "1\nMy dog's walk\n\n4\nq\n").0, Asked::Left);
        let command = draft.command();
        assert_eq!(command, "lissom measure psfs --item \"Bending down=4\" --item 'My dog'\\''s walk=?'");
        let mut draft = begun(&["psfs", "--item", "Bending down=4", "--item", "My dog's walk=?"]);
        assert_eq!(asked(&mut draft, "").0, Asked::Left);
        assert_eq!(asked(&mut draft, "5\n").0, Asked::Complete);
        assert_eq!(draft.values().items.unwrap(), [4, 5]);
    }

    #[test]
    fn the_place_of_a_desk_is_asked_until_it_is_one() {
        let asked = |typed: &str| place(&mut typed.as_bytes(), &mut Vec::new(), Lang::En).unwrap();
        assert_eq!(asked("moon\nHome\n").map(Place::as_str), Some("home"));
        assert_eq!(asked("work\n").map(Place::as_str), Some("work"));
        assert!(asked("q\n").is_none() && asked("").is_none());
    }

    #[test]
    fn a_desk_check_goes_on_where_it_was_left() {
        let mut draft = begun(&["desk-check", "--place", "work"]);
        let (end, said) = asked(&mut draft, "yes\nN\nna\nperhaps\nQ\n");
        assert_eq!(end, Asked::Left);
        assert!(said.contains("1 of 12"), "{said}");
        let command = draft.command();
        assert!(command.ends_with("--place work --answers \"yes,no,na,?,?,?,?,?,?,?,?,?\""), "{command}");
        let mut draft = begun(&["desk-check", "--place", "work", "--answers", "yes,no,na,?,?,?,?,?,?,?,?,?"]);
        assert_eq!(asked(&mut draft, &"y\n".repeat(9)).0, Asked::Complete);
        assert_eq!(draft.values().items.unwrap(), [1, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn one_number_and_a_step_are_asked_for() {
        let mut draft = begun(&["pgic"]);
        let (end, said) = asked(&mut draft, "8\n2\n");
        assert_eq!((end, draft.values().value), (Asked::Complete, Some(2)));
        assert!(said.contains("2. Much better"), "{said}");
        let mut draft = begun(&["sit-to-stand"]);
        assert_eq!((asked(&mut draft, "12\n").0, draft.values().value), (Asked::Complete, Some(12)));
    }
}
