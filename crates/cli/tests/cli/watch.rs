//! Following live. Every wait is for a line; nothing sleeps.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::device::Device;

/// Longest wait for a line: much longer than it ever takes, so that a test fails instead of hanging.
const LIMIT: Duration = Duration::from_mins(1);

/// `lissom watch --json`, ended when the test is.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    passed: VecDeque<Value>,
}

impl Watching {
    fn start(device: &Device) -> Self {
        let mut child = device.command(&["watch", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut watching = Self { child, lines, passed: VecDeque::new() };
        assert_eq!(watching.next("watching")["event"], "watching");
        watching
    }

    /// The next line of this event. The two halves of `watch` speak when they can: lines of other events are kept.
    fn next(&mut self, event: &str) -> Value {
        let is_it = |value: &Value| value["event"] == event;
        if let Some(value) = self.passed.iter().position(is_it).and_then(|at| self.passed.remove(at)) {
            return value;
        }
        loop {
            let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|why| panic!("no {event}: {why}"));
            let value: Value = serde_json::from_str(&line).unwrap();
            if is_it(&value) {
                return value;
            }
            self.passed.push_back(value);
        }
    }

    /// Waits for a sync that sent so many entries.
    #[cfg(feature = "demo")]
    fn sent(&mut self, entries: u64) {
        while self.next("synced")["report"]["pushed"] != entries {}
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn another_program_on_this_device_is_followed_offline() {
    let device = Device::begun();
    let mut watching = Watching::start(&device);
    assert!(watching.next("offline")["message"].as_str().unwrap().contains("no relay is set"));
    let id = device.log(&["walking", "--minutes", "20"]);
    let row = watching.next("row")["row"].clone();
    assert_eq!((&row["id"], &row), (&id.as_str().into(), &device.history(&[])[0]));
    device.json(&["delete", &id]);
    assert_eq!(watching.next("row")["row"]["deleted"], true);
}

#[test]
#[cfg(feature = "demo")]
fn another_device_is_followed_and_what_is_logged_here_goes_up() {
    let relay = crate::exchange::Relay::start();
    let phone = relay.device();
    let tablet = relay.second(&phone);
    let mut on_phone = Watching::start(&phone);
    let mut on_tablet = Watching::start(&tablet);
    let id = tablet.log(&["walking", "--minutes", "20"]);
    assert_eq!(on_tablet.next("row")["row"]["id"], id.as_str());
    on_tablet.sent(1);
    assert_eq!(on_phone.next("row")["row"]["id"], id.as_str());
    phone.json(&["edit", &id, "--minutes", "25"]);
    assert_eq!(on_tablet.next("row")["row"]["minutes"], 25);
}

#[test]
#[cfg(feature = "demo")]
fn a_folder_that_joins_another_diary_meanwhile_is_followed_there() {
    let relay = crate::exchange::Relay::start();
    let phone = relay.device();
    let tablet = relay.device();
    let mut watching = Watching::start(&tablet);
    relay.join(&tablet, &phone);
    tablet.log(&["walking", "--minutes", "20"]);
    let mut on_phone = Watching::start(&phone);
    assert_eq!(watching.next("row")["row"]["minutes"], 20);
    assert_eq!(on_phone.next("row")["row"]["minutes"], 20);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_cleanly() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::TERM, Signal::INT] {
        let device = Device::begun();
        let mut watching = Watching::start(&device);
        kill_process(Pid::from_child(&watching.child), signal).unwrap();
        assert_eq!(watching.child.wait().unwrap().code(), Some(0));
    }
}
