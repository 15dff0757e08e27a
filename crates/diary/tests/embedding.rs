//! What apps on phones need beside a command line: a place for the secret, looking without writing, a sync in steps.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lissom_diary::sync::http::{Request, Response};
use lissom_diary::sync::keys::Secret;
use lissom_diary::{
    CheckInValues, Diary, Error, HistoryQuery, RelayUrl, SecretStore, SecretStoreError, Slot, StartedBy, Step,
    SyncOptions, SystemHost, Transport, TransportError,
};

/// A keychain: outlives the diary's folder, and may be locked.
#[derive(Clone, Default)]
struct Keychain {
    slots: Arc<Mutex<BTreeMap<u8, [u8; 32]>>>,
    locked: bool,
}

impl Keychain {
    fn boxed(&self) -> Box<dyn SecretStore> {
        Box::new(self.clone())
    }

    fn unlocked(&self) -> Result<(), Error> {
        if self.locked { Err(SecretStoreError.into()) } else { Ok(()) }
    }
}

fn number(slot: Slot) -> u8 {
    match slot {
        Slot::Present => 0,
        Slot::Next => 1,
    }
}

impl SecretStore for Keychain {
    fn load(&mut self, slot: Slot) -> Result<Option<Secret>, Error> {
        self.unlocked()?;
        Ok(self.slots.lock().unwrap().get(&number(slot)).copied().map(Secret::from_bytes))
    }

    fn store(&mut self, slot: Slot, secret: &Secret) -> Result<(), Error> {
        self.unlocked()?;
        self.slots.lock().unwrap().insert(number(slot), *secret.as_bytes());
        Ok(())
    }

    fn promote(&mut self) -> Result<(), Error> {
        self.unlocked()?;
        let mut slots = self.slots.lock().unwrap();
        let next = slots.remove(&1);
        if let Some(next) = next {
            slots.insert(0, next);
        }
        Ok(())
    }
}

fn check_in() -> CheckInValues {
    CheckInValues { pain: Some(3), ..CheckInValues::default() }
}

#[test]
fn the_secret_is_in_the_apps_place_and_not_in_the_folder() {
    let (folder, keychain) = (tempfile::tempdir().unwrap(), Keychain::default());
    let diary = Diary::create_with(folder.path(), "Phone", keychain.boxed(), SystemHost).unwrap();
    let phrase = diary.phrase();
    drop(diary);
    assert_eq!(keychain.slots.lock().unwrap().keys().collect::<Vec<_>>(), [&0]);
    assert!(!folder.path().join("secret").exists() && !folder.path().join("secret.next").exists());
    assert!(Diary::open(folder.path(), SystemHost).is_err(), "not without it");
    let locked = Keychain { locked: true, ..keychain.clone() };
    assert!(matches!(Diary::open_with(folder.path(), locked.boxed(), SystemHost), Err(Error::File { .. })));
    assert_eq!(*Diary::open_with(folder.path(), keychain.boxed(), SystemHost).unwrap().phrase(), *phrase);
    // The app is installed again: the keychain still has it.
    let again = tempfile::tempdir().unwrap();
    let made = Diary::create_with(again.path(), "Phone", keychain.boxed(), SystemHost);
    assert!(matches!(made, Err(Error::SecretAlone)));
}

#[test]
fn a_change_of_secret_that_was_cut_off_is_finished_in_the_apps_place() {
    let (folder, keychain) = (tempfile::tempdir().unwrap(), Keychain::default());
    drop(Diary::create_with(folder.path(), "Phone", keychain.boxed(), SystemHost).unwrap());
    let secret = keychain.slots.lock().unwrap().remove(&0).unwrap();
    keychain.slots.lock().unwrap().insert(1, secret);
    drop(Diary::open_read_only(folder.path(), keychain.boxed(), SystemHost).unwrap());
    assert_eq!(keychain.slots.lock().unwrap().get(&1), Some(&secret), "who only looks changes nothing");
    drop(Diary::open_with(folder.path(), keychain.boxed(), SystemHost).unwrap());
    assert_eq!(*keychain.slots.lock().unwrap(), BTreeMap::from([(0, secret)]));
}

#[test]
fn who_only_looks_sees_what_others_write_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let look = || Diary::open_read_only(folder.path(), Diary::secret_file(folder.path()), SystemHost);
    let mut widget = look().unwrap();
    let id = diary.record_check_in(&check_in(), None).unwrap();
    assert_eq!(widget.history(&HistoryQuery::default()).unwrap().len(), 1);
    assert!(matches!(widget.record_check_in(&check_in(), None), Err(Error::ReadOnly(_))));
    assert!(matches!(widget.delete(&id), Err(Error::ReadOnly(_))));
    assert!(matches!(widget.set_relay("https://relay.example.org", None, false), Err(Error::ReadOnly(_))));
    let today = lissom_diary::core::day::Day(20_780);
    widget.advice(today).unwrap();
    widget.status().unwrap();
    assert_eq!(widget.revision().unwrap(), diary.revision().unwrap());
    let empty = tempfile::tempdir().unwrap();
    let none = Diary::open_read_only(empty.path(), Diary::secret_file(empty.path()), SystemHost);
    assert!(matches!(none, Err(Error::NoDiary)));
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn a_sync_in_steps_that_is_left_half_way_loses_nothing_and_another_begins() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    diary.set_relay("https://relay.example.org", None, false).unwrap();
    let (stepped, step) = diary.sync_begin(StartedBy::Person).unwrap();
    assert!(matches!(step, Step::Exchange(_)));
    // The person goes on recording between two steps.
    diary.record_check_in(&check_in(), None).unwrap();
    let unsynced = diary.unsynced().unwrap();
    assert!(diary.sync_given_up(&stepped).unwrap().check().is_ok(), "left is no failure");
    let (stepped, step) = diary.sync_begin(StartedBy::Person).unwrap();
    assert!(matches!(step, Step::Exchange(_)));
    let step = diary.sync_answered(&stepped, Err(TransportError::new("no carrier"))).unwrap();
    let Step::Finished(report) = step else { unreachable!("{step:?}") };
    assert!(report.check().unwrap_err().to_string().contains("no carrier"), "in the words of whoever carried it");
    assert_eq!(diary.unsynced().unwrap(), unsynced);
}

#[test]
fn a_sync_in_steps_is_for_the_relay_that_it_began_with_and_shows_it_its_own_invite() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let (stepped, _) = diary.sync_begin(StartedBy::Person).unwrap();
    assert_eq!(stepped.relay(), None);
    diary.set_relay("https://one.example.org", Some("invite for one"), false).unwrap();
    assert!(registration(&mut diary).contains("invite for one"));
    // Another process of the same person.
    let mut other = Diary::open(folder.path(), SystemHost).unwrap();
    let relay = other.set_relay("https://two.example.org", None, false).unwrap();
    assert!(!registration(&mut diary).contains("invite for one"), "it is another relay's");
    other.set_relay("https://three.example.org", Some("invite for three"), false).unwrap();
    assert!(registration(&mut diary).contains("invite for three"));
    other.set_relay(relay.as_str(), None, false).unwrap();
    let (stepped, _) = diary.sync_begin(StartedBy::Person).unwrap();
    assert_eq!(stepped.relay(), Some(&relay));
    other.set_relay("https://three.example.org", None, false).unwrap();
    assert_eq!(stepped.relay(), Some(&relay));
}

const UNKNOWN: &str = r#"{"type":"urn:lissom:problem:vault-unknown","title":"unknown","status":404}"#;

/// What a relay that does not know the diary is sent when it is registered.
fn registration(diary: &mut Diary) -> String {
    let answers = [(200, r#"{"challenge":"AAAA"}"#), (404, UNKNOWN)];
    let (stepped, mut step) = diary.sync_begin(StartedBy::Person).unwrap();
    for (status, body) in answers {
        assert!(matches!(step, Step::Exchange(_)), "{step:?}");
        let headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
        step = diary.sync_answered(&stepped, Ok(Response { status, headers, body: body.as_bytes().to_vec() })).unwrap();
    }
    let Step::Exchange(request) = step else { unreachable!("{step:?}") };
    assert_eq!(request.path, "/v1/vaults");
    assert!(diary.sync_given_up(&stepped).is_ok());
    String::from_utf8(request.body).unwrap()
}

/// Reaches one relay, and may not be asked for anything.
struct To(RelayUrl);

impl Transport for To {
    fn relay(&self) -> Option<&RelayUrl> {
        Some(&self.0)
    }

    fn exchange(&mut self, request: &Request, _: Duration) -> Result<Response, TransportError> {
        unreachable!("{request:?} is for another relay")
    }
}

#[test]
fn a_transport_to_another_relay_is_shown_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut diary = Diary::create(folder.path(), "Phone", SystemHost).unwrap();
    let mut transport = To(diary.set_relay("https://one.example.org", None, false).unwrap());
    diary.set_relay("https://two.example.org", Some("invite for two"), false).unwrap();
    let report = diary.sync(&mut transport, SyncOptions::default()).unwrap();
    assert!(report.check().unwrap_err().to_string().contains("another relay was set meanwhile"));
}
