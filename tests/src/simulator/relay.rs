//! A simulated relay: the real one, called in process, with its disk in the simulator's hands.

use std::path::{Path, PathBuf};

use lissom_protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_relay::config::Config;
use lissom_relay::in_process::InProcess;
use lissom_sync::http::{Method, Request, Response};
use rusqlite::Connection;

/// Something that answers requests, or does not.
pub trait Relay {
    /// The answer; `None` if none comes.
    fn answer(&mut self, request: &Request) -> Option<Response>;
}

/// What a relay does not take for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusing {
    Nothing,
    /// Everything, with this.
    All(ProblemKind),
    /// Batches of more than one entry, by a proxy's own word.
    Large,
    /// Batches with an entry whose id begins like this.
    Some(ProblemKind, u8),
}

/// A copy of a relay's disk.
pub(crate) type Disk = Vec<(String, Vec<u8>)>;

/// One relay.
pub(crate) struct SimRelay {
    folder: PathBuf,
    running: Option<InProcess>,
    clock: u64,
    pub(crate) refusing: Refusing,
    pub(crate) down: bool,
}

impl SimRelay {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut relay = Self {
            folder: folder.to_owned(),
            running: None,
            clock: 1_795_305_600,
            refusing: Refusing::Nothing,
            down: false,
        };
        relay.open();
        relay
    }

    fn open(&mut self) {
        let running = InProcess::open(Config::local(&self.folder)).expect("a relay");
        running.set_clock(self.clock);
        self.running = Some(running);
    }

    fn close(&mut self) {
        if let Some(running) = self.running.take() {
            running.close();
        }
    }

    pub(crate) fn restart(&mut self) {
        self.close();
        self.open();
    }

    /// Lets its time pass: tokens run out after 900 seconds.
    pub(crate) fn advance(&mut self, seconds: u64) {
        self.clock = self.clock.saturating_add(seconds);
        if let Some(running) = &self.running {
            running.set_clock(self.clock);
        }
    }

    /// Its disk as it is. The relay's own thread may be folding the write-ahead log in: while somebody else may write,
    /// it cannot empty the log, so that database and log together are whole.
    pub(crate) fn backup(&self) -> Disk {
        let held = Connection::open(self.folder.join("relay.db")).expect("the relay's database");
        held.execute_batch("BEGIN IMMEDIATE").expect("the right to write");
        read_files(&self.folder, &["relay.db", "relay.db-wal"])
    }

    /// Puts an earlier disk in its place.
    pub(crate) fn restore(&mut self, disk: &Disk) {
        self.close();
        write_files(&self.folder, disk);
        self.open();
    }

    /// Loses everything.
    pub(crate) fn wipe(&mut self) {
        self.restore(&Vec::new());
    }

    /// Ids of all entries it holds, in order.
    pub(crate) fn log(&self) -> Vec<[u8; 32]> {
        let db = Connection::open(self.folder.join("relay.db")).expect("the relay's database");
        let mut select = db.prepare("SELECT entry_id FROM entry ORDER BY vault, pos").expect("its table");
        let rows = select.query_map([], |row| row.get(0)).expect("its entries");
        rows.collect::<Result<_, _>>().expect("entry ids")
    }

    fn refusal(&self, request: &Request) -> Option<Response> {
        if request.method != Method::Post || !request.path.contains("/entries?") {
            return None;
        }
        let vault = vault_in(&request.path)?;
        let entries = lissom_protocol::stream::split(&request.body).ok()?;
        match self.refusing {
            Refusing::All(kind) => Some(problem(kind)),
            Refusing::Large if entries.len() > 1 => {
                Some(Response { status: 413, headers: Vec::new(), body: b"proxy".to_vec() })
            }
            Refusing::Nothing | Refusing::Large => None,
            Refusing::Some(kind, part) => {
                let refused = entries.iter().any(|entry| entry.id(&vault).0[0] % 8 == part);
                refused.then(|| problem(kind))
            }
        }
    }
}

impl Relay for SimRelay {
    fn answer(&mut self, request: &Request) -> Option<Response> {
        if self.down {
            return None;
        }
        if let Some(refusal) = self.refusal(request) {
            return Some(refusal);
        }
        let running = self.running.as_ref()?;
        let (status, headers, body) =
            running.answer(request.method.as_str(), &request.path, &request.headers, request.body.clone())?;
        Some(Response { status, headers, body })
    }
}

impl Drop for SimRelay {
    fn drop(&mut self) {
        self.close();
    }
}

/// The vault that a path names.
pub(crate) fn vault_in(path: &str) -> Option<lissom_protocol::ids::VaultId> {
    let id = path.strip_prefix("/v1/vaults/")?.split(['/', '?']).next()?;
    lissom_protocol::ids::VaultId::from_text(id).ok()
}

/// A problem as a relay answers it.
pub(crate) fn problem(kind: ProblemKind) -> Response {
    let headers = vec![("content-type".to_owned(), MEDIA_TYPE.to_owned())];
    let body = serde_json::to_vec(&Problem::new(kind)).expect("a problem as JSON");
    Response { status: kind.status(), headers, body }
}

/// The files of these names that there are.
pub(crate) fn read_files(folder: &Path, names: &[&str]) -> Disk {
    let read = |name: &&str| Some(((*name).to_owned(), std::fs::read(folder.join(name)).ok()?));
    names.iter().filter_map(read).collect()
}

/// Empties a folder and puts these files into it.
pub(crate) fn write_files(folder: &Path, disk: &Disk) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).expect("a folder to empty");
    }
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in disk {
        std::fs::write(folder.join(name), bytes).expect("a file");
    }
}
