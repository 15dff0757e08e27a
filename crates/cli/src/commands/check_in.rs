//! `check-in`: write down how one is.

use std::io::{self, BufRead, IsTerminal as _, stderr, stdin};

use clap::Args;
use lissom_diary::CheckInValues;
use lissom_diary::core::scale::PAIN_NRS;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::given::{Given, put, put_text};
use crate::texts::{Sentence, log};
use crate::when;

/// Write down how you are
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom check-in                                 asks on a terminal
  lissom check-in --pain 4
  lissom check-in --pain 3 --leg 1 --sleep 7 --stress 5 --mood 6 \\
    --note \"long day at the desk\"")]
pub(crate) struct CheckIn {
    /// Back pain, 0 (none) to 10 (worst imaginable); on a terminal it is asked for
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pain: Option<i64>,
    #[command(flatten)]
    more: CheckInFlags,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// When, in local time [default: now]
    #[arg(long, value_name = "LOCAL-DATETIME")]
    at: Option<String>,
    /// Take a time that lies in the future
    #[arg(long)]
    force: bool,
}

/// What a check-in may say beside back pain.
#[derive(Debug, Args)]
pub(crate) struct CheckInFlags {
    /// Leg pain, 0 to 10
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    leg: Option<Given<i64>>,
    /// Sleep of the last night, 0 (worst) to 10 (best)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    sleep: Option<Given<i64>>,
    /// Stress, 0 (none) to 10 (most)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    stress: Option<Given<i64>>,
    /// Mood, 0 (lowest) to 10 (best)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    mood: Option<Given<i64>>,
}

impl CheckInFlags {
    /// Puts what was given over the values.
    pub(crate) fn put_into(&self, values: &mut CheckInValues) {
        put(&mut values.leg, self.leg.as_ref());
        put(&mut values.sleep, self.sleep.as_ref());
        put(&mut values.stress, self.stress.as_ref());
        put(&mut values.mood, self.mood.as_ref());
    }

    /// The first flag that was given, if any.
    pub(crate) fn first_given(&self) -> Option<&'static str> {
        let flags = [("leg", &self.leg), ("sleep", &self.sleep), ("stress", &self.stress), ("mood", &self.mood)];
        flags.into_iter().find(|(_, given)| given.is_some()).map(|(name, _)| name)
    }
}

/// The record that a command wrote.
#[derive(Debug, Serialize)]
pub(crate) struct Written<'a> {
    pub(crate) id: &'a str,
}

/// Asks how much it hurts. `None`: the person left.
fn asked(context: &Context) -> Result<Option<i64>, Failure> {
    if context.out.is_json() || !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(Failure::usage(log::ASK_PAIN_NOT));
    }
    ask_pain(&mut stdin().lock(), |question| context.out.ask(question)).map_err(|error| Failure::output(&error))
}

fn ask_pain(input: &mut impl BufRead, mut say: impl FnMut(Sentence)) -> io::Result<Option<i64>> {
    loop {
        say(log::ASK_PAIN.into());
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 || line.trim().eq_ignore_ascii_case("q") {
            return Ok(None);
        }
        if let Ok(pain) = line.trim().parse::<i64>()
            && PAIN_NRS.check("pain", pain).is_ok()
        {
            return Ok(Some(pain));
        }
    }
}

impl CheckIn {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let Some(pain) = self.pain.map_or_else(|| asked(context), |pain| Ok(Some(pain)))? else {
            context.out.ask(log::LEFT_CHECK_IN);
            return Ok(());
        };
        let mut values = CheckInValues { pain: Some(pain), ..CheckInValues::default() };
        self.more.put_into(&mut values);
        put_text(&mut values.note, self.note.as_deref());
        let at = when::given_or_now(self.at.as_deref())?;
        if !self.force {
            diary.check_not_in_the_future(at)?;
        }
        let id = diary.record_check_in(&values, Some(at))?;
        let said = log::SAVED_CHECK_IN.with("pain", pain);
        context.out.saved().show(&Written { id: &id }, || format!("{}\n{id}", said.say(context.lang())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pain_is_asked_until_it_is_a_number_of_the_scale() {
        let asked = |typed: &str| {
            let mut times = 0;
            (ask_pain(&mut typed.as_bytes(), |_| times += 1).unwrap(), times)
        };
        assert_eq!(asked("4\n"), (Some(4), 1));
        assert_eq!(asked("much\n11\n-1\n 0 \n"), (Some(0), 4));
        assert_eq!((asked("q\n").0, asked("").0), (None, None));
    }
}
