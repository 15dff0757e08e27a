//! The accept loop and the life of one connection.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::io::Write as _;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::addresses::{Addresses, Client, FORWARDED_FOR, Slot};
use crate::app::{App, Phase};
use crate::refusal::Refusal;

use super::progress::Progress;
use super::socket::{Limits, Socket};

/// Largest header of a request, and most bytes of a connection that hyper buffers.
const BUFFER_BYTES_MAX: usize = 16 * 1024;
/// How long, and for how many bytes, a closed connection's rest is read and thrown away.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_DRAINING: Duration = Duration::from_millis(200);
const LINGER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Everything that a connection needs; clones share it.
#[derive(Clone)]
pub(super) struct Front {
    app: App,
    router: Router,
    permits: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    http: http1::Builder,
}

impl Front {
    pub(super) fn new(app: &App, router: Router, permits: Arc<Semaphore>, addresses: Arc<Addresses>) -> Self {
        let config = app.config();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(config.keep_alive_idle.max(config.header_timeout))
            .max_buf_size(BUFFER_BYTES_MAX);
        Self { app: app.clone(), router, permits, addresses, http }
    }

    fn limits(&self) -> Limits {
        let config = self.app.config();
        Limits { header: config.header_timeout, write_pause: config.write_pause_max }
    }

    fn patience(&self) -> Patience {
        let config = self.app.config();
        Patience { base: config.write_timeout, rate: config.write_rate_min.max(1) }
    }
}

/// How much time a client has for taking an answer.
#[derive(Debug, Clone, Copy)]
struct Patience {
    base: Duration,
    rate: u64,
}

/// Accepts until the relay stops.
pub(super) async fn run(listener: TcpListener, front: Front) {
    let mut phase = front.app.phase();
    loop {
        // First the permit: whoever is over the limit waits in the system's queue and costs nothing here.
        let accepted = async {
            let permit = Arc::clone(&front.permits).acquire_owned().await.map_err(io::Error::other)?;
            Ok((permit, listener.accept().await?))
        };
        let accepted = tokio::select! {
            biased;
            _ = phase.wait_for(|phase| *phase != Phase::Up) => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((permit, (stream, peer))) => admit(&front, permit, stream, peer.ip()),
            Err(error) => rest_after(&error).await,
        }
    }
}

/// Waits after an error that would come again at once, as when no file is left to open.
async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "cannot accept connections for now");
        sleep(Duration::from_millis(200)).await;
    }
}

fn admit(front: &Front, permit: OwnedSemaphorePermit, stream: TcpStream, peer: IpAddr) {
    let Ok(slot) = front.addresses.place(front.addresses.client(peer)) else {
        front.app.metrics().turned_away.add(1);
        return turn_away(stream);
    };
    let front = front.clone();
    tokio::spawn(async move {
        connection(front, stream, peer).await;
        drop((permit, slot));
    });
}

/// Says why, as far as the socket takes it without waiting.
fn turn_away(stream: TcpStream) {
    let problem = Problem::new(ProblemKind::TooManyRequests).with_detail("too many connections from this address");
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: {MEDIA_TYPE}\r\nretry-after: 30\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    if let Ok(mut stream) = stream.into_std() {
        // Whoever has too many connections is owed no more than an attempt.
        drop(stream.write_all(answer.as_bytes()));
    }
}

async fn connection(front: Front, stream: TcpStream, peer: IpAddr) {
    // Without it small answers would wait for acknowledgements; where it cannot be set they do.
    drop(stream.set_nodelay(true));
    let mut phase = front.app.phase();
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Socket::new(stream, Arc::clone(&progress), front.limits()));
    let patience = front.patience();
    let addresses = Arc::clone(&front.addresses);
    let client = (!addresses.is_trusted(peer)).then(|| addresses.client(peer));
    let service = Requests { router: front.router, progress: Arc::clone(&progress), addresses, client, patience };
    let mut http = front.http.serve_connection(io, service);
    drop((front.app, front.permits, front.addresses));
    let mut seen = Phase::Up;
    let finished = loop {
        tokio::select! {
            biased;
            finished = poll_fn(|cx| http.poll_without_shutdown(cx)) => break finished,
            changed = phase.wait_for(|phase| *phase != seen) => match changed.map(|phase| *phase) {
                // It has asked for nothing, and might never.
                Ok(Phase::Draining) if progress.is_resting() => return,
                Ok(Phase::Draining) => {
                    seen = Phase::Draining;
                    Pin::new(&mut http).graceful_shutdown();
                }
                _ => return,
            },
        }
    };
    // hyper itself answers a header that it cannot read or that is too large, and has read no more than that.
    if finished.as_ref().err().is_none_or(hyper::Error::is_parse) {
        let stream = http.into_parts().io.into_inner().into_stream();
        // In a box of its own, so that a connection that rests does not carry its buffer.
        Box::pin(linger(stream, if seen == Phase::Up { LINGER } else { LINGER_DRAINING })).await;
    }
}

/// Closes a connection so that the client gets the whole answer: closing with unread bytes would have the system
/// cut it off.
async fn linger(mut stream: TcpStream, time: Duration) {
    let rest = async {
        stream.shutdown().await?;
        let mut buffer = [0; 4096];
        let mut left = LINGER_BYTES_MAX;
        while left > 0 {
            match stream.read(&mut buffer).await? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        io::Result::Ok(())
    };
    drop(timeout(time, rest).await);
}

/// The requests of one connection.
struct Requests {
    router: Router,
    progress: Arc<Progress>,
    addresses: Arc<Addresses>,
    /// None for connections from a trusted proxy, whose clients are counted one by one.
    client: Option<Client>,
    patience: Patience,
}

impl Requests {
    /// Whom a request is counted for, and its place if it is not counted by its connection.
    fn count(&self, request: &Request<Incoming>) -> (Client, Result<Option<Slot>, Refusal>) {
        let headers = request.headers();
        let (client, slot) = if let Some(client) = self.client {
            if headers.contains_key(FORWARDED_FOR) {
                PROXY_UNTRUSTED.call_once(|| tracing::warn!("{PROXY_ADVICE}"));
            }
            (client, Ok(None))
        } else {
            let client = self.addresses.forwarded(headers);
            (client, self.addresses.place(client).map(Some).map_err(|_| Refusal::new(ProblemKind::TooManyRequests)))
        };
        (client, slot)
    }
}

static PROXY_UNTRUSTED: std::sync::Once = std::sync::Once::new();
const PROXY_ADVICE: &str = "requests name their client in X-Forwarded-For and do not come from a trusted proxy, so that \
                            nobody is counted by it; if a proxy of yours sends them, name it: trusted-proxies";

impl Service<Request<Incoming>> for Requests {
    type Response = Response<Held>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.progress.begin(request.body().size_hint().exact());
        let (client, slot) = self.count(&request);
        request.extensions_mut().insert((client, Arc::clone(&self.addresses)));
        let (router, progress, patience) = (self.router.clone(), Arc::clone(&self.progress), self.patience);
        Box::pin(async move {
            let (response, slot) = match slot {
                Ok(slot) => (router.oneshot(request.map(Body::new)).await?, slot),
                Err(refusal) => (refusal.into_response(), None),
            };
            // A stream of pokes has no length, and is bounded by its own life.
            if let Some(length) = response.body().size_hint().exact() {
                progress.answer(patience.base, Duration::from_secs(length / patience.rate));
            }
            Ok(response.map(|body| Held { body, progress, slot }))
        })
    }
}

/// An answer's body, and what is given back when the last of it is on its way.
struct Held {
    body: Body,
    progress: Arc<Progress>,
    #[expect(dead_code, reason = "held to be dropped")]
    slot: Option<Slot>,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.progress.end();
    }
}
