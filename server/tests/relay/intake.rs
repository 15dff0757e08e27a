//! What comes in is bounded, and every refusal is a problem of the protocol.

use std::time::{Duration, Instant};

use lissom_protocol::api::{CHALLENGE_PATH, INFO_PATH, TOKEN_PATH, VAULTS_PATH, entries_path};
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream::MEDIA_TYPE;

use crate::device::{Device, Rig};
use crate::http::{Connection, ask};

const JSON: (&str, &str) = ("content-type", "application/json");

fn post_head(device: &Device, more: &str) -> Vec<u8> {
    let path = entries_path(&device.id, &device.start());
    let bearer = device.bearer();
    format!(
        "POST {path} HTTP/1.1\r\nhost: relay\r\nauthorization: {bearer}\r\ncontent-type: {MEDIA_TYPE}\r\n{more}\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn unknown_addresses_and_methods_are_problems() {
    let rig = Rig::new();
    for path in ["/nothing", "/v1", "/v2/info", "/v1/vaults/x/y/z", "/livez"] {
        ask(rig.relay.address(), "GET", path, &[], b"").assert_problem(ProblemKind::NotFound);
    }
    for (method, path) in [("PUT", INFO_PATH), ("GET", VAULTS_PATH), ("PATCH", "/v1/vaults/x/entries"), ("POST", "/")] {
        let refused = ask(rig.relay.address(), method, path, &[], b"");
        refused.assert_problem(ProblemKind::MethodNotAllowed);
        assert!(refused.header("allow").is_some(), "{method} {path}");
    }
    let refused = ask(rig.relay.address(), "GET", "/v1/vaults/short/head", &[], b"");
    refused.assert_problem(ProblemKind::Malformed);
}

#[test]
fn bad_json_is_malformed_and_not_repeated() {
    let rig = Rig::new();
    for path in [VAULTS_PATH, CHALLENGE_PATH, TOKEN_PATH] {
        for body in [
            &b"{"[..],
            b"[]",
            b"[\"FkeDf68jzG2x_QNM5GkyDa94hT-1mYZoDdvie06qrXo\"]",
            b"{}",
            b"\"secret-word\"",
            b"\xff\xfe",
            b"{\"vault\": \"secret-word\", \"role\": \"secret-word\"}",
        ] {
            let refused = ask(rig.relay.address(), "POST", path, &[JSON], body);
            refused.assert_problem(ProblemKind::Malformed);
            assert!(!String::from_utf8_lossy(&refused.body).contains("secret-word"));
        }
    }
}

#[test]
fn other_media_types_and_codings_are_refused() {
    let rig = Rig::new();
    let device = rig.device(1);
    for headers in [vec![], vec![("content-type", "text/plain")], vec![JSON, ("content-encoding", "gzip")]] {
        let refused = ask(rig.relay.address(), "POST", CHALLENGE_PATH, &headers, b"{}");
        refused.assert_problem(ProblemKind::UnsupportedMediaType);
    }
    let bearer = device.bearer();
    let headers = [JSON, ("authorization", bearer.as_str())];
    let refused = ask(rig.relay.address(), "POST", &entries_path(&device.id, &device.start()), &headers, b"x");
    refused.assert_problem(ProblemKind::UnsupportedMediaType);
    let with_charset = [("content-type", "application/json; charset=utf-8")];
    let body = format!("{{\"vault\":\"{}\",\"new-field\":1}}", device.id.to_text());
    assert_eq!(ask(rig.relay.address(), "POST", CHALLENGE_PATH, &with_charset, body.as_bytes()).status, 200);
}

#[test]
fn an_oversize_body_is_refused_by_its_length_and_never_read() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut connection = Connection::open(device.address);
    // Only the head is sent: an answer can only come from it.
    assert!(connection.send(&post_head(&device, "content-length: 99999999999")));
    let refused = connection.reply();
    refused.assert_problem(ProblemKind::TooLarge);
    assert_eq!(refused.header("connection"), Some("close"));
    assert!(connection.is_closed());
    let body = vec![b' '; 17 * 1024];
    ask(rig.relay.address(), "POST", CHALLENGE_PATH, &[JSON], &body).assert_problem(ProblemKind::TooLarge);
    ask(rig.relay.address(), "GET", INFO_PATH, &[JSON], b"x").assert_problem(ProblemKind::TooLarge);
}

#[test]
fn an_oversize_body_of_unknown_length_is_cut_at_the_limit() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut connection = Connection::open(device.address);
    assert!(connection.send(&post_head(&device, "transfer-encoding: chunked")));
    let chunk = [b"10000\r\n".as_slice(), &vec![0; 0x10000], b"\r\n"].concat();
    // 65 chunks of 64 KiB are over the 4 MiB of a batch; the end of the body never comes.
    let sent = (0..65).take_while(|_| connection.send(&chunk)).count();
    assert!(sent >= 60, "{sent}");
    let refused = connection.reply();
    refused.assert_problem(ProblemKind::TooLarge);
    assert!(connection.is_closed());
}

#[test]
fn a_half_sent_header_is_closed_in_time() {
    let rig = Rig::new();
    let (mut half, mut silent) = (Connection::open(rig.relay.address()), Connection::open(rig.relay.address()));
    let start = Instant::now();
    assert!(half.send(b"GET /v1/info HTTP/1.1\r\nhost: rel"));
    assert!(half.is_closed());
    assert!(silent.is_closed());
    let waited = start.elapsed();
    assert!((Duration::from_secs(8)..Duration::from_secs(12)).contains(&waited), "{waited:?}");
}

#[test]
fn a_half_sent_second_header_is_closed_in_time() {
    let rig = Rig::with(|config| config.header_timeout = Duration::from_millis(300));
    let mut connection = Connection::open(rig.relay.address());
    assert_eq!(connection.ask("GET", INFO_PATH, &[], b"").status, 200);
    assert!(connection.send(b"GET /v1/info HTTP/1.1\r\nhost: rel"));
    let start = Instant::now();
    assert!(connection.is_closed());
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_resting_connection_is_closed_after_its_time() {
    let rig = Rig::with(|config| {
        (config.header_timeout, config.keep_alive_idle) = (Duration::from_millis(100), Duration::from_millis(600));
    });
    let mut connection = Connection::open(rig.relay.address());
    // With a body: its bytes are not taken for the start of another header.
    connection.ask("POST", CHALLENGE_PATH, &[JSON], b"{}").assert_problem(ProblemKind::Malformed);
    let start = Instant::now();
    assert!(connection.is_closed());
    let waited = start.elapsed();
    assert!((Duration::from_millis(400)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
}

#[test]
fn a_body_that_pauses_too_long_is_given_up() {
    let rig = Rig::with(|config| config.body_pause_max = Duration::from_millis(200));
    let device = rig.device(1);
    let mut connection = Connection::open(device.address);
    assert!(connection.send(&post_head(&device, "content-length: 1000")));
    assert!(connection.send(b"LSE1"));
    let refused = connection.reply();
    refused.assert_problem(ProblemKind::Unavailable);
    assert!(refused.header("retry-after").is_some());
    assert!(connection.is_closed());
}

#[test]
fn a_connection_serves_many_requests() {
    let rig = Rig::new();
    let mut connection = Connection::open(rig.relay.address());
    for _ in 0..50 {
        assert_eq!(connection.ask("GET", INFO_PATH, &[], b"").status, 200);
        connection.ask("GET", "/nothing", &[], b"").assert_problem(ProblemKind::NotFound);
    }
}

#[test]
fn clients_behind_a_trusted_proxy_are_counted_one_by_one() {
    let rig = Rig::with(|config| {
        config.trusted_proxies = vec![std::net::IpAddr::from([127, 0, 0, 1]).into()];
        config.connections_per_address = 1;
    });
    let device = rig.device(1);
    let forwarded = |client: &str| {
        let mut connection = Connection::open(device.address);
        let head = format!(
            "GET /v1/vaults/{}/watch HTTP/1.1\r\nhost: relay\r\nauthorization: {}\r\nx-forwarded-for: {client}\r\n\r\n",
            device.id.to_text(),
            device.bearer()
        );
        assert!(connection.send(head.as_bytes()));
        let status = connection.head().status;
        (connection, status)
    };
    let first = forwarded("198.51.100.1");
    assert_eq!((first.1, forwarded("198.51.100.1").1, forwarded("198.51.100.2").1), (200, 429, 200));
}
