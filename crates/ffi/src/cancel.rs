//! Stopping what takes long.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_channel::oneshot;

use crate::error::LissomError;

/// Stops a call that takes long, such as a sync or an import: hand it to the call, and `cancel` it from anywhere.
///
/// The call ends with `Cancelled` at once. What was committed by then is kept, and nothing is half done. Needed in Swift,
/// whose cancelled tasks do not reach a library; Kotlin's and Python's do without, too.
#[derive(Default, uniffi::Object)]
pub struct CancelToken {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    waiting: Vec<oneshot::Sender<()>>,
}

#[uniffi::export]
impl CancelToken {
    /// A token that was not cancelled yet.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Cancels every call that has this token, now and later.
    pub fn cancel(&self) {
        let waiting = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.cancelled = true;
            std::mem::take(&mut state.waiting)
        };
        for waiter in waiting {
            // Whoever waited is gone already.
            let _gone = waiter.send(());
        }
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).cancelled
    }
}

impl CancelToken {
    fn wait(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.retain(|waiter| !waiter.is_canceled());
        if state.cancelled {
            let _first = sender.send(());
        } else {
            state.waiting.push(sender);
        }
        receiver
    }
}

/// What the work comes to, or `Cancelled` as soon as the token is.
pub(crate) async fn until<T>(
    token: Option<&CancelToken>,
    work: impl Future<Output = Result<T, LissomError>>,
) -> Result<T, LissomError> {
    let Some(token) = token else { return work.await };
    let (mut work, mut cancelled) = (pin!(work), token.wait());
    std::future::poll_fn(move |context| {
        if let Poll::Ready(Ok(())) = pin!(&mut cancelled).poll(context) {
            return Poll::Ready(Err(LissomError::Cancelled));
        }
        work.as_mut().poll(context)
    })
    .await
}

impl std::fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CancelToken({})", self.is_cancelled())
    }
}
