//! The diary's own thread: what opens it, what it has on its desk, and how work gets there.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use futures_channel::oneshot;
use lissom_diary::texts::Lang;
use lissom_diary::{Diary as Core, Error, RelayUrl, SecretStore, SteppedSync, SystemHost};

use crate::error::LissomError;
use crate::keys::{AppKeys, KeyStore};
use crate::logging::{LogLevel, log};
use crate::observing::{DiaryChange, Notifier};
use crate::panics::{THREADS, contained, install};
use crate::time::Moment;

type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// Where a diary is, and how it is opened again after it was suspended.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) keys: Option<Arc<dyn KeyStore>>,
    pub(crate) lang: Lang,
    pub(crate) read_only: bool,
}

impl Place {
    pub(crate) fn secrets(&self) -> Box<dyn SecretStore> {
        match &self.keys {
            Some(keys) => Box::new(AppKeys(Arc::clone(keys))),
            None => Core::secret_file(&self.folder),
        }
    }

    pub(crate) fn open(&self) -> Result<Core, LissomError> {
        let opened = if self.read_only {
            Core::open_read_only(&self.folder, self.secrets(), SystemHost)
        } else {
            Core::open_with(&self.folder, self.secrets(), SystemHost)
        };
        opened.map_err(|error| LissomError::of(&error, self.lang))
    }
}

enum State {
    Open(Box<Core>),
    Suspended,
    Closed,
}

/// A sync under way, step by step.
pub(crate) struct UnderWay {
    /// Number of its session.
    pub(crate) session: u64,
    /// The relay that it began with: what is for this one goes to no other, whatever is set meanwhile.
    pub(crate) relay: RelayUrl,
    pub(crate) stepped: SteppedSync,
    /// Number of its beginning or its last exchange.
    pub(crate) turn: i64,
    /// Whether that exchange is still out.
    pub(crate) out: bool,
}

/// What the diary's thread works on.
pub(crate) struct Desk {
    place: Place,
    state: State,
    pub(crate) sync: Option<UnderWay>,
    /// Numbers given to beginnings and exchanges.
    turns: i64,
    pub(crate) notifier: Notifier,
    /// Revision that observers know of.
    told: i64,
}

/// Whether work is still wanted when nobody waits for it any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// It is not.
    Reading,
    /// It is: what a person tapped to save is saved, though the screen is gone.
    Writing,
}

/// The way to a diary's thread. The thread ends when the diary is closed, or nobody has a way to it any more.
#[derive(Clone)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    pub(crate) lang: Lang,
}

impl Worker {
    /// Starts a thread that opens a diary; the second is what opening it came to.
    pub(crate) fn start<T: Send + 'static>(
        place: Place,
        open: impl FnOnce(&Place) -> Result<(Core, T), LissomError> + Send + 'static,
    ) -> Result<(Self, oneshot::Receiver<Result<T, LissomError>>), LissomError> {
        install();
        let (jobs, queue) = mpsc::channel::<Job>();
        let (opened, ready) = oneshot::channel();
        let lang = place.lang;
        let work = move || match contained(|| open(&place)) {
            Ok((core, told)) => {
                let mut desk = Desk::new(place, core);
                // Whoever waited may be gone: then nobody has a way here, and the loop ends at once.
                let _gone = opened.send(Ok(told));
                log(LogLevel::Info, "diary.opened", "");
                desk.work(&queue);
            }
            Err(error) => {
                let _gone = opened.send(Err(error));
            }
        };
        let thread = std::thread::Builder::new().name(format!("{THREADS}diary")).spawn(work);
        thread.map_err(|_| LissomError::internal("internal.no-thread"))?;
        Ok((Self { jobs, lang }, ready))
    }

    /// Has work done on the diary's thread, after what was asked before.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: Ask,
        work: impl FnOnce(&mut Desk) -> Result<T, LissomError> + Send + 'static,
    ) -> Result<T, LissomError> {
        let (sender, answer) = oneshot::channel();
        let job = move |desk: &mut Desk| {
            if ask == Ask::Reading && sender.is_canceled() {
                return;
            }
            let result = contained(|| work(desk));
            desk.tell();
            let _gone = sender.send(result);
        };
        self.jobs.send(Box::new(job)).map_err(|_| LissomError::Closed)?;
        answer.await.unwrap_or(Err(LissomError::Closed))
    }

    /// Has work done that nobody waits for.
    pub(crate) fn leave(&self, work: impl FnOnce(&mut Desk) + Send + 'static) {
        let job = move |desk: &mut Desk| {
            // Nobody waits for it: a panic is in the log, and the diary's thread goes on.
            let _contained = contained(|| {
                work(desk);
                Ok(())
            });
        };
        // A closed diary has nothing left to do.
        let _closed = self.jobs.send(Box::new(job));
    }

    /// Reads; errors in the diary's language.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, LissomError> {
        let lang = self.lang;
        self.ask(Ask::Reading, move |desk| work(desk.core()?).map_err(|error| LissomError::of(&error, lang))).await
    }

    /// Writes; errors in the diary's language.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, LissomError> {
        let lang = self.lang;
        self.ask(Ask::Writing, move |desk| work(desk.core()?).map_err(|error| LissomError::of(&error, lang))).await
    }

    /// Writes something of a time, which must not be in the future.
    pub(crate) async fn write_at<T: Send + 'static>(
        &self,
        at: Moment,
        work: impl FnOnce(&mut Core, lissom_diary::Moment) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, LissomError> {
        let at = at.into();
        self.write(move |core| {
            core.check_not_in_the_future(at)?;
            work(core, at)
        })
        .await
    }
}

impl Desk {
    fn new(place: Place, core: Core) -> Self {
        let told = core.revision().unwrap_or(0);
        Self { place, state: State::Open(Box::new(core)), sync: None, turns: 0, notifier: Notifier::default(), told }
    }

    fn work(&mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            job(self);
            if matches!(self.state, State::Closed) {
                break;
            }
        }
    }

    /// The next number for an exchange.
    pub(crate) fn turn(&mut self) -> i64 {
        self.turns = self.turns.saturating_add(1);
        self.turns
    }

    /// The open diary.
    pub(crate) fn core(&mut self) -> Result<&mut Core, LissomError> {
        match &mut self.state {
            State::Open(core) => Ok(core),
            State::Suspended => Err(LissomError::Suspended),
            State::Closed => Err(LissomError::Closed),
        }
    }

    /// Lets go of the database: no lock is held, and the write-ahead log is folded in.
    pub(crate) fn suspend(&mut self) -> Result<(), LissomError> {
        self.core().map(drop).or_else(|error| if error == LissomError::Suspended { Ok(()) } else { Err(error) })?;
        self.sync = None;
        self.state = State::Suspended;
        log(LogLevel::Info, "diary.suspended", "");
        Ok(())
    }

    /// Opens it again.
    pub(crate) fn resume(&mut self) -> Result<(), LissomError> {
        match self.state {
            State::Open(_) => Ok(()),
            State::Closed => Err(LissomError::Closed),
            State::Suspended => {
                self.state = State::Open(Box::new(self.place.open()?));
                log(LogLevel::Info, "diary.resumed", "");
                Ok(())
            }
        }
    }

    /// Closes it for good.
    pub(crate) fn close(&mut self) {
        self.sync = None;
        self.state = State::Closed;
        log(LogLevel::Info, "diary.closed", "");
    }

    /// What observers see first.
    pub(crate) fn present(&mut self) -> Result<DiaryChange, LissomError> {
        let lang = self.place.lang;
        let read = |core: &mut Core| Ok((core.revision()?, core.unsynced()?));
        let (revision, unsynced) = read(self.core()?).map_err(|error: Error| LissomError::of(&error, lang))?;
        Ok(DiaryChange {
            revision,
            since: revision,
            unsynced: i32::try_from(unsynced).unwrap_or(i32::MAX),
            first: true,
        })
    }

    /// Tells observers, if anything was committed, here or by another process, since they were last told.
    pub(crate) fn tell(&mut self) {
        // What cannot be read now is told the next time.
        let Ok(now) = contained(|| self.present()) else { return };
        if now.revision != self.told {
            self.notifier.tell(&DiaryChange { since: self.told, first: false, ..now.clone() });
            self.told = now.revision;
        }
    }
}
