//! How much goes into one entry, and how much junk is kept.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "support/pool_relay.rs"]
mod pool_relay;

use lissom_diary::sync::client::End;
use lissom_diary::sync::keys::{Keys, Secret};
use lissom_diary::sync::payload::{Changes, Head};
use lissom_diary::sync::phrase::from_phrase;
use lissom_diary::sync::protocol::stream;
use lissom_diary::sync::seal::seal;
use lissom_diary::{CheckInValues, Diary, RelayUrl, SyncOptions, SystemHost};
use pool_relay::{Pool, View};

const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                      abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

struct Device {
    folder: tempfile::TempDir,
    diary: Diary,
    view: View,
}

fn device() -> Device {
    let folder = tempfile::tempdir().unwrap();
    let mut view = View::new(Pool::default());
    let url = RelayUrl::parse("http://127.0.0.1:1", false).unwrap();
    let joined = Diary::join(folder.path(), PHRASE, "Phone", (&url, false), &mut view, SystemHost).unwrap();
    let mut device = Device { folder, diary: joined.diary, view };
    device.sync();
    device
}

impl Device {
    fn sync(&mut self) {
        assert_eq!(self.diary.sync(&mut self.view, SyncOptions::default()).unwrap().end, End::Done);
    }

    /// Records so many check-ins with a note of so many bytes; gives how many entries they went up in.
    fn entries_of(&mut self, check_ins: usize, note_bytes: usize) -> usize {
        let before = self.view.log.len();
        for number in 0..check_ins {
            let note = noise(number, note_bytes).into_iter().map(|byte| char::from(b'a' + byte % 26)).collect();
            let values = CheckInValues { pain: Some(3), note: Some(note), ..Default::default() };
            self.diary.record_check_in(&values, None).unwrap();
        }
        self.sync();
        self.view.log.len() - before
    }
}

/// Bytes without a pattern.
fn noise(seed: usize, length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ (seed as u64 + 1);
    let byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(byte).take(length).collect()
}

#[test]
fn what_was_recorded_offline_goes_up_in_as_few_entries_as_hold_it() {
    let mut device = device();
    assert_eq!(device.entries_of(20, 200), 1);
    // 150 changes of a little over 3,900 bytes: more than half a mebibyte, and less than twice that.
    assert_eq!(device.entries_of(150, 3_900), 2);
    assert_eq!(device.entries_of(1, 0), 1);
}

#[test]
fn junk_is_kept_up_to_16_mebibytes_and_no_more() {
    let mut device = device();
    // Entries of another diary, which an honest relay never shows.
    let keys = Keys::owner(&Secret::from_bytes([7; 32]));
    let vault = Keys::owner(&from_phrase(PHRASE).unwrap()).vault();
    let head = Head { kind: 1, device: [9; 16], writer: [9; 16], parents: Vec::new() };
    let body = noise(0, 500_000);
    for number in 0..40_u8 {
        let changes = Changes { doc_id: "profile".to_owned(), body: body.clone(), min_version: 0 };
        let bytes = seal(&keys, &head, &changes, [number; 24]).unwrap().into_bytes();
        let id = stream::split(&bytes).unwrap().pop().unwrap().id(&vault);
        device.view.pool.borrow_mut().insert(id, bytes);
    }
    device.view.deliver(|| true);
    device.sync();
    assert!(device.diary.status().unwrap().notices.iter().any(|notice| notice.kind == "junk"));
    let sql = rusqlite::Connection::open(device.folder.path().join("diary.sqlite")).unwrap();
    let select = "SELECT count(*), sum(length(bytes)) FROM junk";
    let (entries, bytes): (i64, i64) = sql.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(entries, 40, "of each it is known that it came");
    assert!((15 << 20..=16 << 20).contains(&bytes), "{bytes} bytes");
}
