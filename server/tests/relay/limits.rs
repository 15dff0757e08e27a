//! Nobody's slowness costs others their turn, and every wait has an end.

use std::time::{Duration, Instant};

use lissom_protocol::api::{CHALLENGE_PATH, INFO_PATH, entries_path};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream::MEDIA_TYPE;

use crate::device::{Device, Rig, joined};
use crate::http::Connection;

/// The header of a post; the relay says `100 Continue` once it begins to read the body.
pub(crate) fn expecting(device: &Device, length: usize) -> Vec<u8> {
    let (path, bearer) = (entries_path(&device.id, &device.start()), device.bearer());
    let about = format!("content-type: {MEDIA_TYPE}\r\ncontent-length: {length}\r\nexpect: 100-continue");
    format!("POST {path} HTTP/1.1\r\nhost: relay\r\nauthorization: {bearer}\r\n{about}\r\n\r\n").into_bytes()
}

pub(crate) fn is_continued(connection: &mut Connection) -> bool {
    connection.line() == "HTTP/1.1 100 Continue" && connection.line().is_empty()
}

/// Entries of one megabyte each, a little less than four of which fit a page.
fn store_pages(device: &Device, count: u32) {
    for number in 0..count {
        assert_eq!(device.post(device.start(), &[device.entry_of(number, 1_000_000)]).status, 200);
    }
}

#[test]
fn one_diarys_slow_posts_leave_room_for_everybody() {
    let rig = Rig::with(|config| config.body_pause_max = Duration::from_mins(1));
    let (slow, other) = (rig.device(1), rig.device(2));
    let mut first = Connection::open(slow.address);
    assert!(first.send(&expecting(&slow, 4 * 1024 * 1024)) && is_continued(&mut first));
    let mut more: Vec<_> = (0..31).map(|_| Connection::open(slow.address)).collect();
    for connection in &mut more {
        assert!(connection.send(&expecting(&slow, 4 * 1024 * 1024)));
    }
    // As many as would take all the memory: the relay has read all their headers once it answers this.
    assert_eq!(slow.post(slow.start(), &slow.entries(0..2)).status, 200, "small posts wait for no turn");
    let large = [other.entry_of(0, 500_000)];
    let mut connection = Connection::open(other.address);
    assert!(connection.send(&expecting(&other, joined(&large).len())) && is_continued(&mut connection));
    assert!(connection.send(&joined(&large)));
    assert_eq!(connection.reply().status, 200);
}

#[test]
fn a_large_batch_waits_for_the_one_before_it_and_not_for_ever() {
    let rig = Rig::with(|config| config.batch_turn_max = Duration::from_millis(200));
    let device = rig.device(1);
    let batch = joined(&[device.entry_of(0, 500_000)]);
    let mut first = Connection::open(device.address);
    assert!(first.send(&expecting(&device, batch.len())) && is_continued(&mut first));
    let refused = device.post_bytes(device.start(), &batch);
    refused.assert_problem(ProblemKind::TooManyRequests);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(first.send(&batch));
    assert_eq!(first.reply().status, 200);
    assert_eq!(device.post_bytes(device.start(), &batch).status, 200, "the turn is given back");
}

#[test]
fn a_body_has_an_end_however_small() {
    let rig = Rig::with(|config| {
        (config.body_timeout, config.body_pause_max) = (Duration::from_millis(300), Duration::from_mins(1));
    });
    let device = rig.device(1);
    let mut connection = Connection::open(device.address);
    assert!(connection.send(&expecting(&device, 1_000)) && is_continued(&mut connection));
    let start = Instant::now();
    assert!(connection.send(b"LSE1"));
    connection.reply().assert_problem(ProblemKind::Unavailable);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_answer_that_is_not_taken_has_an_end() {
    let rig = Rig::with(|config| {
        (config.write_timeout, config.write_rate_min) = (Duration::from_millis(500), u64::MAX);
        config.write_pause_max = Duration::from_mins(1);
    });
    let device = rig.device(1);
    store_pages(&device, 4);
    let mut connection = Connection::open(device.address);
    let path = entries_path(&device.id, &device.start());
    let head = format!("GET {path} HTTP/1.1\r\nhost: relay\r\nauthorization: {}\r\n\r\n", device.bearer());
    // More answers than the system's buffers take, none of which is read.
    let many = head.repeat(1_000);
    let start = Instant::now();
    while connection.send(many.as_bytes()) {}
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(device.head().status, 200);
}

#[test]
fn a_second_header_half_sent_behind_a_request_is_closed_in_time() {
    let rig = Rig::with(|config| config.header_timeout = Duration::from_millis(300));
    let body = format!("{{\"vault\":\"{}\"}}", Device::new(rig.relay.address(), 1).id.to_text());
    let get = format!("GET {INFO_PATH} HTTP/1.1\r\nhost: relay\r\n\r\n");
    let about = format!("content-type: application/json\r\ncontent-length: {}", body.len());
    let post = format!("POST {CHALLENGE_PATH} HTTP/1.1\r\nhost: relay\r\n{about}\r\n\r\n{body}");
    for request in [get, post] {
        let mut connection = Connection::open(rig.relay.address());
        assert!(connection.send(format!("{request}GET /v1/info HTTP/1.1\r\nhost: rel").as_bytes()));
        assert_eq!(connection.reply().status, 200);
        let start = Instant::now();
        assert!(connection.is_closed());
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_header_that_cannot_be_taken_is_answered_before_the_connection_closes() {
    let rig = Rig::new();
    let large = [b"GET / HTTP/1.1\r\nhost: relay\r\nx: ".as_slice(), &vec![b'a'; 500_000]].concat();
    let unreadable = [b"GET / HTTP/1.1\r\nno header at all\r\n\r\n".as_slice(), &vec![b'a'; 500_000]].concat();
    for (sent, status) in [(&large, 431), (&unreadable, 400)] {
        for _ in 0..10 {
            let mut connection = Connection::open(rig.relay.address());
            assert!(connection.send(sent));
            assert_eq!(connection.reply().status, status);
            assert!(connection.is_ended());
        }
    }
}
