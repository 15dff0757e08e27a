//! The power goes under the real relay, at every flush of everything that it does; or a write or flush fails.
#![expect(clippy::print_stdout, reason = "a test says what it counted")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lissom_protocol::ids::EntryId;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::statement::Role;
use lissom_relay::blocking;
use lissom_relay::config::Config;
use lissom_relay::store::Database;
use lissom_shim::{Cut, Disk, Fault, Random, Record, Shim, asked};

use crate::device::Device;
use crate::process::{Process, program};

/// What a relay has promised so far, or will have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Promised {
    /// Entries by vault; a vault that is known may have none.
    vaults: BTreeMap<[u8; 32], Vec<[u8; 32]>>,
    deleted: Vec<[u8; 32]>,
    invites: usize,
    backup: bool,
    restored: bool,
}

/// What is in a data folder, after checking all of it. Nothing but an empty state if there is no database yet.
fn see(root: &Path) -> Promised {
    let data = root.join("data");
    let mut seen = read(&data);
    let backup = root.join("backup.db");
    seen.backup = backup.exists();
    if seen.backup {
        let folder = tempfile::tempdir().unwrap();
        lissom_relay::store::restore(&backup, &folder.path().join("new")).unwrap();
    }
    seen.restored = root.join("restored/relay.db").exists();
    if seen.restored {
        read(&root.join("restored"));
    }
    seen
}

fn read(data: &Path) -> Promised {
    let mut seen = Promised::default();
    if !data.join("relay.db").exists() {
        return seen;
    }
    // Starts, whatever the cut left.
    blocking::start(Config { free_bytes_min: 0, ..Config::local(data) }).unwrap().stop();
    let verdict = Database::open(data).unwrap().verify().unwrap();
    assert!(verdict.is_good(), "{:?}", verdict.damage);
    let database = rusqlite::Connection::open(data.join("relay.db")).unwrap();
    let id = |row: &rusqlite::Row<'_>| row.get::<_, [u8; 32]>(0);
    let all = |sql: &str| -> Vec<[u8; 32]> {
        database.prepare(sql).unwrap().query_map([], id).unwrap().map(Result::unwrap).collect()
    };
    for vault in all("SELECT vault_id FROM vault") {
        let entries =
            "SELECT e.entry_id FROM entry e JOIN vault v ON v.id = e.vault WHERE v.vault_id = ?1 ORDER BY e.pos";
        let mut entries = database.prepare(entries).unwrap();
        let entries = entries.query_map([vault], id).unwrap().map(Result::unwrap).collect();
        seen.vaults.insert(vault, entries);
    }
    seen.deleted = all("SELECT vault_id FROM deleted");
    seen.invites = all("SELECT token_hash FROM invite").len();
    seen
}

struct Step {
    name: &'static str,
    end: usize,
    before: Promised,
    after: Promised,
}

struct Story {
    home: tempfile::TempDir,
    shim: Shim,
    steps: Vec<Step>,
    promised: Promised,
}

impl Story {
    fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("root");
        fs::create_dir(&root).unwrap();
        let shim = Shim::over(&root, &home.path().join("journal"));
        Self { home, shim, steps: Vec::new(), promised: Promised::default() }
    }

    fn data(&self) -> PathBuf {
        self.shim.root().join("data")
    }

    /// Takes down that something was answered, and what follows from it.
    fn done(&mut self, name: &'static str, change: impl FnOnce(&mut Promised)) {
        let before = self.promised.clone();
        change(&mut self.promised);
        let end = self.shim.records().len();
        self.steps.push(Step { name, end, before, after: self.promised.clone() });
    }

    fn serve(&mut self) -> Process {
        let mut command = program();
        self.shim.under(&mut command);
        let relay = Process::start_with(command, &self.data(), &["--registration", "open"]);
        self.done("start", |_| {});
        relay
    }

    fn operate(&mut self, name: &'static str, arguments: &[&str], change: impl FnOnce(&mut Promised)) {
        let mut command: Command = program();
        self.shim.under(&mut command);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        self.done(name, change);
    }

    fn tell(&mut self) {
        let relay = self.serve();
        let mut device = Device::new(relay.address, 1);
        let vault = device.id.0;
        assert_eq!(device.register(None).status, 201);
        self.done("register", |promised| drop(promised.vaults.insert(vault, Vec::new())));
        device.token = device.get_token(Role::Owner);
        self.done("token", |_| {});
        let mut sent: Vec<EntryId> = Vec::new();
        for batch in [0..1, 1..20, 20..21] {
            let (cursor, entries) = (device.after(&device.entries(0..batch.start)), device.entries(batch));
            assert_eq!(device.post(cursor, &entries).status, 200);
            sent.extend(entries.iter().map(lissom_protocol::entry::VerifiedEntry::id));
            let ids = sent.iter().map(|id| id.0).collect();
            self.done("append", |promised| drop(promised.vaults.insert(vault, ids)));
        }
        let mut other = Device::new(relay.address, 2);
        let second = other.id.0;
        assert_eq!(other.register(None).status, 201);
        self.done("register", |promised| drop(promised.vaults.insert(second, Vec::new())));
        other.token = other.get_token(Role::Owner);
        self.done("token", |_| {});
        let large = other.entry_of(0, 200_000);
        assert_eq!(other.post(other.start(), std::slice::from_ref(&large)).status, 200);
        self.done("append", |promised| drop(promised.vaults.insert(second, vec![large.id().0])));
        assert_eq!(other.delete(other.after(std::slice::from_ref(&large))).status, 204);
        self.done("delete", |promised| {
            promised.vaults.remove(&second);
            promised.deleted.push(second);
        });
        assert_eq!(relay.stop().0, Some(0));
        self.done("stop", |_| {});
        let (data, root) = (self.data(), self.shim.root().to_owned());
        let (backup, restored) = (root.join("backup.db"), root.join("restored"));
        let [data, backup, restored] = [data, backup, restored].map(|path| path.to_str().unwrap().to_owned());
        self.operate("invite", &["invite", "--data", &data], |promised| promised.invites = 1);
        self.operate("backup", &["backup", "--data", &data, &backup], |promised| promised.backup = true);
        self.operate("restore", &["restore", "--data", &restored, &backup], |promised| promised.restored = true);
    }
}

#[test]
fn a_power_cut_at_any_flush_of_a_relay_loses_nothing_acknowledged() {
    let mut story = Story::begin();
    story.tell();
    let records = story.shim.records();
    let (seed, each) = (asked("LISSOM_SEED", 1), asked("LISSOM_CUTS", 1));
    let mut random = Random::new(seed as u64);
    let (mut disk, mut flushes, mut tried, mut place) = (Disk::default(), 0, 0, 0);
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &story.steps {
        let mut answered = false;
        for record in records[place..step.end].iter().map(Some).chain([None]) {
            if record.is_none_or(Record::is_sync) {
                flushes += 1;
                *told.entry(step.name).or_default() += 1;
                let mut cuts = vec![Cut::Nothing, Cut::Everything];
                for _ in 0..each {
                    cuts.push(Cut::First(random.below(disk.pending() + 1)));
                    cuts.extend([random.number()].map(Cut::Some));
                    cuts.extend([Cut::Torn(random.number()), Cut::Holes(random.number())]);
                }
                for cut in cuts {
                    tried += 1;
                    let scene = tempfile::tempdir_in(story.home.path()).unwrap();
                    disk.cut(cut, scene.path());
                    let found = std::panic::catch_unwind(|| see(scene.path()));
                    let context = format!("seed {seed}, {}, flush {flushes}, {cut:?}", step.name);
                    let found = found.unwrap_or_else(|_| panic!("{context}"));
                    let fits = found == step.after || (!answered && found == step.before);
                    assert!(fits, "{context}: answered {answered}, {found:?}");
                }
            }
            if let Some(record) = record {
                answered |= matches!(record, Record::Answer(_));
                disk.take(record);
            }
        }
        place = step.end;
    }
    assert!(disk.mapped().iter().all(|name| name.ends_with("-shm")), "the shim saw all writes: {:?}", disk.mapped());
    println!("relay: {} steps, {flushes} flushes, {tried} cuts; {told:?}", story.steps.len());
}

#[test]
fn a_write_or_flush_that_fails_under_a_relay_is_a_problem_and_loses_nothing() {
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for kind in Fault::kinds() {
        for at in 1.. {
            let home = tempfile::tempdir().unwrap();
            let (data, failed, armed) =
                (home.path().join("data"), home.path().join("failed"), home.path().join("armed"));
            let fault = Fault { at, ..kind };
            let mut command = program();
            fs::create_dir(&data).unwrap();
            fault.under(&mut command, &data, &failed, Some(&armed));
            let data = data.canonicalize().unwrap();
            let relay = Process::start_with(command, &data, &["--registration", "open"]);
            let mut device = Device::registered(relay.address, 1);
            let entries = device.entries(0..4);
            assert_eq!(device.post(device.start(), &entries[..1]).status, 200);
            fs::write(&armed, "").unwrap();
            let reply = device.post(device.after(&entries[..1]), &entries[1..3]);
            let happened = failed.exists();
            let kind = (reply.status != 200).then(|| reply.problem().kind().unwrap());
            if happened {
                *answers.entry(kind.map_or("done", ProblemKind::word).to_owned()).or_default() += 1;
            }
            let told = [None, Some(ProblemKind::StorageFull), Some(ProblemKind::Unavailable)].contains(&kind);
            assert!(told && (happened || kind.is_none()), "{fault:?}: {kind:?}");
            // What failed once goes through when it is sent again, to the same process; what fails for good does not,
            // until the disk works again.
            let again = device.post(device.after(&entries[..1]), &entries[1..3]);
            assert!(again.status == 200 || (fault.lasting && happened), "{fault:?}: {}", again.status);
            relay.kill();
            let relay = Process::start(&data, &["--registration", "closed"]);
            device.address = relay.address;
            assert!(Database::open(&data).unwrap().verify().unwrap().is_good(), "{fault:?}");
            let cursor = device.after(&entries[..1]);
            assert_eq!(device.post(cursor, &entries[1..]).status, 200, "{fault:?}");
            assert_eq!(device.page(device.start()).body, crate::device::joined(&entries), "{fault:?}");
            drop(relay);
            if !happened {
                assert!(at > 1, "{fault:?} did not happen");
                break;
            }
        }
    }
    let all: usize = answers.values().sum();
    println!("relay: {all} faults, answered {answers:?}");
    assert!(all > 20);
}
