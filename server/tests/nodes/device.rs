//! A device that pushes come what may, and remembers what it was told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lissom_protocol::api::{Appended, entries_path};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::VerifiedEntry;
use lissom_protocol::stream::MEDIA_TYPE;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::Outcome;
use crate::person::Keys;
use crate::wire::Wire;

/// A device's pause after an attempt that failed; shorter than a real one's.
const PAUSE: Duration = Duration::from_millis(50);
/// A device's patience with one request.
const PATIENCE: Duration = Duration::from_secs(20);

/// How far all devices are.
pub(crate) struct Progress {
    nodes: [SocketAddr; 2],
    acknowledged: watch::Sender<u64>,
    failures: AtomicU64,
}

impl Progress {
    pub(crate) fn new(nodes: [SocketAddr; 2]) -> Self {
        Self { nodes, acknowledged: watch::Sender::new(0), failures: AtomicU64::new(0) }
    }

    pub(crate) async fn reached(&self, count: u64) {
        let mut acknowledged = self.acknowledged.subscribe();
        let reached = acknowledged.wait_for(|acknowledged| *acknowledged >= count);
        timeout(crate::PATIENCE, reached).await.expect("devices go on").unwrap();
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::SeqCst)
    }
}

/// One device with a diary of its own.
pub(crate) struct Device {
    number: u32,
    progress: Arc<Progress>,
}

impl Device {
    pub(crate) fn new(number: u32, progress: Arc<Progress>) -> Self {
        Self { number, progress }
    }

    /// Pushes so many batches, each until it is acknowledged, to whichever node answers.
    pub(crate) async fn push(self, batches: u64) -> History {
        let mut connection = None;
        let (mut log, mut end) = (Vec::new(), None);
        let mut attempt = u64::from(self.number);
        let mut batch = 0;
        while batch < batches {
            let trying = self.try_once(&mut connection, attempt, batch, &mut end);
            if let Ok(Ok(entries)) = timeout(PATIENCE, trying).await {
                log.extend(entries);
                batch += 1;
                self.progress.acknowledged.send_modify(|acknowledged| *acknowledged += 1);
            } else {
                self.progress.failures.fetch_add(1, Ordering::SeqCst);
                // The other node, and a new connection.
                connection = None;
                attempt += 1;
                sleep(PAUSE).await;
            }
        }
        History { keys: connection.unwrap().1, log }
    }

    async fn try_once(
        &self,
        connection: &mut Option<(Wire, Keys)>,
        attempt: u64,
        batch: u64,
        end: &mut Option<Cursor>,
    ) -> Outcome<Vec<VerifiedEntry>> {
        if connection.is_none() {
            let mut wire = Wire::open(self.progress.nodes[usize::from(attempt % 2 == 1)]).await?;
            let keys = Keys::arrive(&mut wire, self.number).await?;
            *connection = Some((wire, keys));
        }
        let (wire, keys) = connection.as_mut().unwrap();
        let cursor = end.unwrap_or(Cursor::start(&keys.vault));
        let numbers = batch * 10..batch * 10 + 1 + (u64::from(self.number) + batch) % 3;
        let entries = numbers.map(|number| keys.entry(number, 300)).collect::<Outcome<Vec<_>>>()?;
        let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.bytes().to_vec()).collect();
        let positions = post(wire, keys, &cursor, &bytes).await?;
        // Whether or not an attempt before this one came through unheard: each entry has its one place.
        let expected: Vec<u64> = (cursor.pos + 1..).take(entries.len()).collect();
        assert_eq!(positions, expected, "device {}, batch {batch}", self.number);
        *end = Some(cursor.after(&entries.iter().map(VerifiedEntry::id).collect::<Vec<_>>()));
        Ok(entries)
    }
}

/// Posts a batch; its positions.
pub(crate) async fn post(wire: &mut Wire, keys: &Keys, cursor: &Cursor, bytes: &[u8]) -> Outcome<Vec<u64>> {
    let path = entries_path(&keys.vault, cursor);
    let answer = wire.ask("POST", &path, &keys.token, MEDIA_TYPE, bytes).await?;
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    match answer.status {
        200 => Ok(serde_json::from_slice::<Appended>(&answer.body)?.positions),
        // Anything else would be a loss, or the way to one.
        503 => Err(said.into()),
        status => panic!("posting: {status} {said}"),
    }
}

/// The page after a cursor.
pub(crate) async fn page(wire: &mut Wire, keys: &Keys, cursor: &Cursor) -> Outcome<Vec<u8>> {
    let answer = wire.ask("GET", &entries_path(&keys.vault, cursor), &keys.token, "", b"").await?;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    Ok(answer.body)
}

/// What a device was told is stored, in the order of the log.
pub(crate) struct History {
    keys: Keys,
    log: Vec<VerifiedEntry>,
}

impl History {
    pub(crate) fn entries(&self) -> usize {
        self.log.len()
    }

    /// Compares with the log that a node hands out.
    pub(crate) async fn check(&self, node: SocketAddr) -> Outcome<()> {
        let mut wire = Wire::open(node).await?;
        let log: Vec<u8> = self.log.iter().flat_map(|entry| entry.bytes().to_vec()).collect();
        assert!(self.log.len() <= 64, "one page");
        let found = page(&mut wire, &self.keys, &Cursor::start(&self.keys.vault)).await?;
        assert!(found == log, "the log of {} differs", self.keys.vault.to_text());
        Ok(())
    }
}
