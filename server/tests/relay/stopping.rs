//! How a relay stops: in order, soon, or at once.

use std::thread;
use std::time::{Duration, Instant};

use lissom_protocol::api::INFO_PATH;

use crate::device::{Device, Rig, joined};
use crate::http::Connection;
use crate::limits::{expecting, is_continued};
use crate::process::Process;

#[test]
fn connections_that_ask_for_nothing_do_not_hold_it_up() {
    let rig = Rig::with(|config| {
        (config.shutdown_grace, config.header_timeout) = (Duration::from_mins(1), Duration::from_mins(1));
    });
    let mut connections = [(); 3].map(|()| Connection::open(rig.relay.address()));
    assert!(connections[1].send(b"GET /v1/info HTTP/1.1\r\nhost: rel"));
    // The last to be accepted: once it has its answer the others are there as well.
    assert_eq!(connections[2].ask("GET", INFO_PATH, &[], b"").status, 200);
    let start = Instant::now();
    rig.relay.stop();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    for mut connection in connections {
        assert!(connection.is_closed());
    }
}

#[test]
fn a_running_request_finishes() {
    let rig = Rig::new();
    let device = rig.device(1);
    let (mut watcher, mut posting) = (device.watch().ok().unwrap(), Connection::open(device.address));
    let batch = joined(&device.entries(0..2));
    assert!(posting.send(&expecting(&device, batch.len())) && is_continued(&mut posting));
    let stopping = thread::spawn(move || rig.relay.stop());
    assert_eq!(watcher.chunk(), None, "it is on its way out");
    assert!(posting.send(&batch));
    assert_eq!(posting.reply().status, 200);
    assert!(posting.is_closed());
    stopping.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let mut posting = Connection::open(relay.address);
    assert!(posting.send(&expecting(&device, 1_000)) && is_continued(&mut posting));
    let start = Instant::now();
    relay.terminate();
    relay.error_line("stopping");
    assert_eq!(relay.stop().0, Some(0));
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}
