//! Entries and changes that cannot be taken in: they are kept, shown, and stop nothing but what builds on them.
//!
//! The bad ones are sealed with the owner's own keys, as a buggy or future version of the program would.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::Path;

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, ROOT};
use lissom_diary::core::document::ChangeHash;
use lissom_diary::core::moment::uuid7;
use lissom_diary::core::value::{Fields, Value, encode};
use lissom_diary::sync::keys::Keys;
use lissom_diary::sync::payload::{Changes, Head};
use lissom_diary::sync::phrase::from_phrase;
use lissom_diary::sync::seal::seal;
use lissom_diary::{Error, Status};
use lissom_tests::{Device, TestRelay, assert_equal};
use rusqlite::Connection;

const AT_MS: i64 = 1_795_333_458_123;

struct House {
    _root: tempfile::TempDir,
    _relay: TestRelay,
    a: Device,
    b: Device,
    keys: Keys,
    nonce: u8,
}

fn house() -> House {
    let root = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&root.path().join("relay"));
    let mut a = Device::create(root.path().join("a"), "Phone", &relay);
    a.log("before");
    a.sync();
    let mut b = Device::join(root.path().join("b"), "Tablet", &a, &relay);
    b.sync();
    let keys = Keys::owner(&from_phrase(&a.diary.phrase()).unwrap());
    House { _root: root, _relay: relay, a, b, keys, nonce: 0 }
}

impl House {
    /// Seals a body with the owner's key, and sends it from the first device as its own.
    fn send(&mut self, doc_id: &str, body: &[u8], min_version: u64) -> [u8; 32] {
        self.nonce += 1;
        let head = Head { kind: 1, device: [9; 16], writer: [9; 16], parents: Vec::new() };
        let changes = Changes { doc_id: doc_id.into(), body: body.to_vec(), min_version };
        let entry = seal(&self.keys, &head, &changes, [self.nonce; 24]).unwrap();
        let sql = Connection::open(self.a.folder.join("diary.sqlite")).unwrap();
        let insert = "INSERT INTO entry (entry_id, state, at_ms, tip, bytes) VALUES (?1, 0, 0, 0, ?2)";
        sql.execute(insert, (entry.id().0, entry.bytes())).unwrap();
        drop(sql);
        self.a.sync();
        entry.id().0
    }

    fn pull(&mut self) -> Status {
        self.b.sync();
        self.b.diary.status().unwrap()
    }

    /// Everything after the bad entries still works, here and there.
    fn assert_going_on(&mut self) {
        let rows = self.b.rows().len();
        let id = self.a.log("after");
        self.a.sync();
        self.b.sync();
        assert_eq!(self.b.rows().len(), rows + 1);
        self.b.diary.edit_result(&id, |values| values.pain_after = Some(1)).unwrap();
        self.b.sync();
        self.b.assert_whole();
    }
}

/// Changes by one actor, each putting one check-in into the log of 2026.
fn chain(actor: u8, count: u8) -> Vec<Vec<u8>> {
    let mut document = Automerge::new().with_actor(ActorId::from([actor; 16].as_slice()));
    (0..count)
        .map(|n| {
            let value =
                encode(&Fields::from([(0, Value::Int(AT_MS)), (1, Value::Int(0)), (2, Value::Int(i64::from(n)))]));
            let key = format!("c:{}", uuid7(AT_MS, [actor, n, 1, 1, 1, 1, 1, 1, 1, 1]));
            let mut transaction = document.transaction();
            transaction.put(ROOT, key, automerge::ScalarValue::Bytes(value)).unwrap();
            transaction.commit();
            document.get_last_local_change().unwrap().raw_bytes().to_vec()
        })
        .collect()
}

fn quiet() {
    // Automerge's contained panics are expected here.
    std::panic::set_hook(Box::new(|info| {
        let ours = info.location().is_none_or(|at| !at.file().contains("automerge") && !at.file().contains("hexane"));
        if ours {
            #[expect(clippy::print_stderr, reason = "a failing test must say why")]
            {
                eprintln!("{info}");
            }
        }
    }));
}

#[test]
fn a_change_whose_dependency_is_missing_waits_and_shows_once_it_arrives() {
    let mut house = house();
    let chain = chain(1, 3);
    let [first, second, third] = chain.as_slice() else { unreachable!() };
    house.send("log-2026", &[second.as_slice(), third].concat(), 0);
    let status = house.pull();
    assert_eq!((status.waiting, status.quarantined), (2, 0));
    assert_eq!(house.b.rows().len(), 1);
    house.assert_going_on();
    house.send("log-2026", first, 0);
    assert_eq!(house.pull().waiting, 0);
    assert_eq!(house.b.rows().len(), 5);
    house.b.assert_whole();
}

#[test]
fn a_change_with_a_wrong_number_is_quarantined_alone() {
    let mut house = house();
    let (chain, other) = (chain(1, 2), chain(2, 1).concat());
    // The same actor's first change once more, with other contents: what two copies of one process would make.
    let mut twin = Automerge::new().with_actor(ActorId::from([1; 16].as_slice()));
    let mut transaction = twin.transaction();
    transaction.put(ROOT, "c:clash", 1).unwrap();
    transaction.commit();
    let clash = twin.get_last_local_change().unwrap().raw_bytes().to_vec();
    house.send("log-2026", &chain.concat(), 0);
    house.send("log-2026", &[clash, other].concat(), 0);
    let status = house.pull();
    assert_eq!((status.waiting, status.quarantined), (0, 1));
    assert_eq!(house.b.rows().len(), 4, "the neighbour in the same entry is there");
    assert!(status.notices.iter().any(|notice| notice.kind == "quarantined"));
    house.assert_going_on();
}

#[test]
fn a_quarantined_change_in_the_middle_of_a_chain_stops_only_what_builds_on_it() {
    quiet();
    let mut house = house();
    let chain = chain(1, 3);
    let [first, second, third] = chain.as_slice() else { unreachable!() };
    let mut broken = second.clone();
    *broken.last_mut().unwrap() ^= 1;
    house.send("log-2026", first, 0);
    house.send("log-2026", &broken, 0);
    house.send("log-2026", third, 0);
    let status = house.pull();
    assert_eq!((status.waiting, status.quarantined), (1, 1));
    assert_eq!(house.b.rows().len(), 2, "the first is there, the third waits");
    house.assert_going_on();
    house.send("log-2026", second, 0);
    let status = house.pull();
    assert_eq!((status.waiting, status.quarantined), (0, 1));
    assert_eq!(house.b.rows().len(), 5);
    house.b = house.b.reopen();
    house.b.assert_whole();
}

#[test]
fn hostile_samples_go_through_the_relay_and_end_in_quarantine() {
    quiet();
    let mut house = house();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/tests/hostile");
    let mut sent = 0;
    for sample in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(sample.unwrap().path()).unwrap();
        house.send(if sent % 2 == 0 { "log-2026" } else { "profile" }, &bytes, 0);
        sent += 1;
    }
    assert_eq!(sent, 25);
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (25, 0));
    assert_eq!(house.b.rows().len(), 1);
    house.assert_going_on();
    house.b = house.b.reopen();
    assert_eq!(house.b.diary.status().unwrap().quarantined, 25);
    house.assert_going_on();
}

#[test]
fn documents_that_are_not_ours_are_kept_unread() {
    let mut house = house();
    house.send("log-2200", &chain(1, 1).concat(), 0);
    house.send("anything", &chain(2, 1).concat(), 0);
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (2, 0));
    house.assert_going_on();
}

#[test]
fn a_record_in_a_document_that_is_not_its_own_has_no_row_whichever_came_first() {
    for documents in [["profile", "log-2026"], ["log-2026", "profile"]] {
        let mut house = house();
        for (actor, doc_id) in (1..).zip(documents) {
            // The same key with another value in each.
            let value = encode(&Fields::from([(0, Value::Int(AT_MS)), (1, Value::Int(0)), (2, Value::Int(actor))]));
            let key = format!("c:{}", uuid7(AT_MS, [1; 10]));
            let mut document =
                Automerge::new().with_actor(ActorId::from([u8::try_from(actor).unwrap(); 16].as_slice()));
            let mut transaction = document.transaction();
            transaction.put(ROOT, key, automerge::ScalarValue::Bytes(value)).unwrap();
            transaction.commit();
            house.send(doc_id, document.get_last_local_change().unwrap().raw_bytes(), 0);
        }
        house.pull();
        assert_eq!(house.b.rows().len(), 2);
        house.b.assert_whole();
    }
}

#[test]
fn a_document_of_a_newer_version_can_be_read_and_is_not_written() {
    let mut house = house();
    let year = house.b.rows().first().unwrap().at.local_date();
    let doc_id = format!("log-{}", year.get(..4).unwrap());
    house.send(&doc_id, &chain(1, 1).concat(), 7);
    let status = house.pull();
    assert!(status.notices.iter().any(|notice| notice.kind == "update-needed"));
    assert_eq!(house.b.rows().len(), 2);
    let id = house.b.rows().last().unwrap().id.clone();
    assert!(matches!(house.b.diary.delete(&id), Err(Error::UpdateNeeded)));
    let elsewhere = lissom_diary::Moment::new(1_000_000_000_000, 0).unwrap();
    let values = lissom_diary::CheckInValues { pain: Some(1), ..Default::default() };
    house.b.diary.record_check_in(&values, Some(elsewhere)).unwrap();
}

/// Sets the marks that a process leaves which ends while it takes an entry in.
fn die_inside(device: Device, entries: &[[u8; 32]]) -> Device {
    let Device { folder, diary, .. } = device;
    drop(diary);
    let sql = Connection::open(folder.join("diary.sqlite")).unwrap();
    for entry in entries {
        sql.execute("INSERT INTO applying VALUES (?1)", [entry]).unwrap();
    }
    drop(sql);
    Device::open(folder)
}

#[test]
fn a_process_that_ended_inside_a_page_takes_it_in_one_by_one_and_blames_nobody() {
    let mut house = house();
    let entries: Vec<[u8; 32]> = chain(1, 3).iter().map(|change| house.send("log-2026", change, 0)).collect();
    house.b = die_inside(house.b, &entries);
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (0, 0));
    assert_eq!(house.b.rows().len(), 4);
}

#[test]
fn an_entry_that_ends_the_program_twice_alone_is_set_aside_and_tried_again() {
    let mut house = house();
    let entries: Vec<[u8; 32]> = chain(1, 3).iter().map(|change| house.send("log-2026", change, 0)).collect();
    let second = entries.get(1..2).unwrap();
    house.b = die_inside(house.b, second);
    house.b = die_inside(house.b, second);
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (1, 1), "only what builds on it waits");
    assert_eq!(house.b.rows().len(), 2);
    house.assert_going_on();
    house.b = house.b.reopen();
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (0, 0), "tried again at a later open");
    assert_eq!(house.b.rows().len(), 5);
    house.b.assert_whole();
}

#[test]
fn the_hash_of_a_change_is_automerges() {
    let bytes = chain(1, 1).concat();
    let ours = lissom_diary::core::document::Change::parse(&bytes).unwrap();
    assert!(ours.hash == ChangeHash(automerge::Change::from_bytes(bytes).unwrap().hash().0));
}

/// Ten years: a check-in a day, and a session with two results on five days of seven.
fn ten_years() -> String {
    let mut records = Vec::new();
    for day in 0..3652_i64 {
        let at = 1_480_000_000_000 + day * 86_400_000;
        let random = |n: u8| {
            let day = u16::try_from(day).unwrap().to_be_bytes();
            [day[0], day[1], n, 3, 4, 5, 6, 7, 8, 9]
        };
        let id = uuid7(at, random(1));
        records.push(format!(
            r#"{{"id":"c:{id}","value":{{"at_ms":{at},"offset_minutes":60,"pain":{},"leg":0,"sleep":7}}}}"#,
            day % 8
        ));
        if day % 7 < 5 {
            let session = format!("s:{}", uuid7(at + 3_600_000, random(2)));
            records.push(format!(r#"{{"id":"{session}","value":{{"at_ms":{},"offset_minutes":60}}}}"#, at + 3_600_000));
            for (n, exercise) in ["pelvic-tilt", "partial-crunch"].into_iter().enumerate() {
                records.push(format!(
                    r#"{{"id":"{session}.r0000000{n}","value":{{"exercise":"{exercise}","sets":2,"reps":8,"note":"day {day}"}},"edits":{{"pain_after":{}}}}}"#,
                    day % 5
                ));
            }
        }
    }
    format!(r#"{{"format":"lissom-archive","version":1,"records":[{}]}}"#, records.join(","))
}

#[test]
fn ten_years_of_imports_and_one_more_set_arrive_and_importing_twice_changes_nothing() {
    let mut house = house();
    let archive = house.a.folder.join("archive.json");
    std::fs::write(&archive, ten_years()).unwrap();
    let imported = house.a.diary.import(&archive).unwrap();
    assert_eq!((imported.records, imported.added), (11_482, 11_482));
    let before = house.a.diary.state_hash().unwrap();
    let again = house.a.diary.import(&archive).unwrap();
    assert_eq!((again.records, again.added, again.edits), (11_482, 0, 0));
    assert_eq!(house.a.diary.state_hash().unwrap(), before);
    house.a.log("one more set");
    house.a.sync();
    let status = house.pull();
    assert_eq!((status.quarantined, status.waiting), (0, 0));
    assert_equal(&mut [&mut house.a, &mut house.b]);
    assert_eq!(house.b.rows().len(), 3652 + 2 * 2610 + 2);

    let exported = house.b.folder.join("all.automerge");
    let count = house.b.diary.export(&exported, lissom_diary::ExportFormat::Automerge).unwrap();
    let loaded = Automerge::load(&std::fs::read(&exported).unwrap()).unwrap();
    assert!(automerge::ReadDoc::length(&loaded, ROOT) >= count);

    let json = house.b.folder.join("all.json");
    house.b.diary.export(&json, lissom_diary::ExportFormat::Json).unwrap();
    let fresh = house.b.folder.join("fresh");
    let mut fresh = lissom_diary::Diary::create(&fresh, "Fresh", lissom_diary::SystemHost).unwrap();
    fresh.import(&json).unwrap();
    let all = lissom_diary::HistoryQuery { deleted: true, ..Default::default() };
    assert_eq!(fresh.history(&all).unwrap(), house.b.rows());
}
