//! Why a command did not do what was asked: one line for people, or an object for programs, and an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::screening::{Purpose, questions};
use lissom_diary::texts::error::{DAMAGED_CHANGE, DAMAGED_ENTRY};
use lissom_diary::texts::relay;
use lissom_diary::{Error, RelayUrlError, system_words};
use serde::Serialize;

use crate::output::{Output, columns, escaped, named, wrap};
use crate::texts::{Arg, Sentence, Text, failure as words};

/// What keeps a command from its end.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    code: &'static str,
    message: Sentence,
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
    fn new(exit: u8, code: &'static str, message: impl Into<Sentence>) -> Self {
        Self { exit, code, message: message.into(), field: None }
    }

    /// A command line that says too little.
    pub(crate) fn usage(message: impl Into<Sentence>) -> Self {
        Self::new(USAGE, "usage", message)
    }

    /// Input that is not taken.
    pub(crate) fn refused(code: &'static str, message: impl Into<Sentence>) -> Self {
        Self::new(REFUSED, code, message)
    }

    /// Input that is not taken, with the field to look at.
    pub(crate) fn refused_field(field: &'static str, message: impl Into<Sentence>) -> Self {
        let message = words::OF_FLAG.with("flag", flag(field)).with("what", message.into());
        Self { field: Some(field), ..Self::new(REFUSED, "invalid-input", message) }
    }

    pub(crate) fn not_found(code: &'static str, message: impl Into<Sentence>) -> Self {
        Self::new(NOT_FOUND, code, message)
    }

    pub(crate) fn integrity(message: impl Into<Sentence>) -> Self {
        Self::new(INTEGRITY, "integrity", message)
    }

    pub(crate) fn storage(code: &'static str, message: impl Into<Sentence>) -> Self {
        Self::new(STORAGE, code, message)
    }

    /// Standard output cannot be written. If whoever read it has seen enough (`| head`), all is well.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(DONE, CLOSED, Text::new("", "")),
            _ => Self::storage("output", words::NO_OUTPUT.with("why", system_words(error))),
        }
    }

    /// The same once something was recorded, which nobody should record a second time.
    pub(crate) fn output_after_saving(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::output(error),
            _ => Self::storage("saved-not-shown", words::SAVED_NOT_SHOWN.with("why", system_words(error))),
        }
    }

    /// A file that a command was given cannot be read.
    pub(crate) fn file(what: impl Into<Arg>, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::not_found("no-file", words::NO_FILE.with("file", what)),
            _ => Self::storage("file", words::OF_FILE.with("file", what).with("why", system_words(error))),
        }
    }

    /// What it says to people.
    pub(crate) fn sentence(&self) -> &Sentence {
        &self.message
    }

    /// Says it on standard error; gives the exit code.
    pub(crate) fn report(self, out: Output) -> ExitCode {
        if self.code != CLOSED {
            let message = self.message.say(out.lang());
            self.write(&message, out.is_json());
        }
        ExitCode::from(self.exit)
    }

    fn write(&self, message: &str, json: bool) {
        let line = match json.then(|| self.to_json(message)).flatten() {
            Some(object) => object,
            None => named(message),
        };
        // Nobody reads our errors: then nobody can be told.
        drop(writeln!(anstream::stderr(), "{line}"));
    }

    fn to_json(&self, message: &str) -> Option<String> {
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
        let error = Body { code: self.code, message, field: self.field };
        serde_json::to_string(&Object { error }).ok().map(|json| escaped(&json))
    }

    /// Shows help, the version, or what was not understood; gives the exit code.
    pub(crate) fn report_usage(usage: &clap::Error) -> ExitCode {
        let exit = u8::try_from(usage.exit_code()).unwrap_or(USAGE);
        if usage.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
            let text = usage.to_string();
            let first = text.lines().next().unwrap_or_default();
            // Clap speaks English alone.
            Self::new(exit, "usage", Text::new("", "")).write(first.trim_start_matches("error: "), true);
        } else {
            print(usage);
        }
        ExitCode::from(exit)
    }
}

/// Clap's words, wrapped where they are an error: its help it wraps itself.
fn print(usage: &clap::Error) {
    let plain = usage.render().to_string();
    let width = columns();
    if !usage.use_stderr() || plain.lines().all(|line| line.chars().count() <= width) {
        return drop(usage.print());
    }
    let wrapped = plain.lines().map(|line| {
        let indent = line.chars().take_while(|c| *c == ' ').count();
        let lines = wrap(line, width.saturating_sub(indent));
        lines.iter().map(|line| format!("{:indent$}{line}", "").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    });
    drop(writeln!(anstream::stderr(), "{}", wrapped.collect::<Vec<_>>().join("\n")));
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, code) = kind(&error);
        if let Error::InvalidInput(refusal) = &error {
            return refused(refusal);
        }
        let field = matches!(error, Error::RelayUrl(_)).then_some("relay");
        Self { field, ..Self::new(exit, code, hinted(error.sentence(), hint(&error))) }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refused(&refusal)
    }
}

/// What to type, which the library cannot know.
fn hint(error: &Error) -> Option<Text> {
    match error {
        Error::NoDiary => Some(words::HINT_NO_DIARY),
        Error::DiaryExists => Some(words::HINT_DIARY_EXISTS),
        Error::NotFound => Some(words::HINT_NOT_FOUND),
        Error::Kept => Some(words::HINT_KEPT),
        Error::NoRelay => Some(words::HINT_NO_RELAY),
        Error::RelayUrl(RelayUrlError::NotEncrypted) => Some(words::HINT_INSECURE),
        Error::Relay(why) if why.key() == relay::NOT_ADMITTED.key() => Some(words::HINT_INVITE),
        Error::Relay(why) if why.key() == relay::HEAL_HELD.key() => Some(words::HINT_SYNC),
        Error::Integrity(what) if [DAMAGED_ENTRY.key(), DAMAGED_CHANGE.key()].contains(&what.key()) => {
            Some(words::HINT_VERIFY)
        }
        _ => None,
    }
}

/// A sentence with what to type.
pub(crate) fn hinted(what: Sentence, hint: Option<impl Into<Arg>>) -> Sentence {
    match hint {
        Some(hint) => words::HINTED.with("what", what).with("hint", hint),
        None => what,
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
        Error::Kept => (REFUSED, "kept"),
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
        Reason::InTheFuture => Some(words::HINT_FORCE),
        Reason::NotMeasured { .. } | Reason::NoSides => Some(words::HINT_LEAVE_OUT),
        Reason::UnknownExercise { nearest: None } => Some(words::HINT_EXERCISES),
        _ => None,
    };
    Failure::refused_field(refusal.field, hinted(refusal.reason.sentence(), remedy))
}

/// A field as it is spelt on the command line.
fn flag(field: &str) -> String {
    match field {
        "exercise" | "id" | "measure" | "value" | "condition" | "reason" => field.to_owned(),
        "hold_seconds" => "--hold".to_owned(),
        "at_ms" | "offset_minutes" => "--at".to_owned(),
        "in_seconds" => "--in".to_owned(),
        "out_seconds" => "--out".to_owned(),
        "every_minutes" => "--every".to_owned(),
        other if other != "age" && is_question(other) => format!("--answer {other}"),
        other => format!("--{}", other.replace('_', "-")),
    }
}

/// Whether a field is one of the safety questions.
fn is_question(field: &str) -> bool {
    let [whole, short] = [Purpose::First, Purpose::Today].map(questions);
    whole.iter().chain(short).any(|question| question.id == field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn a_refusal_names_the_flag() {
        let failure = |field, reason| Failure::from(Error::from(Refusal::new(field, reason)));
        assert_eq!(
            failure("hold_seconds", Reason::NotMeasured { instead: "minutes" }).message.say(Lang::En),
            "--hold: this exercise is measured in minutes; leave this out"
        );
        assert_eq!(
            failure("pain_before", Reason::Missing).message.say(Lang::En),
            "--pain-before: needed, and not given"
        );
        assert_eq!(failure("at_ms", Reason::NotADate).field, Some("at_ms"));
    }
}
