//! The real programs, as people run them, in processes of their own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// Longest wait for a line of a program; none of them takes nearly so long.
const PATIENCE: Duration = Duration::from_mins(2);

/// What Cargo says of a crate that it built for the programs.
#[derive(Debug, Deserialize)]
pub struct Built {
    /// What it is of.
    pub target: Target,
    /// Features that it was built with.
    pub features: Vec<String>,
    /// The program, if it is one.
    pub executable: Option<PathBuf>,
    /// It was there already.
    pub fresh: bool,
}

/// A part of a crate.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
}

/// Builds the programs as they ship, where they are not there yet, and tells all that they are made of.
///
/// The tests of this crate cannot name the programs of others to Cargo. Built together with this crate, or with the whole
/// workspace, they would have its features: seams of the simulator that nobody gets.
#[must_use]
pub fn build() -> Vec<Built> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "--locked", "--quiet", "--bins", "-p", "lissom-cli", "-p", "lissom-relay"]);
    build.args(["--message-format", "json"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let test = std::env::current_exe().expect("the path of this test");
    // What Cargo tells this test of its own package would have others built anew.
    let own = |name: &str| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|p| name.starts_with(p))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| own(name)) {
        build.env_remove(name);
    }
    // target/debug/deps/test
    let target = test.ancestors().nth(3).expect("the target folder");
    build.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", target);
    let output = build.output().expect("Cargo");
    assert!(output.status.success(), "the programs are built: {}", String::from_utf8_lossy(&output.stderr));
    let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let messages = messages.map(|message| message.expect("what Cargo says"));
    // Other messages have no features.
    messages.filter_map(|message| serde_json::from_value(message).ok()).collect()
}

/// A program of the workspace, as people get it.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<Vec<Built>> = OnceLock::new();
    let built = BUILT.get_or_init(build).iter();
    let mut programs = built.filter(|built| built.target.name == name).filter_map(|built| built.executable.clone());
    programs.next().expect("a program of this name")
}

/// `lissom` on a folder, at its most talkative.
#[must_use]
pub fn lissom(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("lissom"));
    command.arg("--data").arg(data).arg("--json").args(arguments);
    command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").stdin(Stdio::null());
    command
}

/// Runs `lissom` to its end.
#[must_use]
pub fn run(data: &Path, arguments: &[&str]) -> Output {
    lissom(data, arguments).output().expect("a program that starts")
}

/// Runs `lissom` and reads its answer.
#[must_use]
pub fn ask(data: &Path, arguments: &[&str]) -> Value {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

/// A program that goes on until it is dropped, and says things line by line.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Kept open: some end when it closes.
    pub stdin: Option<ChildStdin>,
    out: Receiver<String>,
    err: Receiver<String>,
    /// Everything that it said on standard output.
    pub said: Vec<String>,
}

impl Running {
    /// Starts it.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("a program that starts");
        let lines = |pipe: Box<dyn std::io::Read + Send>| {
            let (send, lines) = channel();
            // Always read, so that the program never waits for us.
            std::thread::spawn(move || {
                BufReader::new(pipe).lines().map_while(Result::ok).for_each(|line| drop(send.send(line)));
            });
            lines
        };
        let out = lines(Box::new(child.stdout.take().expect("its output")));
        let err = lines(Box::new(child.stderr.take().expect("its errors")));
        Self { stdin: child.stdin.take(), child, out, err, said: Vec::new() }
    }

    /// The next line on standard output that has this in it.
    pub fn line(&mut self, part: &str) -> String {
        loop {
            let line = self.out.recv_timeout(PATIENCE).unwrap_or_else(|why| unreachable!("no line with {part}: {why}"));
            self.said.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// What it has said so far on standard output.
    pub fn so_far(&mut self) -> &[String] {
        self.said.extend(self.out.try_iter());
        &self.said
    }

    /// Asks it to end, as Ctrl-C does, and waits until it has.
    #[cfg(unix)]
    #[must_use]
    pub fn interrupt(&mut self) -> ExitStatus {
        use rustix::process::{Pid, Signal, kill_process};
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("a program that runs");
        self.child.wait().expect("a program that ends")
    }

    /// Ends it; gives all that it said, errors too.
    #[must_use]
    pub fn end(mut self) -> (String, String) {
        // Its own error would be that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        self.said.extend(self.out.iter());
        let errors: Vec<String> = self.err.iter().collect();
        (self.said.join("\n"), errors.join("\n"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
