//! `screen stop`: something happens while exercising.

use clap::Args;
use lissom_diary::core::screening::{Level, StopReason, Then, stop};
use lissom_diary::core::vocabulary::nearest;
use serde::Serialize;

use super::country::{Country, JsonNumbers};
use super::{hanging, paragraph};
use crate::context::Context;
use crate::failure::{Failure, hinted};
use crate::output::{BOLD, FAINT, Said, columns, wrap};
use crate::texts::{failure, screen as words};

/// Columns of the ids.
const ID: usize = 31;

/// Say what to do when something happens while you exercise
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no diary and writes nothing down.

Examples:
  lissom screen stop  the reasons
  lissom screen stop dizzy
  lissom screen stop sharp-or-too-much --after spreading  the second stop")]
pub(super) struct Stop {
    /// What happens; without it the reasons are listed
    #[arg(value_name = "REASON")]
    reason: Option<String>,
    /// A reason of an earlier stop in this session; may be repeated
    #[arg(long, value_name = "REASON", requires = "reason")]
    after: Vec<String>,
    /// Country for the emergency number, two letters
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
}

#[derive(Serialize)]
struct JsonReason {
    id: &'static str,
    text: Said,
    red: bool,
    source: &'static str,
}

#[derive(Serialize)]
struct JsonAction<'a> {
    reason: &'a str,
    then: Then,
    card: Option<Level>,
    red: bool,
    ask_tomorrow: bool,
    sentences: Vec<Said>,
    #[serde(flatten)]
    numbers: JsonNumbers,
}

impl Stop {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        // Whoever needs a number gets one, with or without a diary that opens.
        let diary = context.open().ok();
        let country = Country::find(self.country.as_deref(), diary.as_ref())
            .or_else(|refused| if self.country.is_some() { Err(refused) } else { Country::find(None, None) })?;
        let lang = context.lang();
        let Some(reason) = &self.reason else { return list(context) };
        let known = find("reason", reason)?;
        let earlier = self.after.iter().map(|after| find("after", after).map(|found| found.id));
        let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
        let action = stop(known.id, &earlier, country.numbers());
        let json = JsonAction {
            reason: known.id,
            then: action.then,
            card: action.card,
            red: action.red,
            ask_tomorrow: action.ask_tomorrow,
            sentences: action.sentences.iter().cloned().map(Said::from).collect(),
            numbers: (&country).into(),
        };
        context.out.show(&json, || {
            let mut lines: Vec<String> = Vec::new();
            for (place, sentence) in action.sentences.iter().enumerate() {
                let said = wrap(&sentence.say(lang), columns());
                let bold = |line: String| if place == 0 { format!("{BOLD}{line}{BOLD:#}") } else { line };
                lines.extend(said.into_iter().map(bold));
            }
            let remark = country.remark().filter(|_| matches!(action.card, Some(Level::A | Level::B)));
            lines.extend(remark.map(|remark| format!("{FAINT}{}{FAINT:#}", paragraph(&remark.say(lang), 0))));
            if action.card.is_some() {
                lines.push(String::new());
                lines.push(paragraph(&words::NEXT_AFTER_STOP.say(lang), 0));
            }
            lines.join("\n")
        })
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let reasons = StopReason::all();
    let json = |reason: &StopReason| {
        let StopReason { id, text, red, source, .. } = *reason;
        JsonReason { id, text: text.into(), red, source }
    };
    context.out.show(&reasons.iter().map(json).collect::<Vec<_>>(), || {
        let lang = context.lang();
        let mut lines: Vec<String> =
            reasons.iter().map(|reason| hanging(reason.id, ID, &reason.text.say(lang))).collect();
        lines.push(String::new());
        lines.push(paragraph(&words::NEXT.with("command", "`lissom screen stop REASON`").say(lang), 0));
        lines.join("\n")
    })
}

fn find(field: &'static str, id: &str) -> Result<&'static StopReason, Failure> {
    StopReason::find(id).ok_or_else(|| {
        let said = match nearest(id, StopReason::all().iter().map(|reason| reason.id)) {
            Some(nearest) => words::UNKNOWN_NEAREST.with("id", nearest),
            None => words::UNKNOWN_ID.into(),
        };
        Failure::refused_field(field, hinted(said, Some(failure::HINT_STOP)))
    })
}
