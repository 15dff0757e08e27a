//! A write or a flush fails under the real program: the n-th, for every n, once or for good.

use std::collections::BTreeMap;
use std::path::Path;

use lissom_diary::{Diary, SystemHost};
use lissom_relay::blocking::BlockingRelay;
use lissom_shim::{Errno, Fault};
use serde_json::Value;
use tempfile::TempDir;

use crate::phone::{answer, assert_whole, copy, lissom, relay_on, rows, url};

/// Exit code of a command that the disk did not let do its work.
const STORAGE: i32 = 7;

/// A copy of a diary, with a relay of its own if it is to sync.
struct Scene {
    home: TempDir,
    relay: Option<BlockingRelay>,
}

impl Scene {
    fn of(base: &Path, with_relay: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        copy(base, &home.path().join("phone"));
        let relay = with_relay.then(|| relay_on(&home.path().join("relay")));
        let scene = Self { home, relay };
        if let Some(relay) = &scene.relay {
            scene.diary().set_relay(&url(relay), None, false).unwrap();
        }
        scene
    }

    fn diary(&self) -> Diary {
        Diary::open(&self.home.path().join("phone"), SystemHost).unwrap()
    }
}

/// Lets every call fail in its turn; gives how often, and how the command ended.
fn every_fault(arguments: &[&str], base: &Path, kinds: &[Fault]) -> BTreeMap<String, usize> {
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let (logs, syncs) = (arguments[0] == "log", arguments[0] == "sync");
    let before = rows(&Diary::open(base, SystemHost).unwrap());
    for kind in kinds {
        for at in 1.. {
            let fault = Fault { at, ..*kind };
            let scene = Scene::of(base, syncs);
            let (folder, failed) = (scene.home.path().join("phone"), scene.home.path().join("failed"));
            let mut command = lissom(&folder, arguments);
            fault.under(&mut command, &folder, &failed, None);
            let output = command.output().unwrap();
            if !failed.exists() {
                assert!(at > 3 && output.status.success(), "{fault:?}: {output:?}");
                break;
            }
            let told: Value = serde_json::from_slice(&output.stderr).unwrap_or(Value::Null);
            let told = told["error"]["code"].as_str().unwrap_or("done").to_owned();
            let code = output.status.code();
            assert!(code == Some(0) || (code == Some(STORAGE) && told != "done"), "{fault:?}: {output:?}");
            *ends.entry(told).or_default() += 1;
            let mut diary = scene.diary();
            assert_whole(&mut diary);
            let after = rows(&diary);
            assert!(before.iter().all(|row| after.contains(row)), "{fault:?}: something was lost");
            if logs && code == Some(0) {
                let id = answer(&output)["id"].as_str().unwrap().to_owned();
                assert!(after.iter().any(|row| row.id == id), "{fault:?}: acknowledged and lost");
            }
            drop(diary);
            // The disk works again.
            answer(&lissom(&folder, arguments).output().unwrap());
            let mut diary = scene.diary();
            assert_whole(&mut diary);
            assert_eq!(rows(&diary).len(), after.len() + usize::from(logs), "{fault:?}");
            assert!(!syncs || diary.status().unwrap().unsynced == 0, "{fault:?}");
            drop(diary);
            if let Some(relay) = scene.relay {
                relay.stop();
            }
        }
    }
    ends
}

#[test]
fn a_write_or_flush_that_fails_is_told_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let base = home.path().join("phone");
    answer(&lissom(&base, &["init", "--name", "Phone"]).output().unwrap());
    answer(&lissom(&base, &["log", "walking", "--minutes", "9"]).output().unwrap());
    let kinds = Fault::kinds();
    let ends = every_fault(&["log", "walking", "--minutes", "20"], &base, &kinds);
    println!("log: {} faults, ended with {ends:?}", ends.values().sum::<usize>());
    assert!(ends.contains_key("database") && ends.contains_key("storage-full"));
    let one_of_each: Vec<Fault> =
        kinds.into_iter().filter(|kind| kind.lasting == (kind.errno == Errno::NoSpace)).collect();
    let ends = every_fault(&["sync"], &base, &one_of_each);
    println!("sync: {} faults, ended with {ends:?}", ends.values().sum::<usize>());
    assert!(ends.contains_key("database") && ends.contains_key("storage-full"));
}
