//! What a connection's service tells its socket, and what the socket makes of it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by the service, the answers' bodies and the socket of one connection.
#[derive(Debug, Default)]
pub(super) struct Progress {
    requests: AtomicUsize,
    busy: AtomicBool,
    times: Mutex<Times>,
}

#[derive(Debug, Default)]
struct Times {
    /// Length of the body of the last request, where it was stated.
    body: Option<u64>,
    /// When an answer that is not yet written has to be.
    answer: Option<Instant>,
}

impl Progress {
    /// A request's header is complete.
    pub(super) fn begin(&self, body: Option<u64>) {
        self.times().body = body;
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.busy.store(true, Ordering::Relaxed);
    }

    /// An answer of known length is about to be written. Answers that the client has asked for together have the
    /// time of one, and of their lengths.
    pub(super) fn answer(&self, base: Duration, for_length: Duration) {
        let mut times = self.times();
        let from = times.answer.or_else(|| Instant::now().checked_add(base));
        times.answer = from.and_then(|from| from.checked_add(for_length));
    }

    /// Its answer is on its way to the last byte.
    pub(super) fn end(&self) {
        self.busy.store(false, Ordering::Relaxed);
    }

    /// Everything is written.
    pub(super) fn written(&self) {
        self.times().answer = None;
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// Whether nobody would miss the connection: no request in work, no answer on its way.
    pub(super) fn is_resting(&self) -> bool {
        !self.is_busy() && self.deadline().is_none()
    }

    /// When the answer that is being written has to be.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.times().answer
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells whether a client that waits for no answer has sent a part of its next request already.
///
/// hyper takes from the socket whatever there is and keeps to itself what it did not need. So the end of the header
/// is looked for here as well, and the bytes after it are counted against the body's stated length.
#[derive(Debug, Default)]
pub(super) struct Rest {
    requests: usize,
    /// How much of the header's end has just been read.
    matched: usize,
    /// Bytes that came after the header's end, once that was found.
    after: Option<u64>,
    /// What was read can no longer be told apart: requests have come before the last one was answered.
    mixed: bool,
}

const HEADER_END: &[u8] = b"\r\n\r\n";

impl Rest {
    /// Takes note of bytes as they are read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while self.after.is_none() && !self.mixed {
            let Some((byte, rest)) = bytes.split_first() else { return };
            let fits = HEADER_END.get(self.matched) == Some(byte);
            self.matched = if fits { self.matched.saturating_add(1) } else { usize::from(*byte == b'\r') };
            if self.matched == HEADER_END.len() {
                self.after = Some(0);
            }
            bytes = rest;
        }
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.after = self.after.map(|after| after.saturating_add(count));
    }

    /// To be called when no request is in work: whether one has just been answered, and more than it had come.
    pub(super) fn is_left_after(&mut self, progress: &Progress) -> bool {
        let requests = progress.requests();
        if requests == self.requests {
            return false;
        }
        let whole = requests == self.requests.saturating_add(1) && self.after.is_some();
        self.mixed |= !whole || self.after != progress.times().body;
        *self = Self { requests, mixed: self.mixed, ..Self::default() };
        self.mixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_after(reads: &[&[u8]], body: Option<u64>) -> bool {
        let (progress, mut rest) = (Progress::default(), Rest::default());
        for bytes in reads {
            rest.read(bytes);
        }
        progress.begin(body);
        progress.end();
        rest.is_left_after(&progress)
    }

    #[test]
    fn a_whole_request_leaves_nothing() {
        assert!(!left_after(&[b"GET / HTTP/1.1\r\nhost: r\r\n\r\n"], Some(0)));
        assert!(!left_after(&[b"GET / HTTP/1.1\r\nhost: r\r\n\r", b"\n"], Some(0)));
        assert!(!left_after(&[b"POST / HTTP/1.1\r\nhost: r\r\n\r\nbo", b"dy"], Some(4)));
    }

    #[test]
    fn the_start_of_the_next_request_is_left() {
        assert!(left_after(&[b"GET / HTTP/1.1\r\nhost: r\r\n\r\nGET"], Some(0)));
        assert!(left_after(&[b"POST / HTTP/1.1\r\nhost: r\r\n\r\nbo", b"dyG"], Some(4)));
        assert!(left_after(&[b"POST / HTTP/1.1\r\nhost: r\r\n\r\n4\r\nbody\r\n0\r\n\r\n"], None), "nobody knows");
    }

    #[test]
    fn answers_asked_for_together_do_not_add_up_their_time() {
        let progress = Progress::default();
        progress.answer(Duration::from_secs(30), Duration::ZERO);
        let deadline = progress.deadline().unwrap();
        progress.answer(Duration::from_secs(30), Duration::from_secs(2));
        assert_eq!(progress.deadline(), deadline.checked_add(Duration::from_secs(2)));
        progress.written();
        assert!(progress.is_resting());
    }
}
