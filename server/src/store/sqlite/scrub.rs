//! Getting deleted bytes off the files: out of the free pages, and out of the write-ahead log.

use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::schema::BUSY_TIMEOUT;

/// Pause between two attempts. A reader in the way may stay for long, and every attempt goes over the whole
/// write-ahead log.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether there is something to be scrubbed, and when it was last tried.
pub(super) struct Scrubber {
    wanted: bool,
    tried: Option<Instant>,
    /// How often it was tried.
    #[cfg(test)]
    pub(super) attempts: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Scrubber {
    /// Wanted from the start: the process before this one may have ended between a COMMIT and its scrubbing.
    pub(super) fn new() -> Self {
        Self {
            wanted: true,
            tried: None,
            #[cfg(test)]
            attempts: std::sync::Arc::default(),
        }
    }

    /// Something was deleted and committed.
    pub(super) fn want(&mut self) {
        (self.wanted, self.tried) = (true, None);
    }

    /// Tries once if it is wanted, and not again before its time. Waits for nobody: whoever posts next would wait
    /// as well.
    pub(super) fn run(&mut self, connection: &Connection) {
        if !self.wanted || self.tried.is_some_and(|tried| tried.elapsed() < PAUSE) {
            return;
        }
        self.tried = Some(Instant::now());
        #[cfg(test)]
        self.attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let scrubbed = connection.busy_timeout(Duration::ZERO).and_then(|()| scrub(connection));
        match scrubbed {
            // If a reader was in the way: again with a later group.
            Ok(complete) => self.wanted = !complete,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            Err(error) => tracing::warn!(%error, "deleted bytes are not yet off the write-ahead log"),
        }
        if let Err(error) = connection.busy_timeout(BUSY_TIMEOUT) {
            tracing::warn!(%error, "the writing connection no longer waits for other processes");
        }
    }

    /// The last attempt, which may wait: nobody posts any more.
    pub(super) fn finish(self, connection: &Connection) {
        let folded = if self.wanted { scrub(connection) } else { checkpoint(connection) };
        match folded {
            Ok(true) => {}
            Ok(false) => tracing::warn!("the write-ahead log was not folded in; the next start will do it"),
            Err(error) => tracing::warn!(%error, "the write-ahead log was not folded in; the next start will do it"),
        }
    }
}

/// Gives freed pages back to the system and empties the write-ahead log of what was deleted; false if somebody
/// was in the way.
pub(super) fn scrub(connection: &Connection) -> rusqlite::Result<bool> {
    shrink(connection)?;
    checkpoint(connection)
}

fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    // Every step frees one page.
    while rows.next()?.is_some() {}
    Ok(())
}

/// Folds the whole write-ahead log into the database; false if somebody was in the way.
fn checkpoint(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map(|busy: i64| busy == 0)
}
