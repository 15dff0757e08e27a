//! Why a command did not do what was asked: one line for people, or an object for programs, and an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::{Error, RelayUrlError};
use serde::Serialize;

/// What keeps a command from its end.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    code: &'static str,
    message: String,
    field: Option<&'static str>,
}

const DONE: u8 = 0;
const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const NOT_FOUND: u8 = 4;
const OFFLINE: u8 = 5;
const INTEGRITY: u8 = 6;
const STORAGE: u8 = 7;

/// Code of a reader that went away; not a failure of ours.
const CLOSED: &str = "closed";

impl Failure {
    fn new(exit: u8, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), field: None }
    }

    /// A command line that says too little.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, "usage", message)
    }

    /// Input that is not taken.
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(REFUSED, code, message)
    }

    /// Input that is not taken, with the field to look at.
    pub(crate) fn refused_field(field: &'static str, message: impl std::fmt::Display) -> Self {
        let message = format!("{}: {message}", flag(field));
        Self { field: Some(field), ..Self::new(REFUSED, "invalid-input", message) }
    }

    pub(crate) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(NOT_FOUND, code, message)
    }

    pub(crate) fn integrity(message: impl Into<String>) -> Self {
        Self::new(INTEGRITY, "integrity", message)
    }

    pub(crate) fn storage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(STORAGE, code, message)
    }

    /// Standard output cannot be written. If whoever read it has seen enough (`| head`), all is well.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(DONE, CLOSED, ""),
            _ => Self::storage("output", format!("the answer cannot be written: {error}")),
        }
    }

    /// A file that a command was given cannot be read.
    pub(crate) fn file(what: &str, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::not_found("no-file", format!("{what}: there is no such file")),
            _ => Self::storage("file", format!("{what}: {error}")),
        }
    }

    /// The line for people, without `lissom:`.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Says it on standard error; gives the exit code.
    pub(crate) fn report(self, json: bool) -> ExitCode {
        if self.code != CLOSED {
            self.say(json);
        }
        ExitCode::from(self.exit)
    }

    fn say(&self, json: bool) {
        let line = match json.then(|| self.to_json()).flatten() {
            Some(object) => object,
            None => format!("lissom: {}", self.message.replace('\n', " ")),
        };
        // Nobody reads our errors: then nobody can be told.
        drop(writeln!(anstream::stderr(), "{line}"));
    }

    fn to_json(&self) -> Option<String> {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'static str,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<&'static str>,
        }
        #[derive(Serialize)]
        struct Object<'a> {
            error: Body<'a>,
        }
        let error = Body { code: self.code, message: &self.message, field: self.field };
        serde_json::to_string(&Object { error }).ok()
    }

    /// Shows help, the version, or what was not understood; gives the exit code.
    pub(crate) fn report_usage(usage: &clap::Error) -> ExitCode {
        let exit = u8::try_from(usage.exit_code()).unwrap_or(USAGE);
        if usage.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
            let text = usage.to_string();
            let first = text.lines().next().unwrap_or_default();
            Self::new(exit, "usage", first.trim_start_matches("error: ")).say(true);
        } else {
            drop(usage.print());
        }
        ExitCode::from(exit)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, code) = kind(&error);
        match error {
            Error::InvalidInput(refusal) => refused(&refusal),
            Error::RelayUrl(RelayUrlError::Form | RelayUrlError::NotEncrypted) => {
                Self { field: Some("relay"), ..Self::new(exit, code, error.to_string()) }
            }
            Error::DiaryExists => {
                let text = format!("{error}; `lissom status` shows it, and --data DIR begins another one elsewhere");
                Self::new(exit, code, text)
            }
            other => Self::new(exit, code, other.to_string()),
        }
    }
}

/// Exit code, and a stable word for programs.
fn kind(error: &Error) -> (u8, &'static str) {
    match error {
        Error::InvalidInput(_) => (REFUSED, "invalid-input"),
        Error::Phrase(_) => (REFUSED, "phrase"),
        Error::RelayUrl(_) => (REFUSED, "relay-url"),
        Error::Import(_) => (REFUSED, "import"),
        Error::WouldLeaveBehind(_) => (REFUSED, "would-leave-behind"),
        Error::DiaryExists => (REFUSED, "diary-exists"),
        Error::NoDiary => (NOT_FOUND, "no-diary"),
        Error::NotFound => (NOT_FOUND, "not-found"),
        Error::NoRelay => (OFFLINE, "no-relay"),
        Error::Relay(_) => (OFFLINE, "relay"),
        Error::UnknownVault => (OFFLINE, "unknown-vault"),
        Error::Integrity(_) => (INTEGRITY, "integrity"),
        Error::StorageFull => (STORAGE, "storage-full"),
        Error::ReadOnly(_) => (STORAGE, "read-only"),
        Error::Newer { .. } => (STORAGE, "newer-version"),
        Error::UpdateNeeded => (STORAGE, "update-needed"),
        Error::Busy => (STORAGE, "busy"),
        Error::VaultChanged => (STORAGE, "vault-changed"),
        Error::SecretAlone => (REFUSED, "secret-alone"),
        Error::Database(_) => (STORAGE, "database"),
        Error::File { source, .. } => match source.kind() {
            std::io::ErrorKind::NotFound => (NOT_FOUND, "no-file"),
            std::io::ErrorKind::AlreadyExists => (REFUSED, "file-exists"),
            _ => (STORAGE, "file"),
        },
    }
}

fn refused(refusal: &Refusal) -> Failure {
    let remedy = match &refusal.reason {
        Reason::InTheFuture => "; --force records it all the same",
        Reason::NotMeasured { .. } | Reason::NoSides => "; leave this out",
        _ => "",
    };
    Failure::refused_field(refusal.field, format_args!("{}{remedy}", refusal.reason))
}

/// A field as it is spelt on the command line.
fn flag(field: &str) -> String {
    match field {
        "exercise" | "id" => field.to_owned(),
        "hold_seconds" => "--hold".to_owned(),
        "at_ms" | "offset_minutes" => "--at".to_owned(),
        other => format!("--{}", other.replace('_', "-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_flag() {
        let failure = |field, reason| Failure::from(Error::from(Refusal::new(field, reason)));
        assert_eq!(
            failure("hold_seconds", Reason::NotMeasured { instead: "minutes" }).message,
            "--hold: this exercise is measured in minutes; leave this out"
        );
        assert_eq!(failure("pain_before", Reason::Missing).message, "--pain-before: needed, and not given");
        assert_eq!(failure("at_ms", Reason::NotADate).field, Some("at_ms"));
    }
}
