//! The built-in transport: each exchange waits on a thread of its own, and never on the diary's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_channel::oneshot;
use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{HttpTransport, RelayUrl, Transport, TransportError};

use crate::panics::THREADS;

/// Longest single exchange.
const TIMEOUT_MAX: Duration = Duration::from_mins(10);

/// Connections to the relay, kept open between exchanges.
#[derive(Clone, Default)]
pub(crate) struct Net {
    kept: Arc<Mutex<Option<(RelayUrl, HttpTransport)>>>,
}

impl Net {
    /// One exchange. Whoever stops waiting for it leaves it to its end, and its answer is dropped.
    pub(crate) async fn exchange(
        &self,
        relay: RelayUrl,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        let (sender, answer) = oneshot::channel();
        let kept = Arc::clone(&self.kept);
        let carry = move || {
            let taken = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
            let known = taken.filter(|(to, _)| *to == relay).map(|(_, transport)| transport);
            let mut transport = known.unwrap_or_else(|| HttpTransport::new(relay.clone()));
            let result = transport.exchange(&request, timeout.min(TIMEOUT_MAX));
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((relay, transport));
            let _gone = sender.send(result);
        };
        let thread = std::thread::Builder::new().name(format!("{THREADS}net")).spawn(carry);
        let failed = || TransportError::new("no thread for the network");
        thread.map_err(|_| failed())?;
        answer.await.unwrap_or_else(|_| Err(failed()))
    }
}
