//! `replay`: how today's doses follow from the records, one after the other.

use clap::Args;
use lissom_diary::core::catalogue;
use lissom_diary::core::dose::zone::Zone;
use lissom_diary::core::dose::{ExerciseDose, Key, TraceLine};
use lissom_diary::core::own_exercise::OwnExercise;
use serde_json::{Value, json};

use crate::commands::advice::dose_json;
use crate::context::Context;
use crate::doses;
use crate::failure::Failure;
use crate::output::{BOLD, FAINT};
use crate::page::Page;
use crate::texts::{Lang, Text, replay as words};

/// Show how today's doses follow from what you wrote down
#[derive(Debug, Args)]
#[command(after_help = "\
Every device with the same records gives the same answer.

Examples:
  lissom replay
  lissom replay pelvic-tilt
  lissom replay pelvic-tilt --json")]
pub(crate) struct Replay {
    /// Only this exercise
    #[arg(value_name = "EXERCISE")]
    exercise: Option<String>,
}

impl Replay {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let own = diary.own_exercises()?;
        let only = self.exercise.as_deref().map(str::trim);
        if let Some(id) = only {
            known(&own, id)?;
        }
        let today = context.today()?;
        let mut lines = diary.replay(only)?;
        lines.retain(|line| line.day <= today);
        let advice = diary.advice(today)?;
        let fits = |(key, _): &(&Key, &ExerciseDose)| only.is_none_or(|id| id == key.exercise);
        let now: Vec<_> = advice.doses.exercises.iter().filter(fits).collect();
        let lang = context.lang();
        let answer = json!({
            "day": today.to_string(),
            "lines": lines.iter().map(line_json).collect::<Vec<_>>(),
            "today": now.iter().copied().map(dose_json).collect::<Vec<_>>(),
        });
        context.out.show(&answer, || {
            let mut page = Page::new(lang);
            if lines.is_empty() {
                page.say(words::NONE);
            }
            lines.iter().for_each(|line| say(&mut page, lang, &own, line));
            if !now.is_empty() {
                page.heading(words::TODAY.with("day", today.to_string()));
            }
            for (key, one) in &now {
                let name = doses::key_name(lang, &own, key);
                let dose = doses::amount(lang, &one.dose);
                page.hang("  ", &words::STATE.with("name", name).with("step", one.step).with("dose", dose).say(lang));
            }
            page.say(words::NEXT);
            page.text()
        })
    }
}

/// Refused unless there is such an exercise.
fn known(own: &[OwnExercise], id: &str) -> Result<(), Failure> {
    if catalogue::find(id).is_some() || own.iter().any(|own| own.id == id) {
        return Ok(());
    }
    let said = match catalogue::nearest(id) {
        Some(near) => words::UNKNOWN_NEAREST.with("id", near),
        None => words::UNKNOWN.into(),
    };
    Err(Failure::not_found("unknown-exercise", said))
}

/// One record, or a day's records of one exercise: the facts on a line, and the decisive rule in words.
fn say(page: &mut Page, lang: Lang, own: &[OwnExercise], line: &TraceLine) {
    let key = Key { exercise: line.exercise.clone(), side: line.side };
    let zone = line.zone.map_or(words::ZONE_NONE, zone).say(lang);
    let step = words::STEP.with("before", line.step_before).with("after", line.step_after).say(lang);
    let name = doses::key_name(lang, own, &key);
    let rule = line.because.last().map_or("", |reason| reason.rule);
    page.line(format!("{}  {BOLD}{name}{BOLD:#}  {zone}  {step}  {FAINT}`{rule}`{FAINT:#}", line.day));
    if let Some(reason) = line.because.last() {
        page.hang("            ", &reason.sentence.say(lang));
    }
}

fn zone(zone: Zone) -> Text {
    match zone {
        Zone::Red => words::ZONE_RED,
        Zone::Amber => words::ZONE_AMBER,
        Zone::Unknown => words::ZONE_UNKNOWN,
        Zone::Green => words::ZONE_GREEN,
    }
}

fn line_json(line: &TraceLine) -> Value {
    json!({
        "day": line.day.to_string(),
        "exercise": line.exercise,
        "side": line.side.as_str(),
        "zone": line.zone.map(Zone::as_str),
        "step_before": line.step_before,
        "step_after": line.step_after,
        "records": line.records,
        "because": line.because.iter().map(doses::reason_json).collect::<Vec<Value>>(),
    })
}
