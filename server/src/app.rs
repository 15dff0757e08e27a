//! What every handler can reach.

use std::sync::Arc;
use std::time::Duration;

use lissom_protocol::ids::VaultId;
use tokio::sync::{Semaphore, watch};

use crate::auth::Auth;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::pokes::Pokes;
use crate::rates::Rates;
use crate::returns::Returns;
use crate::store::{Event, OpenError, Store};
use crate::turns::Turns;

/// How far the relay is on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Serving.
    Up,
    /// Finishing what runs; watchers end.
    Draining,
    /// Time is up: whatever still runs ends now.
    Ending,
}

/// A handle to one relay's parts; clones share them.
#[derive(Clone)]
pub(crate) struct App {
    parts: Arc<Parts>,
}

struct Parts {
    config: Config,
    store: Store,
    auth: Auth,
    pokes: Pokes,
    turns: Turns,
    vault_rates: Rates<VaultId>,
    watchers: Arc<Semaphore>,
    connections: Arc<Semaphore>,
    metrics: Metrics,
    returns: Returns,
    batch_memory: Arc<Semaphore>,
    page_memory: Arc<Semaphore>,
    phase: watch::Sender<Phase>,
}

/// Unit in which memory for batches and pages is counted: a semaphore counts in 32 bits.
pub(crate) const MEMORY_UNIT: usize = 1024;

impl App {
    pub(crate) async fn open(config: Config) -> Result<Self, OpenError> {
        let pokes = Pokes::new(config.watchers_per_vault);
        let tell = pokes.clone();
        let store = Store::open(
            &config,
            Arc::new(move |event| match event {
                Event::Grown(vault) => tell.poke(&vault),
                Event::Deleted(vault) => tell.end(&vault),
                Event::Missed => tell.poke_all(),
            }),
        )
        .await?;
        let auth = Auth::new(*store.server_key());
        let batch_memory = Arc::new(Semaphore::new(config.batch_memory_max / MEMORY_UNIT));
        let page_memory = Arc::new(Semaphore::new(config.page_memory_max / MEMORY_UNIT));
        let (turns, phase) = (Turns::default(), watch::Sender::new(Phase::Up));
        let vault_rates = Rates::new(config.vault_requests, Duration::from_secs(1), config.vault_burst);
        let watchers = Arc::new(Semaphore::new(config.watchers_max));
        let connections = Arc::new(Semaphore::new(config.connections_max));
        let parts = Parts {
            config,
            store,
            auth,
            pokes,
            turns,
            vault_rates,
            watchers,
            connections,
            metrics: Metrics::new(),
            returns: Returns::default(),
            batch_memory,
            page_memory,
            phase,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.parts.config
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.parts.auth
    }

    pub(crate) fn pokes(&self) -> &Pokes {
        &self.parts.pokes
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.parts.turns
    }

    pub(crate) fn vault_rates(&self) -> &Rates<VaultId> {
        &self.parts.vault_rates
    }

    pub(crate) fn watchers(&self) -> Arc<Semaphore> {
        Arc::clone(&self.parts.watchers)
    }

    /// One for each connection of a device.
    pub(crate) fn connections(&self) -> Arc<Semaphore> {
        Arc::clone(&self.parts.connections)
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.parts.metrics
    }

    pub(crate) fn returns(&self) -> &Returns {
        &self.parts.returns
    }

    pub(crate) fn batch_memory(&self) -> Arc<Semaphore> {
        Arc::clone(&self.parts.batch_memory)
    }

    pub(crate) fn page_memory(&self) -> Arc<Semaphore> {
        Arc::clone(&self.parts.page_memory)
    }

    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.parts.phase.subscribe()
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.parts.phase.send_replace(phase);
    }
}
