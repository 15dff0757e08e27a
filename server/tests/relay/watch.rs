//! The stream of pokes.

use std::time::Duration;

use lissom_protocol::problem::ProblemKind;

use crate::device::Rig;

const POKE: &str = "event: poke\ndata:\n\n";

#[test]
fn a_watcher_is_poked_after_a_post_and_can_read_it() {
    let rig = Rig::new();
    let (device, other) = (rig.device(1), rig.device(2));
    let mut watcher = device.watch().ok().unwrap();
    other.post(other.start(), &other.entries(0..1));
    let entries = device.entries(0..2);
    device.post(device.start(), &entries);
    assert_eq!(watcher.chunk().as_deref(), Some(POKE));
    assert_eq!(device.page(device.start()).header("lissom-head"), Some("2"));
    device.post(device.start(), &entries);
    device.post(device.after(&entries), &device.entries(2..3));
    assert_eq!(watcher.chunk().as_deref(), Some(POKE), "a post of nothing new pokes nobody, the next one does");
}

#[test]
fn all_watchers_are_poked_and_one_more_ends_the_oldest() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut watchers: Vec<_> = (0..8).map(|_| device.watch().ok().unwrap()).collect();
    device.post(device.start(), &device.entries(0..1));
    for watcher in &mut watchers {
        assert_eq!(watcher.chunk().as_deref(), Some(POKE));
    }
    let mut newest = device.watch().ok().unwrap();
    assert_eq!(watchers[0].chunk(), None);
    device.post(device.start(), &device.entries(1..2));
    for watcher in watchers[1..].iter_mut().chain([&mut newest]) {
        assert_eq!(watcher.chunk().as_deref(), Some(POKE));
    }
}

#[test]
fn watching_can_be_switched_off() {
    let rig = Rig::with(|config| config.watchers_per_vault = 0);
    let refused = rig.device(1).watch().err().unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("30")));
}

#[test]
fn a_quiet_stream_shows_signs_of_life_and_ends() {
    let rig = Rig::with(|config| {
        (config.watch_heartbeat, config.watch_life_max) = (Duration::from_millis(50), Duration::from_millis(500));
    });
    let device = rig.device(1);
    let mut watcher = device.watch().ok().unwrap();
    let mut signs = 0;
    while let Some(chunk) = watcher.chunk() {
        assert_eq!(chunk, ": still here\n\n");
        signs += 1;
    }
    assert!((2..=10).contains(&signs), "{signs}");
}

#[test]
fn a_deleted_vaults_watchers_end() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut watcher = device.watch().ok().unwrap();
    assert_eq!(device.delete(device.start()).status, 204);
    assert_eq!(watcher.chunk(), None);
}

#[test]
fn a_watcher_of_a_vault_that_is_not_here_hears_so() {
    let (rig, empty) = (Rig::new(), tempfile::tempdir().unwrap());
    let mut device = rig.device(1);
    let copy = empty.path().join("copy.db");
    lissom_relay::store::Database::open(rig.folder.path()).unwrap().backup(&copy).unwrap();
    // The same relay's key without the vault: its tokens are good, and what they are for is not here.
    rusqlite::Connection::open(&copy).unwrap().execute("DELETE FROM vault", []).unwrap();
    let folder = empty.path().join("data");
    lissom_relay::store::restore(&copy, &folder).unwrap();
    let relay = lissom_relay::blocking::start(lissom_relay::config::Config::local(&folder)).unwrap();
    device.address = relay.address();
    let refused = device.watch().err().unwrap();
    assert_eq!(refused.status, ProblemKind::VaultUnknown.status());
    device.page(device.start()).assert_problem(ProblemKind::VaultUnknown);
    device.post(device.start(), &device.entries(0..1)).assert_problem(ProblemKind::VaultUnknown);
    device.head().assert_problem(ProblemKind::VaultUnknown);
    device.delete(device.start()).assert_problem(ProblemKind::VaultUnknown);
}

#[test]
fn stopping_ends_the_watchers() {
    let rig = Rig::new();
    let device = rig.device(1);
    let mut watcher = device.watch().ok().unwrap();
    rig.relay.stop();
    assert_eq!(watcher.chunk(), None);
    assert!(watcher.is_closed());
}
