//! `own`: exercises of the person's own.

use clap::{Args, Subcommand};
use lissom_diary::Diary;
use lissom_diary::core::own_exercise::{OwnExercise, OwnExerciseValues, exercise_id};
use serde::Serialize;

use crate::commands::exercises::{Sheet, begin_with};
use crate::context::Context;
use crate::failure::Failure;
use crate::given::{Given, put, put_text};
use crate::output::{columns, printable, wrap};
use crate::table::Table;
use crate::texts::change::AS_IT_WAS;
use crate::texts::own as words;
use crate::when;

/// Write down exercises of your own, and change them
#[derive(Debug, Args)]
#[command(after_help = "\
They can be logged and planned like those of the catalogue. Nobody has checked
them: a plan takes one up by itself only once it knows level, bias, position,
regions and cautions.

Examples:
  lissom own add --name \"Towel pull\" --kind strength --sets 2 --reps 8
  lissom own list
  lissom own edit own-0123456789ab --reps 10
  lissom log own-0123456789ab
  lissom delete own-0123456789ab")]
pub(crate) struct Own {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Add),
    List(List),
    Show(Show),
    Edit(Edit),
}

impl Own {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self.action {
            Action::Add(add) => add.run(context),
            Action::List(_) => List::run(context),
            Action::Show(show) => show.run(context),
            Action::Edit(edit) => edit.run(context),
        }
    }
}

/// Everything that can be said of an own exercise.
#[derive(Debug, Default, PartialEq, Eq, Args)]
struct OwnFlags {
    /// Name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Kind: stretch, mobility, strength, aerobic, relaxation or posture
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// What the dose counts: reps, hold or minutes
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// Sets to begin with
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    sets: Option<Given<i64>>,
    /// Repetitions in each set
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    reps: Option<Given<i64>>,
    /// Seconds of holding
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    hold: Option<Given<i64>>,
    /// Minutes
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    minutes: Option<Given<i64>>,
    /// Seconds of rest between two sets
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    rest_seconds: Option<Given<i64>>,
    /// Seconds out, still and back of one repetition, such as 2-1-2
    #[arg(long, value_name = "N-N-N")]
    tempo: Option<String>,
    /// How the dose grows: reps, endurance, stretch, load, minutes or none
    #[arg(long, value_name = "LADDER")]
    ladder: Option<String>,
    /// Whether left and right are done in turn: each or none
    #[arg(long, value_name = "SIDES")]
    sides: Option<String>,
    /// What it is for: lower, upper, sciatica, whole, with commas
    #[arg(long, value_name = "REGIONS")]
    regions: Option<String>,
    /// How demanding it is, 0 gentle to 3 demanding
    #[arg(long, value_name = "0-3", allow_negative_numbers = true)]
    level: Option<Given<i64>>,
    /// How the spine moves: flexion, extension, neutral, rotation, neural or both
    #[arg(long, value_name = "BIAS")]
    bias: Option<String>,
    /// Position, such as supine or standing
    #[arg(long, value_name = "POSITION")]
    position: Option<String>,
    /// What is needed, with commas
    #[arg(long, value_name = "THINGS")]
    equipment: Option<String>,
    /// Muscles, with commas
    #[arg(long, value_name = "MUSCLES")]
    muscles: Option<String>,
    /// Caution tags with commas, or none if you are sure that there are none
    #[arg(long, value_name = "TAGS")]
    cautions: Option<String>,
    /// Ids of easier exercises, with commas
    #[arg(long, value_name = "IDS")]
    easier: Option<String>,
    /// Ids of harder exercises, with commas
    #[arg(long, value_name = "IDS")]
    harder: Option<String>,
    /// Why you do it
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// How to be placed before starting
    #[arg(long, value_name = "TEXT")]
    cue_posture: Option<String>,
    /// How to breathe
    #[arg(long, value_name = "TEXT")]
    cue_breathing: Option<String>,
    /// How to move
    #[arg(long, value_name = "TEXT")]
    cue_alignment: Option<String>,
    /// A usual slip; may be given several times
    #[arg(long, value_name = "TEXT")]
    mistakes: Vec<String>,
    /// A sign to stop at; may be given several times
    #[arg(long, value_name = "TEXT")]
    stop: Vec<String>,
}

/// Puts a given list into its field: `none` is an empty one, and an empty text says nothing at all.
fn put_list(field: &mut Option<Vec<String>>, given: Option<&str>) {
    *field = match given {
        None => return,
        Some("") => None,
        Some("none") => Some(Vec::new()),
        Some(words) => {
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            Some(words.map(str::to_owned).collect())
        }
    };
}

/// Puts given lines into their field; a single empty one clears it.
fn put_lines(field: &mut Option<Vec<String>>, given: &[String]) {
    match given {
        [] => {}
        [line] if line.is_empty() => *field = None,
        lines => *field = Some(lines.to_vec()),
    }
}

impl OwnFlags {
    fn put_into(&self, values: &mut OwnExerciseValues) {
        for (field, given) in [
            (&mut values.name, &self.name),
            (&mut values.kind, &self.kind),
            (&mut values.mode, &self.mode),
            (&mut values.tempo, &self.tempo),
            (&mut values.ladder, &self.ladder),
            (&mut values.sides, &self.sides),
            (&mut values.bias, &self.bias),
            (&mut values.position, &self.position),
            (&mut values.why, &self.why),
            (&mut values.cue_posture, &self.cue_posture),
            (&mut values.cue_breathing, &self.cue_breathing),
            (&mut values.cue_alignment, &self.cue_alignment),
        ] {
            put_text(field, given.as_deref().map(str::trim));
        }
        for (field, given) in [
            (&mut values.sets, &self.sets),
            (&mut values.reps, &self.reps),
            (&mut values.hold_seconds, &self.hold),
            (&mut values.minutes, &self.minutes),
            (&mut values.rest_seconds, &self.rest_seconds),
            (&mut values.level, &self.level),
        ] {
            put(field, given.as_ref());
        }
        for (field, given) in [
            (&mut values.regions, &self.regions),
            (&mut values.equipment, &self.equipment),
            (&mut values.muscles, &self.muscles),
            (&mut values.cautions, &self.cautions),
            (&mut values.easier, &self.easier),
            (&mut values.harder, &self.harder),
        ] {
            put_list(field, given.as_deref().map(str::trim));
        }
        put_lines(&mut values.mistakes, &self.mistakes);
        put_lines(&mut values.stop, &self.stop);
    }
}

/// What the dose seems to count, so that nobody has to say it twice.
fn guessed_mode(values: &OwnExerciseValues) -> Option<String> {
    let mode = match (values.minutes, values.reps, values.hold_seconds) {
        (Some(_), None, None) => "minutes",
        (None, Some(_), _) => "reps",
        (None, None, Some(_)) => "hold",
        _ => return None,
    };
    Some(mode.to_owned())
}

/// Write down an exercise of your own
#[derive(Debug, Args)]
#[command(after_help = "\
A name and a kind are needed; what the dose counts follows from its numbers.

Examples:
  lissom own add --name \"Towel pull\" --kind strength --sets 2 --reps 8
  lissom own add --name \"Garden walk\" --kind aerobic --minutes 15 --level 0
  lissom own add --name \"Door stretch\" --kind stretch --sets 2 --hold 20")]
struct Add {
    #[command(flatten)]
    values: OwnFlags,
}

#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    record: &'a str,
    gaps: &'a [&'static str],
}

impl Add {
    fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let mut values = OwnExerciseValues::default();
        self.values.put_into(&mut values);
        values.mode = values.mode.clone().or_else(|| guessed_mode(&values));
        let record = diary.record_own_exercise(&values, Some(when::now()?))?;
        let id = exercise_id(&record).unwrap_or_default();
        let gaps = OwnExercise::read(&record, &values).map(|own| own.gaps).unwrap_or_default();
        let lang = context.lang();
        context.out.saved().show(&Written { id: &id, record: &record, gaps: &gaps }, || {
            let name = printable(values.name.as_deref().unwrap_or_default());
            let next = words::NEXT_LOG.with("log", format!("`lissom log {id}`"));
            let next = next.with("show", format!("`lissom own show {id}`"));
            let next = wrap(&next.say(lang), columns()).join("\n");
            format!("{}\n{id}\n\n{next}", words::SAVED.with("name", name).say(lang))
        })
    }
}

/// List your own exercises
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom own list")]
struct List {}

impl List {
    fn run(context: &Context) -> Result<(), Failure> {
        let own = context.open()?.own_exercises()?;
        let lang = context.lang();
        context.out.show(&own, || {
            if own.is_empty() {
                return words::NONE.say(lang);
            }
            let head = [words::HEADING_ID, words::HEADING_NAME, words::HEADING_KIND, words::HEADING_BEGIN];
            let mut table = Table::new(lang, &head);
            for own in &own {
                let begin = begin_with(lang, &own.dose, own.sides);
                table.row(&[own.id.clone(), own.name.clone(), own.kind.text().say(lang), begin]);
            }
            format!("{table}\n\n{}", words::NEXT_LIST.say(lang))
        })
    }
}

/// Show one of your own exercises
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom own show own-0123456789ab")]
struct Show {
    /// Its id, or the end of it
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    fn run(self, context: &Context) -> Result<(), Failure> {
        let own = context.open()?.own_exercises()?;
        let found = find(&own, &self.id)?;
        let lang = context.lang();
        context.out.show(found, || Sheet::own(lang, found, &own).page(lang))
    }
}

/// The own exercise that is meant by an id, by its end, or by its name.
fn find<'a>(own: &'a [OwnExercise], given: &str) -> Result<&'a OwnExercise, Failure> {
    const END_CHARS_MIN: usize = 4;
    let given = given.trim();
    let end = given.chars().count() >= END_CHARS_MIN;
    let named = |own: &&OwnExercise| own.name.to_lowercase() == given.to_lowercase();
    let found: Vec<&OwnExercise> = own
        .iter()
        .filter(|own| own.id == given || end && own.id.ends_with(&given.to_ascii_lowercase()) || named(own))
        .collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::not_found("unknown-exercise", words::UNKNOWN)),
        several => {
            let ids = several.iter().map(|own| own.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(Failure::refused_field("id", words::SEVERAL.with("ids", ids)))
        }
    }
}

/// Change one of your own exercises
#[derive(Debug, Args)]
#[command(after_help = "\
Only what is given changes. \"\" clears a text or a list, `none` clears a number.

Examples:
  lissom own edit own-0123456789ab --reps 10 --level 1
  lissom own edit own-0123456789ab --why \"\" --stop \"My hand goes numb.\"")]
struct Edit {
    /// Its id, or the end of it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    values: OwnFlags,
}

impl Edit {
    fn run(self, context: &Context) -> Result<(), Failure> {
        if self.values == OwnFlags::default() {
            return Err(Failure::usage(words::NOTHING));
        }
        let mut diary: Diary = context.open()?;
        let own = diary.own_exercises()?;
        let id = find(&own, &self.id)?.id.clone();
        let record = diary.own_exercise_record(&id)?;
        let mut changed = false;
        diary.edit_own_exercise(&record, |values| {
            let before = values.clone();
            self.values.put_into(values);
            changed = *values != before;
        })?;
        let now = diary.own_exercises()?;
        let gaps = now.iter().find(|own| own.id == id).map(|own| own.gaps.clone()).unwrap_or_default();
        let written = Written { id: &id, record: &record, gaps: &gaps };
        let said = if changed { words::CHANGED } else { AS_IT_WAS };
        context.out.saved_if(changed).answer(&written, || said.with("id", id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_given_emptied_or_cleared() {
        let mut list = None;
        put_list(&mut list, Some("mat, towel roll,,"));
        assert_eq!(list.as_deref(), Some(&["mat".to_owned(), "towel roll".to_owned()][..]));
        put_list(&mut list, None);
        assert!(list.is_some());
        put_list(&mut list, Some("none"));
        assert_eq!(list, Some(Vec::new()));
        put_list(&mut list, Some(""));
        assert_eq!(list, None);
        put_lines(&mut list, &["one, two".to_owned()]);
        assert_eq!(list.as_deref(), Some(&["one, two".to_owned()][..]));
        put_lines(&mut list, &[String::new()]);
        assert_eq!(list, None);
    }

    #[test]
    fn what_a_dose_counts_follows_from_its_numbers() {
        let mode = |reps, hold_seconds, minutes| {
            guessed_mode(&OwnExerciseValues { reps, hold_seconds, minutes, ..Default::default() })
        };
        assert_eq!(mode(Some(8), None, None).as_deref(), Some("reps"));
        assert_eq!(mode(Some(8), Some(5), None).as_deref(), Some("reps"));
        assert_eq!(mode(None, Some(20), None).as_deref(), Some("hold"));
        assert_eq!(mode(None, None, Some(20)).as_deref(), Some("minutes"));
        assert_eq!((mode(Some(8), None, Some(20)), mode(None, None, None)), (None, None));
    }
}
