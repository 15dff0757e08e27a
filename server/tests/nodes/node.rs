//! The program, on a database that it shares with others.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use crate::wire::Wire;

/// The program with this database, by way of the environment, as a password would be given.
pub(crate) fn command(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lissom-relay"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LISSOM_RELAY_") {
            command.env_remove(name);
        }
    }
    command.env("LISSOM_RELAY_DATABASE", database).env("LISSOM_RELAY_LOG", "warn");
    command
}

pub(crate) fn run(arguments: &[&str], database: &str) -> Output {
    command(database).args(arguments).output().unwrap()
}

/// A node; killed when it is dropped.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    ops: SocketAddr,
    child: Child,
    stderr: Option<std::thread::JoinHandle<String>>,
}

impl Node {
    pub(crate) fn start(database: &str) -> Self {
        Self::started(command(database), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// A relay on a file of its own.
    pub(crate) fn on_sqlite(folder: &Path) -> Self {
        let mut command = command("");
        command.env("LISSOM_RELAY_DATA", folder);
        Self::started(command, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    fn started(mut command: Command, listen: SocketAddr) -> Self {
        command.args(["serve", "--registration", "open", "--vault-requests", "0", "--min-free", "0"]);
        command.args(["--listen", &listen.to_string(), "--ops-listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (mut ops, mut ready) = (String::new(), String::new());
        while !ops.starts_with("health checks") {
            ops.clear();
            assert!(stderr.read_line(&mut ops).unwrap() > 0, "the node starts");
        }
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let ops = ops.split(['/', ' ']).find_map(|part| part.parse().ok()).unwrap();
        let address = ready.trim_end().strip_prefix("listening on http://").unwrap().parse().unwrap();
        // Read on, or the node would wait for somebody to do so.
        let stderr = Some(std::thread::spawn(move || rest(stderr)));
        Self { address, ops, child, stderr }
    }

    /// What the health check says.
    pub(crate) async fn ready(&self) -> u16 {
        let mut wire = Wire::open(self.ops).await.unwrap();
        wire.ask("GET", "/readyz", "", "", b"").await.unwrap().status
    }

    fn end(&mut self) -> String {
        self.child.wait().unwrap();
        self.stderr.take().map(|stderr| stderr.join().unwrap()).unwrap_or_default()
    }

    pub(crate) fn kill_and_start(&mut self, database: &str) {
        self.child.kill().unwrap();
        self.end();
        *self = Self::started(command(database), self.address);
    }

    fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    pub(crate) fn stop_and_start(&mut self, database: &str) {
        self.terminate();
        self.end();
        *self = Self::started(command(database), self.address);
    }

    pub(crate) fn stop(mut self) {
        self.terminate();
        self.end();
    }
}

fn rest(mut stderr: BufReader<ChildStderr>) -> String {
    let mut log = String::new();
    stderr.read_to_string(&mut log).unwrap();
    log
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
