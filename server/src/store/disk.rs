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
                let room = free_bytes(&self.folder).is_none_or(|free| free >= self.free_min);
                self.looked = Some((Instant::now(), room));
                room
            }
        }
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
