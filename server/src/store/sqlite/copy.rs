//! Backup while serving, and restore into an empty folder. Both verify before they say that it is done.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::readers::read_transaction;
use super::{schema, verify};
use crate::store::verdict::Verdict;
use crate::store::{FILE_NAME, OpenError, StoreError};

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The file to be written is there already.
    #[error("{} exists already; a backup overwrites nothing", file.display())]
    Exists {
        /// Which file.
        file: PathBuf,
    },
    /// The folder to restore into has something in it.
    #[error("{} is not empty; restore needs an empty or new folder", folder.display())]
    NotEmpty {
        /// Which folder.
        folder: PathBuf,
    },
    /// The file to restore from is only a part of its database.
    #[error("{} has its newest data in {}", file.display(), log.display())]
    Unfolded {
        /// Which file.
        file: PathBuf,
        /// The write-ahead log beside it.
        log: PathBuf,
    },
    /// There is no such file.
    #[error("there is no file {}", file.display())]
    Missing {
        /// Which file.
        file: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The copy is damaged, and so was not put in place.
    #[error("the copy is damaged in {} places and was not put in place", verdict.damage.len())]
    Damaged {
        /// What is wrong.
        verdict: Verdict,
    },
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn at(file: &Path) -> impl FnOnce(io::Error) -> CopyError {
    move |source| CopyError::Io { file: file.to_owned(), source }
}

pub(super) fn backup(connection: &Connection, file: &Path) -> Result<Verdict, CopyError> {
    if file.exists() {
        return Err(CopyError::Exists { file: file.to_owned() });
    }
    let partial = beside(file, ".partial");
    // A backup that was broken off leaves a part that nobody needs.
    drop(fs::remove_file(&partial));
    let made = schema::create_private(&partial).map_err(at(&partial)).and_then(|created| {
        drop(created);
        let name = partial.to_string_lossy();
        connection.execute("VACUUM INTO ?1", [name.as_ref()]).map_err(StoreError::from)?;
        let verdict = verify_file(&partial)?;
        put_in_place(&partial, file)?;
        Ok(verdict)
    });
    if made.is_err() {
        drop(fs::remove_file(&partial));
    }
    made
}

/// Restores a backup into an empty or new data folder.
///
/// # Errors
/// [`CopyError`] if the folder has something in it, or the backup is missing, damaged, newer than this program, or
/// has a write-ahead log beside it.
pub fn restore(file: &Path, folder: &Path) -> Result<Verdict, CopyError> {
    if !file.is_file() {
        return Err(CopyError::Missing { file: file.to_owned() });
    }
    // Without it the newest entries, or even all of them, would be missing without a word.
    let log = beside(file, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(CopyError::Unfolded { file: file.to_owned(), log });
    }
    schema::make_folder(folder)?;
    if fs::read_dir(folder).map_err(at(folder))?.next().is_some() {
        return Err(CopyError::NotEmpty { folder: folder.to_owned() });
    }
    let target = folder.join(FILE_NAME);
    let partial = beside(&target, ".partial");
    // The backup itself is only read: opening it as a database could change it.
    let made = copy_private(file, &partial).map_err(at(&partial)).and_then(|()| {
        let verdict = verify_file(&partial)?;
        put_in_place(&partial, &target)?;
        Ok(verdict)
    });
    if made.is_err() {
        drop(fs::remove_file(&partial));
    }
    made
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn copy_private(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = schema::create_private(to)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()
}

fn verify_file(file: &Path) -> Result<Verdict, CopyError> {
    let connection = schema::open_for_reading(file)?;
    let verdict = read_transaction(&connection, verify::all)?;
    drop(connection);
    // Looking at it may have left these; without the connection they are empty.
    for suffix in ["-wal", "-shm"] {
        drop(fs::remove_file(beside(file, suffix)));
    }
    if verdict.is_good() { Ok(verdict) } else { Err(CopyError::Damaged { verdict }) }
}

/// Gives a finished file its name: durable, and never over another file.
fn put_in_place(partial: &Path, file: &Path) -> Result<(), CopyError> {
    // Windows flushes only what is open for writing.
    OpenOptions::new().write(true).open(partial).and_then(|copy| copy.sync_all()).map_err(at(partial))?;
    match fs::hard_link(partial, file) {
        Ok(()) => drop(fs::remove_file(partial)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CopyError::Exists { file: file.to_owned() });
        }
        // Not every file system has links.
        Err(_) => rename_new(partial, file)?,
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every system can flush a folder; the file itself is flushed.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

/// Renames, and never over another file: first the name is taken by an empty file of our own.
fn rename_new(partial: &Path, file: &Path) -> Result<(), CopyError> {
    match schema::create_private(file) {
        Ok(empty) => drop(empty),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(CopyError::Exists { file: file.to_owned() });
        }
        Err(error) => return Err(at(file)(error)),
    }
    fs::rename(partial, file).map_err(|error| {
        drop(fs::remove_file(file));
        at(file)(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_renamed_over_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let (partial, file) = (folder.path().join("partial"), folder.path().join("file"));
        fs::write(&partial, "new").unwrap();
        fs::write(&file, "old").unwrap();
        assert!(matches!(rename_new(&partial, &file), Err(CopyError::Exists { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"old");
        fs::remove_file(&file).unwrap();
        rename_new(&partial, &file).unwrap();
        assert_eq!((fs::read(&file).unwrap(), partial.exists()), (b"new".to_vec(), false));
    }
}
