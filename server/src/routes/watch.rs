//! The stream of pokes: says that a log has grown, never what is in it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use lissom_protocol::problem::ProblemKind;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::app::{App, Phase};
use crate::auth::Member;
use crate::pokes::Watcher;
use crate::refusal::Refusal;

/// Sent at once: from here on no growth is missed.
const CONNECTED: &[u8] = b": connected\n\n";
const HEARTBEAT: &[u8] = b": still here\n\n";
const POKE: &[u8] = b"event: poke\ndata:\n\n";

pub(crate) async fn watch(Member { vault, .. }: Member, State(app): State<App>) -> Result<Response, Refusal> {
    let full = || Refusal::new(ProblemKind::TooManyRequests).detail("this relay lets nobody watch");
    let busy = |_| Refusal::new(ProblemKind::TooManyRequests).detail("too many devices watch this relay");
    let permit = app.watchers().try_acquire_owned().map_err(busy)?;
    // First the place, then the look at the store: a deletion in between ends the place.
    let watcher = app.pokes().watch(vault).ok_or_else(full)?;
    app.store().head(vault).await?;
    let stream = Pokes {
        watcher,
        _permit: permit,
        phase: app.phase(),
        heartbeat: app.config().watch_heartbeat,
        end: Box::pin(sleep(app.config().watch_life_max)),
    };
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        // nginx would hold pokes back until its buffer is full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let body = PokeBody { next: Box::pin(async { Some((Bytes::from_static(CONNECTED), stream)) }) };
    Ok((headers, Body::new(body)).into_response())
}

struct Pokes {
    watcher: Watcher,
    _permit: OwnedSemaphorePermit,
    phase: watch::Receiver<Phase>,
    heartbeat: Duration,
    end: Pin<Box<Sleep>>,
}

impl Pokes {
    /// The next thing to be sent; `None` at the stream's end.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let heartbeat = Instant::now().checked_add(self.heartbeat)?;
        let bytes = tokio::select! {
            biased;
            _ = self.phase.wait_for(|phase| *phase != Phase::Up) => return None,
            () = &mut self.end => return None,
            alive = self.watcher.poked() => if alive { POKE } else { return None },
            () = sleep_until(heartbeat) => HEARTBEAT,
        };
        Some((Bytes::from_static(bytes), self))
    }
}

type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Pokes)>> + Send>>;

/// The stream as a body: one small box for each watcher that waits.
struct PokeBody {
    next: Next,
}

impl hyper::body::Body for PokeBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some((bytes, rest)) = ready!(self.next.as_mut().poll(cx)) else {
            self.next = Box::pin(std::future::ready(None));
            return Poll::Ready(None);
        };
        self.next = Box::pin(rest.next());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
