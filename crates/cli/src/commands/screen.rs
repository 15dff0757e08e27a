//! `screen`: the safety questions, what they came to, and what settles it.

mod ask;
mod caution;
mod clear;
mod country;
mod questions;
mod result;
mod show;
mod stop;

use clap::{Args, Subcommand};
use lissom_diary::Diary;
use lissom_diary::core::day::Day;
use lissom_diary::core::screening::{Ask, Level, Locked, Purpose, Standing};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{columns, wrap};
use crate::texts::{Lang, Sentence, Text, screen as words};

/// What there is to type on the day after a stop that wants help; nothing unlocks before.
const TOMORROW: &str = "lissom screen --changed";

/// Answer the safety questions that come before any exercise is put together
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
On a terminal the questions come one by one: y, n, or ? for not sure. `back`
corrects the last answer; `q` leaves, and only a warning sign is written down
then. Nothing here is a diagnosis.

Examples:
  lissom screen                    the questions, one by one
  lissom screen --short            the short check before a session
  lissom screen --age 47 --all-no  no warning signs at all
  lissom screen --age 47 --all-no --answer b4=yes --answer b4-pain=unsure
  lissom screen show               what holds now, and what to do
  lissom screen stop               something happens while you exercise"
)]
pub(crate) struct Screen {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    ask: ask::Ask,
}

#[derive(Debug, Subcommand)]
enum Part {
    Show(show::Show),
    Questions(questions::Questions),
    Rules(questions::Rules),
    Clear(clear::Clear),
    Caution(caution::Caution),
    Cautions(caution::Cautions),
    Stop(stop::Stop),
}

impl Screen {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self.part {
            None => self.ask.run(context),
            Some(Part::Show(show)) => show.run(context),
            Some(Part::Questions(questions)) => questions.run(context),
            Some(Part::Rules(_)) => questions::Rules::run(context),
            Some(Part::Clear(clear)) => clear.run(context),
            Some(Part::Caution(caution)) => caution.run(context),
            Some(Part::Cautions(_)) => caution::Cautions::run(context),
            Some(Part::Stop(stop)) => stop.run(context),
        }
    }
}

/// The command that asks what has to be answered: the short check, if that is all.
fn asks_with(asks: &[Ask]) -> &'static str {
    let short = asks.iter().all(|ask| ask.purpose() == Some(Purpose::Today));
    if short { "lissom screen --short" } else { "lissom screen" }
}

/// Where what locks is settled, or told of in full.
pub(crate) fn settles(why: &Locked) -> &'static str {
    match why {
        why if why.waits_for_tomorrow() => TOMORROW,
        Locked::Standing(_) | Locked::UnderAge => "lissom screen show",
        Locked::NotScreened => "lissom screen",
        Locked::AskAgain(asks) => asks_with(asks),
    }
}

/// [`settles`] as what to type next, and when.
pub(crate) fn next_of(why: &Locked) -> Sentence {
    let said = if why.waits_for_tomorrow() { words::NEXT_TOMORROW } else { words::NEXT };
    said.with("command", format!("`{}`", settles(why)))
}

/// What there is to do next: commands to type.
fn next_steps(diary: &mut Diary, today: Day) -> Result<Vec<String>, Failure> {
    let step = match diary.safety(today)?.clearance() {
        Ok(_) if diary.plan()?.plan.is_some() => "lissom today".to_owned(),
        Ok(_) => "lissom plan new".to_owned(),
        Err(Locked::Standing(results)) => {
            let ids: Vec<&str> = results.iter().map(|result| crate::rows::short_id(&result.id)).collect();
            let signs = if results.iter().any(Standing::wants_signs) { " --signs assessed" } else { "" };
            format!("lissom screen clear --who NAME --day DATE{signs} --covers {}", ids.join(" "))
        }
        Err(Locked::UnderAge) => "lissom exercises".to_owned(),
        Err(why) => settles(&why).to_owned(),
    };
    Ok(vec![step])
}

/// The last line: what to type next.
fn next_line(lang: Lang, steps: &[String]) -> String {
    let [step] = steps else { return String::new() };
    let said = match step.as_str() {
        TOMORROW => words::NEXT_TOMORROW,
        step if step.starts_with("lissom screen clear") => words::NEXT_ONCE_CLEARED,
        _ => words::NEXT,
    };
    paragraph(&said.with("command", format!("`{step}`")).say(lang), 0)
}

/// What a level is called.
const fn level_name(level: Level) -> Text {
    match level {
        Level::A => words::LEVEL_A,
        Level::B => words::LEVEL_B,
        Level::C => words::LEVEL_C,
        Level::D => words::LEVEL_D,
        Level::E => words::LEVEL_E,
    }
}

/// Which exercises a limit leaves.
fn limit(level_max: Option<u8>) -> Sentence {
    match level_max {
        None => words::LIMIT_NONE.into(),
        Some(3..) => words::LIMIT_ALL.into(),
        Some(0) => words::LIMIT_GENTLEST.into(),
        Some(most) => words::LIMIT_UP_TO.with("level", u32::from(most)),
    }
}

/// A text within the columns, indented.
fn paragraph(text: &str, indent: usize) -> String {
    let lines = wrap(text, columns().saturating_sub(indent));
    lines.iter().map(|line| format!("{:indent$}{line}", "")).collect::<Vec<_>>().join("\n")
}

/// A text within the columns that hangs behind what stands before its first line.
fn hanging(before: &str, width: usize, text: &str) -> String {
    let text = paragraph(text, width);
    format!("{before:<width$}{}", text.trim_start())
}
