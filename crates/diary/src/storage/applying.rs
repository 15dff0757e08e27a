//! The lock that says: this process is taking entries in.

use std::fs::File;
use std::sync::Arc;

use crate::error::Error;
use crate::texts::error as words;

/// Held while entries are taken in. It is let go of however that ends: after a panic that the app caught, other processes
/// would wait for it as long as this one lives.
pub(crate) struct Applying(Arc<File>);

impl Applying {
    /// Waits for the lock.
    pub(crate) fn lock(file: &Arc<File>) -> Result<Self, Error> {
        file.lock().map_err(Error::file(words::TRIED_LOCK))?;
        Ok(Self(Arc::clone(file)))
    }

    /// The lock, if no other process has it.
    pub(crate) fn try_lock(file: &Arc<File>) -> Option<Self> {
        file.try_lock().ok()?;
        Some(Self(Arc::clone(file)))
    }
}

impl Drop for Applying {
    fn drop(&mut self) {
        // There is nothing to be done about a failure, and closing the file lets go as well.
        let _unlocked = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn nobody_waits_for_a_process_that_caught_its_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("applying.lock");
        let (mine, other) = (Arc::new(File::create(&path).unwrap()), Arc::new(File::create(&path).unwrap()));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _held = Applying::lock(&mine).unwrap();
            assert!(Applying::try_lock(&other).is_none());
            panic!("inside");
        }));
        assert!(panicked.is_err());
        assert!(Applying::try_lock(&other).is_some());
    }
}
