//! Where the diary is, and where answers go.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use lissom_diary::core::day::Day;
use lissom_diary::{Diary, Error, SystemHost};

use crate::failure::Failure;
use crate::output::Output;
use crate::texts::{Lang, failure};
use crate::when;

/// What every command is given.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    data: Option<PathBuf>,
    max_bytes: Option<u64>,
    as_of: Option<String>,
    pub(crate) out: Output,
}

impl Context {
    pub(crate) fn new(data: Option<PathBuf>, max_bytes: Option<u64>, out: Output) -> Self {
        // An empty LISSOM_DATA is one that was not meant to be set.
        let data = data.filter(|data| !data.as_os_str().is_empty()).or_else(default_folder);
        Self { data, max_bytes, as_of: None, out }
    }

    /// With `--today`: what there is to say is said as of that day.
    pub(crate) fn on(self, as_of: Option<String>) -> Self {
        Self { as_of, ..self }
    }

    /// The local day for which advice is given: today, unless `--today` names another.
    pub(crate) fn today(&self) -> Result<Day, Failure> {
        match &self.as_of {
            Some(day) => when::local_day("today", day),
            None => Ok(Day::of(when::now()?)),
        }
    }

    /// The language of whoever reads.
    pub(crate) fn lang(&self) -> Lang {
        self.out.lang()
    }

    /// The folder of the diary, whether there is one in it or not.
    pub(crate) fn folder(&self) -> Result<&Path, Failure> {
        self.data.as_deref().ok_or_else(|| Failure::refused("no-folder", failure::NO_HOME))
    }

    /// Opens the diary.
    pub(crate) fn open(&self) -> Result<Diary, Failure> {
        let diary = Diary::open(self.folder()?, SystemHost)?;
        self.leave_room(&diary)?;
        Ok(diary)
    }

    /// Opens the diary if there is one. One that cannot be opened is told of, and kept from nothing else.
    pub(crate) fn open_if_there(&self) -> Option<Diary> {
        match Diary::open(self.data.as_deref()?, SystemHost) {
            Ok(diary) => Some(diary),
            Err(Error::NoDiary) => None,
            Err(error) => {
                self.out.warn(error.sentence());
                None
            }
        }
    }

    /// Holds a diary to `--max-bytes`.
    pub(crate) fn leave_room(&self, diary: &Diary) -> Result<(), Failure> {
        self.max_bytes.map_or(Ok(()), |bytes| Ok(diary.limit_size(bytes)?))
    }
}

/// `~/.local/share/lissom`, `~/Library/Application Support/lissom`, `%APPDATA%\lissom\data`.
fn default_folder() -> Option<PathBuf> {
    ProjectDirs::from("", "", "lissom").map(|folders| folders.data_dir().to_owned())
}
