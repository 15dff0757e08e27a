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
    /// This exchange; then `step` with its number and what came of it.
    Exchange {
        /// Number of the exchange.
        number: i64,
        /// The request.
        request: HttpRequest,
    },
    /// It is done: `diary` gives the diary. Sync it to get what the other devices recorded.
    Joined {
        /// Records that were here before, and come along.
        brought: i32,
    },
}

/// Joins the diary of 24 words over the app's own transport: call `begin`, then `step` with each answer.
///
/// The relay is asked first: if it has no such diary, or cannot be reached, nothing is created or changed. The same holds
/// if this is let go before it is done. An answer counts once, as in a `SyncSession`.
#[derive(uniffi::Object)]
pub struct JoinSession {
    relay: RelayUrl,
    stage: Mutex<Stage>,
}

enum Stage {
    Ready(Box<Joining>),
    /// An exchange is out.
    Out(i64, Box<Under>),
    /// A step runs.
    Busy,
    Done(Arc<Diary>),
    Over,
}

struct Under {
    worker: Worker,
    carrier: Carrier,
    ready: oneshot::Receiver<Result<i32, LissomError>>,
}

/// One step. However it is left, the session is not busy afterwards.
struct Turn<'a>(&'a Mutex<Stage>);

impl Turn<'_> {
    fn ends(self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*stage, Stage::Busy) {
            *stage = Stage::Over;
        }
    }
}

struct Joining {
    place: Place,
    phrase: zeroize::Zeroizing<String>,
    device_name: String,
    insecure: bool,
}

enum Next {
    Exchange(i64, Request),
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

    /// Begins; gives the first thing to do.
    ///
    /// # Errors
    /// `InvalidInput` of `phrase` or `name`, `Relay`, and errors of the device; `OutOfTurn` if it has begun.
    pub async fn begin(&self) -> Result<JoinStep, LissomError> {
        self.first().await.map(|next| self.step_of(next))
    }

    /// Takes what came of the exchange with this number; gives the next thing to do.
    ///
    /// # Errors
    /// `OutOfTurn`: nothing happened. `UnknownVault`, `Relay`, and errors of the device; it is over then. `Cancelled` once
    /// it is over, or if a step was left half way.
    pub async fn step(&self, number: i64, answer: Answer) -> Result<JoinStep, LissomError> {
        self.answered(number, answer.read()).await.map(|next| self.step_of(next))
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
    fn step_of(&self, next: Next) -> JoinStep {
        match next {
            Next::Exchange(number, request) => {
                JoinStep::Exchange { number, request: HttpRequest::new(&self.relay, &request) }
            }
            Next::Joined(brought) => JoinStep::Joined { brought },
        }
    }

    /// Takes what is there for a step, if it is this step's turn; else it stays.
    fn turn<T>(&self, take: impl FnOnce(Stage) -> Result<T, Stage>) -> Result<(Turn<'_>, T), LissomError> {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        match take(std::mem::replace(&mut *stage, Stage::Busy)) {
            Ok(taken) => Ok((Turn(&self.stage), taken)),
            Err(back) => {
                let over = matches!(back, Stage::Over);
                *stage = back;
                Err(if over { LissomError::Cancelled } else { LissomError::OutOfTurn })
            }
        }
    }

    async fn first(&self) -> Result<Next, LissomError> {
        let (turn, joining) = self.turn(|stage| match stage {
            Stage::Ready(joining) => Ok(joining),
            stage => Err(stage),
        })?;
        let (carried, carrier) = carried();
        let asked = carrier.next();
        let (worker, ready) = joining.start(self.relay.clone(), carried)?;
        wait(turn, 1, Box::new(Under { worker, carrier, ready }), asked).await
    }

    async fn answered(&self, number: i64, answer: Result<Response, TransportError>) -> Result<Next, LissomError> {
        let (turn, under) = self.turn(|stage| match stage {
            Stage::Out(out, under) if out == number => Ok(under),
            stage => Err(stage),
        })?;
        let asked = under.carrier.next();
        under.carrier.answer(answer);
        wait(turn, number.saturating_add(1), under, asked).await
    }
}

/// Waits for what comes next: another exchange, with this number, or the end.
async fn wait(
    turn: Turn<'_>,
    number: i64,
    mut under: Box<Under>,
    mut asked: oneshot::Receiver<Request>,
) -> Result<Next, LissomError> {
    let next = std::future::poll_fn(|context| {
        if let Poll::Ready(joined) = Pin::new(&mut under.ready).poll(context) {
            return Poll::Ready(joined.unwrap_or(Err(LissomError::Closed)).map(Next::Joined));
        }
        match Pin::new(&mut asked).poll(context) {
            Poll::Ready(Ok(request)) => Poll::Ready(Ok(Next::Exchange(number, request))),
            // Nothing is asked any more: what it came to is on its way.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    })
    .await?;
    turn.ends(match &next {
        Next::Exchange(..) => Stage::Out(number, under),
        Next::Joined(_) => Stage::Done(Diary::over(under.worker)),
    });
    Ok(next)
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
            let mut next = session.first().await?;
            loop {
                match next {
                    Next::Exchange(number, request) => {
                        let answer = net.exchange(session.relay.clone(), request, TIMEOUT).await;
                        next = session.answered(number, answer).await?;
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
