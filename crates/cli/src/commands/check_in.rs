//! `check-in`: write down how one is.

use clap::Args;
use lissom_diary::CheckInValues;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::given::{Given, put, put_text};
use crate::texts::log;
use crate::when;

/// Write down how you are
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom check-in --pain 4
  lissom check-in --pain 3 --leg 1 --sleep 7 --stress 5 --mood 6 --note \"long day at the desk\"")]
pub(crate) struct CheckIn {
    /// Back pain, 0 (none) to 10 (worst imaginable)
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pain: i64,
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

impl CheckIn {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let mut values = CheckInValues { pain: Some(self.pain), ..CheckInValues::default() };
        self.more.put_into(&mut values);
        put_text(&mut values.note, self.note.as_deref());
        let at = when::given_or_now(self.at.as_deref())?;
        if !self.force {
            diary.check_not_in_the_future(at)?;
        }
        let id = diary.record_check_in(&values, Some(at))?;
        let said = log::SAVED_CHECK_IN.with("pain", self.pain);
        context.out.saved().show(&Written { id: &id }, || format!("{}\n{id}", said.say(context.lang())))
    }
}
