//! What can go wrong, one variant for each thing that an app can do about it.

use lissom_core::document::{LoadError, WriteError};
use lissom_core::refusal::Refusal;
use lissom_sync::phrase::PhraseError;
use rusqlite::ErrorCode;

use crate::transport::RelayUrlError;

/// Why a call did not do what was asked. In every case all that was recorded before is there still.
///
/// Texts name fields and numbers, never notes, keys or ids.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input cannot be recorded; says which field and why.
    #[error(transparent)]
    InvalidInput(#[from] Refusal),
    /// The words are not a phrase.
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    /// The relay's address cannot be used.
    #[error(transparent)]
    RelayUrl(#[from] RelayUrlError),
    /// A file to import is not what it should be; nothing was imported.
    #[error("this file cannot be imported: {0}")]
    Import(String),
    /// This diary holds what would be left behind.
    #[error(
        "{0} that this version cannot read would be left behind; update this program first, or move the folder away and join into an empty one"
    )]
    WouldLeaveBehind(usize),
    /// The folder was joined to another diary since it was opened.
    #[error("this folder was joined to another diary meanwhile; open it again")]
    VaultChanged,
    /// A secret without a diary.
    #[error(
        "there is a file `secret` in this folder and no diary: one was here before. Join with its 24 words, or move the file away first"
    )]
    SecretAlone,
    /// There is no diary in the folder.
    #[error("there is no diary in this folder yet; make one with `lissom init`, or join one with `lissom join`")]
    NoDiary,
    /// There is a diary in the folder already.
    #[error("there is a diary in this folder already")]
    DiaryExists,
    /// No record has this id.
    #[error("no record has this id; `lissom history --deleted` lists them all")]
    NotFound,
    /// No relay is set.
    #[error("no relay is set; set one with `lissom relay URL`")]
    NoRelay,
    /// The relay could not be reached, or it refused; nothing was lost.
    #[error("{0}")]
    Relay(String),
    /// The relay has no diary with these words.
    #[error(
        "this relay knows no diary with these words; check the words, and that the address is the one of the other device"
    )]
    UnknownVault,
    /// Something stored is not as it was written.
    #[error("integrity: {0}")]
    Integrity(String),
    /// No room left to write.
    #[error("the disk is full; nothing of this was saved. Free some space and do it again")]
    StorageFull,
    /// The folder or the database cannot be written.
    #[error("the diary's folder cannot be written: {0}")]
    ReadOnly(String),
    /// The database is from a newer version of this program.
    #[error("this diary was written by a newer version (schema {found}, this one knows {known}); update this program")]
    Newer {
        /// Version of the database.
        found: i64,
        /// Highest version known here.
        known: i64,
    },
    /// The document holds what only a newer version may add to.
    #[error(
        "a newer version on another device changed how this part of the diary works; update this program to write to it"
    )]
    UpdateNeeded,
    /// Another process is writing and did not finish in time.
    #[error("another program is using the diary and did not finish in time; try again")]
    Busy,
    /// A file could not be read or written.
    #[error("{what}: {source}")]
    File {
        /// Which file, and what was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed in a way that has no better name.
    #[error("the database failed: {0}")]
    Database(String),
}

impl Error {
    /// A file error with what was tried.
    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull => Self::StorageFull,
            _ => Self::File { what, source },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else { return Self::Database(error.to_string()) };
        match code {
            ErrorCode::DiskFull => Self::StorageFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly("the database is read-only".to_owned()),
            ErrorCode::CannotOpen => Self::ReadOnly("the database cannot be opened".to_owned()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                Self::Integrity("the database file is damaged; keep it, and restore a copy or join again".to_owned())
            }
            // The message names tables and columns, never values.
            _ => Self::Database(format!("{code:?}")),
        }
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::Integrity(error.to_string())
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        Self::Database(error.to_string())
    }
}
