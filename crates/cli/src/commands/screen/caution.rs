//! `screen caution` and `screen cautions`: what keeps some exercises away.

use clap::Args;
use clap::ValueEnum;
use lissom_diary::core::condition::Condition;
use serde::Serialize;

use super::{hanging, paragraph};
use crate::context::Context;
use crate::failure::{Failure, hinted};
use crate::output::{BOLD, Said};
use crate::texts::{Arg, failure, screen as words};
use crate::when;

/// Columns of the ids.
const ID: usize = 24;

/// Say whether something keeps some exercises away from you
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom screen caution pregnancy yes --until 2027-04-01
  lissom screen caution wrist-pain no
  lissom screen cautions  all of them, with what follows")]
pub(super) struct Caution {
    /// Id of the condition; `lissom screen cautions` lists them
    #[arg(value_name = "CONDITION")]
    condition: String,
    /// Whether you have it: yes or no
    #[arg(value_name = "yes|no", hide_possible_values = true)]
    answer: Answer,
    /// Last day, after which you are asked again; it stands until you answer
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    Yes,
    No,
}

#[derive(Serialize)]
struct Answered<'a> {
    id: &'a str,
    condition: &'a str,
    answer: bool,
    active: bool,
}

impl Caution {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let known = Condition::find(&self.condition).ok_or_else(|| unknown(&self.condition))?;
        let mut diary = context.open()?;
        let today = context.today()?;
        let until = self.until.as_deref().map(|until| when::local_day("until", until)).transpose()?;
        if until.is_some_and(|until| until < today) {
            return Err(Failure::refused_field("until", words::CAUTION_UNTIL_OVER));
        }
        let has = self.answer == Answer::Yes;
        let id = diary.record_caution(known.id, has, until, Some(when::now()?))?;
        let safety = diary.safety(today)?;
        let active = safety.conditions.contains(&known);
        let json = Answered { id: &id, condition: known.id, answer: has, active };
        let lang = context.lang();
        context.out.saved().show(&json, || {
            let name = known.text();
            let said = match (has, active) {
                (true, _) => words::CAUTION_YES.with("name", name).with("about", known.about()),
                (false, false) => words::CAUTION_NO.with("name", name),
                // The safety questions said so: one answer here does not take theirs back.
                (false, true) => words::CAUTION_STAYS.with("name", name),
            };
            let mut lines = vec![paragraph(&said.say(lang), 0)];
            if let Some(until) = until.filter(|_| has) {
                lines.push(paragraph(&words::CAUTION_UNTIL.with("day", until.to_string()).say(lang), 0));
            }
            lines.push(format!("\n{}", paragraph(&words::NEXT.with("command", "`lissom screen show`").say(lang), 0)));
            lines.join("\n")
        })
    }
}

fn unknown(id: &str) -> Failure {
    let said = match Condition::nearest(id) {
        Some(nearest) => words::UNKNOWN_NEAREST.with("id", nearest),
        None => words::UNKNOWN_ID.into(),
    };
    Failure::refused_field("condition", hinted(said, Some(failure::HINT_CAUTIONS)))
}

/// List everything that can keep exercises away, and what is active
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom screen cautions
  lissom screen cautions --json")]
pub(super) struct Cautions {}

#[derive(Serialize)]
struct JsonCondition {
    id: &'static str,
    name: Said,
    about: Said,
    active: bool,
}

impl Cautions {
    pub(super) fn run(context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let active = diary.safety(context.today()?)?.conditions;
        let lang = context.lang();
        let all = Condition::all().iter().map(|condition| JsonCondition {
            id: condition.id,
            name: condition.text().into(),
            about: condition.about().into(),
            active: active.contains(&condition),
        });
        context.out.show(&all.collect::<Vec<_>>(), || {
            let mut lines = Vec::new();
            for condition in Condition::all() {
                let (mark, name) = if active.contains(&condition) {
                    ("* ", words::CAUTION_ACTIVE.with("name", condition.text()).say(lang))
                } else {
                    ("  ", condition.text().say(lang))
                };
                let row = hanging(&format!("{mark}{}", condition.id), ID, &name);
                lines.push(if mark == "* " { format!("{BOLD}{row}{BOLD:#}") } else { row });
                lines.push(paragraph(&condition.about().say(lang), ID));
            }
            lines.push(String::new());
            let typed = "`lissom screen caution CONDITION ANSWER`";
            lines.push(paragraph(&words::NEXT.with("command", Arg::from(typed)).say(lang), 0));
            lines.join("\n")
        })
    }
}
