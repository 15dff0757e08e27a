//! The guard that stops writing before the disk is full.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Looks at the free space of one folder, at most once a second.
pub(super) struct Guard {
    folder: PathBuf,
    free_min: u64,
    looked: Option<(Instant, bool)>,
}

impl Guard {
    pub(super) fn new(folder: &Path, free_min: u64) -> Self {
        Self { folder: folder.to_owned(), free_min, looked: None }
    }

    /// Whether there is room to store something new.
    pub(super) fn has_room(&mut self) -> bool {
        if self.free_min == 0 {
            return true;
        }
        match self.looked {
            Some((when, room)) if when.elapsed() < Duration::from_secs(1) => room,
            _ => {
                // A disk that cannot be asked is not taken for a full one: SQLite will say so itself.
                let room = space(&self.folder).is_none_or(|space| space.free >= self.free_min);
                self.looked = Some((Instant::now(), room));
                room
            }
        }
    }
}

/// The space of a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What is free for the relay.
    pub free: u64,
    /// The disk's size.
    pub total: u64,
}

/// The space of the disk that a folder is on; none where the system does not tell.
#[cfg(unix)]
#[must_use]
pub fn space(folder: &Path) -> Option<Space> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Some(Space { free: bytes(stat.f_bavail), total: bytes(stat.f_blocks) })
}

/// The space of the disk that a folder is on; none where the system does not tell.
#[cfg(not(unix))]
#[must_use]
pub fn space(_folder: &Path) -> Option<Space> {
    None
}
