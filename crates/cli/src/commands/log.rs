//! `log`: write down what was done.

use clap::Args;
use lissom_diary::core::catalogue;
use lissom_diary::{Moment, ResultValues};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::given::{ResultFlags, put_text};
use crate::rows::{dose, exercise_name, starting_dose};
use crate::texts::log as words;
use crate::when;

/// Write down an exercise that you did
#[derive(Debug, Args)]
#[command(after_help = "\
Say as much as you like. With no numbers and no words at all, the exercise's starting dose is
written down.

Examples:
  lissom log pelvic-tilt --sets 2 --reps 8 --hold 5 --pain-before 4 --pain-after 2
  lissom log walking --minutes 20 --at 2026-11-22T18:30
  lissom log knee-to-chest --side left --note \"easier than on Monday\"
  lissom log pelvic-tilt                                  the starting dose, now")]
pub(crate) struct Log {
    /// Id of the exercise; `lissom exercises` lists them
    #[arg(value_name = "EXERCISE")]
    exercise: String,
    #[command(flatten)]
    values: ResultFlags,
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

#[derive(Serialize)]
struct Logged<'a> {
    id: &'a str,
    session: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    starting_dose: bool,
}

impl Log {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let mut values = ResultValues::default();
        self.values.put_into(&mut values);
        put_text(&mut values.note, self.note.as_deref());
        let starting_dose = values == ResultValues::default();
        if let Some(exercise) = catalogue::find(&self.exercise).filter(|_| starting_dose) {
            values = self::starting_dose(&exercise.dose);
        }
        values.exercise = Some(self.exercise);
        let at: Moment = when::given_or_now(self.at.as_deref())?;
        if !self.force {
            diary.check_not_in_the_future(at)?;
        }
        let saved = diary.record_result(&values, Some(at))?;
        let lang = context.lang();
        context.out.show(&Logged { id: &saved.id, session: &saved.session, starting_dose }, || {
            let what = [exercise_name(lang, &values), dose(lang, &values)];
            let what = what.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ");
            let said = if starting_dose { words::SAVED_STARTING_DOSE } else { words::SAVED };
            format!("{}\n{}", said.with("what", what).say(lang), saved.id)
        })
    }
}
