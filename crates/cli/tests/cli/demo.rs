//! The demo, as somebody would run it who wants to see before believing.

use std::fs;

use serde_json::{Value, json};

use crate::device::{Device, Ran, lissom};

#[test]
fn it_ends_in_yes_and_its_folders_can_be_looked_at() {
    let place = tempfile::tempdir().unwrap();
    let keep = place.path().join("story");
    let ran: Ran = lissom().args(["demo", "--keep"]).arg(&keep).output().unwrap().into();
    assert_eq!((ran.exit, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.ends_with("\nconverged: yes\n"), "{}", ran.out);
    let wide = ran.out.lines().find(|line| line.chars().count() > 80 && !line.contains(&*keep.to_string_lossy()));
    assert_eq!(wide, None, "{}", ran.out);
    for device in ["phone", "work-phone", "tablet"] {
        let ran = lissom().arg("--data").arg(keep.join(device)).args(["history", "--json"]).output().unwrap();
        assert!(ran.status.success());
        let rows: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(
            rows.as_array().unwrap().len(),
            285,
            "twelve weeks of 23, five of the tablet's, two after the loss, two measures"
        );
    }
    let again: Ran = lissom().args(["demo", "--keep"]).arg(&keep).output().unwrap().into();
    assert_eq!(again.exit, 3);
    assert!(again.err.starts_with("lissom: --keep: ") && again.err.contains("is not empty"), "{}", again.err);
}

#[test]
fn programs_get_the_final_table() {
    let device = Device::empty();
    let ending = device.json(&["demo"]);
    assert_eq!((&ending["converged"], &ending["problems"]), (&json!(true), &json!([])));
    let devices = ending["devices"].as_array().unwrap();
    assert_eq!(devices.len(), 3);
    for row in devices {
        assert_eq!(row["records"], ending["records_expected"]);
        assert_eq!(row["entries"], ending["relay_entries"]);
        assert_eq!(row["state_hash"], devices[0]["state_hash"]);
        assert!(row["bytes_sent"].as_u64().unwrap() > 0);
    }
    assert!(!device.data().exists(), "a demo leaves no diary behind");
    assert_eq!(fs::read_dir(device.file("")).unwrap().count(), 0);
}
