//! What the library tells an app's log: what it does, never what is in a diary.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::error::LissomError;
use crate::panics::{THREADS, contained};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum LogLevel {
    /// Each thing done.
    Debug,
    /// Opened, closed, synced.
    Info,
    /// The app's own code failed when it was called.
    Warn,
    /// A fault of this library.
    Error,
}

/// One line. Without health data, ids and keys, at every level.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// Stable name of what happened, such as `sync.ended`.
    pub event: String,
    /// Counts, codes and places in the source.
    pub detail: String,
}

/// Where lines go. Called from one thread of its own; what it throws is dropped.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// Takes a line.
    ///
    /// # Errors
    /// Whatever the app's code does wrong: the line is lost, and nothing else.
    fn log(&self, line: LogLine) -> Result<(), LissomError>;
}

/// Most lines that wait; the oldest are dropped.
const LINES_MAX: usize = 1_000;

struct Log {
    sink: Option<(LogLevel, Arc<dyn LogSink>)>,
    lines: VecDeque<LogLine>,
    has_thread: bool,
}

static LOG: Mutex<Log> = Mutex::new(Log { sink: None, lines: VecDeque::new(), has_thread: false });
static ARRIVED: Condvar = Condvar::new();

/// Sends lines from this level up to the sink, in the place of any sink before.
#[uniffi::export]
pub fn set_log_sink(level: LogLevel, sink: Arc<dyn LogSink>) {
    let mut state = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let before = state.sink.replace((level, sink));
    if !state.has_thread {
        let spawned = std::thread::Builder::new().name(format!("{THREADS}log")).spawn(deliver);
        state.has_thread = spawned.is_ok();
    }
    drop(state);
    // Letting go of the app's object calls the app: not while the log is locked.
    drop(before);
}

/// Sends lines nowhere.
#[uniffi::export]
pub fn clear_log_sink() {
    let before = LOG.lock().unwrap_or_else(PoisonError::into_inner).sink.take();
    drop(before);
}

/// Logs a line, if anybody wants it. Never waits for the app.
pub(crate) fn log(level: LogLevel, event: &str, detail: &str) {
    let mut state = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    if state.sink.as_ref().is_some_and(|(from, _)| level >= *from) {
        if state.lines.len() >= LINES_MAX {
            state.lines.pop_front();
        }
        state.lines.push_back(LogLine { level, event: event.to_owned(), detail: detail.to_owned() });
        ARRIVED.notify_one();
    }
}

fn deliver() {
    loop {
        let mut state = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        let line = loop {
            if let Some(line) = state.lines.pop_front() {
                break line;
            }
            state = ARRIVED.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        let sink = state.sink.as_ref().map(|(_, sink)| Arc::clone(sink));
        drop(state);
        if let Some(sink) = sink {
            // The app's own fault, and its log is where it would be told.
            let _lost = contained(|| sink.log(line));
        }
    }
}
