//! `history`: look back.

use clap::Args;
use lissom_diary::{HistoryQuery, HistoryRow};

use crate::context::Context;
use crate::failure::Failure;
use crate::rows::{self, JsonRow, Names};
use crate::texts::{Lang, history as words};
use crate::when;

/// Look back at what was written down
#[derive(Debug, Args)]
#[command(after_help = "\
The last letters of an id are enough for `lissom edit`, `delete` and `restore`.

Examples:
  lissom history --last 10
  lissom history --from 2026-11-01 --to 2026-11-30
  lissom history --deleted --ids")]
pub(crate) struct History {
    /// First local day
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last local day, included
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Only the newest N records
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Deleted records too
    #[arg(long)]
    deleted: bool,
    /// Ids in full
    #[arg(long)]
    ids: bool,
}

impl History {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let query = HistoryQuery {
            from: self.from.as_deref().map(|day| when::day("from", day)).transpose()?,
            to: self.to.as_deref().map(|day| when::day("to", day)).transpose()?,
            deleted: self.deleted,
            newest: self.last,
            after_revision: None,
        };
        let diary = context.open()?;
        let found = diary.history(&query)?;
        let names = diary.own_names()?;
        let json: Vec<JsonRow<'_>> = found.iter().map(JsonRow::from).collect();
        context.out.show(&json, || self.table(context.lang(), &names, &found))
    }

    fn table(&self, lang: Lang, names: &Names, found: &[HistoryRow]) -> String {
        match found {
            [] if self.from.is_some() || self.to.is_some() => words::NOTHING_THEN.say(lang),
            [] => words::NOTHING.say(lang),
            rows => rows::table(lang, names, rows, self.ids).to_string(),
        }
    }
}
