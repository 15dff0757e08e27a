//! Starting, running and stopping a relay.

mod accept;
mod progress;
mod socket;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::addresses::Addresses;
use crate::app::{App, Phase};
use crate::config::{Config, ConfigError};
use crate::router;
use crate::store::{OpenError, Store, StoreError, unix_seconds};

use self::accept::Front;

/// Connections that wait in the system's queue to be accepted.
const BACKLOG: u32 = 1024;
/// Connections to the listener for health checks.
const OPS_CONNECTIONS_MAX: usize = 64;

/// Why a relay does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is out of its range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system's clock cannot be right.
    #[error("the system's clock says {} days after 1 January 1970", seconds / 86_400)]
    Clock {
        /// What it says, in seconds.
        seconds: u64,
    },
    /// The asynchronous runtime cannot be started.
    #[error("cannot start the runtime: {0}")]
    Runtime(io::Error),
}

/// A relay whose store is open and that answers no connections yet.
pub struct Relay {
    app: App,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("config", self.app.config()).finish_non_exhaustive()
    }
}

impl Relay {
    async fn open(config: Config) -> Result<Self, StartError> {
        config.check()?;
        check_clock(unix_seconds())?;
        Ok(Self { app: App::open(config).await? })
    }

    /// Opens the store and begins to serve; answers connections as soon as it returns. To be called within a tokio
    /// runtime, which then runs it.
    ///
    /// # Errors
    /// [`StartError`] if a setting is out of range, the store cannot be opened, an address is taken, or there is
    /// no runtime.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        Self::open(config).await?.serve()
    }

    fn serve(self) -> Result<Running, StartError> {
        Handle::try_current().map_err(|error| StartError::Runtime(io::Error::other(error)))?;
        let config = self.app.config();
        let (listener, address) = listen(config.listen)?;
        let ops = config.ops_listen.map(listen).transpose()?;
        let permits = self.app.connections();
        let addresses = Addresses::new(config);
        let front = Front::new(&self.app, router::devices(&self.app), Arc::clone(&permits), addresses);
        let mut acceptors = vec![tokio::spawn(accept::run(listener, front))];
        let ops_address = ops.as_ref().map(|(_, address)| *address);
        if let Some((listener, _)) = ops {
            let permits = Arc::new(Semaphore::new(OPS_CONNECTIONS_MAX));
            let addresses = Addresses::uncounted(OPS_CONNECTIONS_MAX);
            let front = Front::new(&self.app, router::operations(&self.app), permits, addresses);
            acceptors.push(tokio::spawn(accept::run(listener, front)));
        }
        Ok(Running { app: self.app, address, ops_address, permits, acceptors })
    }
}

/// 1 January 2026: this program is younger.
const CLOCK_MIN: u64 = 1_767_225_600;

/// Whether the system's clock can be right. Tokens and invites run out by it: made in 1970, they would be good for
/// nothing once the clock is set.
///
/// # Errors
/// [`StartError::Clock`] if it is from before this program.
pub fn check_clock(seconds: u64) -> Result<(), StartError> {
    if seconds < CLOCK_MIN { Err(StartError::Clock { seconds }) } else { Ok(()) }
}

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for the old connections' ports.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bind().map_err(|source| StartError::Listen { address, source })
}

/// A relay that serves. Dropping it leaves it serving until its runtime ends; [`Running::shutdown`] stops it.
pub struct Running {
    app: App,
    address: SocketAddr,
    ops_address: Option<SocketAddr>,
    permits: Arc<Semaphore>,
    acceptors: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// The address that devices reach.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address for health checks, if there is one.
    #[must_use]
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops_address
    }

    /// The address that devices reach, as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many vaults there are.
    ///
    /// # Errors
    /// A failure of the store.
    pub async fn vault_count(&self) -> Result<u64, StoreError> {
        self.app.store().vault_count().await
    }

    /// Makes an invite for so many vaults, good until so many seconds after 1970 or for ever.
    ///
    /// # Errors
    /// A failure of the store.
    pub async fn make_invite(&self, uses: u32, expires_at: Option<u64>) -> Result<String, StoreError> {
        self.app.store().make_invite(uses, expires_at).await
    }

    pub(crate) fn store(&self) -> &Store {
        self.app.store()
    }

    /// Accepts nothing more, ends the watchers and every connection that asks for nothing, lets running requests
    /// finish within the configured grace, and closes the store.
    pub async fn shutdown(self) {
        self.app.enter(Phase::Draining);
        for acceptor in self.acceptors {
            // It ends by itself; had it panicked, there would be nothing to stop.
            drop(acceptor.await);
        }
        // Every connection holds one of these.
        let all = u32::try_from(self.app.config().connections_max).unwrap_or(u32::MAX);
        if timeout(self.app.config().shutdown_grace, self.permits.acquire_many(all)).await.is_err() {
            tracing::warn!("some requests did not finish in time and were cut off");
            self.app.enter(Phase::Ending);
            drop(timeout(Duration::from_secs(1), self.permits.acquire_many(all)).await);
        }
        self.app.enter(Phase::Ending);
        self.app.store().close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_1970_is_told_and_not_used() {
        assert_eq!(check_clock(90_000).unwrap_err().to_string(), "the system's clock says 1 days after 1 January 1970");
        assert!(check_clock(CLOCK_MIN).is_ok() && check_clock(unix_seconds()).is_ok());
    }
}
