//! The operator's commands, beside a relay that is serving and without one.

use std::fs;

use crate::device::{Device, joined};
use crate::process::{Process, program, run, stdout};

fn errors(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_empty_relay_says_how_to_make_an_invite_and_it_works_while_serving() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path(), &[]);
    relay.error_line("by invite and has none yet");
    let hint = relay.error_line("lissom-relay invite");
    assert_eq!(hint.trim(), format!("lissom-relay invite --data {}", folder.path().display()));
    let invite = run(&["invite", "--uses", "1", "--expires", "12h"], folder.path());
    assert_eq!(invite.status.code(), Some(0), "{}", errors(&invite));
    assert_eq!(Device::new(relay.address, 1).register(Some(&stdout(&invite))).status, 201);
    assert_eq!(Device::new(relay.address, 2).register(Some(&stdout(&invite))).status, 403);
}

#[test]
fn the_list_of_diaries_shows_no_whole_id() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let entries = device.entries(0..3);
    device.post(device.start(), &entries);
    let listed: serde_json::Value = serde_json::from_str(&stdout(&run(&["vaults", "--json"], folder.path()))).unwrap();
    assert_eq!(
        (listed[0]["entries"].as_u64(), listed[0]["bytes"].as_u64()),
        (Some(3), Some(joined(&entries).len() as u64))
    );
    assert_eq!(listed[0]["vault"].as_str(), Some(&device.id.to_text()[..8]));
    let table = stdout(&run(&["vaults"], folder.path()));
    assert!(table.contains(&device.id.to_text()[..8]) && table.contains("today"));
    assert!(!table.contains(&device.id.to_text()));
}

#[test]
fn a_backup_made_while_serving_restores_into_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, new) = (folder.path().join("data"), folder.path().join("copy.db"), folder.path().join("new"));
    let relay = Process::start(&data, &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    let entries = device.entries(0..5);
    device.post(device.start(), &entries);
    let name = file.to_str().unwrap();
    let backup = run(&["backup", name], &data);
    assert_eq!(backup.status.code(), Some(0), "{}", errors(&backup));
    assert!(stdout(&backup).starts_with("backed up and verified: 1 diaries, 5 entries"));
    assert_eq!(run(&["backup", name], &data).status.code(), Some(3), "nothing is overwritten");
    assert_eq!(run(&["restore", name], &data).status.code(), Some(3), "only into an empty folder");
    let restored = run(&["restore", name], &new);
    assert_eq!(restored.status.code(), Some(0), "{}", errors(&restored));
    let again = Process::start(&new, &[]);
    let mut device = device;
    device.address = again.address;
    assert_eq!(device.page(device.start()).body, joined(&entries));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "no parts are left: {names:?}");
}

#[test]
fn damage_is_found_and_a_damaged_backup_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let relay = Process::start(&data, &["--registration", "open"]);
    let device = Device::registered(relay.address, 1);
    device.post(device.start(), &device.entries(0..5));
    assert_eq!(run(&["verify"], &data).status.code(), Some(0));
    relay.kill();
    let database = rusqlite::Connection::open(data.join("relay.db")).unwrap();
    database.execute("UPDATE entry SET bytes = zeroblob(140) WHERE pos = 2", []).unwrap();
    drop(database);
    let verify = run(&["verify"], &data);
    assert_eq!(verify.status.code(), Some(6));
    assert!(stdout(&verify).contains("entry 2: the bytes are no entry"), "{}", stdout(&verify));
    let backup = run(&["backup", folder.path().join("copy.db").to_str().unwrap()], &data);
    assert_eq!(backup.status.code(), Some(6), "{}", errors(&backup));
    assert!(!folder.path().join("copy.db").exists());
    let restore = run(&["restore", data.join("relay.db").to_str().unwrap()], &folder.path().join("new"));
    assert_eq!(restore.status.code(), Some(6));
    assert!(fs::read_dir(folder.path().join("new")).unwrap().next().is_none());
}

#[test]
fn every_failure_has_its_exit_code_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &[]);
    let taken = run(&["serve", "--listen", &relay.address.to_string()], folder.path());
    assert_eq!(taken.status.code(), Some(5));
    assert!(errors(&taken).contains("choose another --listen"));

    let nothing = folder.path().join("nothing");
    for command in [vec!["invite"], vec!["vaults"], vec!["verify"], vec!["backup", "x"]] {
        let missing = run(&command, &nothing);
        assert_eq!(missing.status.code(), Some(4), "{command:?}");
        assert!(errors(&missing).contains("lissom-relay serve"));
    }
    assert!(!nothing.exists(), "looking makes nothing");
    assert_eq!(run(&["restore", "nothing.db"], &nothing).status.code(), Some(4));

    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let unusable = run(&["serve", "--listen", "127.0.0.1:0"], &file.join("data"));
    assert_eq!(unusable.status.code(), Some(7));
    assert!(errors(&unusable).contains("--data DIR"));

    let foreign = folder.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("relay.db"), "some other program's file, which is long enough to be looked at").unwrap();
    assert_eq!(run(&["serve", "--listen", "127.0.0.1:0"], &foreign).status.code(), Some(3));

    for arguments in [vec!["serve", "--liste", "x"], vec!["invite", "--data", "x", "--expires", "soon"], vec!["fly"]] {
        assert_eq!(program().args(&arguments).output().unwrap().status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(&["serve", "--vault-quota", "0"], folder.path()).status.code(), Some(2));
    assert_eq!(run(&["vaults", "--log", "a=b=c"], folder.path()).status.code(), Some(2));
}

#[test]
fn a_newer_database_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    Process::start(folder.path(), &[]).kill();
    let database = rusqlite::Connection::open(folder.path().join("relay.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let refused = run(&["serve", "--listen", "127.0.0.1:0"], folder.path());
    assert_eq!(refused.status.code(), Some(7));
    assert!(errors(&refused).contains("schema 99") && errors(&refused).contains("newer lissom-relay"));
}

#[test]
fn a_database_is_not_restored_without_its_write_ahead_log() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let relay = Process::start(&data, &["--registration", "open"]);
    Device::registered(relay.address, 1);
    relay.kill();
    let refused = run(&["restore", data.join("relay.db").to_str().unwrap()], &folder.path().join("new"));
    assert_eq!(refused.status.code(), Some(3));
    assert!(errors(&refused).contains("relay.db-wal") && errors(&refused).contains("lissom-relay backup"));
}

#[test]
fn help_shows_examples() {
    let help = stdout(&program().arg("--help").output().unwrap());
    assert!(help.contains("Examples:") && help.contains("Exit codes:"));
    for command in ["serve", "invite", "vaults", "backup", "restore", "verify"] {
        let help = stdout(&program().args([command, "--help"]).output().unwrap());
        assert!(help.contains("Example"), "{command}");
    }
}
