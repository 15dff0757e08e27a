//! Who is to be told that a log has grown.

use std::collections::{HashMap, VecDeque};
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
    topics: Mutex<HashMap<VaultId, Topic>>,
}

/// A vault's watchers.
struct Topic {
    news: watch::Sender<News>,
    /// Numbers of those that have a place, in the order in which they came.
    places: VecDeque<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct News {
    alive: bool,
    pokes: u64,
    /// Number of the next watcher.
    next: u64,
    /// Watchers with lower numbers have given up their place to newer ones.
    first: u64,
}

/// One watcher's place; given back when it is dropped.
pub(crate) struct Watcher {
    shared: Arc<Shared>,
    vault: VaultId,
    number: u64,
    heard: u64,
    news: watch::Receiver<News>,
}

impl Pokes {
    pub(crate) fn new(per_vault: usize) -> Self {
        Self { shared: Arc::new(Shared { per_vault, topics: Mutex::new(HashMap::new()) }) }
    }

    /// A place among a vault's watchers; `None` if there are none at all.
    ///
    /// If all are taken, the oldest watcher ends: a phone that lost its network leaves watchers behind that nobody
    /// listens to, and would be kept out by them.
    pub(crate) fn watch(&self, vault: VaultId) -> Option<Watcher> {
        if self.shared.per_vault == 0 {
            return None;
        }
        let mut topics = self.shared.topics();
        let topic = topics.entry(vault).or_insert_with(|| Topic {
            news: watch::Sender::new(News { alive: true, pokes: 0, next: 0, first: 0 }),
            places: VecDeque::new(),
        });
        let mut first = None;
        while topic.places.len() >= self.shared.per_vault {
            first = topic.places.pop_front().map(|oldest| oldest.saturating_add(1)).or(first);
        }
        let number = topic.news.borrow().next;
        topic.news.send_if_modified(|news| {
            news.next = number.saturating_add(1);
            news.first = first.unwrap_or(news.first);
            first.is_some()
        });
        topic.places.push_back(number);
        let news = topic.news.subscribe();
        let heard = news.borrow().pokes;
        Some(Watcher { shared: Arc::clone(&self.shared), vault, number, heard, news })
    }

    /// Pokes a vault's watchers. Pokes that nobody has picked up yet are one.
    pub(crate) fn poke(&self, vault: &VaultId) {
        if let Some(topic) = self.shared.topics().get(vault) {
            topic.news.send_modify(|news| news.pokes = news.pokes.wrapping_add(1));
        }
    }

    /// Pokes all watchers: news of any vault may have been missed.
    pub(crate) fn poke_all(&self) {
        for topic in self.shared.topics().values() {
            topic.news.send_modify(|news| news.pokes = news.pokes.wrapping_add(1));
        }
    }

    /// Ends a deleted vault's watchers.
    pub(crate) fn end(&self, vault: &VaultId) {
        if let Some(topic) = self.shared.topics().get(vault) {
            topic.news.send_modify(|news| news.alive = false);
        }
    }
}

impl Shared {
    fn topics(&self) -> MutexGuard<'_, HashMap<VaultId, Topic>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Waits for the next poke; false once there will be none.
    pub(crate) async fn poked(&mut self) -> bool {
        let (number, heard) = (self.number, self.heard);
        let concerns = |news: &News| !news.alive || news.first > number || news.pokes != heard;
        let Ok(news) = self.news.wait_for(concerns).await.map(|news| *news) else { return false };
        self.heard = news.pokes;
        news.alive && news.first <= number
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut topics = self.shared.topics();
        let Some(topic) = topics.get_mut(&self.vault) else { return };
        topic.places.retain(|number| *number != self.number);
        // One that has given up its place may still be on its way out.
        if topic.places.is_empty() && topic.news.receiver_count() <= 1 {
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

    #[tokio::test]
    async fn the_newest_watcher_takes_the_oldest_ones_place() {
        let pokes = Pokes::new(2);
        let (mut first, mut second) = (pokes.watch(VAULT).unwrap(), pokes.watch(VAULT).unwrap());
        let mut other = pokes.watch(VaultId([2; 32])).unwrap();
        let mut third = pokes.watch(VAULT).unwrap();
        assert!(!first.poked().await, "the oldest ends");
        pokes.poke(&VAULT);
        pokes.poke(&VaultId([2; 32]));
        assert!(second.poked().await && third.poked().await && other.poked().await);
        assert!(!first.poked().await, "and stays ended");
        drop(second);
        let mut fourth = pokes.watch(VAULT).unwrap();
        pokes.poke(&VAULT);
        assert!(third.poked().await && fourth.poked().await, "a place that was given back ends nobody");
    }

    #[test]
    fn places_are_given_back() {
        let pokes = Pokes::new(1);
        assert!(Pokes::new(0).watch(VAULT).is_none());
        let first = pokes.watch(VAULT);
        let second = pokes.watch(VAULT);
        drop(second);
        drop(first);
        assert!(pokes.shared.topics().is_empty(), "nothing is kept for a vault without watchers");
    }
}
