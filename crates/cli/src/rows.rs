//! Rows of the history, as JSON and as text.

use lissom_diary::core::catalogue;
use lissom_diary::core::exercise::{Dose, DoseMode};
use lissom_diary::{CheckInValues, HistoryRow, ResultValues, RowValues};
use serde::Serialize;

use crate::output::printable;
use crate::table::Table;
use crate::when;

/// Letters of a note that a table shows.
const NOTE_CHARS_MAX: usize = 40;
/// Letters at the end of an id that are enough to name a record.
const SHORT_ID_CHARS: usize = 8;

/// A row as programs see it. The names and the order are a contract; what is absent is null.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum JsonRow<'a> {
    Result(JsonResult<'a>),
    CheckIn(JsonCheckIn<'a>),
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
                })
            }
            RowValues::CheckIn(values) => {
                let CheckInValues { pain, leg, sleep, stress, .. } = *values;
                let note = values.note.as_deref();
                Self::CheckIn(JsonCheckIn { id, r#type, at, pain, leg, sleep, stress, note, deleted })
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

fn cells(values: &RowValues) -> Cells {
    match values {
        RowValues::Result(values) => Cells {
            what: exercise_name(values),
            dose: dose(values),
            side: values.side.clone().unwrap_or_default(),
            effort: values.effort.map(|effort| effort.to_string()).unwrap_or_default(),
            pain: pain(values),
            note: shortened(values.note.as_deref()),
        },
        RowValues::CheckIn(values) => Cells {
            what: "Check-in".to_owned(),
            dose: feelings(values),
            side: String::new(),
            effort: String::new(),
            pain: values.pain.map(|pain| pain.to_string()).unwrap_or_default(),
            note: shortened(values.note.as_deref()),
        },
    }
}

/// The exercise's name, or its id where the catalogue of this version has none.
pub(crate) fn exercise_name(values: &ResultValues) -> String {
    let id = values.exercise.as_deref().unwrap_or("unknown exercise");
    catalogue::find(id).map_or(id, |exercise| exercise.text.name).to_owned()
}

/// `2 x 8, 5 s hold`, or as much of it as is known.
pub(crate) fn dose(values: &ResultValues) -> String {
    let counts = match (values.sets, values.reps) {
        (Some(sets), Some(reps)) => Some(format!("{sets} x {reps}")),
        (Some(1), None) => Some("1 set".to_owned()),
        (Some(sets), None) => Some(format!("{sets} sets")),
        (None, Some(reps)) => Some(format!("{reps} reps")),
        (None, None) => None,
    };
    let hold = values.hold_seconds.map(|seconds| format!("{seconds} s hold"));
    let minutes = values.minutes.map(|minutes| format!("{minutes} min"));
    [counts, hold, minutes].into_iter().flatten().collect::<Vec<_>>().join(", ")
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

fn feelings(values: &CheckInValues) -> String {
    let said = [("leg", values.leg), ("sleep", values.sleep), ("stress", values.stress)];
    let said = said.iter().filter_map(|(name, value)| value.map(|value| format!("{name} {value}")));
    said.collect::<Vec<_>>().join(", ")
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
pub(crate) fn table(rows: &[HistoryRow], full_ids: bool) -> Table {
    let mut table = Table::new(&["When", "What", "Dose", "Side", "Effort", "Pain", "", "Id", "Note"]);
    for row in rows {
        let Cells { what, dose, side, effort, pain, note } = cells(&row.values);
        let id = if full_ids { &row.id } else { short_id(&row.id) };
        table.row(&[when::short(&row.at), what, dose, side, effort, pain, mark(row).to_owned(), id.to_owned(), note]);
    }
    table
}

/// What is special about a row.
fn mark(row: &HistoryRow) -> &'static str {
    match (row.deleted, row.attention) {
        (true, _) => "deleted",
        (false, true) => "partly unreadable",
        (false, false) => "",
    }
}

/// The row on one line.
pub(crate) fn line(row: &HistoryRow) -> String {
    let Cells { what, dose, side, effort, pain, note } = cells(&row.values);
    let labelled = |label: &str, cell: String| if cell.is_empty() { cell } else { format!("{label} {cell}") };
    let (at, id, mark) = (when::short(&row.at), short_id(&row.id).to_owned(), mark(row).to_owned());
    let parts = [at, what, dose, side, labelled("effort", effort), labelled("pain", pain), note, mark, id];
    let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| printable(part));
    parts.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_says_as_much_as_is_known() {
        let dose_of = |sets, reps, hold_seconds, minutes| {
            dose(&ResultValues { sets, reps, hold_seconds, minutes, ..ResultValues::default() })
        };
        assert_eq!(dose_of(Some(2), Some(8), Some(5), None), "2 x 8, 5 s hold");
        assert_eq!(dose_of(Some(1), None, None, None), "1 set");
        assert_eq!(dose_of(None, Some(8), None, None), "8 reps");
        assert_eq!(dose_of(None, None, None, Some(20)), "20 min");
        assert_eq!(dose_of(None, None, None, None), "");
    }

    #[test]
    fn every_starting_dose_is_one_that_can_be_logged() {
        for exercise in catalogue::all() {
            let values = starting_dose(&exercise.dose);
            let values = ResultValues { exercise: Some(exercise.id.to_owned()), ..values };
            assert_eq!(values.check().map(|exercise| exercise.id), Ok(exercise.id));
            assert_ne!(dose(&values), "");
        }
    }

    #[test]
    fn a_long_note_is_shortened_between_letters() {
        assert_eq!(shortened(Some(&"ä".repeat(50))).chars().count(), NOTE_CHARS_MAX + 1);
        assert_eq!(shortened(Some("fine")), "fine");
    }
}
