//! `plan`: the week of exercises, made and changed.

mod ask;
mod change;
mod days;
mod make;
mod off;
mod presets;
pub(crate) mod refused;
mod show;
pub(crate) mod week;

use clap::{Args, Subcommand};
use lissom_diary::{Diary, Error, Moment};

use crate::context::Context;
use crate::failure::Failure;
use crate::when;

/// Make and change your plan for the week
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is planned before the safety questions are answered: `lissom screen`.

Examples:
  lissom plan new                               asks you a few questions
  lissom plan new --region lower --pain 4 --minutes 18 --days mo,we,fr
  lissom plan                                   shows the week
  lissom plan edit swap partial-crunch cat-cow
  lissom plan off travel --from 2026-12-20 --to 2027-01-03")]
pub(crate) struct Plan {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    New(Box<make::New>),
    Presets(presets::Presets),
    Show(show::Show),
    Follow(show::Follow),
    Edit(change::Change),
    Off(off::Off),
    Well(off::Well),
}

impl Plan {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self.what {
            None => show::Show::default().run(context),
            Some(What::New(new)) => new.run(context),
            Some(What::Presets(presets)) => presets.run(context),
            Some(What::Show(show)) => show.run(context),
            Some(What::Follow(follow)) => follow.run(context),
            Some(What::Edit(change)) => change.run(context),
            Some(What::Off(off)) => off.run(context),
            Some(What::Well(well)) => well.run(context),
        }
    }
}

/// The moment to record at: now, or noon of the day that `--today` names.
pub(crate) fn moment(context: &Context, diary: &mut Diary) -> Result<Moment, Failure> {
    const NOON_MS: i64 = 12 * 60 * 60 * 1000;
    let (now, today) = (when::now()?, context.today()?);
    if lissom_diary::core::day::Day::of(now) == today {
        return Ok(now);
    }
    let offset_ms = now.offset_minutes.saturating_mul(60_000);
    let at_ms = today.start_ms().saturating_add(NOON_MS).saturating_sub(offset_ms);
    let at = Moment { at_ms, offset_minutes: now.offset_minutes };
    match diary.check_not_in_the_future(at) {
        // Here the day was given, and nothing can be forced.
        Err(Error::InvalidInput(refusal)) => Err(Failure::refused_field("today", refusal.reason.sentence())),
        checked => checked.map(|()| at).map_err(Failure::from),
    }
}

/// The name of a day of the week, 0 is Monday.
pub(crate) fn day_name(weekday: u8) -> crate::texts::Text {
    days::name(weekday)
}
