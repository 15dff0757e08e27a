//! Who is to be told that a log has grown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lissom_protocol::ids::VaultId;
use tokio::sync::watch;

/// The watchers of every vault that has any; clones share them.
#[derive(Clone)]
pub(crate) struct Pokes {
    shared: Arc<Shared>,
}

struct Shared {
    per_vault: usize,
    topics: Mutex<HashMap<VaultId, watch::Sender<Topic>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Alive,
    Ended,
}

/// One watcher's place; given back when it is dropped.
pub(crate) struct Watcher {
    shared: Arc<Shared>,
    vault: VaultId,
    news: watch::Receiver<Topic>,
}

impl Pokes {
    pub(crate) fn new(per_vault: usize) -> Self {
        Self { shared: Arc::new(Shared { per_vault, topics: Mutex::new(HashMap::new()) }) }
    }

    /// A place among a vault's watchers; `None` if all are taken.
    pub(crate) fn watch(&self, vault: VaultId) -> Option<Watcher> {
        let mut topics = self.shared.topics();
        let taken = topics.get(&vault).map_or(0, watch::Sender::receiver_count);
        if taken >= self.shared.per_vault {
            return None;
        }
        let topic = topics.entry(vault).or_insert_with(|| watch::Sender::new(Topic::Alive));
        Some(Watcher { shared: Arc::clone(&self.shared), vault, news: topic.subscribe() })
    }

    /// Pokes a vault's watchers. Pokes that nobody has picked up yet are one.
    pub(crate) fn poke(&self, vault: &VaultId) {
        if let Some(topic) = self.shared.topics().get(vault) {
            topic.send_modify(|_| {});
        }
    }

    /// Ends a deleted vault's watchers.
    pub(crate) fn end(&self, vault: &VaultId) {
        if let Some(topic) = self.shared.topics().get(vault) {
            topic.send_replace(Topic::Ended);
        }
    }
}

impl Shared {
    fn topics(&self) -> MutexGuard<'_, HashMap<VaultId, watch::Sender<Topic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Waits for the next poke; false once there will be none.
    pub(crate) async fn poked(&mut self) -> bool {
        self.news.changed().await.is_ok() && *self.news.borrow_and_update() == Topic::Alive
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut topics = self.shared.topics();
        // This one still counts; places are taken and given back under the same lock.
        if topics.get(&self.vault).is_some_and(|topic| topic.receiver_count() <= 1) {
            topics.remove(&self.vault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: VaultId = VaultId([1; 32]);

    #[tokio::test]
    async fn many_pokes_missed_are_one() {
        let pokes = Pokes::new(2);
        let mut watcher = pokes.watch(VAULT).unwrap();
        for _ in 0..100 {
            pokes.poke(&VAULT);
        }
        assert!(watcher.poked().await);
        pokes.end(&VAULT);
        assert!(!watcher.poked().await);
    }

    #[test]
    fn places_are_counted_and_given_back() {
        let pokes = Pokes::new(2);
        let first = pokes.watch(VAULT);
        let second = pokes.watch(VAULT);
        assert!(first.is_some() && second.is_some() && pokes.watch(VAULT).is_none());
        assert!(pokes.watch(VaultId([2; 32])).is_some(), "another vault has places of its own");
        drop(first);
        assert!(pokes.watch(VAULT).is_some());
        drop(second);
        assert!(pokes.shared.topics().is_empty(), "nothing is kept for a vault without watchers");
    }
}
