//! Joining a diary that another device has.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
#[cfg(feature = "net")]
use std::time::Duration;

use futures_channel::oneshot;
use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{Diary as Core, RelayUrl, SystemHost, TransportError};

#[cfg(feature = "net")]
use crate::cancel::{CancelToken, until};
use crate::carrying::{Carrier, carried};
use crate::diary::{Diary, OpenOptions};
use crate::error::LissomError;
use crate::exchange::{Answer, HttpRequest};
use crate::keys::KeyStore;
use crate::worker::{Place, Worker};

/// What joining wants next.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum JoinStep {
    /// This exchange; then `step` with what came of it.
    Exchange {
        /// The request.
        request: HttpRequest,
    },
    /// It is done: `diary` gives the diary. Sync it to get what the other devices recorded.
    Joined {
        /// Records that were here before, and come along.
        brought: i32,
    },
}

/// Joins the diary of 24 words over the app's own transport: call `step` with `Begin`, then with each answer.
///
/// The relay is asked first: if it has no such diary, or cannot be reached, nothing is created or changed. The same holds
/// if this is let go before it is done.
#[derive(uniffi::Object)]
pub struct JoinSession {
    relay: RelayUrl,
    stage: Mutex<Stage>,
}

enum Stage {
    Ready(Box<Joining>),
    Under { worker: Worker, carrier: Carrier, ready: oneshot::Receiver<Result<i32, LissomError>> },
    Done(Arc<Diary>),
    Over,
}

struct Joining {
    place: Place,
    phrase: zeroize::Zeroizing<String>,
    device_name: String,
    insecure: bool,
}

enum Next {
    Exchange(Request),
    Joined(i32),
}

#[uniffi::export]
impl JoinSession {
    /// Joining with these words at this relay. The relay's address needs TLS unless it is this machine, or `insecure`.
    ///
    /// # Errors
    /// `InvalidInput` of `url`.
    #[uniffi::constructor(default(insecure = false, keys = None))]
    pub fn new(
        options: OpenOptions,
        phrase: String,
        relay: &str,
        insecure: bool,
        keys: Option<Arc<dyn KeyStore>>,
    ) -> Result<Arc<Self>, LissomError> {
        let place = options.place(keys, false);
        let relay = RelayUrl::parse(relay, insecure).map_err(|error| LissomError::of(&error.into(), place.lang))?;
        let phrase = zeroize::Zeroizing::new(phrase);
        let joining = Joining { place, phrase, device_name: options.device_name, insecure };
        Ok(Arc::new(Self { relay, stage: Mutex::new(Stage::Ready(Box::new(joining))) }))
    }

    /// Takes what came of the last request; gives the next thing to do.
    ///
    /// # Errors
    /// `InvalidInput` of `phrase` or `name`, `UnknownVault`, `Relay`, and errors of the device.
    pub async fn step(&self, answer: Answer) -> Result<JoinStep, LissomError> {
        Ok(match self.next(answer.read()).await? {
            Next::Exchange(request) => JoinStep::Exchange { request: HttpRequest::new(&self.relay, &request) },
            Next::Joined(brought) => JoinStep::Joined { brought },
        })
    }

    /// The diary, once it is joined.
    #[must_use]
    pub fn diary(&self) -> Option<Arc<Diary>> {
        match &*self.stage.lock().unwrap_or_else(PoisonError::into_inner) {
            Stage::Done(diary) => Some(Arc::clone(diary)),
            _ => None,
        }
    }
}

impl JoinSession {
    async fn next(&self, answer: Option<Result<Response, TransportError>>) -> Result<Next, LissomError> {
        let stage = std::mem::replace(&mut *self.stage.lock().unwrap_or_else(PoisonError::into_inner), Stage::Over);
        let (worker, carrier, mut ready, mut asked) = match (stage, answer) {
            (Stage::Ready(joining), None) => {
                let (carried, carrier) = carried();
                let asked = carrier.next();
                let (worker, ready) = joining.start(self.relay.clone(), carried)?;
                (worker, carrier, ready, asked)
            }
            (Stage::Under { worker, carrier, ready }, Some(answer)) => {
                let asked = carrier.next();
                carrier.answer(answer);
                (worker, carrier, ready, asked)
            }
            // Left in the middle of a step, or called out of turn: it is over, and nothing was created.
            _ => return Err(LissomError::Cancelled),
        };
        let next = std::future::poll_fn(|context| {
            if let Poll::Ready(joined) = Pin::new(&mut ready).poll(context) {
                return Poll::Ready(joined.unwrap_or(Err(LissomError::Closed)).map(Next::Joined));
            }
            match Pin::new(&mut asked).poll(context) {
                Poll::Ready(Ok(request)) => Poll::Ready(Ok(Next::Exchange(request))),
                // Nothing is asked any more: what it came to is on its way.
                Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
            }
        })
        .await?;
        let stage = match &next {
            Next::Exchange(_) => Stage::Under { worker, carrier, ready },
            Next::Joined(_) => Stage::Done(Diary::over(worker)),
        };
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        Ok(next)
    }
}

type Started = (Worker, oneshot::Receiver<Result<i32, LissomError>>);

impl Joining {
    fn start(self, relay: RelayUrl, mut carried: crate::carrying::Carried) -> Result<Started, LissomError> {
        let Self { place, phrase, device_name, insecure } = self;
        Worker::start(place, move |place| {
            let at = (&relay, insecure);
            let joined =
                Core::join_with(&place.folder, &phrase, &device_name, at, &mut carried, place.secrets(), SystemHost);
            let joined = joined.map_err(|error| LissomError::of(&error, place.lang))?;
            Ok((joined.diary, i32::try_from(joined.brought).unwrap_or(i32::MAX)))
        })
    }
}

#[cfg(feature = "net")]
#[uniffi::export]
impl Diary {
    /// Joins the diary of 24 words at this relay, over the built-in transport. Records that are in the folder already come
    /// along; sync it to get what the other devices recorded.
    ///
    /// # Errors
    /// As `JoinSession`; `Cancelled`: nothing was created, or all of it if the last answer had come.
    #[uniffi::constructor(default(insecure = false, keys = None, cancel = None))]
    pub async fn join(
        options: OpenOptions,
        phrase: String,
        relay: String,
        insecure: bool,
        keys: Option<Arc<dyn KeyStore>>,
        cancel: Option<Arc<CancelToken>>,
    ) -> Result<Arc<Self>, LissomError> {
        const TIMEOUT: Duration = Duration::from_secs(30);
        let session = JoinSession::new(options, phrase, &relay, insecure, keys)?;
        let net = crate::net::Net::default();
        let run = async {
            let mut next = session.next(None).await?;
            loop {
                match next {
                    Next::Exchange(request) => {
                        let answer = net.exchange(session.relay.clone(), request, TIMEOUT).await;
                        next = session.next(Some(answer)).await?;
                    }
                    Next::Joined(_) => return session.diary().ok_or(LissomError::Closed),
                }
            }
        };
        until(cancel.as_deref(), run).await
    }
}

impl std::fmt::Debug for JoinSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinSession(..)")
    }
}
