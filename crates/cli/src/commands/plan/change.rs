//! `plan edit`: the person's own changes, each a new version of the plan.

use clap::{Args, Subcommand};
use lissom_diary::core::catalogue;
use lissom_diary::core::plan::{Edit, Edited, Item, NotDone};
use lissom_diary::core::refusal::Reason;
use lissom_diary::{Advice, Diary, PlanError};
use serde_json::json;

use super::{ask, days, make, moment, refused, week};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Said;
use crate::page::Page;
use crate::texts::plan as words;

/// Change the plan that you follow
#[derive(Debug, Args)]
#[command(after_help = "\
Days are mo, tu, we, th, fr, sa, su. Each change makes a new version; the old
ones stay.

Examples:
  lissom plan edit swap partial-crunch cat-cow
  lissom plan edit add walking --day mo --minutes 10
  lissom plan edit remove knee-to-chest --day fr
  lissom plan edit lock pelvic-tilt             stays when the plan is made anew
  lissom plan edit reorder mo 2 1               the second of Monday comes first
  lissom plan edit move mo tu                   the session of Monday on Tuesday
  lissom plan edit days mo,we,fr
  lissom plan edit minutes 20")]
pub(super) struct Change {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Another exercise in the place of one
    #[command(
        after_help = "Examples:\n  lissom plan edit swap partial-crunch cat-cow\n  lissom plan edit swap bird-dog side-bridge --day mo"
    )]
    Swap {
        /// Exercise that goes
        #[arg(value_name = "FROM")]
        from: String,
        /// Exercise that comes
        #[arg(value_name = "TO")]
        to: String,
        /// On this day alone
        #[arg(long, value_name = "DAY")]
        day: Option<String>,
    },
    /// An exercise more, at the end of a day
    #[command(
        after_help = "Examples:\n  lissom plan edit add walking --day mo --minutes 10\n  lissom plan edit add pelvic-tilt --day fr"
    )]
    Add {
        /// Exercise
        #[arg(value_name = "EXERCISE")]
        exercise: String,
        /// Day
        #[arg(long, value_name = "DAY")]
        day: String,
        /// Minutes, for an exercise that counts minutes
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
    },
    /// An exercise less
    #[command(
        after_help = "Examples:\n  lissom plan edit remove knee-to-chest\n  lissom plan edit remove knee-to-chest --day fr"
    )]
    Remove(One),
    /// Keep an exercise where it is when the plan is made anew
    #[command(after_help = "Examples:\n  lissom plan edit lock pelvic-tilt")]
    Lock(One),
    /// Let go of a kept exercise
    #[command(after_help = "Examples:\n  lissom plan edit unlock pelvic-tilt")]
    Unlock(One),
    /// Another order within a day
    #[command(after_help = "Examples:\n  lissom plan edit reorder mo 2 1  the second of Monday comes first")]
    Reorder {
        /// Day
        #[arg(value_name = "DAY")]
        day: String,
        /// Place of the exercise that moves, from 1
        #[arg(value_name = "PLACE")]
        from: u32,
        /// Place that it moves to
        #[arg(value_name = "NEW")]
        to: u32,
    },
    /// The session of one day on another; two days that both have one change places
    #[command(after_help = "Examples:\n  lissom plan edit move mo tu")]
    Move {
        /// Day that it was on
        #[arg(value_name = "DAY")]
        from: String,
        /// Day that it is on from now
        #[arg(value_name = "NEW")]
        to: String,
    },
    /// Other days; makes the plan anew around what you put in or kept
    #[command(after_help = "Examples:\n  lissom plan edit days mo,we,fr\n  lissom plan edit days 4")]
    Days {
        /// Days such as mo,we,fr, or how many a week
        #[arg(value_name = "DAYS")]
        days: String,
    },
    /// Other minutes for a session; makes the plan anew around what you put in or kept
    #[command(after_help = "Examples:\n  lissom plan edit minutes 20")]
    Minutes {
        /// Minutes, 3 to 120
        #[arg(value_name = "N", allow_hyphen_values = true)]
        minutes: String,
    },
}

#[derive(Debug, Args)]
struct One {
    /// Exercise
    #[arg(value_name = "EXERCISE")]
    exercise: String,
    /// On this day alone
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
}

impl Change {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let numbers = diary.numbers()?;
        let plan = diary.plan()?.plan.ok_or_else(refused::no_plan)?;
        let edit = self.what.edit(&plan.values.items().items)?;
        let at = moment(context, &mut diary)?;
        let edited = diary.edit_plan(&edit, Some(at)).map_err(|error| match error {
            PlanError::NotDone(NotDone::Refused(refusal)) if refusal.reason == twice() => {
                Failure::refused("already-there", words::ALREADY_THERE)
            }
            error => refused::failure(error, numbers),
        });
        let (id, edited) = edited?;
        shown(context, &mut diary, &id, &edited, id != plan.id)
    }
}

/// How core says that an exercise is on a day already.
const fn twice() -> Reason {
    Reason::Contradicts { with: "items" }
}

impl What {
    /// The change, with all that can be checked against the plan checked.
    fn edit(self, items: &[Item]) -> Result<Edit, Failure> {
        let day = |day: Option<String>| day.map(|day| days::given("day", &day)).transpose();
        let one = |one: One| Ok::<_, Failure>((day(one.day)?, id(&one.exercise)));
        Ok(match self {
            Self::Swap { from, to, day: on } => {
                let (weekday, from) = (day(on)?, id(&from));
                there(items, &from, weekday)?;
                Edit::Swap { weekday, from, to: id(&to) }
            }
            Self::Add { exercise, day, minutes } => {
                let exercise = id(&exercise);
                let counts = catalogue::find(&exercise).is_none_or(|exercise| exercise.dose.minutes > 0);
                if minutes.is_some() && !counts {
                    return Err(Failure::refused_field("minutes", words::NO_MINUTES));
                }
                Edit::Add { weekday: days::given("day", &day)?, exercise, minutes }
            }
            Self::Remove(given) => {
                let (weekday, exercise) = one(given)?;
                there(items, &exercise, weekday)?;
                Edit::Remove { weekday, exercise }
            }
            Self::Lock(given) => {
                let (weekday, exercise) = one(given)?;
                there(items, &exercise, weekday)?;
                Edit::Lock { weekday, exercise, locked: true }
            }
            Self::Unlock(given) => {
                let (weekday, exercise) = one(given)?;
                there(items, &exercise, weekday)?;
                Edit::Lock { weekday, exercise, locked: false }
            }
            Self::Reorder { day, from, to } => {
                let weekday = days::given("day", &day)?;
                let count = session(items, weekday)?;
                let place = |place: u32| {
                    let fits = (1..=count).contains(&usize::try_from(place).unwrap_or(0));
                    let refused =
                        || Failure::refused("place", words::NO_PLACE.with("place", place).with("most", count));
                    if fits { Ok(place.saturating_sub(1)) } else { Err(refused()) }
                };
                Edit::Reorder { weekday, from: place(from)?, to: place(to)? }
            }
            Self::Move { from, to } => {
                let (from, to) = (days::given("day", &from)?, days::given("day", &to)?);
                session(items, from)?;
                Edit::MoveDay { from, to }
            }
            Self::Days { days } => Edit::Days(days::read(&days).map_err(|why| Failure::refused_field("days", why))?),
            Self::Minutes { minutes } => {
                let mut profile = lissom_diary::core::plan::Profile::default();
                let read = ask::put(&mut profile, "minutes", &minutes);
                read.map_err(|why| Failure::refused_field("minutes", why))?;
                Edit::Minutes(profile.minutes)
            }
        })
    }
}

fn id(given: &str) -> String {
    given.trim().to_owned()
}

/// How many exercises a day has; refused if none.
fn session(items: &[Item], weekday: u8) -> Result<usize, Failure> {
    match items.iter().filter(|item| item.weekday == weekday).count() {
        0 => Err(Failure::not_found("no-session", words::NO_SESSION.with("day", days::name(weekday)))),
        count => Ok(count),
    }
}

/// Refused unless the exercise is in the plan on that day.
fn there(items: &[Item], exercise: &str, weekday: Option<u8>) -> Result<(), Failure> {
    if items.iter().any(|item| item.exercise == exercise && weekday.is_none_or(|day| day == item.weekday)) {
        return Ok(());
    }
    let near = catalogue::nearest(exercise).filter(|near| items.iter().any(|item| item.exercise == *near));
    let said = match (near, weekday) {
        (Some(near), _) if near != exercise => words::NOT_IN_PLAN_NEAREST.with("id", near),
        (_, Some(day)) => words::NOT_ON_DAY.with("day", days::name(day)),
        (_, None) => words::NOT_IN_PLAN.into(),
    };
    Err(Failure::not_found("not-in-plan", said))
}

fn shown(context: &Context, diary: &mut Diary, id: &str, edited: &Edited, changed: bool) -> Result<(), Failure> {
    let lang = context.lang();
    let advice: Advice = diary.advice(context.today()?)?;
    let answer = json!({
        "id": id,
        "changed": changed,
        "week": week::json(&advice),
        "left_out": make::left_out_json(&edited.left_out),
        "gaps": edited.gaps.iter().map(|gap| Said::from(gap.sentence())).collect::<Vec<_>>(),
        "unchecked": edited.unchecked.clone().map(Said::from),
        "next": "lissom today",
    });
    context.out.saved_if(changed).show(&answer, || {
        let mut page = Page::new(lang);
        page.heading(if changed { words::CHANGED } else { words::UNCHANGED });
        week::show(&mut page, lang, &advice);
        make::say_left_out(&mut page, lang, &edited.left_out);
        let notes = edited.gaps.iter().map(|gap| gap.sentence()).chain(edited.unchecked.clone());
        let notes: Vec<String> = notes.map(|note| note.say(lang)).collect();
        if !notes.is_empty() {
            page.heading(words::HEADING_GAPS);
            for note in &notes {
                page.point(note);
            }
        }
        page.say(words::NEXT_TODAY);
        page.text()
    })
}
