//! `screen clear`: a professional has looked at it.

use clap::Args;
use lissom_diary::core::screening::ClearanceValues;
use serde::Serialize;

use super::{limit, next_line, next_steps, paragraph};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::printable;
use crate::rows::short_id;
use crate::texts::{Sentence, screen as words};
use crate::when;

/// Fewest letters of an id that are taken for it.
const ID_CHARS_MIN: usize = 4;

/// Write down that a professional has looked at it and cleared you
#[derive(Debug, Args)]
#[command(after_help = "\
It covers the results that it names, and no others. For an emergency it takes a
day, and --signs. A limit that was set earlier holds until --new-limit says that
this one counts in its place.

Examples:
  lissom screen clear --who \"Dr. Rao\" --day 2026-11-20 --covers 5f0c9a1b
  lissom screen clear --who \"Dr. Rao\" --day 2026-11-20 --signs gone \\
    --level-max 1 --covers 5f0c9a1b 77aa01c2
  lissom screen clear --who \"Dr. Rao\" --day 2026-12-11 --new-limit")]
pub(super) struct Clear {
    /// Who cleared you: a name, or a profession
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Day of the visit
    #[arg(long, value_name = "DATE")]
    day: Option<String>,
    /// Ids of the results it covers, or their ends; `lissom screen show` lists them
    #[arg(long, value_name = "ID", num_args = 1..)]
    covers: Vec<String>,
    /// What became of the signs: gone, or assessed
    #[arg(long, value_name = "gone|assessed")]
    signs: Option<String>,
    /// Highest level of exercise that is allowed, 0 to 3 [default: all]
    #[arg(long, value_name = "0-3", allow_negative_numbers = true)]
    level_max: Option<i64>,
    /// In place of every limit that was set before: --level-max counts from now on, or none without it
    #[arg(long)]
    new_limit: bool,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Serialize)]
struct WrittenDown<'a> {
    id: &'a str,
    covers: &'a [String],
    replaces: &'a [String],
    cleared: bool,
    still_stand: Vec<String>,
    next: Vec<String>,
}

impl Clear {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let today = context.today()?;
        let before = diary.safety(today)?;
        let standing: Vec<String> = before.standing.into_iter().map(|standing| standing.id).collect();
        let replaces = if self.new_limit { before.limited_by } else { Vec::new() };
        if self.new_limit && replaces.is_empty() {
            return Err(Failure::refused("no-limit", words::CLEAR_NO_LIMIT));
        }
        let covers = self.covers.iter().map(|given| resolve(&standing, given)).collect::<Result<Vec<_>, _>>()?;
        let day = self.day.as_deref().map(|day| when::local_day("day", day)).transpose()?;
        if day.is_some_and(|day| day > today) {
            return Err(Failure::refused_field("day", words::CLEAR_DAY_AHEAD));
        }
        let values = ClearanceValues {
            who: self.who.filter(|who| !who.trim().is_empty()),
            day: day.map(|day| day.to_string()),
            covers: Some(covers.clone()),
            signs: self.signs,
            level_max: self.level_max,
            replaces: (!replaces.is_empty()).then(|| replaces.clone()),
            note: self.note.filter(|note| !note.is_empty()),
            ..ClearanceValues::default()
        };
        let id = diary.record_clearance(&values, Some(when::now()?))?;
        let safety = diary.safety(today)?;
        let still_stand: Vec<String> = safety.standing.iter().map(|standing| standing.id.clone()).collect();
        let next = next_steps(&mut diary, today)?;
        let cleared = WrittenDown {
            id: &id,
            covers: &covers,
            replaces: &replaces,
            cleared: safety.clearance().is_ok(),
            still_stand,
            next,
        };
        let lang = context.lang();
        context.out.saved().show(&cleared, || {
            let who = printable(values.who.as_deref().unwrap_or_default());
            let done = words::CLEAR_DONE.with("n", covers.len());
            let said = if covers.is_empty() { Sentence::from(words::CLEAR_DONE_LIMIT) } else { done }.with("who", who);
            let said = said.with("day", values.day.clone().unwrap_or_default()).with("id", short_id(&id));
            let mut lines = vec![paragraph(&said.say(lang), 0)];
            if !replaces.is_empty() {
                lines.push(paragraph(&words::CLEAR_NEW_LIMIT.with("limit", limit(safety.level_max)).say(lang), 0));
            }
            if !cleared.still_stand.is_empty() {
                lines.push(paragraph(&words::CLEAR_STILL_STAND.with("n", cleared.still_stand.len()).say(lang), 0));
            }
            lines.push(format!("\n{}", next_line(lang, &cleared.next)));
            lines.join("\n")
        })
    }
}

/// The standing result that is meant by an id, or by its beginning or end.
fn resolve(standing: &[String], given: &str) -> Result<String, Failure> {
    let given = given.trim().to_ascii_lowercase();
    if given.chars().count() < ID_CHARS_MIN {
        return Err(Failure::refused_field("covers", words::CLEAR_ID_TOO_SHORT.with("letters", ID_CHARS_MIN)));
    }
    let bare = |id: &str| id.split_once(':').is_some_and(|(_, bare)| bare.starts_with(&given));
    let fits = |id: &&String| **id == given || id.ends_with(&given) || bare(id);
    match standing.iter().filter(fits).collect::<Vec<_>>().as_slice() {
        [] => Err(Failure::refused_field("covers", words::CLEAR_NOT_STANDING)),
        [one] => Ok((*one).clone()),
        _ => Err(Failure::refused_field("covers", words::CLEAR_ID_OF_SEVERAL)),
    }
}
