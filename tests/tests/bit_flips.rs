//! Bits flip in the files of both databases: in every kind of page, and in the write-ahead log.
//!
//! What comes of it is refused, found by `verify`, or without effect. What nobody may ever see is another history, from a
//! database in which `verify` finds nothing. Other devices are never harmed: they get the truth or nothing.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it fails, and says what it counted"
)]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lissom_diary::{Diary, HistoryRow, SystemHost};
use lissom_relay::store::Database;
use lissom_shim::{Random, asked};
use lissom_tests::{Device, TestRelay, copy_folder, person};

/// Kinds of pages of a SQLite file, by their number.
fn page_kinds(file: &[u8]) -> BTreeMap<&'static str, Vec<usize>> {
    let word = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let size = usize::from(u16::from_be_bytes(file[16..18].try_into().unwrap()));
    let pages = file.len() / size;
    let mut kinds: BTreeMap<&'static str, Vec<usize>> = BTreeMap::from([("header", vec![0])]);
    let mut free = Vec::new();
    let mut trunk = word(32);
    while trunk != 0 {
        let start = (trunk - 1) * size;
        free.push(trunk - 1);
        free.extend((0..word(start + 4)).map(|leaf| word(start + 8 + 4 * leaf) - 1));
        trunk = word(start);
    }
    // With auto-vacuum, page 2 and every (usable / 5 + 1)th after it hold the pointer map.
    let every = size / 5 + 1;
    for page in 1..pages {
        let kind = if word(52) != 0 && (page - 1) % every == 0 {
            "pointer map"
        } else if free.contains(&page) {
            "free"
        } else {
            match file[page * size] {
                2 => "index interior",
                5 => "table interior",
                10 => "index leaf",
                13 => "table leaf",
                _ => "overflow",
            }
        };
        kinds.entry(kind).or_default().push(page);
    }
    kinds
}

/// Flips 1 to 64 bits in one page, or in a stretch of a file.
fn flip(path: &Path, from: usize, length: usize, random: &mut Random) {
    let mut bytes = fs::read(path).unwrap();
    let more = if random.coin() { 0 } else { random.below(64) };
    for _ in 0..=more {
        let at = from + random.below(length);
        bytes[at] ^= 1 << random.below(8);
    }
    fs::write(path, bytes).unwrap();
}

/// A long note. What deflates makes no large entry.
fn noise(random: &mut Random) -> String {
    (0..1600).map(|_| char::from(b'a' + u8::try_from(random.below(26)).unwrap())).collect()
}

/// As after a deletion.
fn leave_free_pages(file: &Path) {
    let database = rusqlite::Connection::open(file).unwrap();
    database
        .execute_batch("CREATE TABLE gone (x); INSERT INTO gone VALUES (zeroblob(40000)); DROP TABLE gone")
        .unwrap();
}

/// Outcomes by kind of page.
#[derive(Default)]
struct Counts(BTreeMap<String, BTreeMap<&'static str, usize>>);

impl Counts {
    fn count(&mut self, kind: &str, outcome: &'static str) {
        *self.0.entry(kind.to_owned()).or_default().entry(outcome).or_default() += 1;
    }

    fn print(&self, of: &str) {
        for (kind, outcomes) in &self.0 {
            println!("{of}: {kind}: {outcomes:?}");
        }
    }
}

/// A diary with pages of every kind, its relay, and what is true.
struct Truth {
    home: tempfile::TempDir,
    relay: TestRelay,
    rows: Vec<HistoryRow>,
    state: State,
}

/// What decides about the next sync and the next write: unsynced, waiting, quarantined, refused, records, entries, and
/// the documents.
type State = (usize, usize, usize, usize, usize, usize, String);

fn state(diary: &mut Diary) -> Option<State> {
    let now = diary.status().ok()?;
    Some((now.unsynced, now.waiting, now.quarantined, now.refused, now.records, now.entries, now.state_hash))
}

fn truth() -> Truth {
    let home = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&home.path().join("relay"));
    let mut phone = Device::create(home.path().join("phone"), "Phone", &relay);
    phone.sync();
    let mut tablet = Device::join(home.path().join("tablet"), "Tablet", &phone, &relay);
    let mut random = Random::new(0);
    for round in 0..12 {
        for number in 0..14 {
            phone.log(&format!("{round} {number} {}", "n".repeat(number * 40)));
        }
        phone.sync();
        for _ in 0..4 {
            tablet.log(&noise(&mut random));
        }
        tablet.sync();
    }
    phone.sync();
    phone.assert_whole();
    let (rows, state) = (phone.rows(), state(&mut phone.diary).unwrap());
    drop((phone, tablet));
    leave_free_pages(&home.path().join("phone/diary.sqlite"));
    Truth { home, relay, rows, state }
}

/// Opens a damaged diary and asks it everything; says what came of it.
fn outcome(truth: &Truth, folder: &Path) -> &'static str {
    let Ok(mut diary) = Diary::open(folder, SystemHost) else { return "refused" };
    let Ok(verified) = diary.verify() else { return "refused by verify" };
    let clean = verified.problems.is_empty();
    let rows = diary.history(&lissom_diary::HistoryQuery { deleted: true, ..Default::default() });
    let same = rows.is_ok_and(|rows| rows == truth.rows) && state(&mut diary).is_none_or(|now| now == truth.state);
    match (clean, same) {
        (true, true) => "no effect",
        (true, false) => "SILENT",
        (false, true) => "found",
        (false, false) => "found, history differs",
    }
}

/// A sync of a damaged diary ends in whatever way, and another device sees the truth after it.
fn sync_harms_nobody(truth: &Truth, folder: &Path, scene: &Path) -> &'static str {
    let relay_folder = scene.join("relay");
    copy_folder(&truth.home.path().join("relay-stopped"), &relay_folder);
    let relay = TestRelay::start(&relay_folder);
    let said = match Diary::open(folder, SystemHost) {
        Err(_) => "did not open",
        Ok(mut diary) => {
            let url = diary.set_relay(&relay.url(), None, false);
            let Ok(url) = url else { return "could not write" };
            let mut transport = lissom_diary::HttpTransport::new(url);
            match diary.sync(&mut transport, person()) {
                Err(_) => "sync refused",
                Ok(report) if report.check().is_err() => "sync ended with a reason",
                Ok(_) => "synced",
            }
        }
    };
    let tablet = scene.join("tablet");
    copy_folder(&truth.home.path().join("tablet"), &tablet);
    let mut diary = Diary::open(&tablet, SystemHost).unwrap();
    let url = diary.set_relay(&relay.url(), None, false).unwrap();
    let report = diary.sync(&mut lissom_diary::HttpTransport::new(url), person()).unwrap();
    report.check().unwrap();
    assert_eq!(diary.verify().unwrap().problems, []);
    let rows = diary.history(&lissom_diary::HistoryQuery { deleted: true, ..Default::default() }).unwrap();
    assert!(
        truth.rows.iter().all(|row| rows.contains(row)) && rows.len() == truth.rows.len(),
        "another device changed"
    );
    said
}

#[test]
fn no_bit_that_flips_in_a_diary_changes_it_silently() {
    let mut truth = truth();
    truth.relay.stop();
    copy_folder(truth.relay.folder(), &truth.home.path().join("relay-stopped"));
    let phone = truth.home.path().join("phone");
    let kinds = page_kinds(&fs::read(phone.join("diary.sqlite")).unwrap());
    println!("pages: {:?}", kinds.iter().map(|(kind, pages)| (*kind, pages.len())).collect::<Vec<_>>());
    for kind in ["header", "index interior", "index leaf", "table interior", "table leaf", "overflow", "free"] {
        assert!(kinds.contains_key(kind), "no page is {kind}");
    }
    let (seed, each) = (asked("LISSOM_SEED", 1), asked("LISSOM_FLIPS", 40));
    let (mut counts, mut syncs, mut silent) = (Counts::default(), Counts::default(), Vec::new());
    for (kind, pages) in &kinds {
        for case in 0..each {
            let mut random = Random::new((seed * 1_000_003 + case) as u64 ^ (kind.len() as u64) << 40);
            let page = pages[random.below(pages.len())];
            let scene = tempfile::tempdir().unwrap();
            let folder = scene.path().join("phone");
            copy_folder(&phone, &folder);
            let (from, length) = if *kind == "header" { (0, 100) } else { (page * 4096, 4096) };
            flip(&folder.join("diary.sqlite"), from, length, &mut random);
            let damaged = scene.path().join("damaged");
            copy_folder(&folder, &damaged);
            let came = catch_unwind(AssertUnwindSafe(|| outcome(&truth, &folder)));
            let came = came.unwrap_or_else(|_| unreachable!("a panic: {kind}, case {case}, seed {seed}"));
            counts.count(kind, came);
            if came == "SILENT" {
                silent.push(format!("{kind}, page {page}, case {case}, seed {seed}"));
            }
            if case % 8 == 0 {
                let said = catch_unwind(AssertUnwindSafe(|| sync_harms_nobody(&truth, &damaged, scene.path())));
                syncs.count(kind, said.unwrap_or_else(|_| unreachable!("sync: {kind}, case {case}, seed {seed}")));
            }
        }
    }
    counts.print("diary");
    syncs.print("then synced");
    assert_eq!(silent, Vec::<String>::new());
}

/// The write-ahead log has sums of its own: what follows a damaged frame is as if it had never been written.
#[test]
fn a_bit_that_flips_in_the_log_of_a_diary_sets_it_back_and_a_sync_heals_it() {
    let home = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&home.path().join("relay"));
    let mut phone = Device::create(home.path().join("phone"), "Phone", &relay);
    phone.sync();
    // Closing folds the log in; what follows is in a new one.
    phone = phone.reopen();
    let mut states = vec![phone.rows()];
    for number in 0..8 {
        phone.log(&number.to_string());
        states.push(phone.rows());
    }
    phone.sync();
    let truth = phone.rows();
    let (seed, each) = (asked("LISSOM_SEED", 1), asked("LISSOM_FLIPS", 40));
    let wal = phone.folder.join("diary.sqlite-wal");
    let length = usize::try_from(fs::metadata(&wal).unwrap().len()).unwrap();
    let mut counts = Counts::default();
    for case in 0..each {
        let mut random = Random::new((seed * 7_919 + case) as u64);
        let scene = tempfile::tempdir().unwrap();
        let folder = scene.path().join("phone");
        copy_folder(&phone.folder, &folder);
        drop(fs::remove_file(folder.join("diary.sqlite-shm")));
        flip(&folder.join("diary.sqlite-wal"), 0, length, &mut random);
        let opened = Diary::open(&folder, SystemHost);
        let Ok(diary) = opened else {
            counts.count("log", "refused");
            continue;
        };
        let mut device =
            Device { transport: lissom_diary::HttpTransport::new(diary.relay().unwrap().unwrap()), diary, folder };
        device.assert_whole();
        let found = device.rows();
        assert!(states.contains(&found), "case {case}, seed {seed}: no state that ever was");
        device.sync();
        device.assert_whole();
        assert!(device.rows() == truth, "case {case}, seed {seed}: what the relay had is not back");
        counts.count("log", if found == truth { "no effect" } else { "set back, and healed by a sync" });
    }
    counts.print("diary");
}

/// Vault, position and bytes of an entry.
type LogRow = (Vec<u8>, i64, Vec<u8>);

#[test]
fn no_bit_that_flips_in_a_relay_changes_a_log_silently() {
    let home = tempfile::tempdir().unwrap();
    let relay_folder = home.path().join("relay");
    let mut relay = TestRelay::start(&relay_folder);
    for person in 0..4 {
        let mut phone = Device::create(home.path().join(format!("phone-{person}")), "Phone", &relay);
        let mut random = Random::new(person);
        for round in 0..30 {
            for _ in 0..=round / 8 {
                phone.log(&noise(&mut random));
            }
            phone.sync();
        }
    }
    relay.stop();
    let file = relay_folder.join("relay.db");
    leave_free_pages(&file);
    let kinds = page_kinds(&fs::read(&file).unwrap());
    println!("pages: {:?}", kinds.iter().map(|(kind, pages)| (*kind, pages.len())).collect::<Vec<_>>());
    for kind in ["header", "index leaf", "table interior", "table leaf", "overflow", "free", "pointer map"] {
        assert!(kinds.contains_key(kind), "no page is {kind}");
    }
    let log = |file: &Path| -> rusqlite::Result<Vec<LogRow>> {
        let database = rusqlite::Connection::open(file)?;
        let mut select = database
            .prepare("SELECT vault_id, pos, e.bytes FROM entry e JOIN vault v ON v.id = e.vault ORDER BY 1, 2")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    };
    let truth = log(&file).unwrap();
    assert!(truth.len() >= 120);
    let (seed, each) = (asked("LISSOM_SEED", 1), asked("LISSOM_FLIPS", 40));
    let (mut counts, mut silent) = (Counts::default(), Vec::new());
    for (kind, pages) in &kinds {
        for case in 0..each {
            let mut random = Random::new((seed * 1_000_003 + case) as u64 ^ (kind.len() as u64) << 40);
            let page = pages[random.below(pages.len())];
            let scene = tempfile::tempdir().unwrap();
            copy_folder(&relay_folder, scene.path());
            let damaged = scene.path().join("relay.db");
            let (from, length) = if *kind == "header" { (0, 100) } else { (page * 4096, 4096) };
            flip(&damaged, from, length, &mut random);
            let looked = catch_unwind(AssertUnwindSafe(|| {
                let Ok(database) = Database::open(scene.path()) else { return "refused" };
                let Ok(verdict) = database.verify() else { return "refused by verify" };
                let same = log(&damaged).is_ok_and(|found| found == truth);
                match (verdict.is_good(), same) {
                    (true, true) => "no effect",
                    (true, false) => "SILENT",
                    (false, _) => "found",
                }
            }));
            let came = looked.unwrap_or_else(|_| unreachable!("a panic: {kind}, case {case}, seed {seed}"));
            counts.count(kind, came);
            if came == "SILENT" {
                silent.push(format!("{kind}, page {page}, case {case}, seed {seed}"));
            }
        }
    }
    counts.print("relay");
    assert_eq!(silent, Vec::<String>::new());
}
