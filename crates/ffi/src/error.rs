//! What can go wrong, for apps: one enum, with data to decide by and a sentence to show.

use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::screening::Numbers;
use lissom_diary::sync::client::End;
use lissom_diary::texts::{Lang, Sentence};
use lissom_diary::{Error, PlanError, SyncReport};

/// Why a call did not do what was asked. In every case all that was recorded before is there still, and the object can
/// be used further.
///
/// Decide by the variant, show `text`, count `code`. Codes never change once released; texts are in the diary's language
/// and name no notes, keys or ids. Variants may be added: keep a branch for the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LissomError {
    /// An input that cannot be recorded; nothing was.
    #[error("{code}: {text}")]
    InvalidInput {
        /// The field, as it is named in drafts.
        field: String,
        /// What is wrong with it.
        code: String,
        /// Smallest allowed, of a number out of range.
        min: Option<i32>,
        /// Largest allowed, of a number out of range.
        max: Option<i32>,
        /// What was meant, perhaps.
        nearest: Option<String>,
        /// For people.
        text: String,
    },
    /// No record, plan or exercise has this id.
    #[error("{code}: {text}")]
    NotFound {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// A record that safety rests on: it stays; answering again is the way.
    #[error("{code}: {text}")]
    Kept {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// There is no leave to exercise by a plan today. Recording goes on as ever.
    #[error("{code}")]
    Locked {
        /// Stable name.
        code: String,
        /// Strictest level of the answers that lock: `a` emergency, `b` within a day, `c` within days.
        level: Option<String>,
        /// Why, what to do, and whom to call: show all of it.
        texts: Vec<String>,
    },
    /// No room on the disk. Nothing of this was saved.
    #[error("{code}: {text}")]
    StorageFull {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// The folder cannot be written, or the diary was opened to look at only.
    #[error("{code}: {text}")]
    ReadOnly {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// Another process is writing and did not finish in time: do it again.
    #[error("{code}: {text}")]
    Busy {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// Something stored is not as it was written, or the disk failed.
    #[error("{code}: {text}")]
    Storage {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// A newer version wrote this: the app has to be updated.
    #[error("{code}: {text}")]
    UpdateNeeded {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// There is no diary in the folder.
    #[error("{code}: {text}")]
    NoDiary {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// There is a diary in the folder already, or a secret without one (`error.secret_alone`).
    #[error("{code}: {text}")]
    DiaryExists {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// The folder was joined to another diary meanwhile: open it again.
    #[error("{code}: {text}")]
    VaultChanged {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// The relay was not reached, or does not take this now. Nothing was lost; the next sync goes on from there.
    #[error("{code}: {text}")]
    Relay {
        /// Stable name, such as `sync.unreachable`.
        code: String,
        /// Whether trying again later may help by itself.
        retry: bool,
        /// Changes here that the relay has not confirmed.
        unsynced: Option<i32>,
        /// For people.
        text: String,
    },
    /// The relay has no diary with these words.
    #[error("{code}: {text}")]
    UnknownVault {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// A file to import is not what it should be; nothing was imported.
    #[error("{code}: {text}")]
    Import {
        /// Stable name.
        code: String,
        /// For people.
        text: String,
    },
    /// The app cancelled this, another sync took its place, or the session is over: an answer that comes again after the
    /// last step gets this.
    #[error("cancelled")]
    Cancelled,
    /// An answer to an exchange that is over, or that was never asked for. Nothing happened; the session goes on.
    #[error("out-of-turn")]
    OutOfTurn,
    /// The diary is suspended: call `resume` first.
    #[error("suspended")]
    Suspended,
    /// The diary was closed.
    #[error("closed")]
    Closed,
    /// Code of the app that was called from here failed: a key store, an observer, a log sink.
    #[error("{code}")]
    Callback {
        /// Stable name.
        code: String,
    },
    /// A fault of this library. What it was is in the log, by its place in the source.
    #[error("{code}")]
    Internal {
        /// Stable name.
        code: String,
    },
}

impl LissomError {
    /// A fault of this library.
    pub(crate) fn internal(code: &str) -> Self {
        Self::Internal { code: code.to_owned() }
    }

    /// An input that is refused before the diary sees it.
    pub(crate) fn refused(refusal: &Refusal, lang: Lang) -> Self {
        let (mut min, mut max, mut nearest) = (None, None, None);
        match &refusal.reason {
            Reason::OutOfRange { min: least, max: most, .. } => {
                (min, max) = (i32::try_from(*least).ok(), i32::try_from(*most).ok());
            }
            Reason::UnknownExercise { nearest: near }
            | Reason::UnknownMeasure { nearest: near }
            | Reason::UnknownId { nearest: near } => nearest = near.map(str::to_owned),
            Reason::TooLong { max: most, .. } | Reason::TooMany { max: most, .. } => {
                max = i32::try_from(*most).ok();
            }
            _ => {}
        }
        Self::InvalidInput {
            field: refusal.field.to_owned(),
            code: refusal.reason.sentence().key().to_owned(),
            min,
            max,
            nearest,
            text: refusal.sentence().say(lang),
        }
    }

    /// A word that is none of those allowed.
    pub(crate) fn not_a_choice(field: &'static str, choices: &'static [&'static str]) -> Self {
        Self::refused(&Refusal::new(field, Reason::NotAChoice { choices }), Lang::En)
    }

    pub(crate) fn of(error: &Error, lang: Lang) -> Self {
        let sentence = error.sentence();
        let (code, text) = (sentence.key().to_owned(), sentence.say(lang));
        let field = |field: &str| Self::InvalidInput {
            field: field.to_owned(),
            code: code.clone(),
            min: None,
            max: None,
            nearest: None,
            text: text.clone(),
        };
        match error {
            Error::InvalidInput(refusal) => Self::refused(refusal, lang),
            Error::Phrase(_) => field("phrase"),
            Error::RelayUrl(_) => field("url"),
            Error::NoRelay => field("relay"),
            Error::Import(_) => Self::Import { code, text },
            Error::WouldLeaveBehind(_) | Error::UpdateNeeded | Error::Newer { .. } => Self::UpdateNeeded { code, text },
            Error::VaultChanged => Self::VaultChanged { code, text },
            Error::SecretAlone | Error::DiaryExists => Self::DiaryExists { code, text },
            Error::NoDiary => Self::NoDiary { code, text },
            Error::NotFound => Self::NotFound { code, text },
            Error::Kept => Self::Kept { code, text },
            Error::Relay(_) => Self::Relay { code, retry: true, unsynced: None, text },
            Error::UnknownVault => Self::UnknownVault { code, text },
            Error::StorageFull => Self::StorageFull { code, text },
            Error::ReadOnly(_) => Self::ReadOnly { code, text },
            Error::Busy => Self::Busy { code, text },
            Error::Integrity(_) | Error::File { .. } | Error::Database(_) => Self::Storage { code, text },
        }
    }

    /// `numbers` are those of the person's country: whom to call stands in what locks.
    pub(crate) fn of_plan(error: PlanError, numbers: Numbers, lang: Lang) -> Self {
        use lissom_diary::core::plan::NotDone;
        match error {
            PlanError::Locked(locked) => Self::Locked {
                code: "plan.locked".to_owned(),
                level: locked.level().map(|level| level.letter().to_owned()),
                texts: say_all(&locked.sentences(numbers), lang),
            },
            PlanError::NotDone(NotDone::Refused(refusal)) => Self::refused(&refusal, lang),
            PlanError::NotDone(NotDone::Blocked { out, instead }) => Self::InvalidInput {
                field: "exercise".to_owned(),
                code: "plan.blocked".to_owned(),
                min: None,
                max: None,
                nearest: instead.first().map(|exercise| exercise.id.to_owned()),
                text: out.sentence().say(lang),
            },
            PlanError::NoPlan => {
                let sentence = Sentence::from(lissom_diary::texts::error::NO_PLAN);
                Self::NotFound { code: sentence.key().to_owned(), text: sentence.say(lang) }
            }
            PlanError::Diary(error) => Self::of(&error, lang),
        }
    }

    /// The error of a sync that did not come to its end; `None` for one that did, or whose time ran out.
    pub(crate) fn of_sync(report: &SyncReport, lang: Lang) -> Option<Self> {
        let error = report.check().err()?;
        let (code, retry) = match &report.end {
            End::Done | End::OutOfTime => return None,
            End::VaultUnknown => return Some(Self::of(&error, lang)),
            End::Unreachable(_) => ("sync.unreachable", true),
            End::PushHeld(_) => ("sync.push-held", true),
            End::HealHeld => ("sync.repair-held", true),
            End::NotAdmitted(_) => ("sync.not-admitted", false),
            End::Gone { .. } => ("sync.gone", false),
            End::Misbehaving(_) => ("sync.misbehaving", false),
            End::Refused(_) => ("sync.refused", true),
        };
        let text = error.sentence().say(lang);
        Some(Self::Relay { code: code.to_owned(), retry, unsynced: i32::try_from(report.unsynced).ok(), text })
    }
}

/// Sentences in a language.
pub(crate) fn say_all(sentences: &[Sentence], lang: Lang) -> Vec<String> {
    sentences.iter().map(|sentence| sentence.say(lang)).collect()
}

impl From<uniffi::UnexpectedUniFFICallbackError> for LissomError {
    /// What the app's code threw is not repeated: it may be a stack trace, or a person's words.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Callback { code: "callback.threw".to_owned() }
    }
}
