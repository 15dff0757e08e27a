//! Editing, deleting, restoring; export and import.

use std::path::PathBuf;
use std::sync::Arc;

use lissom_diary::Diary as Core;
use lissom_diary::core::record::Values;
use lissom_diary::core::value::Value;

use crate::cancel::{CancelToken, until};
use crate::diary::Diary;
use crate::error::LissomError;
use crate::measuring::{MeasureDraft, OwnExerciseDraft};
use crate::recording::{CheckInDraft, ResultDraft};
use crate::time::Moment;

/// A form to export in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ExportFormat {
    /// Everything, to be imported again.
    Json,
    /// The history as a table, for spreadsheets.
    Csv,
    /// One Automerge document with the present values.
    Automerge,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Imported {
    /// Records in the file.
    pub records: i32,
    /// Records that were not here before.
    pub added: i32,
    /// Edits that were not here before, of records that were.
    pub edits: i32,
}

#[uniffi::export]
impl Diary {
    /// Changes a result. `before` is what the person saw and `after` what they made of it; only what differs between the
    /// two is written, so that what another device changed meanwhile stays.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`
    pub async fn edit_result(&self, id: String, before: ResultDraft, after: ResultDraft) -> Result<(), LissomError> {
        let edit = move |core: &mut Core| {
            let (before, after) = (before.values(), after.values());
            core.edit_result(&id, |values| lay_over(values, &before, &after))
        };
        self.worker.write(edit).await
    }

    /// Changes a check-in, as `edit_result` does.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`
    pub async fn edit_check_in(
        &self,
        id: String,
        before: CheckInDraft,
        after: CheckInDraft,
    ) -> Result<(), LissomError> {
        let edit = move |core: &mut Core| {
            let (before, after) = (before.values(), after.values());
            core.edit_check_in(&id, |values| lay_over(values, &before, &after))
        };
        self.worker.write(edit).await
    }

    /// Changes a measure, as `edit_result` does.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`
    pub async fn edit_measure(&self, id: String, before: MeasureDraft, after: MeasureDraft) -> Result<(), LissomError> {
        let edit = move |core: &mut Core| {
            let (before, after) = (before.values(), after.values());
            core.edit_measure(&id, |values| lay_over(values, &before, &after))
        };
        self.worker.write(edit).await
    }

    /// Changes an exercise of the person's own, as `edit_result` does; `exercise` is the id under which results name it.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`
    pub async fn edit_own_exercise(
        &self,
        exercise: String,
        before: OwnExerciseDraft,
        after: OwnExerciseDraft,
    ) -> Result<(), LissomError> {
        let edit = move |core: &mut Core| {
            let (before, after) = (before.values(), after.values());
            let id = core.own_exercise_record(&exercise)?;
            core.edit_own_exercise(&id, |values| lay_over(values, &before, &after))
        };
        self.worker.write(edit).await
    }

    /// Moves a session, the session of a result, a check-in or a measure to another time.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`, `Kept`
    pub async fn edit_time(&self, id: String, at: Moment) -> Result<(), LissomError> {
        self.worker.write_at(at, move |core, at| core.edit_time(&id, at)).await
    }

    /// Deletes a record. It can be restored; an edit made on another device meanwhile is not lost.
    ///
    /// # Errors
    /// `NotFound`; `Kept` of what safety rests on.
    pub async fn delete(&self, id: String) -> Result<(), LissomError> {
        self.worker.write(move |core| core.delete(&id)).await
    }

    /// Brings a deleted record back.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn restore(&self, id: String) -> Result<(), LissomError> {
        self.worker.write(move |core| core.restore(&id)).await
    }

    /// Writes everything to a file, which takes its place only when it is whole; gives the number of records.
    ///
    /// # Errors
    /// `Storage`, `StorageFull`; a file that is no export of ours is not replaced.
    pub async fn export_file(&self, path: String, format: ExportFormat) -> Result<i32, LissomError> {
        let export = move |core: &mut Core| core.export(&PathBuf::from(path), format.into());
        Ok(i32::try_from(self.worker.read(export).await?).unwrap_or(i32::MAX))
    }

    /// What `export_file` writes, for a share sheet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn export_bytes(&self, format: ExportFormat) -> Result<Vec<u8>, LissomError> {
        self.worker.read(move |core| core.exported(format.into()).map(|(bytes, _)| bytes)).await
    }

    /// Reads a file that `export_file` wrote as JSON. What is here already stays as it is; all of it is imported, or
    /// nothing. Cancelled before it began, it does nothing; once begun, it goes on to its end.
    ///
    /// # Errors
    /// `Import` says which record is wrong; `Cancelled`.
    #[uniffi::method(default(cancel = None))]
    pub async fn import_file(&self, path: String, cancel: Option<Arc<CancelToken>>) -> Result<Imported, LissomError> {
        let token = cancel.clone();
        let lang = self.worker.lang;
        let import = move |desk: &mut crate::worker::Desk| {
            let core = desk.core()?;
            if token.is_some_and(|token| token.is_cancelled()) {
                return Err(LissomError::Cancelled);
            }
            core.import(&PathBuf::from(path)).map_err(|error| LissomError::of(&error, lang))
        };
        let imported = until(cancel.as_deref(), self.worker.ask(crate::worker::Ask::Writing, import)).await?;
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(Imported { records: count(imported.records), added: count(imported.added), edits: count(imported.edits) })
    }
}

/// Sets what differs between `before` and `after`; the rest stays as it is by now.
fn lay_over<V: Values>(values: &mut V, before: &V, after: &V) {
    for field in V::FIELDS {
        let (was, is) = (before.get(field.name), after.get(field.name));
        if was != is {
            values.set(field.name, is.unwrap_or(Value::Null));
        }
    }
}

impl From<ExportFormat> for lissom_diary::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Json => Self::Json,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Automerge => Self::Automerge,
        }
    }
}
