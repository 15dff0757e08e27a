//! Repairs of a log by the numbers: what the owner is told was lost, and which repairs count for the next one's wait.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::Path;

use lissom_diary::sync::client::End;
use lissom_diary::{StartedBy, SyncOptions, SyncReport};
use lissom_tests::{Device, TestRelay, copy_folder, person, replace_folder};

struct House {
    root: tempfile::TempDir,
    relay: TestRelay,
    phone: Device,
}

fn house() -> House {
    let root = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&root.path().join("relay"));
    let phone = Device::create(root.path().join("phone"), "Phone", &relay);
    House { root, relay, phone }
}

impl House {
    /// The relay's data as it is now.
    fn keep(&mut self, name: &str) -> std::path::PathBuf {
        let kept = self.root.path().join(name);
        self.relay.stop();
        copy_folder(self.relay.folder(), &kept);
        self.relay.start_again();
        kept
    }

    fn set_back(&mut self, to: &Path) {
        self.relay.stop();
        replace_folder(self.relay.folder(), to);
        self.relay.start_again();
    }

    fn lose_all(&mut self) {
        let nothing = self.root.path().join("nothing");
        std::fs::create_dir_all(&nothing).unwrap();
        self.set_back(&nothing);
    }

    fn sync_by_app(&mut self) -> End {
        let options = SyncOptions { started_by: StartedBy::App, ..person() };
        self.phone.diary.sync(&mut self.phone.transport, options).unwrap().end
    }
}

/// A phone whose app synced twice, and the relay's data as it was in between.
fn synced_by_app() -> (House, std::path::PathBuf) {
    let mut house = house();
    house.phone.log("one");
    assert_eq!(house.sync_by_app(), End::Done);
    let kept = house.keep("kept");
    house.phone.log("two");
    assert_eq!(house.sync_by_app(), End::Done);
    (house, kept)
}

fn repaired(report: &SyncReport) -> Vec<String> {
    let told = report.notices.iter().filter(|notice| notice.kind == "repaired");
    told.map(|notice| notice.text.clone()).collect()
}

/// `after_a_death`: entries are taken in one by one.
fn a_repair(after_a_death: bool) {
    let mut house = house();
    if after_a_death {
        let sql = rusqlite::Connection::open(house.phone.folder.join("diary.sqlite")).unwrap();
        sql.execute("INSERT INTO suspect VALUES (zeroblob(32), 0, 0)", []).unwrap();
    }
    for note in ["one", "two"] {
        house.phone.log(note);
        assert!(repaired(&house.phone.sync()).is_empty());
    }
    let kept = house.keep("kept");
    for note in ["three", "four", "five"] {
        house.phone.log(note);
        house.phone.sync();
    }
    let entries = house.phone.diary.status().unwrap().entries;
    house.set_back(&kept);
    house.phone.log("not sent yet");
    let report = house.phone.sync();
    let [told] = repaired(&report).try_into().unwrap();
    assert!(told.contains(&format!("3 of {entries};")), "{told}");
    assert_eq!((report.end, house.phone.diary.status().unwrap().unsynced), (End::Done, 0));
    // All of it, the second time.
    house.lose_all();
    let [told] = repaired(&house.phone.sync()).try_into().unwrap();
    assert!(told.contains(&format!("{0} of {0};", entries + 1)), "{told}");
    assert!(repaired(&house.phone.sync()).is_empty(), "it is told once");
    let mut tablet = Device::join(house.root.path().join("tablet"), "Tablet", &house.phone, &house.relay);
    tablet.log("six");
    tablet.sync();
    let report = house.phone.sync();
    assert_eq!((report.pulled > 0, repaired(&report)), (true, Vec::new()), "also where something new comes");
    lissom_tests::assert_equal(&mut [&mut house.phone, &mut tablet]);
}

#[test]
fn a_repair_tells_how_many_entries_were_lost_of_how_many() {
    a_repair(false);
}

#[test]
fn a_repair_tells_the_same_where_entries_are_taken_in_one_by_one() {
    a_repair(true);
}

#[test]
fn the_first_registration_is_no_repair_that_the_next_one_waits_for() {
    let (mut house, kept) = synced_by_app();
    house.set_back(&kept);
    assert_eq!(house.sync_by_app(), End::Done, "repaired at once");
    house.set_back(&kept);
    assert_eq!(house.sync_by_app(), End::HealHeld, "the second within a minute waits");
    assert_eq!(house.phone.sync().end, End::Done, "and not for a person");
}

#[test]
fn a_relay_that_lost_everything_is_repaired_and_counted() {
    let (mut house, kept) = synced_by_app();
    house.lose_all();
    assert_eq!(house.sync_by_app(), End::Done, "registered again, and repaired");
    house.set_back(&kept);
    assert_eq!(house.sync_by_app(), End::HealHeld);
}
