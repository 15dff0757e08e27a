//! `plan off` and `plan well`: days on which nothing is planned, flares, and going over to keeping well.

use clap::Args;
use clap::builder::PossibleValuesParser;
use lissom_diary::Diary;
use lissom_diary::core::dose::DayOffValues;
use lissom_diary::core::record::Dated;
use serde_json::{Value, json};

use super::{moment, refused};
use crate::context::Context;
use crate::failure::Failure;
use crate::rows::short_id;
use crate::table::Table;
use crate::texts::{Lang, Text, plan as words};
use crate::when;

const FLARES: [&str; 2] = ["flare", "flare-over"];
/// Fewest letters of an id that are taken for it.
const ID_CHARS_MIN: usize = 4;

/// Say that you are away, ill or resting, or that your back is flaring up; list what was said
#[derive(Debug, Args)]
#[command(after_help = "\
On days off nothing is planned and nothing is owed. In a flare everything is
halved, until you say that it is over or two mornings were close to what is
usual for you.

Examples:
  lissom plan off                               lists them
  lissom plan off travel --from 2026-12-20 --to 2027-01-03
  lissom plan off flare
  lissom plan off flare-over
  lissom plan off --delete 5f0c9a1b")]
pub(super) struct Off {
    /// What it is
    #[arg(value_name = "WHAT", value_parser = PossibleValuesParser::new(["travel", "illness", "rest", "flare", "flare-over"]))]
    what: Option<String>,
    /// First day [default: today]
    #[arg(long, value_name = "DAY", requires = "what")]
    from: Option<String>,
    /// Last day, included [default: the first]
    #[arg(long, value_name = "DAY", requires = "what")]
    to: Option<String>,
    /// Take back what was said, by its id or the end of it
    #[arg(long, value_name = "ID", conflicts_with_all = ["what", "from", "to"])]
    delete: Option<String>,
}

impl Off {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        if let Some(id) = &self.delete {
            return delete(context, &mut diary, id);
        }
        match &self.what {
            Some(what) => self.record(context, &mut diary, what),
            None => list(context, &diary),
        }
    }

    fn record(&self, context: &Context, diary: &mut Diary, what: &str) -> Result<(), Failure> {
        let day = |field, given: &Option<String>| given.as_deref().map(|day| when::local_day(field, day)).transpose();
        let from = day("from", &self.from)?.map_or_else(|| context.today(), Ok)?;
        let to = day("to", &self.to)?;
        if to.is_some() && FLARES.contains(&what) {
            return Err(Failure::refused_field("to", words::OFF_FLARE_OPEN));
        }
        if to.is_some_and(|to| to < from) {
            return Err(Failure::refused_field("to", words::OFF_BACKWARDS));
        }
        let at = moment(context, diary)?;
        let id = diary.record_day_off(what, from, to, Some(at))?;
        let last = to.unwrap_or(from).to_string();
        let lang = context.lang();
        let answer = json!({"id": id, "reason": what, "from": from.to_string(), "to": to.map(|to| to.to_string())});
        context.out.saved().show(&answer, || {
            let said = match what {
                "flare" => words::OFF_FLARE.with("day", from.to_string()),
                "flare-over" => words::OFF_FLARE_OVER.into(),
                _ if to.is_none_or(|to| to == from) => words::OFF_DAY.with("day", from.to_string()),
                _ => words::OFF_DAYS.with("from", from.to_string()).with("to", last.as_str()),
            };
            format!("{}\n{}", said.say(lang), words::NEXT_TODAY.say(lang))
        })
    }
}

fn delete(context: &Context, diary: &mut Diary, given: &str) -> Result<(), Failure> {
    let given = given.trim().to_ascii_lowercase();
    let all = diary.days_off()?;
    let fits = |id: &str| id == given || (given.len() >= ID_CHARS_MIN && id.ends_with(&given));
    let found: Vec<&str> = all.iter().map(|record| record.id.as_str()).filter(|id| fits(id)).collect();
    let [id] = found.as_slice() else { return Err(Failure::not_found("not-found", words::OFF_UNKNOWN)) };
    diary.delete(id)?;
    context.out.saved().answer(&json!({"id": id}), || words::OFF_DELETED)
}

fn list(context: &Context, diary: &Diary) -> Result<(), Failure> {
    let lang = context.lang();
    let mut all = diary.days_off()?;
    all.sort_by(|a, b| (&a.values.from, &a.id).cmp(&(&b.values.from, &b.id)));
    let answer: Vec<Value> = all.iter().map(json).collect();
    context.out.show(&answer, || {
        if all.is_empty() {
            return words::OFF_NONE.say(lang);
        }
        let head = [words::HEADING_WHAT, words::HEADING_FROM, words::HEADING_TO, words::HEADING_ID];
        let mut table = Table::new(lang, &head);
        for record in &all {
            let day = |day: &Option<String>| day.clone().unwrap_or_default();
            let what = reason(lang, record.values.reason.as_deref());
            table.row(&[what, day(&record.values.from), day(&record.values.to), short_id(&record.id).to_owned()]);
        }
        table.to_string()
    })
}

fn json(record: &Dated<DayOffValues>) -> Value {
    let DayOffValues { reason, from, to, .. } = &record.values;
    json!({"id": record.id, "reason": reason, "from": from, "to": to})
}

fn reason(lang: Lang, word: Option<&str>) -> String {
    let text: Text = match word {
        Some("travel") => words::REASON_TRAVEL,
        Some("illness") => words::REASON_ILLNESS,
        Some("rest") => words::REASON_REST,
        Some("flare") => words::REASON_FLARE,
        Some("flare-over") => words::REASON_FLARE_OVER,
        _ => words::REASON_OTHER,
    };
    text.say(lang)
}

/// Go over from getting better to keeping well, or back
#[derive(Debug, Args)]
#[command(after_help = "\
It is offered once pain has been little for two weeks and you can do what you
want to.

Examples:
  lissom plan well
  lissom plan well --end")]
pub(super) struct Well {
    /// Go back to getting better
    #[arg(long)]
    end: bool,
}

impl Well {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let at = moment(context, &mut diary)?;
        let numbers = diary.numbers()?;
        let before = diary.plan()?.plan.map(|plan| plan.id);
        let id = diary.keep_well(!self.end, Some(at)).map_err(|error| refused::failure(error, numbers))?;
        let changed = before.as_ref() != Some(&id);
        let (mode, said) = if self.end { ("recovery", words::WELL_END) } else { ("maintenance", words::WELL_ON) };
        let said = if changed { said } else { words::WELL_ALREADY };
        let lang = context.lang();
        let out = context.out.saved_if(changed);
        out.show(&json!({"id": id, "changed": changed, "mode": mode}), || {
            format!("{}\n{}", said.say(lang), words::NEXT_TODAY.say(lang))
        })
    }
}
