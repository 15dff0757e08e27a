//! A transport whose exchanges somebody else carries: it hands each request over and waits for the answer.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_channel::oneshot;
use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{Transport, TransportError};

type Answered = Result<Response, TransportError>;

/// The side that asks. Waits on its own thread.
pub(crate) struct Carried {
    asked: Arc<Mutex<Option<oneshot::Sender<Request>>>>,
    answers: mpsc::Receiver<Answered>,
}

/// The side that carries.
pub(crate) struct Carrier {
    asked: Arc<Mutex<Option<oneshot::Sender<Request>>>>,
    answers: mpsc::Sender<Answered>,
}

/// Both sides.
pub(crate) fn carried() -> (Carried, Carrier) {
    let asked = Arc::default();
    let (answers, receiver) = mpsc::channel();
    (Carried { asked: Arc::clone(&asked), answers: receiver }, Carrier { asked, answers })
}

impl Carrier {
    /// Where the next request will be.
    pub(crate) fn next(&self) -> oneshot::Receiver<Request> {
        let (sender, receiver) = oneshot::channel();
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Hands an answer over. If nobody wants one, it is dropped.
    pub(crate) fn answer(&self, answer: Answered) {
        let _unwanted = self.answers.send(answer);
    }
}

impl Transport for Carried {
    /// Whoever carries knows how long to wait, and answers or goes away.
    fn exchange(&mut self, request: &Request, _timeout: Duration) -> Answered {
        let left = || TransportError::new("nobody carries the request");
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(left)?;
        asked.send(request.clone()).map_err(|_| left())?;
        self.answers.recv().map_err(|_| left())?
    }
}
