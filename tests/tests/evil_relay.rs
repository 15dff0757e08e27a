//! The real `lissom` against the program `evil-relay`: what it says of each lie, and that nothing is lost.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::{HttpTransport, RelayUrl, Transport};
use lissom_tests::evil::Fault;
use lissom_tests::programs::{Running, ask, run};
use lissom_tests::{Between, Device, TestRelay, person};
use serde_json::Value;

/// What must be seen of a fault on one of the devices.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// A notice of one of these kinds.
    Notice(&'static [&'static str]),
    /// Entries that are missing.
    Waiting,
    /// The sync says that it failed; there is nothing to prove.
    Failure,
    /// Nothing: it cannot be told from silence, or from what an honest relay may do.
    Nothing,
}

const SEEN: &[(&str, Seen)] = &[
    ("none", Seen::Nothing),
    ("mutate", Seen::Notice(&["junk"])),
    ("mutate-signature", Seen::Notice(&["junk"])),
    ("corrupt", Seen::Notice(&["misbehaving", "junk"])),
    ("omit", Seen::Waiting),
    ("reorder", Seen::Notice(&["repaired", "unsettled"])),
    ("replay", Seen::Notice(&["misbehaving"])),
    ("rollback", Seen::Notice(&["repaired", "unsettled"])),
    ("fork", Seen::Nothing),
    ("swap", Seen::Notice(&["junk"])),
    ("withhold", Seen::Nothing),
    ("wolf", Seen::Notice(&["misbehaving"])),
    ("slow", Seen::Failure),
    ("rubbish", Seen::Failure),
    ("huge", Seen::Notice(&["misbehaving"])),
    ("chain", Seen::Notice(&["misbehaving"])),
    ("position", Seen::Notice(&["misbehaving"])),
    ("empty", Seen::Notice(&["misbehaving"])),
    ("forget", Seen::Notice(&["repaired", "unsettled"])),
    // Others might have written in between; the pull that follows shows that they did not, and all is in its place.
    ("gap", Seen::Nothing),
    ("ack", Seen::Notice(&["misbehaving"])),
    ("unknown", Seen::Failure),
    ("gone", Seen::Failure),
];

/// Two devices of one person, an honest relay, and the program between them.
struct House {
    _root: tempfile::TempDir,
    relay: TestRelay,
    evil: Running,
    devices: [PathBuf; 2],
    /// Exit codes of all syncs.
    codes: Vec<i32>,
    /// Longest time that a sync may take.
    budget: Duration,
    /// The longest that an honest one took.
    longest: Duration,
}

/// For syncs that nobody holds up: they end long before, on any machine.
const PLENTY: Duration = Duration::from_mins(10);

impl House {
    fn new(arguments: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let relay = TestRelay::start(&root.path().join("relay"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_evil-relay"));
        command.args(["--upstream", &relay.url(), "--json", "--delay", "600"]).args(arguments);
        let mut evil = Running::start(&mut command);
        let listening: Value = serde_json::from_str(&evil.line("listening")).unwrap();
        let url = listening["listening"].as_str().unwrap().to_owned();
        let devices = ["phone", "tablet"].map(|name| root.path().join(name));
        let address = |name: &str| format!("{url}/{name}");
        let begun = ask(&devices[0], &["init", "--name", "Phone", "--relay", &address("phone")]);
        let words = root.path().join("words");
        std::fs::write(&words, begun["phrase"].as_str().unwrap()).unwrap();
        let (words, tablet) = (words.to_str().unwrap().to_owned(), address("tablet"));
        let joined = ask(&devices[1], &["join", "--phrase-file", &words, "--name", "Tablet", "--relay", &tablet]);
        drop(joined);
        let mut house =
            Self { _root: root, relay, evil, devices, codes: Vec::new(), budget: PLENTY, longest: Duration::ZERO };
        for device in [0, 1, 0] {
            house.log(device);
            let begun = Instant::now();
            assert_eq!(house.sync(device), 0, "an honest relay so far");
            house.longest = house.longest.max(begun.elapsed());
        }
        house
    }

    fn turn(&mut self, fault: &str) {
        // Only here does a sync have to wait until its time is up: much longer than one takes on this machine.
        self.budget = if fault == "slow" { self.longest.saturating_mul(5) } else { PLENTY };
        writeln!(self.evil.stdin.as_mut().unwrap(), "{fault}").unwrap();
        self.evil.line("\"now\"");
    }

    fn log(&self, device: usize) {
        drop(ask(&self.devices[device], &["log", "walking", "--minutes", "20"]));
    }

    fn sync(&mut self, device: usize) -> i32 {
        let budget = self.budget.as_millis().to_string();
        let code = run(&self.devices[device], &["sync", "--budget-ms", &budget]).status.code().unwrap();
        self.codes.push(code);
        code
    }

    fn notices(&self) -> BTreeSet<String> {
        let mut kinds = BTreeSet::new();
        for device in &self.devices {
            let status = ask(device, &["status"]);
            kinds.extend(
                status["notices"].as_array().unwrap().iter().map(|notice| notice["kind"].as_str().unwrap().to_owned()),
            );
        }
        kinds
    }

    fn waiting(&self) -> bool {
        self.devices.iter().any(|device| ask(device, &["status"])["waiting"].as_u64().unwrap() > 0)
    }

    /// Everything recorded is on both devices, whole, and can be exported, once an honest relay is asked.
    fn assert_nothing_lost(&mut self, records: usize, what: &str) {
        let honest = self.relay.url();
        self.budget = PLENTY;
        for device in &self.devices {
            drop(ask(device, &["relay", &honest]));
        }
        for device in [0, 1, 0, 1] {
            assert_eq!(self.sync(device), 0, "{what}: an honest relay again");
        }
        let states = self.devices.clone().map(|device| {
            assert_eq!(run(&device, &["verify"]).status.code(), Some(0), "{what}");
            let rows = ask(&device, &["history"]).as_array().unwrap().len();
            assert_eq!(rows, records, "{what}: everything is there");
            let file = device.with_extension("json");
            drop(ask(&device, &["export", file.to_str().unwrap()]));
            let exported: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let results = exported["records"].as_array().unwrap().iter();
            let results = results.filter(|record| record["id"].as_str().unwrap().contains(".r")).count();
            assert_eq!(results, records, "{what}: everything is in the export");
            ask(&device, &["status"])["state_hash"].clone()
        });
        assert_eq!(states[0], states[1], "{what}");
    }
}

/// The story of one fault.
fn story(name: &str, seen: Seen) {
    let mut house = House::new(&[]);
    assert_eq!(house.notices(), BTreeSet::new(), "{name}: no notice in an honest run");
    house.turn(name);
    for _ in 0..2 {
        house.log(0);
        house.sync(0);
    }
    for device in [1, 0] {
        house.sync(device);
    }
    let (notices, waiting) = (house.notices(), house.waiting());
    let found = match seen {
        Seen::Notice(kinds) => kinds.iter().any(|kind| notices.contains(*kind)),
        Seen::Waiting => waiting,
        Seen::Failure => house.codes.iter().any(|code| *code == 5 || *code == 6),
        Seen::Nothing => notices.is_empty() && !waiting,
    };
    assert!(found, "{name}: {seen:?}, but {notices:?}, waiting {waiting}, exit codes {:?}", house.codes);
    assert!(house.codes.iter().all(|code| [0, 5, 6].contains(code)), "{name}: no crash: {:?}", house.codes);
    if name != "none" {
        house.evil.line(&format!("\"fault\":\"{name}\""));
    }
    let said = house.evil.so_far();
    assert!(
        name != "none" || said.iter().all(|line| !line.contains("\"fault\"")),
        "{name}: nothing was done: {said:?}"
    );
    let proven = said.iter().any(|line| line.contains("\"provable\":\""));
    let blamed = notices.contains("misbehaving") || notices.contains("junk");
    assert!(blamed || !proven, "{name}: what it calls provable is a notice: {notices:?}, {said:?}");
    house.assert_nothing_lost(5, name);
}

#[test]
fn every_lie_of_the_program_is_in_status_and_costs_nothing() {
    let named: BTreeSet<String> = Fault::all().map(|(fault, _)| fault.to_string()).collect();
    assert_eq!(SEEN.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), named, "each is tried");
    let failed = std::thread::scope(|scope| {
        let tell = |half| {
            let told = SEEN
                .iter()
                .skip(half)
                .step_by(2)
                .map(|(name, seen)| (name, std::panic::catch_unwind(|| story(name, *seen))));
            told.filter_map(|(name, told)| told.is_err().then_some(*name)).collect::<Vec<_>>()
        };
        let halves = [0, 1].map(|half| scope.spawn(move || tell(half)));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(failed, Vec::<&str>::new(), "what is wrong with each is said above");
}

#[test]
fn a_fault_now_and_then_is_healed_and_told() {
    let mut house = House::new(&["--every", "3", "--seed", "7"]);
    let mut records = 3;
    for name in ["rollback", "corrupt", "reorder", "swap"] {
        house.turn(name);
        for device in [0, 1, 0] {
            house.log(device);
            records += 1;
            house.sync(device);
        }
    }
    let said = house.evil.so_far().to_vec();
    let faults: Vec<Value> =
        said.iter().filter(|line| line.contains("\"fault\"")).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(faults.len() >= 3, "{faults:?}");
    assert!(faults.iter().all(|fault| fault["request"].as_u64().unwrap() % 3 == 0), "every third: {faults:?}");
    assert!(!house.notices().is_empty());
    house.assert_nothing_lost(records, "now and then");
}

/// The most memory that a sync took, in kilobytes, as the system counts it.
#[cfg(target_os = "linux")]
fn peak_of_a_sync(device: &std::path::Path) -> u64 {
    use std::process::Stdio;
    let mut command = lissom_tests::programs::lissom(device, &["sync"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        // The line is gone in the moment between its end and our noticing.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        std::thread::yield_now();
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn pages_without_an_end_cost_a_device_no_memory() {
    const MIB: u64 = 1024 * 1024;
    let mut house = House::new(&["--bytes", "1073741824"]);
    house.log(0);
    assert_eq!(house.sync(0), 0);
    let honest = peak_of_a_sync(&house.devices[1]);
    house.log(0);
    assert_eq!(house.sync(0), 0);
    house.turn("huge");
    let huge = peak_of_a_sync(&house.devices[1]);
    let line: Value = serde_json::from_str(&house.evil.line("\"fault\":\"huge\"")).unwrap();
    let sent = line["sent"].as_u64().unwrap();
    assert!((4 * MIB..64 * MIB).contains(&sent), "{sent} bytes of the page went out");
    assert!(honest > 1024 && huge < honest + 24 * 1024, "{huge} kB after {honest} kB");
    assert!(house.notices().contains("misbehaving"));
    house.turn("none");
    house.assert_nothing_lost(5, "huge");
}

#[test]
fn the_programs_are_built_as_they_ship_and_only_once() {
    drop(lissom_tests::programs::build());
    let again = lissom_tests::programs::build();
    let made = again.iter().map(|built| built.target.name.as_str()).collect::<BTreeSet<_>>();
    assert!(
        ["lissom_diary", "lissom_relay", "lissom", "lissom-relay"].iter().all(|name| made.contains(name)),
        "{made:?}"
    );
    for built in &again {
        let seams = built.features.iter().any(|feature| feature == "simulator" || feature == "planted");
        assert!(!seams && built.target.name != "lissom_tests", "seams that nobody gets: {built:?}");
        assert!(built.fresh, "built anew each time: {built:?}");
    }
}

/// A relay, the program before it, a device of that relay, and the device's last post.
struct Asking {
    root: tempfile::TempDir,
    relay: TestRelay,
    evil: Running,
    post: Request,
}

impl Asking {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let relay = TestRelay::start(&root.path().join("relay"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_evil-relay"));
        let evil = Running::start(command.args(["--upstream", &relay.url(), "--json"]));
        let mut device = Device::create(root.path().join("phone"), "Phone", &relay);
        let mut post = None;
        for note in ["first", "second", "third"] {
            device.log(note);
            let answer = |request: &Request| {
                if request.method == Method::Post && request.path.contains("/entries") {
                    post = Some(request.clone());
                }
                None
            };
            let mut between = Between { inner: &mut device.transport, answer: Box::new(answer) };
            device.diary.sync(&mut between, person()).unwrap();
        }
        Self { root, relay, evil, post: post.unwrap() }
    }

    /// The same, asked of the honest relay and of the evil one.
    fn both(&mut self, request: &Request) -> [Response; 2] {
        let said = self.evil.so_far().first().cloned().unwrap_or_else(|| self.evil.line("listening"));
        let said: Value = serde_json::from_str(&said).unwrap();
        [self.relay.url(), said["listening"].as_str().unwrap().to_owned()].map(|url| {
            let mut way = HttpTransport::new(RelayUrl::parse(&url, true).unwrap());
            way.exchange(request, Duration::from_mins(1)).unwrap()
        })
    }

    fn assert_same(&mut self, request: &Request, status: u16) {
        let [honest, evil] = self.both(request);
        assert_eq!((honest.status, evil.status), (status, status), "{}", String::from_utf8_lossy(&evil.body));
        assert_eq!(honest.body, evil.body);
        for name in ["content-type", "lissom-pos", "lissom-chain", "lissom-head"] {
            assert_eq!(honest.header(name), evil.header(name), "{name}");
        }
    }
}

#[test]
fn an_honest_answer_is_what_the_relay_behind_it_answers() {
    let mut asking = Asking::new();
    let post = asking.post.clone();
    let (vault, _) = post.path.split_once("/entries").unwrap();
    let start = {
        let id = lissom_protocol::ids::VaultId::from_text(vault.rsplit('/').next().unwrap()).unwrap();
        lissom_protocol::api::entries_path(&id, &lissom_protocol::cursor::Cursor::start(&id))
    };
    let get = |path: String| Request { method: Method::Get, path, headers: post.headers.clone(), body: Vec::new() };
    for limit in ["", "&limit=1", "&limit=2", "&limit=0", "&limit=65", "&limit=some"] {
        let status = if limit.ends_with("some") { 400 } else { 200 };
        asking.assert_same(&get(format!("{start}{limit}")), status);
    }
    let [_, one] = asking.both(&get(format!("{start}&limit=1")));
    assert_eq!(one.header("lissom-pos"), Some("1"));
    // Again, at the place where it was posted first: it is there already.
    asking.assert_same(&post, 200);
    let mut unsigned = post.clone();
    *unsigned.body.last_mut().unwrap() ^= 1;
    asking.assert_same(&unsigned, 422);
    let mut nowhere = post;
    nowhere.path = start.replace("after=0", "after=77");
    asking.assert_same(&nowhere, 409);
}

#[test]
fn what_the_relay_behind_it_refuses_is_acknowledged_by_no_lie() {
    let mut asking = Asking::new();
    let mut unsigned = asking.post.clone();
    *unsigned.body.last_mut().unwrap() ^= 1;
    for fault in ["none", "withhold", "forget", "ack"] {
        writeln!(asking.evil.stdin.as_mut().unwrap(), "{fault}").unwrap();
        asking.evil.line("\"now\"");
        let [honest, evil] = asking.both(&unsigned);
        assert_eq!((honest.status, evil.status), (422, 422), "{fault}");
    }
    drop(asking.root);
}

#[cfg(unix)]
#[test]
fn its_own_relay_leaves_no_folder_behind_once_it_is_interrupted() {
    let root = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evil-relay"));
    let mut evil = Running::start(command.arg("--json").env("TMPDIR", root.path()));
    evil.line("listening");
    let folders = || std::fs::read_dir(root.path()).unwrap().count();
    assert_eq!(folders(), 1, "its own relay is there");
    assert_eq!(evil.interrupt().code(), Some(0));
    assert_eq!(folders(), 0);
}

#[test]
fn what_cannot_be_asked_for_is_said() {
    let ask = |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_evil-relay")).args(arguments).output().unwrap();
    let help = ask(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success() && text.contains("Examples:"));
    for (fault, what) in Fault::all() {
        assert!(text.contains(&format!("{fault:<18}{what}")), "{fault} is in the help");
    }
    for bad in [
        &["--fault", "kindness"][..],
        &["--every", "often"],
        &["--every", "0"],
        &["--bytes", "0"],
        &["--upstream"],
        &["--what", "1"],
        &["--upstream", "ftp://x"],
    ] {
        let output = ask(bad);
        assert!(!output.status.success(), "{bad:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(bad[0]), "{bad:?} is named");
    }
}
