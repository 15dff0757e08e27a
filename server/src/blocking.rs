//! A relay for callers that are not asynchronous: tests, demonstrations, simulations. Nothing here may be called
//! from within a runtime, whose thread it would block.

use std::fmt;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::config::Config;
use crate::serve::{Relay, StartError};
use crate::store::{Store, StoreError, unix_seconds};

/// A relay on a thread of its own; stops when it is dropped.
pub struct BlockingRelay {
    address: SocketAddr,
    store: Store,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Started {
    address: SocketAddr,
    store: Store,
    runtime: Handle,
}

/// Starts a relay on a thread of its own and returns once it answers.
///
/// # Errors
/// [`StartError`] as for [`Relay::start`].
pub fn start(config: Config) -> Result<BlockingRelay, StartError> {
    let (stop, stopped) = oneshot::channel();
    let (report, started) = mpsc::sync_channel(1);
    let thread = thread::Builder::new()
        .name("lissom-relay".to_owned())
        .spawn(move || run(config, stopped, &report))
        .map_err(StartError::Runtime)?;
    let gone = |_| StartError::Runtime(std::io::Error::other("the relay's thread ended"));
    let Started { address, store, runtime } = started.recv().map_err(gone)??;
    Ok(BlockingRelay { address, store, runtime, stop: Some(stop), thread: Some(thread) })
}

fn run(config: Config, stopped: oneshot::Receiver<()>, report: &mpsc::SyncSender<Result<Started, StartError>>) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(report.send(Err(StartError::Runtime(error)))),
    };
    runtime.block_on(async {
        let running = match Relay::start(config).await {
            Ok(running) => running,
            Err(error) => return drop(report.send(Err(error))),
        };
        let (address, store) = (running.address(), running.store().clone());
        let started = Started { address, store, runtime: Handle::current() };
        // Nobody waits any more: then nobody stops it either, and it ends at once.
        if report.send(Ok(started)).is_ok() {
            // An error means that the handle was dropped, which stops it as well.
            drop(stopped.await);
        }
        running.shutdown().await;
    });
}

impl fmt::Debug for BlockingRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingRelay").field("address", &self.address).finish_non_exhaustive()
    }
}

impl BlockingRelay {
    /// The address that devices reach.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that devices reach, as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes an invite for so many vaults, good for so many seconds or for ever.
    ///
    /// # Errors
    /// A failure of the store.
    pub fn make_invite(&self, uses: u32, seconds: Option<u64>) -> Result<String, StoreError> {
        let expires_at = seconds.map(|seconds| unix_seconds().saturating_add(seconds));
        self.runtime.block_on(self.store.make_invite(uses, expires_at))
    }

    /// Stops it: running requests finish, watchers end, the store is closed.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that it has ended by itself.
            let _: Result<(), ()> = stop.send(());
        }
        // A panic of that thread has been reported by the panic itself.
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}

impl Drop for BlockingRelay {
    fn drop(&mut self) {
        self.end();
    }
}
