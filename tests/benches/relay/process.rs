//! The real program, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::status_kib;

/// Longest wait until it is at rest.
const PATIENCE: Duration = Duration::from_mins(1);

/// A relay that runs; killed when it is dropped.
pub(crate) struct Relay {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Builds the program beside this bench; gives its path.
pub(crate) fn build() -> PathBuf {
    // target/release/deps/relay-…
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--quiet", "--package", "lissom-relay", "--bin", "lissom-relay"]);
    command.arg("--target-dir").arg(&target).current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(command.status().unwrap().success());
    target.join("release").join(format!("lissom-relay{}", std::env::consts::EXE_SUFFIX))
}

impl Relay {
    /// Starts it on a free port, open to everybody on this machine.
    pub(crate) fn start(program: &Path, data: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--registration", "open", "--min-free", "0"]);
        // The load is one of a few diaries that never rest.
        command.args(["--vault-requests", "0", "--data"]);
        command.arg(data).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Waits until it has as many connections as asked for and none of its threads has anything to do.
    ///
    /// Files that it has open would not do as the measure: it opens some of its own when they are first needed.
    pub(crate) fn at_rest(&self, enough: impl Fn(usize) -> bool) {
        let end = Instant::now() + PATIENCE;
        let threads = PathBuf::from(format!("/proc/{}/task", self.child.id()));
        loop {
            let connections = self.connections();
            // A thread that ends while we look has nothing to do either.
            let tasks = std::fs::read_dir(&threads).unwrap();
            let mut stats = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")).ok());
            let asleep = |stat: String| stat.rsplit_once(") ").unwrap().1.starts_with('S');
            if enough(connections) && stats.all(asleep) {
                return;
            }
            assert!(Instant::now() < end, "the relay comes to rest, with {connections} connections");
            std::thread::yield_now();
        }
    }

    /// Connections whose end at the relay is not closed yet, those too that it has not taken up.
    fn connections(&self) -> usize {
        // Of a line: its own address and port in hexadecimal, theirs, and the state as TCP counts them.
        let [listening, waits_for_stray_packets] = ["0A", "06"];
        let port = format!(":{:04X}", self.address.port());
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let rows = table.lines().skip(1).map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>());
        rows.filter(|row| row[0].ends_with(&port) && row[2] != listening && row[2] != waits_for_stray_packets).count()
    }

    /// Memory that it has now, in KiB.
    pub(crate) fn rss_kib(&self) -> f64 {
        status_kib(&self.child.id().to_string(), "VmRSS")
    }

    /// Processor time that it has used, in milliseconds, in steps of ten.
    pub(crate) fn cpu_ms(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // After the name, which may hold anything: user and system time are fields 14 and 15 of the whole line.
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() * 10.0).sum()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
