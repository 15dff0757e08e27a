//! The program itself: started, stopped, killed, and what it writes to its log.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use lissom_protocol::api::{Appended, entries_path};
use lissom_protocol::ids::EntryId;
use lissom_protocol::statement::Role;
use lissom_protocol::stream::MEDIA_TYPE;
use lissom_relay::store::Database;
use lissom_shim::{Random, asked};

use crate::device::{Device, joined};
use crate::http::{Connection, ask};

/// The program, with nothing of this environment's settings.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lissom-relay"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LISSOM_RELAY_") {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn run(arguments: &[&str], data: &Path) -> Output {
    let (first, rest) = arguments.split_first().unwrap();
    program().arg(first).arg("--data").arg(data).args(rest).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

/// A relay in a process of its own; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    stderr: BufReader<ChildStderr>,
}

impl Process {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(program(), data, arguments)
    }

    /// Starts it with this environment.
    pub(crate) fn start_with(mut command: Command, data: &Path, arguments: &[&str]) -> Self {
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--min-free", "0", "--vault-requests", "0", "--data"])
            .arg(data)
            .args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let address = ready.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{ready:?}"));
        let address = address.trim_end().parse().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, address, stderr }
    }

    /// The next line on stderr that has this in it.
    pub(crate) fn error_line(&mut self, part: &str) -> String {
        let mut lines = self.stderr.by_ref().lines().map(Result::unwrap);
        lines.find(|line| line.contains(part)).unwrap()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// Stops it in order; gives its exit code and the rest of its log.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.terminate();
        let code = self.child.wait().unwrap().code();
        let mut log = String::new();
        self.stderr.read_to_string(&mut log).unwrap();
        (code, log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(unix)]
#[test]
fn a_terminated_relay_ends_its_watchers_and_exits_well() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let mut watcher = device.watch().ok().unwrap();
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    assert_eq!(relay.stop().0, Some(0));
    while let Some(chunk) = watcher.chunk() {
        assert_eq!(chunk, "event: poke\ndata:\n\n");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["relay.db"], "the write-ahead log is folded in");
    assert_eq!(Database::open(folder.path()).unwrap().verify().unwrap().entries, 3);
}

#[test]
fn a_killed_relay_has_everything_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        let relay = Process::start(folder.path(), &["--registration", "open"]);
        let mut device = Device::new(relay.address, 1);
        device.register(None);
        device.token = device.get_token(Role::Owner);
        for number in round * 20..round * 20 + 20 {
            let reply = device.post(device.start(), &[device.entry(number)]);
            assert_eq!(reply.json::<Appended>().positions, [u64::from(number) + 1]);
            acknowledged.push(device.entry(number));
        }
        relay.kill();
    }
    let relay = Process::start(folder.path(), &["--registration", "closed"]);
    let mut device = Device::new(relay.address, 1);
    device.token = device.get_token(Role::Reader);
    let pages = [device.page(device.start()).body, device.page(device.after(&acknowledged[..64])).body];
    assert_eq!(pages.concat(), joined(&acknowledged));
}

#[test]
fn a_relay_killed_under_load_again_and_again_has_everything_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, kills) = (asked("LISSOM_SEED", 1), asked("LISSOM_KILLS", 100));
    let mut random = Random::new(seed as u64);
    let mut acknowledged: Vec<EntryId> = Vec::new();
    let mut device: Option<Device> = None;
    for round in 0..u32::try_from(kills).unwrap() {
        let relay = Process::start(folder.path(), &["--registration", "open"]);
        let device = device.get_or_insert_with(|| Device::registered(relay.address, 1));
        // Its token holds: the key that made it is in the database.
        device.address = relay.address;
        let (report, acknowledgements) = mpsc::channel();
        thread::scope(|scope| {
            for writer in 0..4_u32 {
                let (device, report) = (&*device, report.clone());
                let mut connection = Connection::open(device.address);
                scope.spawn(move || {
                    let (bearer, path) = (device.bearer(), entries_path(&device.id, &device.start()));
                    let headers = [("authorization", bearer.as_str()), ("content-type", MEDIA_TYPE)];
                    for number in 0.. {
                        let entry = device.entry((round * 4 + writer) << 12 | number);
                        let Some(reply) = connection.try_ask("POST", &path, &headers, entry.bytes()) else { return };
                        assert_eq!(reply.status, 200);
                        report.send(entry.id()).unwrap();
                    }
                });
            }
            drop(report);
            let end = Instant::now() + Duration::from_micros(1_000 + random.below(49_000) as u64);
            while let Ok(id) = acknowledgements.recv_timeout(end.saturating_duration_since(Instant::now())) {
                acknowledged.push(id);
            }
            relay.kill();
            acknowledged.extend(acknowledgements);
        });
        if round % 10 == 9 {
            assert!(Database::open(folder.path()).unwrap().verify().unwrap().is_good(), "kill {round}, seed {seed}");
        }
    }
    assert!(Database::open(folder.path()).unwrap().verify().unwrap().is_good());
    let database = rusqlite::Connection::open(folder.path().join("relay.db")).unwrap();
    let mut stored = database.prepare("SELECT entry_id FROM entry").unwrap();
    let stored: HashSet<[u8; 32]> = stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(acknowledged.len() >= kills && acknowledged.iter().all(|id| stored.contains(&id.0)));
    #[expect(clippy::print_stdout, reason = "a test says what it counted")]
    {
        println!("relay: {kills} kills, {} entries acknowledged before", acknowledged.len());
    }
}

#[cfg(unix)]
#[test]
fn the_most_talkative_log_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &["--registration", "invite", "--log", "trace"]);
    let invite = stdout(&run(&["invite"], folder.path()));
    let mut device = Device::new(relay.address, 1);
    assert_eq!(device.register(Some(&invite)).status, 201);
    let challenge = device.challenge();
    device.token = device.get_token(Role::Owner);
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    drop(device.watch());
    device.page(device.start());
    device.page(device.after(&device.entries(5..9)));
    device.head();
    let port = relay.address.port();
    ask(relay.address, "GET", &format!("/{}?{}", device.id.to_text(), device.token), &[], b"");
    assert_eq!(device.delete(device.after(&entries)).status, 204);
    device.head();
    let (_, log) = relay.stop();
    assert!(log.contains("DEBUG") && log.contains("/v1/vaults/{id}/entries"), "{log}");
    let chain = device.after(&entries).chain.to_text();
    let short: String = device.id.to_text().chars().take(8).collect();
    for secret in [&device.id.to_text(), &short, &device.token, &invite, &challenge, &chain, &device.statement()] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
    let own = format!("127.0.0.1:{port}");
    assert!(!log.replace(&own, "").contains("127.0.0.1"), "no client's address: {log}");
}

#[test]
fn health_is_answered_on_its_own_address_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &["--ops-listen", "127.0.0.1:0"]);
    let line = relay.error_line("health checks");
    let ops = line.strip_prefix("health checks on http://").and_then(|rest| rest.split_once('/')).unwrap().0;
    let ops = ops.parse().unwrap();
    assert_eq!(ask(ops, "GET", "/livez", &[], b"").status, 200);
    assert_eq!(ask(ops, "GET", "/readyz", &[], b"").status, 200);
    let mut connection = Connection::open(ops);
    assert!(connection.send(b"GET /v1/info HTTP/1.1\r\nhost: relay\r\n\r\n"));
    assert_eq!(connection.reply().status, 404);
    assert_eq!(ask(relay.address, "GET", "/livez", &[], b"").status, 404);
}

#[cfg(target_os = "linux")]
#[test]
fn a_relay_without_files_to_open_waits_and_goes_on() {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &[]);
    let id = Pid::from_child(&relay.child);
    let open = std::fs::read_dir(format!("/proc/{}/fd", relay.child.id())).unwrap().count();
    let maximum = getrlimit(Resource::Nofile).maximum;
    let few = Rlimit { current: Some(u64::try_from(open).unwrap() + 2), maximum };
    let before = prlimit(Some(id), Resource::Nofile, few).unwrap();
    let mut connections: Vec<_> = (0..10).map(|_| Connection::open(relay.address)).collect();
    relay.error_line("cannot accept connections for now");
    prlimit(Some(id), Resource::Nofile, before).unwrap();
    assert_eq!(connections.last_mut().unwrap().ask("GET", "/v1/info", &[], b"").status, 200);
}
