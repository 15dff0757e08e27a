//! Rows of the history, as JSON and as text.

use std::collections::BTreeMap;

use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Dose, DoseMode};
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::{CheckInValues, HistoryRow, ResultValues, RowValues};
use serde::Serialize;

use crate::measures;
use crate::output::{GLUE, printable};
use crate::table::Table;
use crate::texts::{Lang, Sentence, Text, rows as words};
use crate::when;

/// Letters of a note that are shown with a row: two lines.
const NOTE_CHARS_MAX: usize = 140;
/// Letters at the end of an id that are enough to name a record.
const SHORT_ID_CHARS: usize = 8;

/// A row as programs see it. The names and the order are a contract; what is absent is null.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum JsonRow<'a> {
    Result(JsonResult<'a>),
    CheckIn(JsonCheckIn<'a>),
    Measure(JsonMeasure<'a>),
}

#[derive(Debug, Serialize)]
pub(crate) struct JsonResult<'a> {
    id: &'a str,
    r#type: &'static str,
    at: String,
    exercise: Option<&'a str>,
    sets: Option<i64>,
    reps: Option<i64>,
    hold_seconds: Option<i64>,
    minutes: Option<i64>,
    side: Option<&'a str>,
    effort: Option<i64>,
    pain_before: Option<i64>,
    pain_during: Option<i64>,
    pain_after: Option<i64>,
    note: Option<&'a str>,
    deleted: bool,
    completed: Option<&'a str>,
    form: Option<&'a str>,
    spread: Option<&'a str>,
    tingling: Option<&'a str>,
    stopped: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct JsonCheckIn<'a> {
    id: &'a str,
    r#type: &'static str,
    at: String,
    pain: Option<i64>,
    leg: Option<i64>,
    sleep: Option<i64>,
    stress: Option<i64>,
    note: Option<&'a str>,
    deleted: bool,
    mood: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct JsonMeasure<'a> {
    id: &'a str,
    r#type: &'static str,
    at: String,
    measure: Option<&'a str>,
    value: Option<i64>,
    score_tenths: Option<i64>,
    items: Option<&'a [i64]>,
    labels: Option<&'a [String]>,
    name: Option<&'a str>,
    note: Option<&'a str>,
    deleted: bool,
}

impl<'a> From<&'a HistoryRow> for JsonRow<'a> {
    fn from(row: &'a HistoryRow) -> Self {
        let (id, at, deleted) = (row.id.as_str(), row.at.to_rfc3339(), row.deleted);
        let r#type = row.values.type_name();
        match &row.values {
            RowValues::Result(values) => {
                let ResultValues { sets, reps, hold_seconds, minutes, effort, .. } = *values;
                let ResultValues { pain_before, pain_during, pain_after, .. } = *values;
                let (exercise, side) = (values.exercise.as_deref(), values.side.as_deref());
                let note = values.note.as_deref();
                Self::Result(JsonResult {
                    id,
                    r#type,
                    at,
                    exercise,
                    sets,
                    reps,
                    hold_seconds,
                    minutes,
                    side,
                    effort,
                    pain_before,
                    pain_during,
                    pain_after,
                    note,
                    deleted,
                    completed: values.completed.as_deref(),
                    form: values.form.as_deref(),
                    spread: values.spread.as_deref(),
                    tingling: values.tingling.as_deref(),
                    stopped: values.stopped.as_deref(),
                })
            }
            RowValues::CheckIn(values) => {
                let CheckInValues { pain, leg, sleep, stress, mood, .. } = *values;
                let note = values.note.as_deref();
                Self::CheckIn(JsonCheckIn { id, r#type, at, pain, leg, sleep, stress, note, deleted, mood })
            }
            RowValues::Measure(values) => {
                let MeasureValues { measure, items, labels, name, note, .. } = values;
                Self::Measure(JsonMeasure {
                    id,
                    r#type,
                    at,
                    measure: measure.as_deref(),
                    value: values.value,
                    score_tenths: values.score_tenths(),
                    items: items.as_deref(),
                    labels: labels.as_deref(),
                    name: name.as_deref(),
                    note: note.as_deref(),
                    deleted,
                })
            }
        }
    }
}

/// What a row says, in the cells of a table.
struct Cells {
    what: String,
    dose: String,
    side: String,
    effort: String,
    pain: String,
    note: String,
}

fn cells(lang: Lang, names: &Names, values: &RowValues) -> Cells {
    match values {
        RowValues::Result(values) => Cells {
            what: exercise_name(lang, names, values),
            dose: dose(lang, values),
            side: values.side.as_deref().map(|side| side_name(lang, side)).unwrap_or_default(),
            effort: values.effort.map(|effort| effort.to_string()).unwrap_or_default(),
            pain: pain(values),
            note: shortened(values.note.as_deref()),
        },
        RowValues::CheckIn(values) => Cells {
            what: words::CHECK_IN.say(lang),
            dose: feelings(lang, values),
            side: String::new(),
            effort: String::new(),
            pain: values.pain.map(|pain| pain.to_string()).unwrap_or_default(),
            note: shortened(values.note.as_deref()),
        },
        RowValues::Measure(values) => Cells {
            what: measures::name(lang, values),
            dose: measures::score(lang, values).unwrap_or_default(),
            side: String::new(),
            effort: String::new(),
            pain: String::new(),
            note: shortened(values.note.as_deref()),
        },
    }
}

/// Names of the person's own exercises, by id.
pub(crate) type Names = BTreeMap<String, String>;

/// The exercise's name, or its id where neither the catalogue of this version nor the person has one.
pub(crate) fn exercise_name(lang: Lang, names: &Names, values: &ResultValues) -> String {
    let Some(id) = values.exercise.as_deref() else { return words::UNKNOWN_EXERCISE.say(lang) };
    match catalogue::find(id) {
        Some(exercise) => lang.words(exercise.text.name).into_owned(),
        None => names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
    }
}

fn side_name(lang: Lang, side: &str) -> String {
    match side {
        "left" => words::SIDE_LEFT.say(lang),
        "right" => words::SIDE_RIGHT.say(lang),
        "both" => words::SIDE_BOTH.say(lang),
        other => other.to_owned(),
    }
}

/// `2 x 8, 5 s hold`, or as much of it as is known.
pub(crate) fn dose(lang: Lang, values: &ResultValues) -> String {
    let counts = match (values.sets, values.reps) {
        (Some(sets), Some(reps)) => Some(words::SETS_OF.with("sets", sets).with("reps", reps)),
        (Some(sets), None) => Some(words::SETS.with("n", sets)),
        (None, Some(reps)) => Some(words::REPS.with("n", reps)),
        (None, None) => None,
    };
    let hold = values.hold_seconds.map(|seconds| words::HOLD.with("seconds", seconds));
    let minutes = values.minutes.map(|minutes| words::MINUTES.with("minutes", minutes));
    list(lang, &[counts, hold, minutes])
}

/// Those of the sentences that there are, with commas.
fn list(lang: Lang, sentences: &[Option<Sentence>]) -> String {
    sentences.iter().flatten().map(|sentence| sentence.say(lang)).collect::<Vec<_>>().join(", ")
}

/// The dose that the catalogue gives to begin with, as the values of a result.
pub(crate) fn starting_dose(dose: &Dose) -> ResultValues {
    let some = |n: u32| (n > 0).then_some(i64::from(n));
    let counted = dose.mode != DoseMode::Minutes;
    ResultValues {
        sets: some(dose.sets).filter(|_| counted),
        reps: some(dose.reps).filter(|_| counted),
        hold_seconds: some(dose.hold_seconds).filter(|_| counted),
        minutes: some(dose.minutes),
        ..ResultValues::default()
    }
}

/// `4>5>2`: before, during, after; `-` for what was not said.
fn pain(values: &ResultValues) -> String {
    let said = [values.pain_before, values.pain_during, values.pain_after];
    if said.iter().all(Option::is_none) {
        return String::new();
    }
    said.map(|pain| pain.map_or("-".to_owned(), |pain| pain.to_string())).join(">")
}

fn feelings(lang: Lang, values: &CheckInValues) -> String {
    let said = |text: Text, value: Option<i64>| value.map(|value| text.with("value", value));
    let (leg, sleep) = (said(words::LEG, values.leg), said(words::SLEEP, values.sleep));
    list(lang, &[leg, sleep, said(words::STRESS, values.stress), said(words::MOOD, values.mood)])
}

fn shortened(note: Option<&str>) -> String {
    let note = printable(note.unwrap_or_default());
    if note.chars().count() <= NOTE_CHARS_MAX {
        return note;
    }
    let kept: String = note.chars().take(NOTE_CHARS_MAX).collect();
    format!("{}…", kept.trim_end())
}

/// The end of an id, which names the record to `edit`, `delete` and `restore`.
pub(crate) fn short_id(id: &str) -> &str {
    id.len().checked_sub(SHORT_ID_CHARS).and_then(|start| id.get(start..)).unwrap_or(id)
}

/// The rows as a table.
pub(crate) fn table(lang: Lang, names: &Names, rows: &[HistoryRow], full_ids: bool) -> Table {
    let [when, what, dose] = [words::HEADING_WHEN, words::HEADING_WHAT, words::HEADING_DOSE];
    let [side, effort, pain] = [words::HEADING_SIDE, words::HEADING_EFFORT, words::HEADING_PAIN];
    let id = words::HEADING_ID;
    let mut table = Table::new(lang, &[when, what, dose, side, effort, pain, Table::UNNAMED, id]);
    for row in rows {
        let Cells { what, dose, side, effort, pain, note } = cells(lang, names, &row.values);
        let id = if full_ids { &row.id } else { short_id(&row.id) };
        // No line ends between a number and what it counts.
        let dose = dose.replace(' ', &GLUE.to_string()).replace(&format!(",{GLUE}"), ", ");
        let cells = [when::short(&row.at), what, dose, side, effort, pain, mark(lang, row), id.to_owned()];
        table.row_over(&cells, &note);
    }
    table
}

/// What is special about a row, in a word or two.
fn mark(lang: Lang, row: &HistoryRow) -> String {
    let mut marks = match (row.deleted, row.attention) {
        (true, _) => vec![words::DELETED],
        (false, true) => vec![words::UNREADABLE],
        (false, false) => Vec::new(),
    };
    if let RowValues::Result(values) = &row.values {
        let says = |field: &Option<String>, word: &str| field.as_deref() == Some(word);
        // An ache that is allowed was no reason to stop.
        let stopped = values.stopped.as_deref().is_some_and(|reason| reason != "ache-only");
        let unusual = [
            (stopped, words::STOPPED),
            (says(&values.spread, "yes"), words::SPREAD),
            (says(&values.tingling, "lasting"), words::TINGLING),
            (says(&values.form, "unsure"), words::UNSURE),
        ];
        marks.extend(unusual.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word));
    }
    marks.iter().map(|word| word.say(lang)).collect::<Vec<_>>().join(", ")
}

/// The row on one line.
pub(crate) fn line(lang: Lang, names: &Names, row: &HistoryRow) -> String {
    let Cells { what, dose, side, effort, pain, note } = cells(lang, names, &row.values);
    let labelled = |label: Text, cell: String| match cell.as_str() {
        "" => cell,
        value => label.with("value", value).say(lang),
    };
    let (at, id, mark) = (when::short(&row.at), short_id(&row.id).to_owned(), mark(lang, row));
    let parts = [at, what, dose, side, labelled(words::EFFORT, effort), labelled(words::PAIN, pain), note, mark, id];
    let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| printable(part));
    parts.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_says_as_much_as_is_known() {
        let dose_of = |sets, reps, hold_seconds, minutes| {
            dose(Lang::En, &ResultValues { sets, reps, hold_seconds, minutes, ..ResultValues::default() })
        };
        assert_eq!(dose_of(Some(2), Some(8), Some(5), None), "2 x 8, 5 s hold");
        assert_eq!(dose_of(Some(1), None, None, None), "1 set");
        assert_eq!(dose_of(None, Some(8), None, None), "8 reps");
        assert_eq!(dose_of(None, Some(1), None, None), "1 rep");
        assert_eq!(dose_of(None, None, None, Some(20)), "20 min");
        assert_eq!(dose_of(None, None, None, None), "");
    }

    #[test]
    fn every_starting_dose_is_one_that_can_be_logged() {
        for exercise in catalogue::all() {
            let values = starting_dose(&exercise.dose);
            let values = ResultValues { exercise: Some(exercise.id.to_owned()), ..values };
            assert_eq!(values.check().map(|exercise| exercise.id), Ok(exercise.id));
            assert_ne!(dose(Lang::En, &values), "");
        }
    }

    #[test]
    fn a_long_note_is_shortened_between_letters() {
        assert_eq!(shortened(Some(&"ä".repeat(150))).chars().count(), NOTE_CHARS_MAX + 1);
        assert_eq!(shortened(Some("fine")), "fine");
    }
}
