//! What the tests of the whole house share: a relay on loopback and a person's devices.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test stops where it fails"
)]

pub mod evil;
#[cfg(feature = "planted")]
pub mod planted;
pub mod programs;
pub mod simulator;

pub mod fuzzed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use lissom_diary::sync::http::{Request, Response};
use lissom_diary::{
    Diary, HistoryQuery, HistoryRow, HttpTransport, RelayUrl, ResultValues, StartedBy, SyncOptions, SyncReport,
    SystemHost, Transport, TransportError,
};
use lissom_relay::blocking::{self, BlockingRelay};
use lissom_relay::config::Config;

/// A relay process's worth of relay, on a port of its own, with its data in a folder that can be copied and put back.
#[derive(Debug)]
pub struct TestRelay {
    folder: PathBuf,
    running: Option<BlockingRelay>,
    address: std::net::SocketAddr,
}

impl TestRelay {
    /// Starts a relay with open registration.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let running = blocking::start(Config::local(folder)).expect("a relay on loopback");
        let address = running.address();
        Self { folder: folder.to_owned(), running: Some(running), address }
    }

    /// Stops it; its data stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// Starts it again at the same address.
    pub fn start_again(&mut self) {
        let config = Config { listen: self.address, ..Config::local(&self.folder) };
        self.running = Some(blocking::start(config).expect("the same relay again"));
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// One device: a folder, the diary in it, and the way to the relay.
#[derive(Debug)]
pub struct Device {
    /// The diary's folder.
    pub folder: PathBuf,
    /// The diary.
    pub diary: Diary,
    /// The way to the relay.
    pub transport: HttpTransport,
}

impl Device {
    /// A new diary that uses this relay.
    #[must_use]
    pub fn create(folder: PathBuf, name: &str, relay: &TestRelay) -> Self {
        let mut diary = Diary::create(&folder, name, SystemHost).expect("a new diary");
        let url = diary.set_relay(&relay.url(), None, false).expect("a loopback address");
        Self { folder, diary, transport: HttpTransport::new(url) }
    }

    /// Joins another device's diary.
    #[must_use]
    pub fn join(folder: PathBuf, name: &str, other: &Self, relay: &TestRelay) -> Self {
        let url = RelayUrl::parse(&relay.url(), false).expect("a loopback address");
        let mut transport = HttpTransport::new(url.clone());
        let phrase = other.diary.phrase();
        let joined = Diary::join(&folder, &phrase, name, (&url, false), &mut transport, SystemHost);
        Self { folder, diary: joined.expect("a diary to join").diary, transport }
    }

    /// Opens the folder as a new process would.
    #[must_use]
    pub fn open(folder: PathBuf) -> Self {
        let diary = Diary::open(&folder, SystemHost).expect("a diary in the folder");
        let url = diary.relay().expect("a readable database").expect("a relay");
        Self { folder, diary, transport: HttpTransport::new(url) }
    }

    /// Ends this process and begins another.
    #[must_use]
    pub fn reopen(self) -> Self {
        let Self { folder, diary, .. } = self;
        drop(diary);
        Self::open(folder)
    }

    /// Records a result with this note; gives its id.
    pub fn log(&mut self, note: &str) -> String {
        let values = ResultValues {
            exercise: Some("pelvic-tilt".into()),
            sets: Some(2),
            reps: Some(8),
            note: Some(note.into()),
            ..Default::default()
        };
        self.diary.record_result(&values, None).expect("a recorded result").id
    }

    /// Syncs as a person would.
    pub fn sync(&mut self) -> SyncReport {
        self.diary.sync(&mut self.transport, person()).expect("a working device")
    }

    /// The whole history.
    #[must_use]
    pub fn rows(&self) -> Vec<HistoryRow> {
        self.diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).expect("a history")
    }

    /// Fails the test if anything stored is not as it was written.
    pub fn assert_whole(&mut self) {
        let verified = self.diary.verify().expect("a database that can be checked");
        assert_eq!(verified.problems, Vec::new());
    }
}

/// A sync that a person asked for.
#[must_use]
pub fn person() -> SyncOptions {
    SyncOptions { budget: Duration::from_secs(30), started_by: StartedBy::Person }
}

/// Fails the test unless these devices show the same and nothing waits.
pub fn assert_equal(devices: &mut [&mut Device]) {
    let mut seen: Option<(String, Vec<HistoryRow>)> = None;
    for device in devices {
        device.assert_whole();
        let status = device.diary.status().expect("a status");
        assert_eq!((status.unsynced, status.waiting, status.quarantined, status.refused), (0, 0, 0, 0));
        let now = (status.state_hash, device.rows());
        if let Some(first) = &seen {
            assert_eq!(*first, now);
        }
        seen = Some(now);
    }
}

/// Copies a folder as a backup program would, while nobody writes.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder to copy to");
    for file in std::fs::read_dir(from).expect("a folder to copy") {
        let file = file.expect("a file in it");
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a copied file");
    }
}

/// Puts the contents of one folder in the place of another's.
pub fn replace_folder(folder: &Path, by: &Path) {
    std::fs::remove_dir_all(folder).expect("a folder to replace");
    copy_folder(by, folder);
}

/// Answers in the relay's place, or leaves the request to it.
pub type InPlace<'a> = Box<dyn FnMut(&Request) -> Option<Response> + 'a>;

/// Something between a device and its relay, which may answer in its place.
pub struct Between<'a> {
    /// The real way.
    pub inner: &'a mut HttpTransport,
    /// Answers some requests itself.
    pub answer: InPlace<'a>,
}

impl Transport for Between<'_> {
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        match (self.answer)(request) {
            Some(response) => Ok(response),
            None => self.inner.exchange(request, timeout),
        }
    }
}

impl std::fmt::Debug for Between<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Between(..)")
    }
}
