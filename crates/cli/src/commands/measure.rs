//! `measure`: questionnaires, counts and the desk check, taken now and then.

mod ask;
mod draft;
mod saved;
mod show;

use std::io::{IsTerminal as _, stderr, stdin};

use clap::Args;
use lissom_diary::core::lifestyle::desk;
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::core::record::Dated;

use self::ask::{Asked, ask};
use self::draft::{Draft, draft};
pub(crate) use self::show::{desk_again, not_taken, unknown};
use crate::context::Context;
use crate::failure::Failure;
use crate::texts::measure as words;
use crate::when;

/// Write down a measure: what you can do, a count, your desk
#[derive(Debug, Args)]
#[command(after_help = "\
Alone it lists what can be measured, and what is due. With a name it asks, or
takes what is given.

Examples:
  lissom measure            the list
  lissom measure psfs       what you can do; asks on a terminal
  lissom measure psfs --item bending=4 --item \"sitting at work=5\"
  lissom measure sit-to-stand 12
  lissom measure desk-check --place home
  lissom measure own:sleepiness --name Sleepiness --labels bus,meeting,reading \\
    --item-max 10 --scoring mean --items 3,4,2
  lissom measure show psfs  all takings, and how far they moved")]
pub(crate) struct Measure {
    /// Id of the measure, or `show`
    #[arg(value_name = "MEASURE")]
    id: Option<String>,
    /// The number; after `show`, the measure to show
    #[arg(value_name = "VALUE", allow_negative_numbers = true)]
    value: Option<String>,
    /// An activity and how well it goes; give one for each
    #[arg(long, value_name = "ACTIVITY=0-10")]
    item: Vec<String>,
    /// Choose other activities than the last time
    #[arg(long)]
    new: bool,
    /// Where the desk is: home or work
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// Answers of the desk check: yes, no or na, in its order
    #[arg(long, value_name = "ANSWER,ANSWER,...", value_delimiter = ',')]
    answers: Vec<String>,
    /// Answers of a measure of your own
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', allow_negative_numbers = true)]
    items: Vec<String>,
    /// What the items of your own measure are about
    #[arg(long, value_name = "LABEL,LABEL,...", value_delimiter = ',')]
    labels: Vec<String>,
    /// Name of your own measure
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Highest answer to one item of your own measure; the lowest is 0
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    item_max: Option<i64>,
    /// How your own measure is scored: mean or sum
    #[arg(long, value_name = "HOW")]
    scoring: Option<String>,
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

/// The word that stands before a measure to show.
const SHOW: &str = "show";

impl Measure {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match (self.id.clone().as_deref(), self.value.as_deref()) {
            (None, _) => {
                self.refuse_unfit(&[])?;
                show::list(context)
            }
            (Some(SHOW), None) => Err(Failure::usage(words::SHOW_WHAT)),
            (Some(SHOW), Some(id)) => {
                self.refuse_unfit(&[])?;
                show::one(context, id)
            }
            (Some(id), _) => self.take(context, id),
        }
    }

    fn take(mut self, context: &Context, id: &str) -> Result<(), Failure> {
        let mut diary = context.open()?;
        if is_desk(id) && self.place.is_none() && can_ask() {
            let asked = ask::place(&mut stdin().lock(), &mut anstream::stderr().lock(), context.lang())?;
            let place = asked
                .ok_or_else(|| Failure::refused("left", words::LEFT.with("command", "lissom measure desk-check")))?;
            self.place = Some(place.as_str().to_owned());
        }
        let at = when::given_or_now(self.at.as_deref())?;
        if !self.force {
            diary.check_not_in_the_future(at)?;
        }
        let taken = diary.measures()?;
        let before: Vec<&Dated<MeasureValues>> =
            taken.iter().filter(|one| one.values.measure.as_deref() == Some(id)).collect();
        let mut draft = draft(&self, context.lang(), id, &before)?;
        Self::fill_in(context, &mut draft)?;
        let mut values = draft.values();
        values.note = self.note.clone().filter(|note| !note.is_empty());
        let recorded = diary.record_measure(&values, Some(at))?;
        let values = MeasureValues { at_ms: Some(at.at_ms), offset_minutes: Some(at.offset_minutes), ..values };
        saved::show(context, &diary, &Dated::new(recorded, at, values), &taken)
    }

    /// Asks for what is missing, where somebody can be asked.
    fn fill_in(context: &Context, draft: &mut Draft) -> Result<(), Failure> {
        if draft.is_complete() {
            return Ok(());
        }
        if !can_ask() {
            return Err(draft.refused());
        }
        match ask(draft, &mut stdin().lock(), &mut anstream::stderr().lock(), context.lang())? {
            Asked::Complete => Ok(()),
            Asked::Left => Err(Failure::refused("left", words::LEFT.with("command", draft.command()))),
        }
    }

    /// Refuses flags that say nothing about this measure.
    fn refuse_unfit(&self, fit: &[&str]) -> Result<(), Failure> {
        let given = [
            ("item", !self.item.is_empty()),
            ("new", self.new),
            ("place", self.place.is_some()),
            ("answers", !self.answers.is_empty()),
            ("items", !self.items.is_empty()),
            ("labels", !self.labels.is_empty()),
            ("name", self.name.is_some()),
            ("item_max", self.item_max.is_some()),
            ("scoring", self.scoring.is_some()),
        ];
        match given.iter().find(|(name, given)| *given && !fit.contains(name)) {
            Some((name, _)) => Err(Failure::refused_field(name, words::UNFIT)),
            None => Ok(()),
        }
    }
}

/// Whether somebody is there to be asked.
fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Whether a desk check is meant.
fn is_desk(id: &str) -> bool {
    id == desk::MEASURE
}
