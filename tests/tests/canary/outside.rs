//! The real programs, each at its most talkative, through everything that can go wrong.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use lissom_tests::programs::{Running, ask, program, run};
use rusqlite::Connection;

use crate::planted::{NAME, NOTE, Planted};
use crate::wire::Wire;

/// A relay that writes everything down.
fn start_relay(folder: &Path, more: &[&str]) -> (Running, SocketAddr) {
    let mut command = Command::new(program("lissom-relay"));
    command.args(["serve", "--log", "trace", "--listen", "127.0.0.1:0", "--min-free", "0", "--data"]).arg(folder);
    command.args(more).env("RUST_BACKTRACE", "full");
    let mut relay = Running::start(&mut command);
    let line = relay.line("listening on http://");
    let address = line.rsplit("http://").next().unwrap().trim().parse().unwrap();
    (relay, address)
}

/// What the programs said where nobody asked to be shown the diary.
#[derive(Default)]
struct Said {
    text: String,
    failed: usize,
}

impl Said {
    /// Runs a command that may show what is in the diary, if it succeeds: then only its errors count.
    fn run(&mut self, data: &Path, arguments: &[&str], fails: bool) {
        for json in [true, false] {
            let output = if json {
                run(data, arguments)
            } else {
                let mut command = Command::new(program("lissom"));
                command.arg("--data").arg(data).args(arguments).env("RUST_BACKTRACE", "full").output().unwrap()
            };
            let code = output.status.code();
            assert_ne!(code, Some(70), "no panic: {arguments:?}");
            assert_eq!(code != Some(0), fails, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            self.failed += usize::from(fails);
            let out = if fails { String::from_utf8_lossy(&output.stdout).into_owned() } else { String::new() };
            let name = arguments[0];
            writeln!(self.text, "{name}: {out}{}", String::from_utf8_lossy(&output.stderr)).unwrap();
        }
    }
}

/// What a relay answers to bytes that are no request of a device.
fn answer(relay: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(relay).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // It may close the connection before it has read all.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn damage(file: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = std::fs::read(file).unwrap();
    let at = at(bytes.len());
    bytes[at..].iter_mut().take(64).for_each(|byte| *byte ^= 0xff);
    std::fs::write(file, bytes).unwrap();
}

/// Two devices of one person, and all that they and their relays say.
struct House {
    root: tempfile::TempDir,
    phone: PathBuf,
    tablet: PathBuf,
    url: String,
    phrase: String,
    /// The exercise of the person's own.
    own: String,
    wire: Wire,
    said: Said,
}

impl House {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn words(&self, name: &str, text: &str) -> String {
        let file = self.path(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// A person with two devices and a planted diary, in fair weather.
    fn new(root: tempfile::TempDir, wire: Wire, url: String) -> Self {
        let (phone, tablet) = (root.path().join("phone"), root.path().join("tablet"));
        let begun = ask(&phone, &["init", "--name", "Phone", "--relay", &url]);
        let phrase = begun["phrase"].as_str().unwrap().to_owned();
        let added = ask(&phone, &["own", "add", "--name", NAME, "--kind", "strength", "--sets", "2", "--reps", "6"]);
        let own = added["exercise"].as_str().or_else(|| added["id"].as_str()).unwrap().to_owned();
        let mut house = Self { root, phone, tablet, url, phrase, own, wire, said: Said::default() };
        house.fair_weather();
        house
    }

    fn fair_weather(&mut self) {
        let good = self.words("good", &self.phrase);
        drop(ask(&self.phone, &["log", &self.own, "--note", NOTE]));
        drop(ask(&self.phone, &["check-in", "--pain", "3", "--note", NOTE]));
        drop(ask(&self.phone, &["sync"]));
        drop(ask(&self.tablet, &["join", "--phrase-file", &good, "--name", "Tablet", "--relay", &self.url]));
        for (data, command) in [
            (&self.phone, "history"),
            (&self.tablet, "sync"),
            (&self.tablet, "status"),
            (&self.tablet, "verify"),
            (&self.phone, "today"),
        ] {
            self.said.run(data, &[command], false);
        }
        let csv = self.path("export.csv").to_str().unwrap().to_owned();
        self.said.run(&self.phone, &["export", &csv], false);
        drop(ask(&self.phone, &["export", self.path("export.json").to_str().unwrap()]));
    }

    fn wrong_words(&mut self) {
        let list: Vec<&str> = self.phrase.split_whitespace().collect();
        let mut swapped = list.clone();
        swapped.swap(0, 23);
        let misspelt = self.phrase.replacen(list[5], "quittenbrot", 1);
        let other = "abandon ".repeat(23) + "art";
        let nobody = self.path("nobody");
        for (n, text) in [list[..23].join(" "), swapped.join(" "), misspelt, other].iter().enumerate() {
            let file = self.words(&format!("words{n}"), text);
            self.said.run(&nobody, &["join", "--phrase-file", &file, "--name", "Third", "--relay", &self.url], true);
        }
    }

    fn bad_input(&mut self) {
        let long = NOTE.repeat(500);
        self.said.run(&self.phone, &["log", &self.own, "--reps", "99999", "--note", NOTE], true);
        self.said.run(&self.phone, &["log", &self.own, "--note", &long], true);
        self.said.run(&self.phone, &["own", "edit", &self.own, "--name", NAME, "--reps", "99999"], true);
        self.said.run(&self.phone, &["own", "edit", &self.own, "--name", &NAME.repeat(60)], true);
        self.said.run(&self.phone, &["check-in", "--pain", "99", "--note", NOTE], true);
        let text = std::fs::read_to_string(self.path("export.json")).unwrap();
        for (n, bad) in
            [text.replace("\"format\"", "\"farmat\""), text[..text.len() / 2].to_owned(), text.replacen(NOTE, &long, 1)]
                .iter()
                .enumerate()
        {
            let file = self.path(&format!("bad{n}.json"));
            std::fs::write(&file, bad).unwrap();
            self.said.run(&self.phone, &["import", file.to_str().unwrap()], true);
        }
    }

    /// Gives the relays, with their addresses, and the evil one.
    fn bad_relays(&mut self) -> ([(Running, SocketAddr); 2], Running) {
        let (full, full_address) = start_relay(&self.path("full"), &["--registration", "open", "--vault-entries", "1"]);
        let through = self.wire.to(full_address);
        drop(ask(&self.phone, &["relay", &format!("http://{through}")]));
        self.said.run(&self.phone, &["sync"], true);
        let (closed, closed_address) = start_relay(&self.path("closed"), &["--registration", "closed"]);
        let through = self.wire.to(closed_address);
        drop(ask(&self.phone, &["relay", &format!("http://{through}")]));
        self.said.run(&self.phone, &["sync"], true);
        let mut evil = Running::start(Command::new(env!("CARGO_BIN_EXE_evil-relay")).args([
            "--json",
            "--upstream",
            &self.url,
            "--fault",
            "corrupt",
        ]));
        let lines: serde_json::Value = serde_json::from_str(&evil.line("listening")).unwrap();
        drop(ask(&self.phone, &["relay", lines["listening"].as_str().unwrap()]));
        for fault in ["corrupt", "wolf", "gone", "unknown", "ack"] {
            writeln!(evil.stdin.as_mut().unwrap(), "{fault}").unwrap();
            evil.line("\"now\"");
            drop(ask(&self.phone, &["log", &self.own, "--note", NOTE]));
            self.said.run(&self.phone, &["sync"], true);
        }
        drop(ask(&self.phone, &["relay", "http://127.0.0.1:1"]));
        self.said.run(&self.phone, &["sync"], true);
        drop(ask(&self.phone, &["relay", &self.url]));
        self.said.run(&self.phone, &["sync"], false);

        ([(full, full_address), (closed, closed_address)], evil)
    }

    /// Requests that no device makes; gives the problems that came back.
    fn foreign_requests(address: SocketAddr, vault: &str) -> Vec<String> {
        let json = format!(r#"{{"vault": "{vault}", "note": "{NOTE}"}}"#);
        let mut problems = Vec::new();
        for (line, body) in [
            (
                format!(
                    "GET /v1/vaults/{vault}/entries?after=0&chain={vault} HTTP/1.1\r\nauthorization: Bearer {vault}"
                ),
                "",
            ),
            (format!("GET /v1/vaults/{vault}x/{NOTE} HTTP/1.1"), ""),
            ("POST /v1/auth/challenge HTTP/1.1\r\ncontent-type: application/json".to_owned(), &json[1..]),
            ("POST /v1/auth/token HTTP/1.1\r\ncontent-type: application/json".to_owned(), &json),
            ("POST /v1/vaults HTTP/1.1\r\ncontent-type: application/json".to_owned(), &json),
            (format!("POST /v1/vaults/{vault}/entries?after=0&chain=x HTTP/1.1\r\ncontent-type: text/{NOTE}"), &json),
            (format!("PATCH /{vault} HTTP/1.1"), &json),
        ] {
            let length = body.len();
            let request = format!("{line}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            let answer = answer(address, &request);
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
            problems.push(answer);
        }
        problems
    }

    fn damage(&mut self) {
        let sql = Connection::open(self.tablet.join("diary.sqlite")).unwrap();
        sql.execute("UPDATE chunk SET data = zeroblob(length(data)) WHERE rowid % 2 = 0", []).unwrap();
        sql.execute("UPDATE entry SET bytes = zeroblob(length(bytes)) WHERE rowid % 2 = 1", []).unwrap();
        sql.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(sql);
        self.said.run(&self.tablet, &["verify"], true);
        for command in ["history", "status", "sync", "today"] {
            // Each may do its work or not; what it says is what counts.
            let output = run(&self.tablet, &[command]);
            writeln!(self.said.text, "{command}: {}", String::from_utf8_lossy(&output.stderr)).unwrap();
        }
        damage(&self.tablet.join("diary.sqlite"), |_| 8);
        damage(&self.phone.join("secret"), |length| length / 3);
        for data in [&self.tablet, &self.phone] {
            for command in ["sync", "phrase"] {
                self.said.run(data, &[command], true);
            }
        }
    }
}

#[test]
fn nothing_secret_is_ever_said() {
    let root = tempfile::tempdir().unwrap();
    let (relay, address) = start_relay(&root.path().join("relay"), &["--registration", "open"]);
    let wire = Wire::default();
    let url = format!("http://{}", wire.to(address));
    let mut house = House::new(root, wire.clone(), url);
    let mut planted = Planted::of(&house.phrase);
    house.wrong_words();
    house.bad_input();
    let ([full, closed], evil) = house.bad_relays();
    let mut problems = wire.problems();
    assert!(wire.plant(&mut planted) > 20, "tokens and signatures passed");
    let vault = ask(&house.phone, &["status"])["vault"].as_str().unwrap().to_owned();
    planted.text("the vault's id as status shows it", &vault);
    problems.extend(House::foreign_requests(address, &vault));
    assert!(problems.len() > 8, "problems passed: {}", problems.len());
    planted.assert_unsaid("problems", &problems.join("\n"));
    house.damage();
    assert!(house.said.failed > 40, "much went wrong: {}", house.said.failed);
    planted.assert_unsaid("what lissom said", &house.said.text);

    // The logs. Addresses of devices, as they come to the relay, are their ports here.
    for (relay, own) in [(relay, address), full, closed] {
        let (out, log) = relay.end();
        assert!(log.contains("/v1/vaults/{id}/entries") || own != address, "the log is talkative: {log}");
        planted.assert_unsaid("a relay's output", &out);
        planted.assert_unsaid("a relay's log", &log);
        let elsewhere = log.replace(&own.to_string(), "").replace("127.0.0.1:0", "");
        assert!(!elsewhere.contains("127.0.0.1"), "no device's address: {log}");
    }
    let (told, errors) = evil.end();
    planted.assert_unsaid("the evil relay's report", &(told + &errors));
}
