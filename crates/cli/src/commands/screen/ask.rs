//! `screen` itself: the questions, on a terminal or from flags, and the result.

use std::io::{self, BufRead, IsTerminal as _, Write};

use clap::Args;
use lissom_diary::Diary;
use lissom_diary::core::day::Day;
use lissom_diary::core::refusal::Refusal;
use lissom_diary::core::screening::{AnswerKind, Answers, Ask as Due, Level, Numbers, Purpose, next_question, triage};

use super::country::Country;
use super::result;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT, columns, wrap};
use crate::texts::{Lang, Sentence, screen as words};
use crate::when;

/// An age of which the whole set asks nothing more than of any other.
const MIDDLE_AGE: &str = "40";

#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The short check before a session: five questions, and more behind a yes
    #[arg(long)]
    short: bool,
    /// Something has changed since the last time: all questions
    #[arg(long, conflicts_with = "short")]
    changed: bool,
    /// One answer, such as `a1=no` or `a2=unsure`; may be repeated
    #[arg(long, value_name = "ID=ANSWER")]
    answer: Vec<String>,
    /// Answer no to every question that is not answered otherwise
    #[arg(long)]
    all_no: bool,
    /// Age in years
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true)]
    age: Option<i64>,
    /// Country for the emergency number, two letters [default: that of the system's locale]
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
}

impl Ask {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let country = Country::find(self.country.as_deref(), Some(&diary))?;
        let purpose = self.purpose(&mut diary, context.today()?)?;
        let mut given = self.answer.clone();
        given.extend(self.age.map(|age| format!("age={age}")));
        let answers = Answers::parse(&given).map_err(|refusal| of_question(&refusal))?;
        let person = io::stdin().is_terminal() && io::stderr().is_terminal();
        let answers = if self.all_no {
            rest_no(answers, purpose)
        } else if person && !context.out.is_json() {
            let lang = context.lang();
            let mut asker = Asker { lang, purpose, numbers: country.numbers(), said_emergency: false };
            let asked = asker.converse(&answers, &mut io::stdin().lock(), &mut anstream::stderr().lock());
            match asked.map_err(|error| Failure::output(&error))? {
                Asked::All(answers) => answers,
                Asked::Left(answers) => {
                    let left =
                        diary.record_screening_left(&answers, purpose, country.to_record(), Some(when::now()?))?;
                    let Some(screened) = left else {
                        return context.out.tell(if self.short { words::LEFT_SHORT } else { words::LEFT });
                    };
                    context.out.saved().tell(words::LEFT_WARNING)?;
                    return result::tell(context, &mut diary, &screened, purpose, &country);
                }
            }
        } else if given.is_empty() {
            return Err(Failure::usage(words::NO_TERMINAL));
        } else {
            answers
        };
        let at = when::now()?;
        answers.check(purpose).map_err(|refusal| of_question(&refusal))?;
        let screened = diary.record_screening(&answers, purpose, country.to_record(), Some(at))?;
        result::tell(context, &mut diary, &screened, purpose, &country)
    }

    /// What the flags ask for, or what is due.
    fn purpose(&self, diary: &mut Diary, today: Day) -> Result<Purpose, Failure> {
        if self.short {
            return Ok(Purpose::Today);
        }
        if self.changed {
            return Ok(Purpose::Changed);
        }
        let due = diary.safety(today)?.asks;
        let due = due.iter().filter_map(Due::purpose).find(|purpose| purpose.is_whole());
        Ok(due.unwrap_or(Purpose::Again))
    }
}

/// Every question that is due and not answered answered with no. An age cannot be guessed.
fn rest_no(mut answers: Answers, purpose: Purpose) -> Answers {
    while let Some(question) = next_question(&answers, purpose).filter(|question| question.kind == AnswerKind::YesNo) {
        if answers.set(question.id, "no").is_err() {
            break;
        }
    }
    answers
}

/// A refused answer, with its question and what to type.
fn of_question(refusal: &Refusal) -> Failure {
    let why = refusal.reason.sentence();
    if refusal.field == "answers" {
        return Failure::refused_field("answer", words::HINT_QUESTIONS.with("why", why));
    }
    Failure::refused_field(refusal.field, why)
}

/// Asks the person.
struct Asker {
    lang: Lang,
    purpose: Purpose,
    numbers: Numbers,
    said_emergency: bool,
}

/// How the questions ended.
#[derive(PartialEq, Eq)]
enum Asked {
    /// All are answered.
    All(Answers),
    /// The person left, with these answered.
    Left(Answers),
}

/// What a line from the person means.
enum Line {
    Answer(String),
    Back,
    Leave,
    Unclear,
}

impl Asker {
    /// Asks until all is answered or the person leaves.
    ///
    /// `given` are answers from flags, which are not asked for.
    fn converse(&mut self, given: &Answers, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Asked> {
        self.say(output, words::INTRO)?;
        let mut said: Vec<(&'static str, String)> = Vec::new();
        loop {
            // Answers are set and never taken back: with `back` they are gathered anew.
            let mut answers = given.clone();
            for (id, word) in &said {
                // Each was accepted once.
                drop(answers.set(id, word));
            }
            self.warn(&answers, output)?;
            let Some(question) = next_question(&answers, self.purpose) else { return Ok(Asked::All(answers)) };
            let all = said.len().saturating_add(left(&answers, self.purpose));
            let place = words::PLACE.with("place", said.len().saturating_add(1)).with("all", all).say(self.lang);
            writeln!(output, "\n{FAINT}{place}{FAINT:#}")?;
            self.say(output, question.text)?;
            loop {
                let prompt = match question.kind {
                    AnswerKind::YesNo => words::PROMPT_YES_NO,
                    AnswerKind::Age => words::PROMPT_AGE,
                };
                write!(output, "{} ", prompt.say(self.lang))?;
                output.flush()?;
                let mut line = String::new();
                if input.read_line(&mut line)? == 0 {
                    writeln!(output)?;
                    return Ok(Asked::Left(answers));
                }
                match read(&line, question.kind) {
                    Line::Leave => return Ok(Asked::Left(answers)),
                    Line::Back if said.pop().is_some() => break,
                    Line::Back => self.say(output, words::FIRST_ALREADY)?,
                    Line::Unclear => {
                        let help = match question.kind {
                            AnswerKind::YesNo => words::UNCLEAR,
                            AnswerKind::Age => words::UNCLEAR_AGE,
                        };
                        self.say(output, help)?;
                    }
                    Line::Answer(word) => match answers.set(question.id, &word) {
                        Ok(()) => {
                            said.push((question.id, word));
                            break;
                        }
                        Err(refusal) => self.say(output, refusal.reason.sentence())?,
                    },
                }
            }
        }
    }

    /// Says at once, and once, that an answer is an emergency: nobody should answer twenty questions before.
    fn warn(&mut self, answers: &Answers, output: &mut impl Write) -> io::Result<()> {
        let mut rest = rest_no(answers.clone(), self.purpose);
        if rest.get("age").is_none() {
            drop(rest.set("age", MIDDLE_AGE));
            rest = rest_no(rest, self.purpose);
        }
        let found = triage(&rest, self.purpose);
        if found.level == Level::A && !self.said_emergency {
            self.said_emergency = true;
            let cards = found.sentences(self.numbers);
            let Some(card) = cards.first() else { return Ok(()) };
            writeln!(output)?;
            for line in wrap(&card.say(self.lang), columns()) {
                writeln!(output, "{BOLD}{line}{BOLD:#}")?;
            }
            self.say(output, words::EMERGENCY_WHILE_ASKING)?;
        }
        Ok(())
    }

    fn say(&self, output: &mut impl Write, sentence: impl Into<Sentence>) -> io::Result<()> {
        let text = sentence.into().say(self.lang);
        text.lines().flat_map(|line| wrap(line, columns())).try_for_each(|line| writeln!(output, "{line}"))
    }
}

/// How many questions are left, if all are answered with no.
fn left(answers: &Answers, purpose: Purpose) -> usize {
    let mut rest = answers.clone();
    let mut count = 0_usize;
    while let Some(question) = next_question(&rest, purpose) {
        let word = if question.kind == AnswerKind::Age { MIDDLE_AGE } else { "no" };
        if rest.set(question.id, word).is_err() {
            break;
        }
        count = count.saturating_add(1);
    }
    count
}

fn read(line: &str, kind: AnswerKind) -> Line {
    let word = line.trim().to_lowercase();
    match (word.as_str(), kind) {
        ("q" | "quit" | "exit", _) => Line::Leave,
        ("b" | "back", _) => Line::Back,
        ("y" | "yes", AnswerKind::YesNo) => Line::Answer("yes".to_owned()),
        ("n" | "no", AnswerKind::YesNo) => Line::Answer("no".to_owned()),
        ("?" | "unsure" | "not sure", AnswerKind::YesNo) => Line::Answer("unsure".to_owned()),
        (number, AnswerKind::Age) if number.parse::<i64>().is_ok() => Line::Answer(word),
        _ => Line::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a person who types these lines is shown, and what is recorded.
    fn typed(purpose: Purpose, lines: &str) -> (String, Option<Answers>) {
        let numbers = Numbers::of(Some("DE"));
        let mut asker = Asker { lang: Lang::En, purpose, numbers, said_emergency: false };
        let mut output = Vec::new();
        let asked = match asker.converse(&Answers::new(), &mut lines.as_bytes(), &mut output).unwrap() {
            Asked::All(answers) => Some(answers),
            Asked::Left(_) => None,
        };
        (anstream::adapter::strip_str(&String::from_utf8(output).unwrap()).to_string(), asked)
    }

    #[test]
    fn questions_come_one_by_one_with_their_place() {
        let (shown, answers) = typed(Purpose::Today, "n\nN\nno\n No \nn\n");
        assert_eq!(answers.unwrap().check(Purpose::Today), Ok(()));
        for place in ["1 of about 5", "2 of about 5", "5 of about 5"] {
            assert!(shown.contains(place), "{shown}");
        }
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }

    #[test]
    fn a_yes_asks_more_and_not_sure_is_an_answer() {
        let (shown, answers) = typed(Purpose::Today, "n\ny\n?\nn\nn\nn\n");
        let answers = answers.unwrap();
        assert_eq!(
            answers.to_words(),
            ["a8=no", "b1=yes", "b1-severe=unsure", "today-injury=no", "today-nerve=no", "today-pregnancy=no"]
        );
        assert!(shown.contains("3 of about 6"), "{shown}");
    }

    #[test]
    fn back_corrects_the_last_answer_and_what_followed_from_it() {
        let (shown, answers) = typed(Purpose::Today, "back\nn\ny\nback\nn\nn\nn\nn\n");
        assert!(shown.contains("This is the first question"), "{shown}");
        let answers = answers.unwrap();
        assert!(answers.get("b1") == Some(lissom_diary::core::screening::Answer::No));
        assert!(answers.get("b1-severe").is_none());
    }

    #[test]
    fn leaving_and_an_end_of_input_give_nothing() {
        for lines in ["q\n", "n\nn\nq\n", "", "n\nn\n", "n\nquit\nn\nn\nn\n"] {
            assert!(typed(Purpose::Today, lines).1.is_none(), "{lines:?}");
        }
    }

    #[test]
    fn whoever_leaves_takes_the_answers_given_so_far_along() {
        let numbers = Numbers::of(None);
        let mut asker = Asker { lang: Lang::En, purpose: Purpose::Today, numbers, said_emergency: false };
        for lines in ["y\nn\nq\n", "y\nn\n"] {
            let asked = asker.converse(&Answers::new(), &mut lines.as_bytes(), &mut Vec::new()).unwrap();
            let Asked::Left(answers) = asked else { panic!("all was answered") };
            assert_eq!(answers.to_words(), ["a1=no", "today-nerve=yes"]);
        }
    }

    #[test]
    fn what_is_no_answer_is_asked_again() {
        let (shown, answers) = typed(Purpose::Today, "maybe\n\nn\nn\nn\nn\nn\n");
        assert_eq!(shown.matches("Please type").count(), 2, "{shown}");
        assert!(answers.is_some());
        let mut lines = "forty\n-1\n300\nback\n40\n".to_owned();
        lines.push_str(&"n\n".repeat(40));
        let (shown, answers) = typed(Purpose::First, &lines);
        assert!(shown.contains("300 is outside 0 to 120 years"), "{shown}");
        assert_eq!(answers.unwrap().check(Purpose::First), Ok(()));
        assert!(shown.contains("1 of about 2"), "{shown}");
    }

    #[test]
    fn an_emergency_is_said_at_once_and_once() {
        let (shown, answers) = typed(Purpose::Today, "n\nn\nn\ny\nn\n");
        assert_eq!(shown.matches("Call 112 now").count(), 1, "{shown}");
        let place = |what: &str| shown.find(what).unwrap();
        assert!(place("Call 112 now") < place("5 of about 5"), "{shown}");
        assert!(answers.is_some());
    }
}
