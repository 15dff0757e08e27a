//! A connection's socket with the time limits that hyper does not have: the first byte of a request to the last of
//! its header, and a client that takes nothing of its answer, or takes it too slowly.
//!
//! hyper's own header timeout runs while a connection rests between two requests as well, and so can only be as
//! long as that rest.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::progress::{Progress, Rest};

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) header: Duration,
    pub(super) write_pause: Duration,
}

pub(super) struct Socket {
    stream: TcpStream,
    progress: Arc<Progress>,
    limits: Limits,
    rest: Rest,
    /// Runs while a header is half there: how many requests came before it, and when it is too late.
    header: Option<(usize, Pin<Box<Sleep>>)>,
    /// Runs while the client takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, progress: Arc<Progress>, limits: Limits) -> Self {
        // Whoever connects is expected to ask for something at once.
        let header = Some((0, Box::pin(sleep(limits.header))));
        Self { stream, progress, limits, rest: Rest::default(), header, stalled: None }
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Forgets the header's deadline once the header is complete.
    fn settle_header(&mut self) {
        let (requests, busy) = (self.progress.requests(), self.progress.is_busy());
        if busy || self.header.as_ref().is_some_and(|(before, _)| *before != requests) {
            self.header = None;
        }
        // The next header may have begun while the last request was in work.
        if !busy && self.rest.is_left_after(&self.progress) {
            self.await_header(requests);
        }
    }

    fn await_header(&mut self, requests: usize) {
        self.header = Some((requests, Box::pin(sleep(self.limits.header))));
    }

    /// An error once the answer that is being written has taken too long as a whole.
    fn check_answer(&self) -> io::Result<()> {
        match self.progress.deadline() {
            Some(deadline) if deadline <= std::time::Instant::now() => Err(io::ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }

    /// What a write led to, with the client's patience taken into account.
    fn written<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stalled = None;
            return result;
        }
        let (pause, progress) = (self.limits.write_pause, &self.progress);
        let stalled = self.stalled.get_or_insert_with(|| {
            let stalled = sleep(pause);
            Box::pin(match progress.deadline().map(Instant::from_std) {
                Some(deadline) if deadline < stalled.deadline() => sleep_until(deadline),
                _ => stalled,
            })
        });
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.settle_header();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if read.is_ready() {
            let new = buf.filled().get(before..).unwrap_or_default();
            this.rest.read(new);
            if !this.progress.is_busy() && this.header.is_none() && !new.is_empty() {
                this.await_header(this.progress.requests());
            }
            return read;
        }
        match &mut this.header {
            Some((_, deadline)) => deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.check_answer()?;
        let result = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.written(cx, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.check_answer()?;
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.written(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // hyper comes here only when its own buffer is empty.
        this.progress.written();
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
