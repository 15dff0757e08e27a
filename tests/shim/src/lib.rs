//! Cuts the power of real programs, and breaks their disk.
//!
//! [`Shim`] is put under a program and writes down what it does to one folder. [`Disk`] takes that in and says what a power
//! cut at any moment could have left. [`Fault`] makes a program's write or flush fail. What a cut cannot show, because
//! the page cache outlives the process, is the business of the tests that kill.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test stops where it fails, and here is nothing but tests' material"
)]

mod disk;
mod journal;
mod random;

use std::path::{Path, PathBuf};
use std::process::Command;

pub use self::disk::{Cut, Disk};
pub use self::journal::{Record, read};
pub use self::random::Random;

/// The shim, compiled by the build script.
const LIBRARY: &str = concat!(env!("OUT_DIR"), "/libshim.so");

/// Writes down what programs do to one folder, one program after the other.
#[derive(Debug, Clone)]
pub struct Shim {
    root: PathBuf,
    journal: PathBuf,
}

impl Shim {
    /// A shim over a folder that is there and empty; the journal lies outside of it.
    #[must_use]
    pub fn over(root: &Path, journal: &Path) -> Self {
        // The programs name files as they were told to; no link may stand between.
        let root = root.canonicalize().expect("a folder to watch");
        Self { root, journal: journal.to_owned() }
    }

    /// The folder, as programs have to name it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts it under a program.
    pub fn under(&self, command: &mut Command) {
        command.env("LD_PRELOAD", LIBRARY).env("SHIM_ROOT", &self.root).env("SHIM_JOURNAL", &self.journal);
    }

    /// What has been written down so far.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        read(&self.journal)
    }
}

/// Which calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Writing, and giving a file another length.
    Write,
    /// Flushing a file or a folder.
    Sync,
}

/// What the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errno {
    /// The disk is broken.
    Io = 5,
    /// The disk is full.
    NoSpace = 28,
}

/// A call that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub call: Call,
    /// The first one that fails, from 1.
    pub at: usize,
    /// Whether all that follow fail as well.
    pub lasting: bool,
    /// How.
    pub errno: Errno,
}

impl Fault {
    /// Every kind of fault at one place.
    #[must_use]
    pub fn kinds() -> Vec<Self> {
        let mut kinds = Vec::new();
        for call in [Call::Write, Call::Sync] {
            for lasting in [false, true] {
                for errno in [Errno::Io, Errno::NoSpace] {
                    kinds.push(Self { call, at: 1, lasting, errno });
                }
            }
        }
        kinds
    }

    /// Puts it under a program, for the files in a folder. The file `failed` will be there once it has happened; if
    /// `armed` is given, nothing is counted before that file is there.
    pub fn under(&self, command: &mut Command, root: &Path, failed: &Path, armed: Option<&Path>) {
        let call = if self.call == Call::Write { "write" } else { "sync" };
        let how = if self.lasting { "lasting" } else { "once" };
        let root = root.canonicalize().expect("a folder to watch");
        command.env("LD_PRELOAD", LIBRARY).env("SHIM_ROOT", root).env("SHIM_FAILED", failed);
        command.env("SHIM_FAIL", format!("{call}:{}:{}:{how}", self.at, self.errno as i32));
        if let Some(armed) = armed {
            command.env("SHIM_ARMED", armed);
        }
    }
}

/// A number from the environment: how much more to do than ordinary tests do.
#[must_use]
pub fn asked(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}
