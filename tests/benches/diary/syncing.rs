//! What another device wrote: all of it at once on an empty device, and one session on a device in use.

use std::path::PathBuf;

use lissom_diary::sync::keys::Keys;
use lissom_diary::sync::phrase::from_phrase;
use lissom_diary::sync::protocol::entry::UnverifiedEntry;
use lissom_diary::{Diary, HistoryQuery, RelayUrl};
use lissom_tests::copy_folder;
use tempfile::TempDir;

use crate::clocks::{thread_ms, took};
use crate::log_relay::LogRelay;
use crate::support::{Options, Spread, Table};
use crate::ten_years::{Clock, Made, Pace, session, sync};

const MB: f64 = 1e6;

/// A device that has everything, and the relay that it got it from.
pub(crate) struct Receiver {
    _root: TempDir,
    folder: PathBuf,
    relay: LogRelay,
}

/// Joins on an empty device and syncs to the end.
pub(crate) fn first(table: &mut Table, made: &Made, pace: Pace, options: Options) -> Receiver {
    let sender = Diary::open(&made.folder, made.clock()).unwrap();
    let (vault, phrase, state) = (sender.vault(), sender.phrase(), sender.state_hash().unwrap());
    let relay = LogRelay::load(&vault, &made.log);
    let url = RelayUrl::parse("http://127.0.0.1:1", false).unwrap();
    let (mut receiver, mut processor, mut wall) = (None, Vec::new(), Vec::new());
    for _ in 0..options.count(5, 1) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("tablet");
        let mut transport = LogRelay::load(&vault, &made.log);
        let (diary, took) = took(|| {
            let way = (&url, false);
            let joined = Diary::join(&folder, &phrase, "Tablet", way, &mut transport, made.clock()).unwrap();
            let mut diary = joined.diary;
            // The tablet posts its name, and takes what is there.
            assert_eq!(sync(&mut diary, &mut transport), relay.len());
            diary
        });
        assert_eq!(transport.len(), relay.len() + 1);
        let rows = diary.history(&HistoryQuery::default()).unwrap();
        assert_eq!(rows.len() as i64, made.rows());
        assert_ne!(diary.state_hash().unwrap(), state, "the tablet's name is new");
        processor.push(took.process);
        wall.push(took.wall);
        drop(diary);
        receiver = Some(Receiver { _root: root, folder, relay: transport });
    }
    let (figure, most) = match pace {
        Pace::Event => ("first sync, one entry an event", 4.5),
        Pace::Day => ("first sync, one entry a day", 3.0),
    };
    let (count, bytes) = (relay.len(), relay.bytes() as f64 / MB);
    let measured = format!("{bytes:.2} MB in {count} entries, {:.0} bytes each", bytes * MB / count as f64);
    table.target(&format!("{figure}, size"), &format!("<= {most} MB"), measured, bytes <= most);
    let processor = Spread::of(processor.into_iter().map(|ms| ms / 1e3));
    table.target(&format!("{figure}, processor time"), "<= 0.8 s", processor.runs("s", 3), processor.median() <= 0.8);
    table.note("  by the wall", Spread::of(wall.into_iter().map(|ms| ms / 1e3)).runs("s", 2));
    receiver.unwrap()
}

/// What a signature takes here and now: by it, figures of different machines and hours can be compared.
pub(crate) fn pace(table: &mut Table, made: &Made) {
    let diary = Diary::open(&made.folder, made.clock()).unwrap();
    let keys = Keys::owner(&from_phrase(&diary.phrase()).unwrap());
    let relay = LogRelay::load(&diary.vault(), &made.log);
    let checked = relay.entries().take(500).map(|bytes| {
        let entry = UnverifiedEntry::parse(bytes.clone()).unwrap();
        took(|| assert!(keys.verify(entry).is_some())).1.thread * 1e3
    });
    table.note("pace of the machine: one signature checked", Spread::of(checked).tail("us", 0));
}

/// Sessions that come one by one to a device that has the whole year in memory.
pub(crate) fn one_session(table: &mut Table, made: &Made, receiver: Receiver, options: Options) {
    let Receiver { _root, folder, mut relay } = receiver;
    let count = options.count(200, 10);
    let (known, clock) = (relay.len(), made.clock());
    go_on(made, &mut relay, &clock, count);
    assert_eq!(relay.len(), known + count);
    let mut diary = Diary::open(&folder, clock).unwrap();
    // What loads the year is not counted.
    relay.shown = known + 1;
    assert_eq!(sync(&mut diary, &mut relay), 1);
    let alone: Vec<_> = (known + 2..=known + count / 2)
        .map(|shown| {
            relay.shown = shown;
            let (pulled, took) = took(|| sync(&mut diary, &mut relay));
            assert_eq!(pulled, 1);
            took
        })
        .collect();
    // The same in one sync, with one entry a page: from one request to the next.
    (relay.shown, relay.page) = (known + count, 1);
    relay.asked.clear();
    sync(&mut diary, &mut relay);
    relay.asked.push(thread_ms());
    let pages = relay.asked.windows(2).map(|pair| pair[1] - pair[0]);
    let (alone_cpu, pages) = (Spread::of(alone.iter().map(|took| took.thread)), Spread::of(pages));
    let median = pages.median();
    table.target("take in one session, processor time", "<= 1 ms", pages.tail("ms", 3), median <= 1.0);
    table.note("  as a sync of its own", alone_cpu.tail("ms", 3));
    table.note("  by the wall", Spread::of(alone.iter().map(|took| took.wall)).tail("ms", 2));
}

/// The first device records so many sessions more, opened anew for each, and posts each by itself.
fn go_on(made: &Made, relay: &mut LogRelay, clock: &Clock, count: usize) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("phone");
    copy_folder(&made.folder, &folder);
    for n in 0..count as i64 {
        clock.pass(1_000);
        let mut diary = Diary::open(&folder, clock.clone()).unwrap();
        diary.record_session(&session(made.days + n), None).unwrap();
        sync(&mut diary, relay);
    }
}
