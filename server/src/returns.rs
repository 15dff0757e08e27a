//! Counts what devices send again to a log that was set back, so that the operator sees a restore heal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lissom_protocol::ids::VaultId;
use lissom_protocol::limits::BATCH_ENTRIES_MAX;

/// Most logs that are followed at once.
const FOLLOWED_MAX: usize = 10_000;

/// Logs on which a device's cursor was not, with the entries that came since.
///
/// A device that hears so reads to the end and then posts all that the log lacks, batch after batch; the first batch
/// that is not full is the last. What another device writes meanwhile is counted as well.
#[derive(Debug, Default)]
pub(crate) struct Returns {
    followed: Mutex<HashMap<VaultId, u64>>,
}

impl Returns {
    /// A device's cursor is not in this log.
    pub(crate) fn diverged(&self, vault: VaultId) {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        if followed.len() < FOLLOWED_MAX || followed.contains_key(&vault) {
            followed.entry(vault).or_insert(0);
        }
    }

    /// A batch came in, of so many entries, so many of them new. Gives back how many of them were returned.
    pub(crate) fn appended(&self, vault: VaultId, batch: usize, new: usize) -> u64 {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(returned) = followed.get_mut(&vault) else { return 0 };
        let new = u64::try_from(new).unwrap_or(u64::MAX);
        *returned = returned.saturating_add(new);
        if batch < BATCH_ENTRIES_MAX {
            let entries = *returned;
            followed.remove(&vault);
            if entries > 0 {
                tracing::info!(entries, "a device returned entries to a log that had been set back");
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = VaultId([1; 32]);

    #[test]
    fn what_comes_after_a_divergence_is_counted_to_the_last_batch() {
        let returns = Returns::default();
        assert_eq!(returns.appended(VAULT, 3, 3), 0, "nothing is wrong with this log");
        returns.diverged(VAULT);
        assert_eq!(returns.appended(VaultId([2; 32]), 3, 3), 0);
        assert_eq!(returns.appended(VAULT, BATCH_ENTRIES_MAX, 60), 60);
        returns.diverged(VAULT);
        assert_eq!(returns.appended(VAULT, 5, 5), 5);
        assert_eq!(returns.appended(VAULT, 1, 1), 0, "what comes later is new");
        assert!(returns.followed.lock().unwrap().is_empty());
    }
}
