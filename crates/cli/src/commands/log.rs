//! `log`: write down what was done.

use clap::Args;
use lissom_diary::core::catalogue;
use lissom_diary::core::day::Day;
use lissom_diary::core::exercise::Dose;
use lissom_diary::core::screening::{Level, Numbers, StopAction, Then, stop};
use lissom_diary::{Diary, Moment, ResultValues};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::given::{ResultFlags, put_text};
use crate::output::{BOLD, Said, columns, printable, wrap};
use crate::rows::{dose, exercise_name, starting_dose};
use crate::texts::{Lang, log as words};
use crate::when;

/// Write down an exercise that you did
#[derive(Debug, Args)]
#[command(after_help = "\
Say as much as you like. With no numbers and no words at all, the exercise's
starting dose is written down.

Examples:
  lissom log pelvic-tilt --sets 2 --reps 8 --hold 5 --pain-before 4
  lissom log walking --minutes 20 --at 2026-11-22T18:30
  lissom log knee-to-chest --side left --note \"easier than on Monday\"
  lissom log bird-dog --reps 4 --spread yes --stopped spreading
  lissom log pelvic-tilt  the starting dose, now")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<JsonStop>,
}

impl Log {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        self.values.check_reason()?;
        let mut diary = context.open()?;
        let mut values = ResultValues::default();
        self.values.put_into(&mut values);
        put_text(&mut values.note, self.note.as_deref());
        let starting_dose = values == ResultValues::default();
        if starting_dose && let Some(dose) = begin_with(&diary, &self.exercise)? {
            values = self::starting_dose(&dose);
        }
        values.exercise = Some(self.exercise);
        let at: Moment = when::given_or_now(self.at.as_deref())?;
        if !self.force {
            diary.check_not_in_the_future(at)?;
        }
        complete(&diary, &mut values, at);
        let stop = values.stopped.as_deref().map(|reason| {
            // What to do is said whatever the database says.
            diary.after_stop(reason, at).unwrap_or_else(|_| stop(reason, &[], Numbers::default()))
        });
        // It may be urgent: it is said first, also when there is no room left to write anything down.
        let out = context.out.saved();
        let told = stop.iter().flat_map(|stop| to_do(context.lang(), stop)).try_for_each(|line| out.tell_line(&line));
        if told.is_err() {
            // Perhaps somebody reads there. Whether or not: what happened is written down.
            stop.iter().flat_map(|stop| &stop.sentences).for_each(|sentence| out.warn(sentence.clone()));
        }
        let saved = diary.record_result(&values, Some(at))?;
        let names = diary.own_names().unwrap_or_default();
        let lang = context.lang();
        let logged =
            Logged { id: &saved.id, session: &saved.session, starting_dose, stop: stop.as_ref().map(JsonStop::from) };
        told?;
        out.show(&logged, || {
            let what = [exercise_name(lang, &names, &values), dose(lang, &values)];
            let what = what.iter().filter(|part| !part.is_empty()).map(|part| printable(part));
            let what = what.collect::<Vec<_>>().join(", ");
            let said = if starting_dose { words::SAVED_STARTING_DOSE } else { words::SAVED };
            format!("{}\n{}", said.with("what", what).say(lang), saved.id)
        })
    }
}

/// The dose to begin with, of an exercise that is known.
fn begin_with(diary: &Diary, id: &str) -> Result<Option<Dose>, Failure> {
    let own = diary.own_exercises()?;
    let own = own.iter().find(|own| own.id == id).map(|own| own.dose);
    Ok(catalogue::find(id).map(|exercise| exercise.dose).or(own))
}

/// Says whether the dose of the day was reached, where the person did not.
fn complete(diary: &Diary, values: &mut ResultValues, at: Moment) {
    if values.completed.is_some() {
        return;
    }
    // Recording never waits for the rules: if they cannot be asked, it stays open.
    if let Ok(Some(reached)) = diary.reached(values, Day::of(at)) {
        values.completed = Some(if reached { "yes" } else { "no" }.to_owned());
    }
}

/// What to do after a stop, for people.
fn to_do(lang: Lang, stop: &StopAction) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for sentence in &stop.sentences {
        lines.extend(wrap(&sentence.say(lang), columns()).iter().map(|line| format!("{BOLD}{line}{BOLD:#}")));
    }
    lines.push(String::new());
    lines
}

/// What to do after a stop, for programs.
#[derive(Serialize)]
struct JsonStop {
    then: Then,
    card: Option<Level>,
    red: bool,
    ask_tomorrow: bool,
    sentences: Vec<Said>,
}

impl From<&StopAction> for JsonStop {
    fn from(stop: &StopAction) -> Self {
        let StopAction { then, card, red, ask_tomorrow, .. } = *stop;
        Self { then, card, red, ask_tomorrow, sentences: stop.sentences.iter().cloned().map(Said::from).collect() }
    }
}
