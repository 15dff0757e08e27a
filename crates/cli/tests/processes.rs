//! Real processes on one folder, and processes that are killed in the middle of anything.
#![cfg(all(unix, feature = "demo"))]
#![cfg_attr(
    all(unix, feature = "demo"),
    expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lissom_shim::{Random, asked};
use serde_json::Value;

/// Set for this very program when it is to be a relay.
const BE_A_RELAY: &str = "LISSOM_TEST_RELAY";

fn lissom(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lissom"));
    command.arg("--data").arg(data).arg("--json").args(arguments).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    lissom(data, arguments).output().unwrap()
}

/// Runs and reads the answer; fails the test if the command fails.
fn ask(data: &Path, arguments: &[&str]) -> Value {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

fn history(data: &Path) -> Vec<String> {
    let rows = ask(data, &["history"]);
    rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn assert_whole(data: &Path) {
    let output = run(data, &["verify"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

/// A relay in a process of its own, to be killed.
struct Relay {
    process: Child,
    url: String,
    folder: PathBuf,
}

impl Relay {
    fn start(folder: &Path, port: u16) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "be_a_relay_if_asked", "--nocapture"])
            .env(BE_A_RELAY, format!("{port} {}", folder.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| line.unwrap().split_once("listening on ").map(|(_, url)| url.to_owned()));
        // The rest of its output is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, url: url.unwrap(), folder: folder.to_owned() }
    }

    fn kill_and_start_again(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let port = self.url.rsplit_once(':').unwrap().1.parse().unwrap();
        *self = Self::start(&self.folder.clone(), port);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ended: std::io::Result<()> = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// No test of its own: the relay process of the tests below is this program with a variable set.
#[test]
fn be_a_relay_if_asked() {
    let Ok(how) = std::env::var(BE_A_RELAY) else { return };
    let (port, folder) = how.split_once(' ').unwrap();
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], port.parse::<u16>().unwrap()));
    let config = lissom_relay::config::Config { listen, ..lissom_relay::config::Config::local(Path::new(folder)) };
    let relay = lissom_relay::blocking::start(config).unwrap();
    #[expect(clippy::print_stdout, reason = "the ready signal")]
    {
        println!("listening on http://{}", relay.address());
    }
    // Until the parent is gone, whatever becomes of it.
    let _closed = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Two devices of one person on a relay process.
fn pair(root: &Path) -> (Relay, PathBuf, PathBuf) {
    let relay = Relay::start(&root.join("relay"), 0);
    let (a, b) = (root.join("a"), root.join("b"));
    let init = ask(&a, &["init", "--name", "Phone", "--relay", &relay.url]);
    let words = root.join("words");
    std::fs::write(&words, init["phrase"].as_str().unwrap()).unwrap();
    ask(&b, &["join", "--phrase-file", words.to_str().unwrap(), "--name", "Tablet", "--relay", &relay.url]);
    (relay, a, b)
}

#[test]
fn four_processes_log_200_sets_while_watch_and_sync_run() {
    let root = tempfile::tempdir().unwrap();
    let (_relay, a, b) = pair(root.path());
    let mut watch = lissom(&a, &["watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("watching"));
    let seen =
        std::thread::spawn(move || lines.map_while(Result::ok).filter(|line| line.contains("\"result\"")).count());
    let logging = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let syncs = scope.spawn(|| {
            while logging.load(Ordering::Relaxed) {
                ask(&a, &["sync"]);
            }
        });
        let fifty = || {
            for _ in 0..50 {
                ask(&a, &["log", "pelvic-tilt", "--sets", "2", "--reps", "8"]);
            }
        };
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(fifty)).collect();
        for writer in writers {
            writer.join().unwrap();
        }
        logging.store(false, Ordering::Relaxed);
        syncs.join().unwrap();
    });
    assert_eq!(history(&a).len(), 200);
    assert_whole(&a);
    for folder in [&a, &b] {
        ask(folder, &["sync"]);
    }
    assert_eq!(history(&b), history(&a));
    assert_whole(&b);
    let terminated = Command::new("kill").args(["-TERM", &watch.id().to_string()]).status().unwrap();
    assert!(terminated.success());
    assert_eq!(watch.wait().unwrap().code(), Some(0));
    assert!(seen.join().unwrap() > 0, "watch showed what the others wrote");
}

/// Lets a child run for so long, then kills it; gives the id that it acknowledged, if it came to that.
fn kill_after(mut child: Child, time: Duration) -> Option<String> {
    let end = Instant::now() + time;
    while Instant::now() < end && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    serde_json::from_str::<Value>(&answer).ok()?["id"].as_str().map(str::to_owned)
}

/// How long a command takes here, so that kills fall all over it on any machine.
fn typical(data: &Path, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    ask(data, arguments);
    start.elapsed()
}

/// The latest that a process is killed.
const LATEST: Duration = Duration::from_millis(50);

const LOG: [&str; 5] = ["log", "walking", "--minutes", "20", "--pain-after=1"];

#[test]
fn a_client_killed_while_it_records_or_syncs_loses_nothing_acknowledged() {
    let root = tempfile::tempdir().unwrap();
    let (_relay, a, b) = pair(root.path());
    let (log_time, sync_time) = (typical(&a, &LOG), typical(&a, &["sync"]));
    let mut acknowledged: BTreeSet<String> = history(&a).into_iter().collect();
    let (seed, kills) = (asked("LISSOM_SEED", 1), asked("LISSOM_KILLS", 100));
    let mut random = Random::new(seed as u64);
    let mut done = 0;
    for n in 0..kills {
        let (arguments, typical) = if n % 2 == 0 { (&LOG[..], log_time) } else { (&["sync"][..], sync_time) };
        // All over the command's life and around its answer; never later than 50 ms.
        let longest = usize::try_from((typical * 2).min(LATEST).as_micros()).unwrap();
        let time = Duration::from_micros(1 + random.below(longest) as u64);
        let child = lissom(&a, arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let acknowledgement = kill_after(child, time);
        done += usize::from(acknowledgement.is_some());
        acknowledged.extend(acknowledgement);
        if n % 10 == 9 {
            assert_whole(&a);
            let there: BTreeSet<String> = history(&a).into_iter().collect();
            assert!(there.is_superset(&acknowledged), "kill {n}, seed {seed}");
        }
    }
    #[expect(clippy::print_stdout, reason = "a test says what it counted")]
    {
        println!("device: {kills} kills, {done} acknowledged before");
    }
    assert!(acknowledged.len() > 2, "some came through");
    for folder in [&a, &b, &a, &b] {
        ask(folder, &["sync"]);
    }
    for folder in [&a, &b] {
        assert_whole(folder);
        let there: BTreeSet<String> = history(folder).into_iter().collect();
        assert!(there.is_superset(&acknowledged));
    }
    assert_eq!(history(&a), history(&b));
    assert_eq!(ask(&a, &["status"])["state_hash"], ask(&b, &["status"])["state_hash"]);
}

#[test]
fn a_relay_killed_in_the_middle_of_syncs_loses_nothing_it_confirmed() {
    let root = tempfile::tempdir().unwrap();
    let (mut relay, a, b) = pair(root.path());
    let sync_time = typical(&a, &["sync"]);
    for n in 1..=8_u32 {
        ask(&a, &LOG);
        let mut sync = lissom(&a, &["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + sync_time * n / 8;
        while Instant::now() < end {
            std::thread::yield_now();
        }
        relay.kill_and_start_again();
        let code = sync.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 5)), "sync ended with {code:?}");
    }
    for folder in [&a, &b, &a, &b] {
        ask(folder, &["sync"]);
    }
    assert_eq!(history(&a).len(), 8);
    assert_eq!(history(&b), history(&a));
    let notices = ask(&a, &["status"])["notices"].clone();
    assert_eq!(notices, Value::Array(Vec::new()), "a relay that was only killed needs no repair");
}
