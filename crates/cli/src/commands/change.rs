//! `edit`, `delete` and `restore`: change what was written down.

use clap::Args;
use lissom_diary::core::own_exercise::{ID_PREFIX as OWN_PREFIX, exercise_id};
use lissom_diary::core::record::{Kind, kind_of};
use lissom_diary::{Diary, Error, HistoryQuery, HistoryRow};
use serde::Serialize;

use crate::commands::check_in::CheckInFlags;
use crate::context::Context;
use crate::failure::Failure;
use crate::given::{Given, ResultFlags, put, put_text};
use crate::output::lines;
use crate::texts::change as words;
use crate::when;

/// Fewest letters of an id that are taken for it.
const ID_CHARS_MIN: usize = 4;
/// Records that are named when an id fits several.
const NAMED_MAX: usize = 5;

/// What became of a record.
#[derive(Serialize)]
struct Changed<'a> {
    id: &'a str,
    /// Whether anything is otherwise than before.
    changed: bool,
}

/// Change a record
#[derive(Debug, Args)]
#[command(after_help = "\
Only what is given changes; `none` clears a value. Edits of different values on
two devices both stand.

Examples:
  lissom edit 5f0c9a1b --reps 10 --pain-after 2
  lissom edit 5f0c9a1b --hold none --note \"\"
  lissom edit 5f0c9a1b --at 2026-11-22T18:30

The end of an id is enough, as `lissom history` shows it.")]
pub(crate) struct Edit {
    /// Id of the record, or its end
    #[arg(value_name = "ID")]
    id: String,
    /// Another exercise
    #[arg(long, value_name = "EXERCISE")]
    exercise: Option<String>,
    #[command(flatten)]
    result: ResultFlags,
    /// Back pain of a check-in
    #[arg(long, value_name = "0-10", allow_negative_numbers = true)]
    pain: Option<Given<i64>>,
    #[command(flatten)]
    check_in: CheckInFlags,
    /// Value of a measure that is one number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    value: Option<i64>,
    /// Answers of a measure, in the order in which it asks
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', allow_negative_numbers = true)]
    items: Vec<i64>,
    /// Free text; "" clears it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// When, in local time; moves the whole session
    #[arg(long, value_name = "LOCAL-DATETIME")]
    at: Option<String>,
    /// Take a time that lies in the future
    #[arg(long)]
    force: bool,
}

impl Edit {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        if !self.says_anything() {
            return Err(Failure::usage(words::NOTHING));
        }
        self.result.check_reason()?;
        let mut diary = context.open()?;
        let id = resolve(&diary, &self.id)?;
        // The time is checked before anything is written, so that an edit is not half done.
        let at = self.at.as_deref().map(when::parse).transpose()?;
        if let Some(at) = at.filter(|_| !self.force) {
            diary.check_not_in_the_future(at)?;
        }
        let before = row(&diary, &id)?;
        match kind_of(&id) {
            Some(Kind::Result) => self.edit_result(&mut diary, &id)?,
            Some(Kind::OwnExercise) => return Err(Failure::refused_field("id", words::OWN_EXERCISE)),
            Some(Kind::Measure) => self.edit_measure(&mut diary, &id)?,
            _ => self.edit_check_in(&mut diary, &id)?,
        }
        if let Some(at) = at {
            diary.edit_time(&id, at)?;
        }
        let after = row(&diary, &id)?;
        let changed = before != after;
        let deleted = after.is_some_and(|row| row.deleted);
        context.out.saved_if(changed).answer(&Changed { id: &id, changed }, || {
            let said = match (changed, deleted) {
                (false, _) => words::AS_IT_WAS,
                (true, true) => words::CHANGED_DELETED,
                (true, false) => words::CHANGED,
            };
            said.with("id", id.as_str())
        })
    }

    fn says_anything(&self) -> bool {
        let texts = [&self.exercise, &self.note, &self.at];
        let numbers = self.result.first_given().or(self.check_in.first_given());
        numbers.is_some()
            || self.of_measures().is_some()
            || self.pain.is_some()
            || texts.iter().any(|text| text.is_some())
    }

    /// The first flag for results that was given, if any.
    fn of_results(&self) -> Option<&'static str> {
        self.exercise.as_ref().map(|_| "exercise").or(self.result.first_given())
    }

    fn of_check_ins(&self) -> Option<&'static str> {
        self.pain.as_ref().map(|_| "pain").or(self.check_in.first_given())
    }

    fn of_measures(&self) -> Option<&'static str> {
        self.value.map(|_| "value").or((!self.items.is_empty()).then_some("items"))
    }

    fn refuse_measures(&self) -> Result<(), Failure> {
        self.of_measures().map_or(Ok(()), |field| Err(Failure::refused_field(field, words::ONLY_MEASURES)))
    }

    fn edit_measure(&self, diary: &mut Diary, id: &str) -> Result<(), Failure> {
        if let Some(field) = self.of_results().or(self.of_check_ins()) {
            return Err(Failure::refused_field(field, words::NOT_MEASURES));
        }
        Ok(diary.edit_measure(id, |values| {
            values.value = self.value.or(values.value);
            if !self.items.is_empty() {
                values.items = Some(self.items.clone());
            }
            put_text(&mut values.note, self.note.as_deref());
        })?)
    }

    fn edit_result(&self, diary: &mut Diary, id: &str) -> Result<(), Failure> {
        if let Some(field) = self.of_check_ins() {
            return Err(Failure::refused_field(field, words::ONLY_CHECK_INS));
        }
        self.refuse_measures()?;
        Ok(diary.edit_result(id, |values| {
            self.result.put_into(values);
            put_text(&mut values.note, self.note.as_deref());
            if let Some(exercise) = &self.exercise {
                values.exercise = Some(exercise.clone());
            }
        })?)
    }

    fn edit_check_in(&self, diary: &mut Diary, id: &str) -> Result<(), Failure> {
        if let Some(field) = self.of_results() {
            return Err(Failure::refused_field(field, words::ONLY_RESULTS));
        }
        self.refuse_measures()?;
        Ok(diary.edit_check_in(id, |values| {
            put(&mut values.pain, self.pain.as_ref());
            self.check_in.put_into(values);
            put_text(&mut values.note, self.note.as_deref());
        })?)
    }
}

/// Delete a record; `restore` brings it back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom delete 5f0c9a1b
  lissom delete own-0123456789ab                an exercise of your own")]
pub(crate) struct Delete {
    /// Id of the record, or its end
    #[arg(value_name = "ID")]
    id: String,
}

impl Delete {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let id = resolve(&diary, &self.id)?;
        let changed = !is_deleted(&diary, &id)?;
        diary.delete(&id)?;
        let said = if changed { words::DELETED } else { words::DELETED_ALREADY };
        let lang = context.lang();
        context.out.saved_if(changed).show(&Changed { id: &id, changed }, || {
            let next = words::BRING_BACK.with("command", format!("`lissom restore {id}`"));
            lines(&format!("{}\n{}", said.with("id", id.as_str()).say(lang), next.say(lang)))
        })
    }
}

/// Bring a deleted record back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lissom history --deleted
  lissom restore 5f0c9a1b")]
pub(crate) struct Restore {
    /// Id of the record, or its end
    #[arg(value_name = "ID")]
    id: String,
}

impl Restore {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        let mut diary = context.open()?;
        let id = resolve(&diary, &self.id)?;
        let changed = is_deleted(&diary, &id)?;
        diary.restore(&id)?;
        let said = if changed { words::RESTORED } else { words::NOT_DELETED };
        context.out.saved_if(changed).answer(&Changed { id: &id, changed }, || said.with("id", id.as_str()))
    }
}

/// The record's row in the history; an exercise of one's own has none.
fn row(diary: &Diary, id: &str) -> Result<Option<HistoryRow>, Failure> {
    let rows = diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() })?;
    Ok(rows.into_iter().find(|row| row.id == id))
}

/// Whether a record is deleted, as far as it is known here.
fn is_deleted(diary: &Diary, id: &str) -> Result<bool, Failure> {
    if kind_of(id) == Some(Kind::OwnExercise) {
        let own = diary.own_exercises()?;
        return Ok(exercise_id(id).is_some_and(|exercise| own.iter().all(|own| own.id != exercise)));
    }
    Ok(row(diary, id)?.is_some_and(|row| row.deleted))
}

/// The record that is meant by an id, or by its beginning or end.
fn resolve(diary: &Diary, given: &str) -> Result<String, Failure> {
    let given = given.trim().to_ascii_lowercase();
    // What safety rests on is not in the history; the diary says why it stays.
    let known = kind_of(&given);
    let kept = matches!(known, Some(Kind::Screening | Kind::Caution | Kind::Clearance));
    if kept || matches!(known, Some(Kind::Result | Kind::CheckIn | Kind::Measure | Kind::OwnExercise)) {
        return Ok(given);
    }
    if given.starts_with(OWN_PREFIX) {
        return Ok(diary.own_exercise_record(&given)?);
    }
    if given.chars().count() < ID_CHARS_MIN {
        return Err(Failure::refused_field("id", words::TOO_SHORT.with("letters", ID_CHARS_MIN)));
    }
    let bare = |id: &str| id.split_once(':').is_some_and(|(_, bare)| bare.starts_with(&given));
    let fits = |id: &str| id.starts_with(&given) || id.ends_with(&given) || bare(id);
    let rows = diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() })?;
    let mut found: Vec<String> = rows.into_iter().map(|row| row.id).filter(|id| fits(id)).collect();
    match found.len() {
        0 => Err(Error::NotFound.into()),
        1 => found.pop().ok_or_else(|| Error::NotFound.into()),
        count => {
            let more = if count > NAMED_MAX { ", …" } else { "" };
            found.truncate(NAMED_MAX);
            let named = format!("{}{more}", found.join(", "));
            Err(Failure::refused_field("id", words::SEVERAL.with("count", count).with("ids", named)))
        }
    }
}
