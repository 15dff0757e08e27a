//! The real programs, as people run them, in processes of their own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Longest wait for a line of a program; none of them takes nearly so long.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program of the workspace, built if it is not there: the tests of this crate cannot name those of others to Cargo.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut build = Command::new(cargo);
        build.args(["build", "--locked", "--quiet", "--workspace", "--bins"]);
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
        let folder = test.ancestors().nth(2).expect("the folder of programs").to_owned();
        let target = folder.parent().expect("the target folder");
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", target).status();
        assert!(built.is_ok_and(|status| status.success()), "the programs are built");
        folder
    });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// `lissom` on a folder, at its most talkative.
#[must_use]
pub fn lissom(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("lissom"));
    command.arg("--data").arg(data).arg("--json").args(arguments);
    command
        .env("RUST_LOG", "trace")
        .env("LISSOM_RELAY_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null());
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
