//! A device's power is cut at every flush of every kind of transaction.
//!
//! The real program runs command after command with the shim under it. Then the folder is rebuilt as of each flush, just
//! before it: with nothing of what was not flushed, all of it, or some of it, reordered and torn. Each such folder is opened with
//! the real code and has to be what it was before the command or after it, and after it once the answer was out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lissom_diary::{Diary, Error, HistoryRow, SystemHost};
use lissom_shim::{Cut, Disk, Random, Record, Shim, asked};
use serde_json::Value;
use tempfile::TempDir;

use crate::phone::{another, answer, assert_whole, copy, lissom, relay_on, rows, sync, url};

/// The diary in a folder, as the program's user sees it; nothing if there is none.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    vault: String,
    rows: Vec<HistoryRow>,
}

/// One command that ran.
struct Step {
    name: &'static str,
    /// Records of the journal up to which it ran.
    end: usize,
    /// Which folder under the root it is about.
    folder: &'static str,
    /// What was to be seen there before and after.
    before: Option<Seen>,
    after: Option<Seen>,
    /// The relay's folder once the command had ended.
    relay: PathBuf,
}

impl Step {
    /// Joining is two transactions: first the diary is another's, then the first page is here.
    fn between(&self) -> Option<Seen> {
        let after = self.after.clone().filter(|_| self.name.starts_with("join"))?;
        let rows = self.before.as_ref().map_or(Vec::new(), |before| before.rows.clone());
        Some(Seen { rows, ..after })
    }
}

struct Story {
    /// Holds everything, until the end.
    home: TempDir,
    shim: Shim,
    relay: lissom_relay::blocking::BlockingRelay,
    relay_folder: PathBuf,
    steps: Vec<Step>,
    seen: BTreeMap<&'static str, Seen>,
}

impl Story {
    fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("root");
        fs::create_dir(&root).unwrap();
        let shim = Shim::over(&root, &home.path().join("journal"));
        let relay_folder = home.path().join("relay");
        let relay = relay_on(&relay_folder);
        Self { home, shim, relay, relay_folder, steps: Vec::new(), seen: BTreeMap::new() }
    }

    fn path(&self, folder: &str) -> PathBuf {
        self.shim.root().join(folder)
    }

    /// Runs a command with the shim under it.
    fn run(&mut self, name: &'static str, folder: &'static str, arguments: &[&str]) -> Value {
        let data = self.path(folder);
        let mut command = lissom(&data, arguments);
        self.shim.under(&mut command);
        let said = answer(&command.output().unwrap());
        let look = self.home.path().join(format!("look-{}", self.steps.len()));
        copy(&data, &look);
        let after = see(&look).unwrap();
        let before = self.seen.insert(folder, after.clone());
        let relay = self.home.path().join(format!("relay-{}", self.steps.len()));
        let backed_up = lissom_relay::store::Database::open(&self.relay_folder).unwrap();
        fs::create_dir(&relay).unwrap();
        backed_up.backup(&relay.join("relay.db")).unwrap();
        let end = self.shim.records().len();
        self.steps.push(Step { name, end, folder, before, after: Some(after), relay });
        said
    }

    /// Everything that a device does.
    fn tell(&mut self) {
        let relay = url(&self.relay);
        let init = self.run("init", "phone", &["init", "--name", "Phone", "--relay", &relay]);
        let phrase = self.home.path().join("phrase");
        fs::write(&phrase, init["phrase"].as_str().unwrap()).unwrap();
        let phrase = phrase.to_str().unwrap().to_owned();
        let log = self.run("log", "phone", &["log", "walking", "--minutes", "20"]);
        let check_in = self.run("check-in", "phone", &["check-in", "--pain", "3", "--note", "first"]);
        self.run("edit", "phone", &["edit", log["id"].as_str().unwrap(), "--minutes", "25"]);
        self.run("delete", "phone", &["delete", check_in["id"].as_str().unwrap()]);
        self.run("push and acknowledgement", "phone", &["sync"]);
        self.run("join", "tablet", &["join", "--phrase-file", &phrase, "--name", "Tablet", "--relay", &relay]);
        for minutes in ["5", "6", "7"] {
            self.run("log", "tablet", &["log", "walking", "--minutes", minutes]);
        }
        self.run("push after a page", "tablet", &["sync"]);
        self.run("page", "phone", &["sync"]);
        self.run("log", "phone", &["log", "bird-dog", "--sets", "2", "--reps", "8"]);
        // The relay loses everything.
        let started = relay_on(&self.home.path().join("empty"));
        std::mem::replace(&mut self.relay, started).stop();
        self.relay_folder = self.home.path().join("empty");
        let relay = url(&self.relay);
        self.run("another relay", "phone", &["relay", &relay]);
        self.run("heal", "phone", &["sync"]);
        // A diary of its own, with a past, exported and imported; then it joins.
        self.run("init", "old", &["init", "--name", "Old"]);
        self.run("log", "old", &["log", "walking", "--minutes", "40"]);
        let archive = self.home.path().join("archive.json");
        answer(&lissom(&self.path("old"), &["export", archive.to_str().unwrap()]).output().unwrap());
        self.run("import", "phone", &["import", archive.to_str().unwrap()]);
        self.run("join with a past", "old", &["join", "--phrase-file", &phrase, "--name", "Old", "--relay", &relay]);
        self.run("page with conflicts", "old", &["sync"]);
    }
}

/// What is to be seen in a folder, after checking all of it.
fn see(folder: &Path) -> Option<Seen> {
    match Diary::open(folder, SystemHost) {
        Ok(mut diary) => {
            assert_whole(&mut diary);
            Some(Seen { vault: diary.vault(), rows: rows(&diary) })
        }
        Err(Error::NoDiary) => None,
        Err(error) => panic!("{error}"),
    }
}

/// The cuts at one flush: nothing, everything, and so many of each kind that is a matter of chance.
fn cuts(disk: &Disk, random: &mut Random, each: usize) -> Vec<Cut> {
    let mut cuts = vec![Cut::Nothing, Cut::Everything];
    for _ in 0..each {
        cuts.push(Cut::First(random.below(disk.pending() + 1)));
        cuts.extend([Cut::Some(random.number()), Cut::Torn(random.number()), Cut::Holes(random.number())]);
    }
    cuts
}

#[test]
fn a_power_cut_at_any_flush_of_a_device_loses_nothing_acknowledged() {
    let mut story = Story::begin();
    story.tell();
    let records = story.shim.records();
    let (seed, each) = (asked("LISSOM_SEED", 1), asked("LISSOM_CUTS", 1));
    let mut random = Random::new(seed as u64);
    let (mut disk, mut flushes, mut tried, mut synced) = (Disk::default(), 0, 0, 0);
    let mut place = 0;
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, step) in story.steps.iter().enumerate() {
        let mut answered = false;
        for record in records[place..step.end].iter().map(Some).chain([None]) {
            if record.is_none_or(Record::is_sync) {
                flushes += 1;
                *told.entry(step.name).or_default() += 1;
                for (nth, cut) in cuts(&disk, &mut random, each).into_iter().enumerate() {
                    tried += 1;
                    let context = format!("seed {seed}, step {number} ({}), flush {flushes}, {cut:?}", step.name);
                    let exchange = nth == 0 || (nth == 2 && flushes % 4 == 0);
                    synced += usize::from(exchange);
                    check(&story, &disk, step, answered, cut, exchange, &context);
                }
            }
            if let Some(record) = record {
                answered |= matches!(record, Record::Answer(_));
                disk.take(record);
            }
        }
        assert!(answered, "{} said nothing", step.name);
        place = step.end;
    }
    assert!(disk.mapped().iter().all(|name| name.ends_with("-shm")), "the shim saw all writes: {:?}", disk.mapped());
    println!(
        "device: {} commands, {flushes} flushes, {tried} cuts, {synced} of them synced; {told:?}",
        story.steps.len()
    );
}

/// What a cut leaves opens, is whole, and is one of two states.
fn check(story: &Story, disk: &Disk, step: &Step, answered: bool, cut: Cut, exchange: bool, context: &str) {
    let scene = tempfile::tempdir_in(story.home.path()).unwrap();
    let root = scene.path().join("root");
    disk.cut(cut, &root);
    let folder = root.join(step.folder);
    let found = std::panic::catch_unwind(|| see(&folder)).unwrap_or_else(|_| panic!("{context}"));
    let is = |state: &Option<Seen>| found == *state;
    assert!(
        is(&step.after) || (!answered && (is(&step.before) || (step.name.starts_with("join") && is(&step.between())))),
        "{context}: {answered}"
    );
    if !exchange {
        return;
    }
    let relay_folder = scene.path().join("relay");
    copy(&step.relay, &relay_folder);
    let relay = relay_on(&relay_folder);
    let Some(found) = found else {
        // Nothing was promised; the same command works now.
        let made = Diary::create(&folder, "Phone", SystemHost).unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(rows(&made), []);
        relay.stop();
        return;
    };
    let mut diary = Diary::open(&folder, SystemHost).unwrap();
    diary.set_relay(&url(&relay), None, false).unwrap();
    sync(&mut diary, &relay);
    assert_whole(&mut diary);
    let synced = rows(&diary);
    // An id stays; what another device knew of it may be newer.
    assert!(found.rows.iter().all(|row| synced.iter().any(|there| there.id == row.id)), "{context}: lost by a sync");
    assert_eq!(diary.status().unwrap().unsynced, 0, "{context}");
    let other = another(&scene.path().join("another"), &diary, &relay);
    assert!(rows(&other) == synced, "{context}: another device sees something else");
    relay.stop();
}
