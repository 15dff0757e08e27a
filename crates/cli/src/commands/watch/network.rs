//! The half of `watch` that talks to the relay, on a thread of its own.
//!
//! It syncs at the start, whenever the relay pokes, and whenever something was written down here. A second thread
//! waits on the relay's stream of pokes, because waiting there blocks. Nothing here is lost when the process ends at
//! any point: the diary sees to that.

use std::mem::{Discriminant, discriminant};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use lissom_diary::sync::client::End;
use lissom_diary::sync::http::Request;
use lissom_diary::{Diary, Error, HttpTransport, RelayUrl, StartedBy, SyncOptions, SyncReport};

use crate::context::Context;
use crate::failure::Failure;
use crate::texts::Sentence;

/// Pauses before trying again grow from the first to the longest.
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_LONGEST: Duration = Duration::from_mins(1);
/// Longest time without a sync even if nothing asks for one.
const IDLE: Duration = Duration::from_mins(10);

/// What the network half has to tell.
#[derive(Debug)]
pub(crate) enum News {
    /// A sync moved something.
    Synced(SyncReport),
    /// The relay cannot be reached, or refuses; said once for each kind of trouble.
    Offline(Sentence),
    /// The relay is there again.
    Online,
}

/// What wakes the network half.
#[derive(Debug)]
enum Wake {
    /// The relay's log has grown.
    Poke,
    /// The stream of pokes is open: what came before it must be fetched once more.
    StreamOpen,
    StreamEnded,
    /// There was a commit here; so many changes are not on the relay.
    Changed(usize),
}

/// A handle to the network half.
#[derive(Debug)]
pub(crate) struct Network {
    wake: Sender<Wake>,
}

impl Network {
    /// There was a commit in the folder, and this many changes are not on the relay.
    pub(crate) fn changed(&self, unsynced: usize) {
        // If that half ended, the folder is still followed.
        drop(self.wake.send(Wake::Changed(unsynced)));
    }
}

/// Starts it. `tell` gives `false` when nobody listens any more.
pub(crate) fn start(context: Context, tell: impl Fn(News) -> bool + Send + 'static) -> Result<Network, Failure> {
    let diary = context.open()?;
    let (wake, woken) = mpsc::channel();
    let pokes = wake.clone();
    let exchange = Exchange { context, diary, to: None, streaming: false, settled: 0, trouble: None, tell, pokes };
    thread::spawn(move || exchange.follow(&woken));
    Ok(Network { wake })
}

/// The state of following one relay.
struct Exchange<T> {
    context: Context,
    diary: Diary,
    to: Option<(RelayUrl, HttpTransport)>,
    streaming: bool,
    /// Changes that the last sync left: only more than these are worth another.
    settled: usize,
    /// What kind of trouble was told last: a growing number of unsent changes is no news.
    trouble: Option<Discriminant<Error>>,
    tell: T,
    pokes: Sender<Wake>,
}

impl<T: Fn(News) -> bool> Exchange<T> {
    /// Syncs for as long as anybody listens.
    fn follow(mut self, woken: &Receiver<Wake>) {
        let mut pause = PAUSE_FIRST;
        loop {
            let mut outcome = self.exchange();
            if matches!(outcome, Err(Error::VaultChanged)) {
                outcome = self.exchange_anew();
            }
            let Some(healthy) = self.say(outcome) else { return };
            if healthy && !self.streaming {
                self.open_stream();
            }
            match self.wait(woken, healthy, pause) {
                Waited::Steady => pause = PAUSE_FIRST,
                Waited::Again => {}
                Waited::Paused => pause = pause.saturating_mul(2).min(PAUSE_LONGEST),
                Waited::Over => return,
            }
        }
    }

    /// One sync.
    fn exchange(&mut self) -> Result<SyncReport, Error> {
        let relay = self.diary.relay()?.ok_or(Error::NoRelay)?;
        if self.to.as_ref().is_none_or(|(url, _)| *url != relay) {
            self.to = Some((relay.clone(), HttpTransport::new(relay)));
            self.streaming = false;
        }
        let Some((_, transport)) = &mut self.to else { return Err(Error::NoRelay) };
        self.diary.sync(transport, SyncOptions { started_by: StartedBy::App, ..SyncOptions::default() })
    }

    /// Opens the folder again, which was joined to another diary meanwhile, and syncs that one.
    fn exchange_anew(&mut self) -> Result<SyncReport, Error> {
        let Ok(diary) = self.context.open() else { return Err(Error::VaultChanged) };
        self.diary = diary;
        self.to = None;
        self.exchange()
    }

    /// Tells what came of a sync; gives whether the relay is well, or nothing if nobody listens.
    fn say(&mut self, outcome: Result<SyncReport, Error>) -> Option<bool> {
        let mut listened = true;
        let trouble = match outcome {
            Ok(report) => {
                let ended = report.check();
                // What was left may have been written down while the sync ran: if it is not what the last one left
                // as well, another one may take it.
                let more = report.end == End::OutOfTime || report.unsynced > 0 && report.unsynced != self.settled;
                self.settled = report.unsynced;
                if report.pushed > 0 || report.pulled > 0 || !report.notices.is_empty() {
                    listened &= (self.tell)(News::Synced(report));
                }
                if more {
                    // Everything that asks for a sync is a wake; this one asks for the rest.
                    drop(self.pokes.send(Wake::Poke));
                }
                ended.err()
            }
            Err(error) => Some(error),
        };
        let (healthy, kind) = (trouble.is_none(), trouble.as_ref().map(discriminant));
        if let Some(error) = trouble.filter(|_| self.trouble != kind) {
            listened &= (self.tell)(News::Offline(Failure::from(error).sentence().clone()));
        }
        if healthy && self.trouble.is_some() {
            listened &= (self.tell)(News::Online);
        }
        self.trouble = kind;
        listened.then_some(healthy)
    }

    /// Waits on the stream of pokes, on a thread of its own.
    fn open_stream(&mut self) {
        let Some((relay, request)) = self.diary.watch_request() else { return };
        self.streaming = true;
        let wake = self.pokes.clone();
        thread::spawn(move || {
            pass_on_pokes(relay, &request, &wake);
            // If nobody listens, `watch` has ended.
            drop(wake.send(Wake::StreamEnded));
        });
    }

    /// Waits until it is time for another sync.
    fn wait(&mut self, woken: &Receiver<Wake>, healthy: bool, pause: Duration) -> Waited {
        let mut until = Instant::now().checked_add(if healthy { IDLE } else { pause });
        let mut steady = false;
        let mut paused = !healthy;
        loop {
            let left = until.map_or(IDLE, |until| until.saturating_duration_since(Instant::now()));
            match woken.recv_timeout(left) {
                Err(RecvTimeoutError::Timeout) if paused => return Waited::Paused,
                Err(RecvTimeoutError::Timeout) => return Waited::Again,
                Err(RecvTimeoutError::Disconnected) => return Waited::Over,
                Ok(Wake::StreamOpen) => {
                    steady = true;
                    if !paused {
                        return Waited::Steady;
                    }
                }
                Ok(Wake::StreamEnded) => {
                    self.streaming = false;
                    if !paused {
                        paused = true;
                        until = Instant::now().checked_add(if steady { PAUSE_FIRST } else { pause });
                    }
                }
                Ok(Wake::Changed(unsynced)) => {
                    let more = unsynced > self.settled;
                    self.settled = unsynced.min(self.settled);
                    if more && healthy {
                        return Waited::Again;
                    }
                }
                // A relay that does not take what we have must not be asked again for each poke.
                Ok(Wake::Poke) if healthy => return Waited::Again,
                Ok(Wake::Poke) => {}
            }
        }
    }
}

/// Why waiting ended.
enum Waited {
    /// The stream of pokes opened.
    Steady,
    /// Something asks for a sync.
    Again,
    /// A pause after trouble is over.
    Paused,
    /// `watch` has ended.
    Over,
}

fn pass_on_pokes(relay: RelayUrl, request: &Request, wake: &Sender<Wake>) {
    let Ok(mut stream) = HttpTransport::new(relay).watch(request) else { return };
    let mut alive = wake.send(Wake::StreamOpen).is_ok();
    while alive {
        alive = match stream.next_line() {
            Ok(true) => wake.send(Wake::Poke).is_ok(),
            Ok(false) => true,
            Err(_) => false,
        };
    }
}
