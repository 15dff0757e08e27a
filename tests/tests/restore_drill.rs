//! The restore drill of `docs/self-hosting.md`, with the real programs: backup, more writes, the disk is lost, restore,
//! and the devices put back what the backup lacks.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::Path;
use std::process::{Command, Output};

use lissom_tests::programs::{Running, ask, program};

/// One of the operator's commands.
fn operate(data: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(program("lissom-relay")).args(arguments).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn serve(data: &Path, listen: &str) -> (Running, String) {
    let mut command = Command::new(program("lissom-relay"));
    command.args(["serve", "--min-free", "0", "--listen", listen, "--data"]).arg(data);
    let mut relay = Running::start(&mut command);
    let line = relay.line("listening on http://");
    (relay, line.rsplit(' ').next().unwrap().trim().to_owned())
}

fn log_sets(device: &Path, count: usize) {
    for _ in 0..count {
        drop(ask(device, &["log", "pelvic-tilt", "--sets", "2", "--reps", "8"]));
        drop(ask(device, &["sync"]));
    }
}

/// The diary's state as a device shows it, and its sync's report.
fn synced(device: &Path) -> (String, serde_json::Value) {
    let report = ask(device, &["sync"]);
    (ask(device, &["history"]).to_string(), report)
}

#[test]
fn after_a_restore_everything_comes_back_and_everybody_is_told() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    let (data, copy, phone, tablet) = (path("relay"), path("copy.db"), path("phone"), path("tablet"));

    let (relay, url) = serve(&data, "127.0.0.1:0");
    let invite = String::from_utf8(operate(&data, &["invite"]).stdout).unwrap();
    let begun = ask(&phone, &["init", "--name", "Phone", "--relay", &url]);
    let words = path("words");
    std::fs::write(&words, begun["phrase"].as_str().unwrap()).unwrap();
    drop(ask(&phone, &["relay", &url, "--invite", invite.trim()]));
    log_sets(&phone, 2);
    drop(ask(&tablet, &["join", "--phrase-file", words.to_str().unwrap(), "--name", "Tablet", "--relay", &url]));
    log_sets(&tablet, 1);
    drop(synced(&phone));

    operate(&data, &["backup", copy.to_str().unwrap()]);
    log_sets(&phone, 3);
    drop(synced(&tablet));
    // The phone has not heard of these: else it would bring all of it back, and the tablet would find nothing missing.
    log_sets(&tablet, 2);
    let (before, _) = synced(&tablet);
    let held = |data: &Path| -> u64 {
        let verdict: serde_json::Value = serde_json::from_slice(&operate(data, &["verify", "--json"]).stdout).unwrap();
        assert_eq!(verdict["damage"], serde_json::json!([]));
        verdict["entries"].as_u64().unwrap()
    };
    let all = held(&data);

    // The disk is lost.
    drop(relay.end());
    std::fs::remove_dir_all(&data).unwrap();
    operate(&data, &["restore", copy.to_str().unwrap()]);
    let lost = all - held(&data);
    assert!(lost >= 5, "{lost}");
    let (relay, again) = serve(&data, url.strip_prefix("http://").unwrap());
    assert_eq!(again, url);

    for device in [&phone, &tablet] {
        let (_, report) = synced(device);
        assert!(report.to_string().contains("repaired"), "a notice on each device: {report}");
    }
    for device in [&phone, &tablet] {
        assert_eq!(synced(device).0, before);
        drop(ask(device, &["verify"]));
    }
    assert_eq!(held(&data), all, "byte for byte, and nothing twice");
    let (_, log) = relay.end();
    let returned = log.lines().filter(|line| line.contains("returned entries"));
    let returned: Vec<u64> = returned.map(|line| line.rsplit("entries=").next().unwrap().parse().unwrap()).collect();
    assert_eq!((returned.len(), returned.iter().sum::<u64>()), (2, lost), "one line for each device: {log}");
}
