//! Posting and reading.

use std::thread;

use lissom_protocol::api::{Appended, CHAIN_HEADER, HEAD_HEADER, Head, POS_HEADER, entries_path, vault_path};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::problem::ProblemKind;
use lissom_protocol::stream::{self, MEDIA_TYPE};
use lissom_relay::store::Database;

use crate::device::{Rig, joined};
use crate::http::Connection;

#[test]
fn what_is_posted_is_read_back_byte_for_byte() {
    let rig = Rig::new();
    let device = rig.device(1);
    let entries = device.entries(0..5);
    let end = device.after(&entries);
    let appended: Appended = device.post(device.start(), &entries).json();
    assert_eq!(appended, Appended { positions: vec![1, 2, 3, 4, 5], chain: end.chain.to_text() });
    let page = device.page(device.start());
    assert_eq!(page.header("content-type"), Some(MEDIA_TYPE));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.body, joined(&entries));
    assert_eq!((page.header(POS_HEADER), page.header(HEAD_HEADER)), (Some("5"), Some("5")));
    assert_eq!(page.header(CHAIN_HEADER), Some(end.chain.to_text().as_str()));
    assert_eq!(device.head().json::<Head>(), Head { pos: 5, chain: end.chain.to_text() });
}

#[test]
fn a_page_of_nothing_new_is_empty_and_states_the_cursor() {
    let rig = Rig::new();
    let device = rig.device(1);
    for cursor in [device.start(), device.after(&device.entries(0..2))] {
        let page = device.page(cursor);
        assert_eq!((page.status, page.body.len()), (200, 0));
        assert_eq!(page.header(POS_HEADER), Some(cursor.pos.to_string().as_str()));
        assert_eq!(page.header(CHAIN_HEADER), Some(cursor.chain.to_text().as_str()));
        device.post(device.start(), &device.entries(0..2));
    }
}

#[test]
fn a_long_log_comes_in_pages() {
    let rig = Rig::new();
    let device = rig.device(1);
    let entries = device.entries(0..100);
    assert_eq!(device.post(device.start(), &entries[..64]).status, 200);
    assert_eq!(device.post(device.after(&entries[..64]), &entries[64..]).status, 200);
    let first = device.page(device.start());
    assert_eq!(stream::split(&first.body).unwrap().len(), 64);
    assert_eq!((first.header(POS_HEADER), first.header(HEAD_HEADER)), (Some("64"), Some("100")));
    let second = device.page(device.after(&entries[..64]));
    assert_eq!([first.body, second.body].concat(), joined(&entries));
    let few = device.get(&format!("{}&limit=7", entries_path(&device.id, &device.start())));
    assert_eq!(few.header(POS_HEADER), Some("7"));
    let absurd = device.get(&format!("{}&limit=100000", entries_path(&device.id, &device.start())));
    assert_eq!(absurd.header(POS_HEADER), Some("64"));
}

#[test]
fn a_repeated_post_gives_the_same_answer() {
    let rig = Rig::new();
    let device = rig.device(1);
    let entries = device.entries(0..3);
    let first = device.post(device.start(), &entries).body;
    assert_eq!(device.post(device.start(), &entries).body, first);
    assert_eq!(device.head().json::<Head>().pos, 3);
}

#[test]
fn a_cursor_that_is_not_in_the_log_is_a_conflict() {
    let rig = Rig::new();
    let device = rig.device(1);
    let entries = device.entries(0..3);
    device.post(device.start(), &entries);
    for cursor in [device.after(&device.entries(7..9)), device.after(&device.entries(0..4))] {
        device.page(cursor).assert_problem(ProblemKind::LogDiverged);
        device.post(cursor, &entries).assert_problem(ProblemKind::LogDiverged);
    }
    let bare = format!("{}/entries", vault_path(&device.id));
    for query in ["", "?after=0", "?after=x&chain=y", "?after=-1&chain=", "?after=0&chain=short"] {
        device.get(&format!("{bare}{query}")).assert_problem(ProblemKind::Malformed);
    }
}

#[test]
fn one_bad_entry_refuses_the_batch_and_is_named() {
    let rig = Rig::new();
    let (device, stranger) = (rig.device(1), rig.device(2));
    let mixed = [device.entry(0), stranger.entry(0), device.entry(1)];
    let refused = device.post(device.start(), &mixed);
    refused.assert_problem(ProblemKind::BadSignature);
    assert_eq!(refused.problem().entry, Some(1));
    assert_eq!(device.head().json::<Head>().pos, 0);
    let cut = &device.entry(0).into_bytes()[..90];
    device.post_bytes(device.start(), cut).assert_problem(ProblemKind::Malformed);
    let mut foreign = device.entry(0).into_bytes();
    foreign[3] = b'9';
    device.post_bytes(device.start(), &foreign).assert_problem(ProblemKind::Malformed);
    device.post_bytes(device.start(), b"").assert_problem(ProblemKind::Malformed);
}

#[test]
fn an_entry_of_an_unknown_suite_is_passed_on() {
    use ed25519_dalek::{Signer, SigningKey};
    let rig = Rig::new();
    let device = rig.device(1);
    let (magic, key) = (lissom_protocol::entry::header(0), SigningKey::from_bytes(&[1; 32]));
    let header = [magic[0], magic[1], magic[2], magic[3], 77, 9, 1, 2];
    let sign = |message: &[u8]| key.sign(message).to_bytes();
    let entry = lissom_protocol::entry::assemble(header, &device.id, [0; 24], b"?", sign).unwrap();
    assert_eq!(device.post(device.start(), std::slice::from_ref(&entry)).status, 200);
    assert_eq!(device.page(device.start()).body, entry.bytes());
}

#[test]
fn the_protocols_limits_are_the_only_ones_on_a_batch() {
    let rig = Rig::new();
    let device = rig.device(1);
    let whole = device.entry_of(0, lissom_protocol::limits::ENTRY_BYTES_MAX - lissom_protocol::entry::ENVELOPE_BYTES);
    assert_eq!(device.post(device.start(), std::slice::from_ref(&whole)).status, 200);
    assert_eq!(device.page(device.start()).body, whole.bytes());
    device.post(device.start(), &device.entries(0..65)).assert_problem(ProblemKind::TooLarge);
    let mut one_more = whole.into_bytes();
    let length = u32::try_from(one_more.len() - lissom_protocol::entry::ENVELOPE_BYTES + 1).unwrap();
    one_more[32..36].copy_from_slice(&length.to_be_bytes());
    one_more.push(0);
    let refused = device.post_bytes(device.start(), &one_more);
    refused.assert_problem(ProblemKind::TooLarge);
    assert_eq!(refused.problem().entry, Some(0));
}

#[test]
fn a_full_quota_holds_posts_and_not_reads() {
    let rig = Rig::with(|config| config.vault_entries_max = 3);
    let device = rig.device(1);
    let entries = device.entries(0..3);
    assert_eq!(device.post(device.start(), &entries).status, 200);
    let refused = device.post(device.after(&entries), &[device.entry(3)]);
    refused.assert_problem(ProblemKind::StorageFull);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(device.page(device.start()).body, joined(&entries));
}

#[test]
fn a_full_disk_holds_posts_and_not_reads() {
    let rig = Rig::new();
    let mut device = rig.device(1);
    let entries = device.entries(0..3);
    device.post(device.start(), &entries);
    rig.relay.stop();
    let mut config = lissom_relay::config::Config::local(rig.folder.path());
    config.free_bytes_min = u64::MAX;
    let relay = lissom_relay::blocking::start(config).unwrap();
    device.address = relay.address();
    device.post(device.after(&entries), &[device.entry(3)]).assert_problem(ProblemKind::StorageFull);
    assert_eq!(device.page(device.start()).body, joined(&entries));
    assert_eq!(device.delete(device.after(&entries)).status, 204);
}

#[test]
fn a_damaged_entry_is_a_failure_of_the_relay() {
    let rig = Rig::new();
    let device = rig.device(1);
    device.post(device.start(), &device.entries(0..1));
    let file = rig.folder.path().join(lissom_relay::store::FILE_NAME);
    rusqlite::Connection::open(file).unwrap().execute("UPDATE entry SET bytes = zeroblob(200)", []).unwrap();
    device.page(device.start()).assert_problem(ProblemKind::Internal);
    assert!(!Database::open(rig.folder.path()).unwrap().verify().unwrap().is_good());
}

#[test]
fn thirty_two_writers_get_dense_positions() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut positions = thread::scope(|scope| {
        let writers = (0..32).map(|writer| {
            let device = &device;
            scope.spawn(move || {
                let mut connection = Connection::open(device.address);
                let (bearer, path) = (device.bearer(), entries_path(&device.id, &device.start()));
                let headers = [("authorization", bearer.as_str()), ("content-type", MEDIA_TYPE)];
                let numbers = writer * 100..writer * 100 + 5;
                numbers
                    .flat_map(|number| {
                        let reply = connection.ask("POST", &path, &headers, device.entry(number).bytes());
                        reply.json::<Appended>().positions
                    })
                    .collect::<Vec<u64>>()
            })
        });
        writers.collect::<Vec<_>>().into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });
    positions.sort_unstable();
    assert_eq!(positions, (1..=160).collect::<Vec<_>>());
    let verdict = Database::open(rig.folder.path()).unwrap().verify().unwrap();
    assert!(verdict.is_good() && verdict.entries == 160);
}

#[test]
fn a_cursor_before_others_entries_is_good_for_posting() {
    let rig = Rig::new();
    let device = rig.device(1);
    device.post(device.start(), &device.entries(0..3));
    let answer: Appended = device.post(device.after(&device.entries(0..1)), &device.entries(5..7)).json();
    assert_eq!(answer.positions, [4, 5]);
    let end: Cursor = device.after(&[device.entries(0..3), device.entries(5..7)].concat());
    assert_eq!(answer.chain, end.chain.to_text());
}
