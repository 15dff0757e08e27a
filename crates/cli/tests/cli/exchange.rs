//! Two devices and a relay.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::device::Device;

/// A relay on this machine, open to everybody.
#[cfg(feature = "demo")]
pub(crate) struct Relay {
    running: lissom_relay::blocking::BlockingRelay,
    _folder: tempfile::TempDir,
}

#[cfg(feature = "demo")]
impl Relay {
    pub(crate) fn start() -> Self {
        Self::with(lissom_relay::config::Config::local)
    }

    fn with(config: impl FnOnce(std::path::PathBuf) -> lissom_relay::config::Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = lissom_relay::blocking::start(config(folder.path().join("relay"))).unwrap();
        Self { running, _folder: folder }
    }

    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// A device of this relay with a diary.
    pub(crate) fn device(&self) -> Device {
        let device = Device::empty();
        let begun = device.json(&["init", "--name", "Phone", "--relay", &self.url()]);
        assert_eq!((&begun["synced"], begun.get("notice")), (&json!(true), None));
        device
    }

    /// Another device of the same diary.
    pub(crate) fn second(&self, first: &Device) -> Device {
        let device = Device::empty();
        self.join(&device, first);
        device
    }

    pub(crate) fn join(&self, device: &Device, first: &Device) -> Value {
        let words = device.file("words.txt");
        fs::write(&words, first.run(&["phrase"]).out).unwrap();
        device.json(&["join", "--phrase-file", &words, "--name", "Tablet", "--relay", &self.url()])
    }
}

/// An address of this machine where nothing listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn without_a_relay_sync_says_how_to_set_one() {
    assert!(Device::begun().refused(5, &["sync"]).contains("lissom relay URL"));
}

#[test]
fn with_the_relay_down_sync_says_so_in_one_line_and_quickly() {
    let device = Device::begun();
    let url = nowhere();
    device.json(&["relay", &url]);
    device.log(&["walking"]);
    let before = Instant::now();
    let said = device.refused(5, &["sync"]);
    assert!(before.elapsed() < Duration::from_secs(5));
    assert!(said.contains(&url) && said.contains("2 changes are safe on this device"), "{said}");
    let ran = device.run(&["sync", "--json"]);
    assert_eq!(ran.exit, 5);
    assert_eq!(
        serde_json::from_str::<Value>(&ran.out).unwrap(),
        json!({"pushed": 0, "pulled": 0, "unsynced": 2, "notices": []})
    );
    assert_eq!(device.history(&[]).len(), 1);
}

#[test]
fn init_with_a_relay_that_is_down_still_gives_a_diary_and_its_words() {
    let device = Device::empty();
    let begun = device.json(&["init", "--name", "Phone", "--relay", &nowhere()]);
    assert_eq!((begun["phrase"].as_str().unwrap().split(' ').count(), &begun["synced"]), (24, &json!(false)));
    assert!(begun["notice"].as_str().unwrap().contains("cannot reach the relay"));
    let human = Device::empty().run(&["init", "--name", "Phone", "--relay", &nowhere()]);
    assert_eq!((human.exit, human.err.lines().count()), (0, 1), "{}", human.err);
}

#[test]
fn join_without_the_relay_creates_nothing() {
    let device = Device::empty();
    let words = device.file("words.txt");
    fs::write(&words, Device::begun().run(&["phrase"]).out).unwrap();
    let said = device.refused(5, &["join", "--phrase-file", &words, "--name", "Tablet", "--relay", &nowhere()]);
    assert!(said.contains("nothing was created"), "{said}");
    assert!(!device.data().exists());
}

#[test]
#[cfg(feature = "demo")]
fn what_is_logged_on_either_side_is_on_both() {
    let relay = Relay::start();
    let phone = relay.device();
    let tablet = relay.second(&phone);
    phone.json(&["sync"]);
    phone.log(&["walking", "--minutes", "20"]);
    tablet.json(&["check-in", "--pain", "3"]);
    let report = phone.json(&["sync"]);
    let names: Vec<&String> = report.as_object().unwrap().keys().collect();
    assert_eq!(names, ["notices", "pulled", "pushed", "unsynced"]);
    assert_eq!((&report["pushed"], &report["unsynced"]), (&json!(1), &json!(0)));
    tablet.json(&["sync"]);
    phone.json(&["sync"]);
    assert_eq!(phone.history(&[]).len(), 2);
    assert_eq!(phone.history(&[]), tablet.history(&[]));
    let (one, two) = (phone.json(&["status"]), tablet.json(&["status"]));
    assert_eq!(one["state_hash"], two["state_hash"]);
    assert!(one["last_sync"].as_str().unwrap().contains('T'));
    let heard = one["devices"].as_array().unwrap().iter().find(|device| device["name"] == "Tablet").unwrap();
    assert!(heard["last_heard"].as_str().unwrap().contains('T'));
    assert_eq!(phone.run(&["sync"]).out.trim_end(), "Nothing new on either side.");
}

#[test]
#[cfg(feature = "demo")]
fn records_that_were_here_before_come_along_when_joining() {
    let relay = Relay::start();
    let phone = relay.device();
    phone.log(&["walking"]);
    phone.json(&["sync"]);
    let tablet = Device::begun();
    tablet.log(&["pelvic-tilt"]);
    let joined = relay.join(&tablet, &phone);
    assert_eq!((&joined["brought"], &joined["synced"]), (&json!(1), &json!(true)));
    assert_eq!(joined["vault"], phone.json(&["status"])["vault"]);
    assert_eq!(tablet.history(&[]).len(), 2);
    phone.json(&["sync"]);
    assert_eq!(phone.history(&[]), tablet.history(&[]));
}

#[test]
#[cfg(feature = "demo")]
fn join_with_other_words_or_at_another_relay_creates_nothing() {
    let (relay, other) = (Relay::start(), Relay::start());
    let phone = relay.device();
    for (url, words) in [(other.url(), phone.run(&["phrase"]).out), (relay.url(), Device::begun().run(&["phrase"]).out)]
    {
        let device = Device::empty();
        let file = device.file("words.txt");
        fs::write(&file, words).unwrap();
        let said = device.refused(5, &["join", "--phrase-file", &file, "--name", "Tablet", "--relay", &url]);
        assert!(said.contains("knows no diary with these words"), "{said}");
        assert!(!device.data().exists());
    }
}

#[test]
#[cfg(feature = "demo")]
fn the_words_come_from_standard_input_too() {
    let relay = Relay::start();
    let phone = relay.device();
    let device = Device::empty();
    let words = device.file("words.txt");
    fs::write(&words, phone.run(&["phrase"]).out.replace(' ', "\n")).unwrap();
    let join = ["join", "--phrase-file", "-", "--name", "Tablet", "--relay", &relay.url()];
    let ran = device.command(&join).stdin(fs::File::open(words).unwrap()).output().unwrap();
    assert!(ran.status.success());
    assert_eq!(device.json(&["phrase"]), phone.json(&["phrase"]));
}

#[test]
#[cfg(feature = "demo")]
fn an_invite_is_shown_where_one_is_needed() {
    let relay = Relay::with(|data| lissom_relay::config::Config {
        registration: lissom_relay::config::Config::default().registration,
        ..lissom_relay::config::Config::local(data)
    });
    let device = Device::empty();
    let begun = device.json(&["init", "--name", "Phone", "--relay", &relay.url()]);
    assert_eq!(begun["synced"], false);
    assert!(device.refused(5, &["sync"]).contains("--invite TOKEN"));
    let invite = relay.running.make_invite(1, None).unwrap();
    device.json(&["relay", "--invite", &invite]);
    assert_eq!(device.json(&["sync"])["unsynced"], 0);
}

#[test]
#[cfg(feature = "demo")]
fn time_that_is_up_is_no_failure_and_is_said() {
    let relay = Relay::start();
    let device = relay.device();
    device.log(&["walking"]);
    let said = device.run(&["sync", "--budget-ms", "0"]).out;
    assert!(said.contains("before anything was exchanged") && !said.contains("Nothing new"), "{said}");
    let report = device.json(&["sync", "--budget-ms", "0"]);
    assert_eq!((&report["unsynced"], &report["notices"][0]["kind"]), (&json!(1), &json!("out-of-time")));
    assert!(report["notices"][0]["text"].as_str().unwrap().contains("before anything was exchanged"), "{report}");
    assert_eq!(device.json(&["sync"])["unsynced"], 0);
}
