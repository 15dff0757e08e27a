//! What went wrong, what to do about it, and the exit code that says which it was.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use lissom_relay::serve::StartError;
use lissom_relay::store::{CopyError, MigrateError, OpenError, StoreError, Verdict};

/// The end of a command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    text: String,
}

const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const NOT_FOUND: u8 = 4;
const UNAVAILABLE: u8 = 5;
const DAMAGED: u8 = 6;
const STORAGE: u8 = 7;

impl Failure {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { code: USAGE, text: text.into() }
    }

    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self { code: REFUSED, text: text.into() }
    }

    pub(crate) fn unavailable(text: impl Into<String>) -> Self {
        Self { code: UNAVAILABLE, text: text.into() }
    }

    pub(crate) fn damaged(text: impl Into<String>) -> Self {
        Self { code: DAMAGED, text: text.into() }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    fn new(code: u8, error: impl fmt::Display, advice: &str) -> Self {
        Self { code, text: format!("{error}\n  {advice}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Folder { .. } => {
                Self::new(STORAGE, &error, "Choose a folder that this user may write to: --data DIR.")
            }
            OpenError::Foreign { .. } => {
                Self::new(REFUSED, &error, "Choose another data folder (--data DIR) or another --database.")
            }
            OpenError::Unfinished => {
                Self::new(REFUSED, &error, "Give `lissom-relay migrate` again: it goes on where it was interrupted.")
            }
            OpenError::Newer { .. } => {
                Self::new(STORAGE, &error, "Install the newer lissom-relay again, or restore an older backup.")
            }
            OpenError::Missing { .. } => Self::new(
                NOT_FOUND,
                &error,
                "Check --data and --database, or make the database by starting `lissom-relay serve`.",
            ),
            OpenError::Postgres { .. } => Self::new(
                UNAVAILABLE,
                &error,
                "Check --database (host, user, password, sslmode), and that the server runs and lets this machine in.",
            ),
            OpenError::Sqlite { .. } => {
                Self::new(STORAGE, &error, "Check that this user may write to the folder and that the disk has room.")
            }
            _ => Self::new(UNAVAILABLE, &error, "Try again; this system is short of something."),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(error) => Self::new(USAGE, error, "See `lissom-relay serve --help`."),
            StartError::Open(error) => error.into(),
            StartError::Listen { ref source, .. } => {
                let advice = match source.kind() {
                    ErrorKind::AddrInUse => "Another program uses this port: stop it, or choose another --listen.",
                    ErrorKind::PermissionDenied => "Ports below 1024 are for root: choose another --listen.",
                    _ => "Choose an address of this machine: --listen 127.0.0.1:8460.",
                };
                Self::new(UNAVAILABLE, &error, advice)
            }
            StartError::Clock { .. } => {
                Self::new(UNAVAILABLE, error, "Set the clock, or wait until the network has set it, and start again.")
            }
            StartError::Runtime(_) => Self::new(UNAVAILABLE, error, "Try again; this system is short of something."),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Sqlite(inner) if inner.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::new(DAMAGED, &error, "Restore the last good backup.")
            }
            StoreError::Sqlite(_) | StoreError::DiskFull => {
                Self::new(STORAGE, &error, "Check that this user may write to the folder and that the disk has room.")
            }
            StoreError::NotHere(_) => Self::new(
                REFUSED,
                &error,
                "See `pg_dump` and `pg_restore`, and self-hosting.md on the order of things.",
            ),
            StoreError::Postgres(_) => Self::new(STORAGE, &error, "See the log of PostgreSQL; try again."),
            StoreError::VaultUnknown => {
                Self::new(NOT_FOUND, "there is no such diary", "See `lissom-relay vaults` for those that are here.")
            }
            StoreError::Ambiguous => {
                Self::new(USAGE, &error, "Give more of the id than that: at least 6 characters, as `vaults` lists it.")
            }
            StoreError::Damaged => Self::new(DAMAGED, &error, "Restore the last good backup."),
            _ => Self::new(UNAVAILABLE, &error, "Try again."),
        }
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let places =
            |verdict: &Verdict| verdict.damage.iter().map(super::operate::damage_line).collect::<Vec<_>>().join("\n  ");
        match error {
            MigrateError::SourceDamaged { ref verdict } => {
                let advice = format!("{}\n  Restore a good backup and move that.", places(verdict));
                Self::new(DAMAGED, &error, &advice)
            }
            MigrateError::TargetDamaged { ref verdict } => {
                let advice = format!("{}\n  Move into a new, empty database.", places(verdict));
                Self::new(DAMAGED, &error, &advice)
            }
            MigrateError::InUse => {
                Self::new(REFUSED, &error, "Move into a database of its own, with nothing in its schema lissom_relay.")
            }
            MigrateError::Serving => Self::new(REFUSED, &error, "Stop every node of it, and give the command again."),
            MigrateError::Missing { .. } => Self::new(
                STORAGE,
                &error,
                "Give the command again, with no node running, and to a server that does not fail over.",
            ),
            MigrateError::Open(error) => error.into(),
            MigrateError::Store(error) => error.into(),
        }
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Exists { .. } => Self::new(REFUSED, &error, "Choose another file name."),
            CopyError::NotEmpty { .. } => {
                Self::new(REFUSED, &error, "Stop the relay, move the old folder away, and restore into a new one.")
            }
            CopyError::Unfolded { .. } => Self::new(
                REFUSED,
                &error,
                "Start the relay once on that file's folder and stop it, or make the copy with `lissom-relay backup`.",
            ),
            CopyError::Missing { .. } => Self::new(NOT_FOUND, &error, "Check the file's name."),
            CopyError::Io { .. } => Self::new(STORAGE, &error, "Check the path, its permissions and the free space."),
            CopyError::Damaged { ref verdict } => {
                let places = verdict.damage.iter().map(super::operate::damage_line).collect::<Vec<_>>().join("\n  ");
                Self::new(DAMAGED, &error, &format!("{places}\n  Use an older backup."))
            }
            CopyError::Open(error) => error.into(),
            CopyError::Store(error) => error.into(),
        }
    }
}
