//! What can go wrong, one variant for each thing that an app can do about it.

use std::fmt;
use std::io::ErrorKind as System;

use lissom_core::document::{LoadError, WriteError};
use lissom_core::refusal::Refusal;
use lissom_sync::client::Violation;
use lissom_sync::phrase::{PhraseError, WORDS};
use lissom_sync::protocol::problem::ProblemKind;
use rusqlite::ErrorCode;

use crate::texts::{self, Arg, Lang, Sentence, error as words, relay};
use crate::transport::RelayUrlError;

/// Why a call did not do what was asked. In every case all that was recorded before is there still.
///
/// Texts name fields and numbers, never notes, keys or ids. [`Error::sentence`] says it in any language; as text it
/// is English.
#[derive(Debug)]
pub enum Error {
    /// The input cannot be recorded; says which field and why.
    InvalidInput(Refusal),
    /// The words are not a phrase.
    Phrase(PhraseError),
    /// The relay's address cannot be used.
    RelayUrl(RelayUrlError),
    /// A file to import is not what it should be; nothing was imported.
    Import(Sentence),
    /// This diary holds what would be left behind.
    WouldLeaveBehind(usize),
    /// The folder was joined to another diary since it was opened.
    VaultChanged,
    /// A secret without a diary.
    SecretAlone,
    /// There is no diary in the folder.
    NoDiary,
    /// There is a diary in the folder already.
    DiaryExists,
    /// No record has this id.
    NotFound,
    /// A record that safety rests on: it stays, and answering again is the way.
    Kept,
    /// No relay is set.
    NoRelay,
    /// The relay could not be reached, or it refused; nothing was lost.
    Relay(Sentence),
    /// The relay has no diary with these words.
    UnknownVault,
    /// Something stored is not as it was written.
    Integrity(Sentence),
    /// No room left to write.
    StorageFull,
    /// The folder or the database cannot be written.
    ReadOnly(Sentence),
    /// The database is from a newer version of this program.
    Newer {
        /// Version of the database.
        found: i64,
        /// Highest version known here.
        known: i64,
    },
    /// The document holds what only a newer version may add to.
    UpdateNeeded,
    /// Another process is writing and did not finish in time.
    Busy,
    /// A file could not be read or written.
    File {
        /// Which file, and what was tried.
        what: Sentence,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed in a way that has no better name; in its own English words.
    Database(String),
}

impl Error {
    /// A file error with what was tried.
    pub(crate) fn file(what: impl Into<Sentence>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| match source.kind() {
            System::StorageFull => Self::StorageFull,
            _ => Self::File { what, source },
        }
    }

    /// A stored thing that is not as it was written.
    pub(crate) fn integrity(what: impl Into<Sentence>) -> Self {
        Self::Integrity(what.into())
    }

    /// It for people, in whatever language they read. Its key says more than the variant, for hints of an app's own.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::InvalidInput(refusal) => refusal.sentence(),
            Self::Phrase(error) => phrase(*error),
            Self::RelayUrl(error) => error.sentence(),
            Self::Import(why) => words::IMPORT.with("why", why.clone()),
            Self::WouldLeaveBehind(count) => words::WOULD_LEAVE_BEHIND.with("n", *count),
            Self::VaultChanged => words::VAULT_CHANGED.into(),
            Self::SecretAlone => words::SECRET_ALONE.into(),
            Self::NoDiary => words::NO_DIARY.into(),
            Self::DiaryExists => words::DIARY_EXISTS.into(),
            Self::NotFound => words::NOT_FOUND.into(),
            Self::Kept => words::KEPT.into(),
            Self::NoRelay => words::NO_RELAY.into(),
            Self::Relay(why) => why.clone(),
            Self::UnknownVault => words::UNKNOWN_VAULT.into(),
            Self::Integrity(what) => words::INTEGRITY.with("what", what.clone()),
            Self::StorageFull => words::STORAGE_FULL.into(),
            Self::ReadOnly(why) => words::READ_ONLY.with("why", why.clone()),
            Self::Newer { found, known } => words::NEWER.with("found", *found).with("known", *known),
            Self::UpdateNeeded => words::UPDATE_NEEDED.into(),
            Self::Busy => words::BUSY.into(),
            Self::File { what, source } => words::FILE.with("what", what.clone()).with("why", system_words(source)),
            Self::Database(why) => words::DATABASE.with("why", why.as_str()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence().say(Lang::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// What the system says about a file, for people; in its own words where it is seldom.
#[must_use]
pub fn system_words(error: &std::io::Error) -> Sentence {
    let text = match error.kind() {
        System::NotFound => words::SYSTEM_NOT_FOUND,
        System::PermissionDenied => words::SYSTEM_PERMISSION_DENIED,
        System::AlreadyExists => words::SYSTEM_ALREADY_EXISTS,
        System::IsADirectory => words::SYSTEM_IS_A_DIRECTORY,
        System::NotADirectory => words::SYSTEM_NOT_A_DIRECTORY,
        System::ReadOnlyFilesystem => words::SYSTEM_READ_ONLY,
        System::StorageFull => words::SYSTEM_STORAGE_FULL,
        System::InvalidData => words::SYSTEM_NOT_TEXT,
        _ => return words::SYSTEM_OTHER.with("words", error.to_string()),
    };
    text.into()
}

fn phrase(error: PhraseError) -> Sentence {
    match error {
        PhraseError::WordCount { found } => words::PHRASE_WORD_COUNT.with("n", found).with("needed", WORDS),
        PhraseError::UnknownWord { place } => words::PHRASE_UNKNOWN_WORD.with("place", place),
        PhraseError::Checksum => words::PHRASE_CHECKSUM.into(),
    }
}

/// What a relay answered, for people.
pub(crate) fn problem(kind: ProblemKind) -> Arg {
    let key = format!("problem.{}", kind.word().replace('-', "_"));
    texts::find(&key).map_or_else(|| Arg::from(kind.title()), Arg::from)
}

/// What no honest relay says, for people.
pub(crate) fn violation(violation: Violation) -> Sentence {
    let text = match violation {
        Violation::PageFacts => relay::VIOLATION_PAGE_FACTS,
        Violation::PageForm => relay::VIOLATION_PAGE_FORM,
        Violation::PagePositions => relay::VIOLATION_PAGE_POSITIONS,
        Violation::PageChain => relay::VIOLATION_PAGE_CHAIN,
        Violation::PageEmpty => relay::VIOLATION_PAGE_EMPTY,
        Violation::Repeated => relay::VIOLATION_REPEATED,
        Violation::AckForm => relay::VIOLATION_ACK_FORM,
        Violation::StartDiverged => relay::VIOLATION_START_DIVERGED,
        Violation::EndlessGap => relay::VIOLATION_ENDLESS_GAP,
    };
    text.into()
}

/// Why the relay was not reached, for people. The client says it in English, since it is pure and has no texts.
pub(crate) fn unreachable(why: &str) -> Sentence {
    let status = why.strip_suffix(')').and_then(|why| why.rsplit_once(" (HTTP ")).map(|(_, status)| status);
    if let Some(status) = status {
        let sentence = relay::CLIENT_FOREIGN_STATUS.with("status", status);
        if sentence.say(Lang::En) == why {
            return sentence;
        }
    }
    let known = [relay::CLIENT_NOT_BEGUN, relay::CLIENT_CHALLENGE, relay::CLIENT_NO_PROOF, relay::CLIENT_FOREIGN];
    let known = known.into_iter().find(|text| text.say(Lang::En) == why);
    known.map_or_else(|| relay::TRANSPORT.with("words", why), Sentence::from)
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::InvalidInput(refusal)
    }
}

impl From<PhraseError> for Error {
    fn from(error: PhraseError) -> Self {
        Self::Phrase(error)
    }
}

impl From<RelayUrlError> for Error {
    fn from(error: RelayUrlError) -> Self {
        Self::RelayUrl(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else { return Self::Database(error.to_string()) };
        match code {
            ErrorCode::DiskFull => Self::StorageFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly(words::WHY_DATABASE_READ_ONLY.into()),
            ErrorCode::CannotOpen => Self::ReadOnly(words::WHY_DATABASE_UNOPENED.into()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::integrity(words::DAMAGED_DATABASE),
            // The message names tables and columns, never values.
            _ => Self::Database(format!("{code:?}")),
        }
    }
}

impl From<LoadError> for Error {
    fn from(_: LoadError) -> Self {
        Self::integrity(words::DAMAGED_DOCUMENT)
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        Self::Database(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_of_a_relay_has_its_text() {
        for kind in ProblemKind::ALL {
            let Arg::Sentence(said) = problem(*kind) else { panic!("texts/problem.toml lacks {}", kind.word()) };
            assert_eq!(said.say(Lang::En), kind.title().to_lowercase());
        }
    }

    #[test]
    fn what_the_client_says_of_an_unreachable_relay_has_its_text() {
        let source = include_str!("../../sync/src/client.rs");
        let said = source.split("End::Unreachable(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let said: Vec<&str> = said.collect();
        assert!(said.len() >= 4, "{said:?}");
        for why in said.into_iter().chain(["something that is not a Lissom relay answers at this address (HTTP 404)"]) {
            assert_ne!(unreachable(why).key(), relay::TRANSPORT.key(), "texts/relay.toml lacks: {why}");
            assert_eq!(unreachable(why).say(Lang::En), why);
        }
        assert_eq!(unreachable("no carrier").say(Lang::Pseudo), "⟦no carrier⟧");
    }

    #[test]
    fn an_error_is_english_as_text_and_translates_as_a_sentence() {
        let error = Error::from(PhraseError::WordCount { found: 23 });
        assert_eq!(error.to_string(), PhraseError::WordCount { found: 23 }.to_string());
        assert_eq!(Error::NoRelay.sentence().say(Lang::Pseudo), "⟦ñö ŕéļáý îš šéţ····⟧");
        for violated in [Violation::PageFacts, Violation::Repeated, Violation::EndlessGap] {
            assert_eq!(violation(violated).say(Lang::En), violated.to_string());
        }
    }
}
