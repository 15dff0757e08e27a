//! One large batch at a time for each vault, so that one diary's slow posts do not take everybody's memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lissom_protocol::ids::VaultId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The vaults that somebody posts a large batch to; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Turns {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    vaults: Mutex<HashMap<VaultId, Arc<Semaphore>>>,
}

/// A vault's turn, or a place in the queue for it; given back when it is dropped.
pub(crate) struct Turn {
    shared: Arc<Shared>,
    vault: VaultId,
    queue: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits until nobody else has this vault's turn.
    pub(crate) async fn take(&self, vault: VaultId) -> Turn {
        let queue = Arc::clone(self.shared.vaults().entry(vault).or_insert_with(|| Arc::new(Semaphore::new(1))));
        let mut turn = Turn { shared: Arc::clone(&self.shared), vault, queue: Some(Arc::clone(&queue)), permit: None };
        // The semaphore is never closed.
        turn.permit = queue.acquire_owned().await.ok();
        turn
    }
}

impl Shared {
    fn vaults(&self) -> MutexGuard<'_, HashMap<VaultId, Arc<Semaphore>>> {
        self.vaults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut vaults = self.shared.vaults();
        drop((self.permit.take(), self.queue.take()));
        // Whoever waits holds the queue as well; queues are joined under the same lock.
        if vaults.get(&self.vault).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            vaults.remove(&self.vault);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    const VAULT: VaultId = VaultId([1; 32]);

    #[tokio::test]
    async fn a_vaults_turns_come_one_after_the_other() {
        let turns = Turns::default();
        let first = turns.take(VAULT).await;
        drop(turns.take(VaultId([2; 32])).await);
        {
            let mut given_up = pin!(turns.take(VAULT));
            assert!(given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let mut second = pin!(turns.take(VAULT));
        assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(first);
        drop(second.await);
        assert!(turns.shared.vaults().is_empty(), "nothing is kept for a vault that nobody posts to");
    }
}
