//! What the operator does and sees beside backups: invites, quotas, deleting, the doctor, figures, the page.

use std::io::Read as _;

use lissom_protocol::problem::ProblemKind;

use crate::device::{Device, Rig};
use crate::http::{Connection, ask};
use crate::process::{Process, program, run, stdout};

fn errors(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The address of the listener for health checks.
fn operations(relay: &mut Process) -> std::net::SocketAddr {
    let line = relay.error_line("health checks on http://");
    line.strip_prefix("health checks on http://").and_then(|rest| rest.split_once('/')).unwrap().0.parse().unwrap()
}

fn get(address: std::net::SocketAddr, path: &str) -> crate::http::Reply {
    let mut connection = Connection::open(address);
    assert!(connection.send(format!("GET {path} HTTP/1.1\r\nhost: relay\r\n\r\n").as_bytes()));
    connection.reply()
}

#[test]
fn one_command_starts_a_relay_and_shows_an_invite_that_lets_a_device_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &["--invite"]);
    assert!(relay.error_line("█").contains('█'), "its QR code");
    let line = relay.error_line("#invite=");
    let link = line.split_whitespace().last().unwrap();
    let (url, token) = link.split_once("/#invite=").unwrap();
    assert_eq!(url, format!("http://{}", relay.address));
    assert!(relay.error_line("lissom relay").contains(&format!("lissom relay {url} --invite {token}")));
    assert_eq!(Device::new(relay.address, 1).register(Some(token)).status, 201);
    assert_eq!(Device::new(relay.address, 2).register(Some(token)).status, 403, "one diary");
}

#[test]
fn an_invite_is_shown_as_a_link_to_the_public_address() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &[]);
    let invite = run(&["invite", "--qr", "--public-url", "https://relay.example.org/"], folder.path());
    let (token, shown) = (stdout(&invite), errors(&invite));
    assert!(shown.contains(&format!("https://relay.example.org/#invite={token}")) && shown.contains('▄'), "{shown}");
    assert_eq!(errors(&run(&["invite"], folder.path())), "", "nothing but the token for programs");
    assert_eq!(Device::new(relay.address, 1).register(Some(&token)).status, 201);
}

#[test]
fn one_diarys_quota_is_set_and_taken_back_while_serving() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let short = &device.id.to_text()[..8];
    let set = run(&["quota", short, "--set", "1K"], folder.path());
    assert_eq!(stdout(&set), format!("{short} holds 0 bytes and may hold 1024 bytes"), "{}", errors(&set));
    let large = device.entry_of(0, 2_000);
    device.post(device.start(), std::slice::from_ref(&large)).assert_problem(ProblemKind::StorageFull);
    assert_eq!(run(&["quota", short, "--default"], folder.path()).status.code(), Some(0));
    assert_eq!(device.post(device.start(), &[large]).status, 200);
    assert!(stdout(&run(&["quota", short], folder.path())).ends_with("what vault-quota says"));
    assert_eq!(run(&["quota", "nobodys"], folder.path()).status.code(), Some(4));
    assert_eq!(run(&["quota", "no"], folder.path()).status.code(), Some(2));
    assert_eq!(run(&["quota", short, "--set", "0"], folder.path()).status.code(), Some(2));
}

#[test]
fn one_diary_is_deleted_while_serving_and_only_with_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &["--registration", "open"]);
    let (device, other) = (Device::registered(relay.address, 1), Device::registered(relay.address, 2));
    assert_eq!(device.post(device.start(), &device.entries(0..3)).status, 200);
    let short = &device.id.to_text()[..8];
    let asked = run(&["delete-vault", short], folder.path());
    assert_eq!((asked.status.code(), errors(&asked).contains("--yes")), (Some(3), true));
    assert_eq!(device.head().status, 200);
    let deleted = run(&["delete-vault", short, "--yes"], folder.path());
    assert!(stdout(&deleted).starts_with(&format!("deleted: {short} with 3 entries")), "{}", errors(&deleted));
    device.head().assert_problem(ProblemKind::VaultUnknown);
    assert_eq!(other.head().status, 200);
}

#[test]
fn the_doctors_report_names_nobody_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut relay = Process::start(&data, &["--ops-listen", "127.0.0.1:0", "--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let (listen, ops) = (relay.address.to_string(), operations(&mut relay).to_string());
    let place = ["--listen", &listen, "--ops-listen", &ops, "--min-free", "0"];
    let well = run(&[["doctor"].as_slice(), &place].concat(), &data);
    let report = stdout(&well);
    assert_eq!(well.status.code(), Some(0), "{report}");
    for line in ["ok   clock", "ok   data folder", "ok   database", "ok   listen", "ok   ops-listen"] {
        assert!(report.contains(line), "{line}: {report}");
    }
    assert!(report.contains("1 diaries"), "{report}");
    for secret in [&listen, &ops, &device.id.to_text()[..8], data.to_str().unwrap()] {
        assert!(!report.contains(secret), "{report}");
    }
    // The other way round: no health checks where devices ask.
    let ill = run(&["doctor", "--listen", &ops, "--ops-listen", &listen, "--min-free", "9000000G"], &data);
    let report = stdout(&ill);
    assert_eq!(ill.status.code(), Some(5), "{report}");
    for line in ["BAD  disk", "BAD  listen", "BAD  ops-listen"] {
        assert!(report.contains(line), "{line}: {report}");
    }
    // A health check asks for readiness alone, whatever else is wrong, and says nothing while it is well.
    let unwell =
        ["doctor", "--ready", "--listen", &ops, "--public-url", "https://nowhere.invalid", "--min-free", "9000000G"];
    let ready = run(&[unwell.as_slice(), &["--ops-listen", &ops]].concat(), &data);
    assert_eq!((ready.status.code(), stdout(&ready)), (Some(0), String::new()), "{}", errors(&ready));
    assert_eq!(run(&["doctor", "--ready", "--ops-listen", &listen], &data).status.code(), Some(5));
    relay.kill();
    let gone = run(&["doctor", "--ready", "--ops-listen", &ops], &data);
    assert_eq!(gone.status.code(), Some(5));
    assert!(errors(&gone).contains("nobody answers"), "{}", errors(&gone));
    let without = run(&[["doctor"].as_slice(), &place].concat(), &folder.path().join("nothing"));
    assert!(stdout(&without).contains("look database      not there yet"), "{}", stdout(&without));
    assert!(!folder.path().join("nothing").exists(), "looking makes nothing");
}

#[test]
fn figures_count_what_happens_and_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &["--ops-listen", "127.0.0.1:0", "--registration", "open"]);
    let ops = operations(&mut relay);
    let device = Device::registered(relay.address, 1);
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    assert_eq!(device.post(device.start(), &entries).status, 200, "again, and nothing is new");
    let watching = device.watch().ok().unwrap();
    device.get("/v1/vaults/short/head").assert_problem(ProblemKind::Malformed);
    let reply = get(ops, "/metrics");
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = String::from_utf8(reply.body).unwrap();
    for line in [
        "lissom_relay_entries_appended_total 3",
        "lissom_relay_vaults_registered_total 1",
        "lissom_relay_vaults 1",
        "lissom_relay_entries 3",
        "lissom_relay_watchers 1",
        "lissom_relay_answers_total{method=\"POST\",route=\"/v1/vaults/{id}/entries\",status=\"200\"} 2",
        "lissom_relay_answers_total{method=\"GET\",route=\"/v1/vaults/{id}/head\",status=\"400\"} 1",
        "lissom_relay_answer_seconds_count{method=\"POST\",route=\"/v1/vaults/{id}/entries\"} 2",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    assert!(!text.contains(&device.id.to_text()[..8]) && !text.contains("127.0.0.1"), "{text}");
    // Every line is one that Prometheus reads.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok()), "{line}");
    }
    drop(watching);
}

#[test]
fn a_browser_gets_a_page_and_everybody_else_a_line() {
    let rig = Rig::with(|config| config.public_url = Some("https://relay.example.org".to_owned()));
    let line = ask(rig.relay.address(), "GET", "/", &[], b"");
    assert_eq!(String::from_utf8_lossy(&line.body).lines().count(), 1);
    let page = ask(rig.relay.address(), "GET", "/", &[("accept", "text/html,application/xhtml+xml")], b"");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'; style-src 'sha256-"));
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("https://relay.example.org") && text.contains("<svg"), "{text}");
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = program().args(["completions", shell]).output().unwrap();
        assert!(stdout(&script).contains("delete-vault"), "{shell}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_hears_when_it_is_ready_and_when_it_stops() {
    use std::os::unix::net::UnixDatagram;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let mut command = program();
    command.env("NOTIFY_SOCKET", &path);
    let relay = Process::start_with(command, &folder.path().join("data"), &[]);
    let mut heard = [0; 64];
    let length = socket.recv(&mut heard).unwrap();
    assert_eq!(&heard[..length], b"READY=1");
    assert_eq!(relay.stop().0, Some(0));
    let length = socket.recv(&mut heard).unwrap();
    assert_eq!(&heard[..length], b"STOPPING=1");
}

#[test]
fn what_comes_back_to_a_log_that_was_set_back_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (data, new, copy) = (folder.path().join("data"), folder.path().join("new"), folder.path().join("copy.db"));
    let relay = Process::start(&data, &["--registration", "open"]);
    let mut device = Device::registered(relay.address, 1);
    let entries = device.entries(0..8);
    assert_eq!(device.post(device.start(), &entries[..5]).status, 200);
    assert_eq!(run(&["backup", copy.to_str().unwrap()], &data).status.code(), Some(0));
    assert_eq!(device.post(device.after(&entries[..5]), &entries[5..]).status, 200);
    relay.kill();
    assert_eq!(run(&["restore", copy.to_str().unwrap()], &new).status.code(), Some(0));
    let mut relay = Process::start(&new, &["--ops-listen", "127.0.0.1:0"]);
    let ops = operations(&mut relay);
    device.address = relay.address;
    device.post(device.after(&entries), &device.entries(8..9)).assert_problem(ProblemKind::LogDiverged);
    assert_eq!(device.post(device.after(&entries[..5]), &device.entries(5..9)).status, 200);
    assert!(relay.error_line("returned entries").contains("entries=4"));
    let mut text = String::new();
    get(ops, "/metrics").body.as_slice().read_to_string(&mut text).unwrap();
    assert!(text.contains("lissom_relay_entries_returned_total 4"), "{text}");
}
