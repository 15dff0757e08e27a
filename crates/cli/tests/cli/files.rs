//! Export and import.

use std::fs;

use crate::device::Device;

#[test]
fn an_export_is_imported_once_however_often() {
    let device = Device::begun();
    let id = device.log(&["walking", "--minutes", "20", "--note", "rain"]);
    device.json(&["edit", &id, "--minutes", "25"]);
    let deleted = device.log(&["pelvic-tilt"]);
    device.json(&["delete", &deleted]);
    let file = device.file("diary.json");
    assert_eq!(device.json(&["export", &file])["format"], "json");
    let other = Device::begun();
    let imported = other.json(&["import", &file]);
    assert_eq!(imported["added"], imported["records"]);
    assert_eq!(other.history(&["--deleted"]), device.history(&["--deleted"]));
    let again = other.json(&["import", &file]);
    assert_eq!((&again["added"], &again["edits"]), (&0.into(), &0.into()));
    assert_eq!(other.run(&["verify"]).exit, 0);
}

#[test]
fn the_form_follows_the_files_name_unless_it_is_given() {
    let device = Device::begun();
    device.log(&["walking", "--minutes", "20", "--at", "2024-03-01"]);
    for (name, flags, start) in [
        ("a.csv", &[][..], b"type,id,at,exercise".as_slice()),
        ("a.automerge", &[], &[0x85, 0x6f, 0x4a, 0x83]),
        ("a.txt", &[], b"{\n  \"format\": \"lissom-archive\""),
        ("b.txt", &["--format", "csv"], b"type,id,at,exercise"),
    ] {
        let file = device.file(name);
        device.json(&[&["export", &file], flags].concat());
        assert!(fs::read(&file).unwrap().starts_with(start), "{name}");
    }
    let csv = fs::read_to_string(device.file("a.csv")).unwrap();
    assert!(csv.contains("2024-03-01T00:00:00.000+01:00,walking,,,,20,"), "{csv}");
}

#[test]
fn a_file_that_is_no_export_is_neither_replaced_nor_imported() {
    let device = Device::begun();
    let file = device.file("letter.txt");
    fs::write(&file, "Dear Anna").unwrap();
    assert!(device.refused(3, &["export", &file]).contains("left as it is"));
    assert!(device.refused(3, &["import", &file]).contains("not a lissom archive"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "Dear Anna");
    let nowhere = device.file("no/such/folder/diary.json");
    assert_eq!(device.run(&["export", &nowhere]).exit, 4);
    assert_eq!(device.run(&["import", &nowhere]).exit, 4);
}
