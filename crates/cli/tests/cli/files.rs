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

#[test]
fn a_note_is_no_formula_in_a_table_and_whole_in_an_archive() {
    let device = Device::begun();
    let notes =
        ["=HYPERLINK(\"x\")", "+1", "-2 today", "@SUM(1)", "\t=1", "\r=1", "\u{ff1d}1", "plain = fine", "'quoted"];
    for (hour, note) in notes.iter().enumerate() {
        let (at, note) = (format!("2024-03-01T{hour:02}:00"), format!("--note={note}"));
        device.log(&["walking", "--minutes", "20", "--at", &at, &note]);
    }
    device.json(&[
        "measure",
        "own:x",
        "--name",
        "=1+1",
        "--labels",
        "@a,b",
        "--items",
        "3,4",
        "--item-max",
        "5",
        "--scoring",
        "sum",
    ]);
    let file = device.file("a.csv");
    device.json(&["export", &file]);
    let mut table = csv::Reader::from_path(&file).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let formula =
        |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']) && cell.parse::<i64>().is_err();
    assert!(rows.iter().flatten().all(|cell| !formula(cell)), "{rows:?}");
    let cells: Vec<&str> = rows.iter().flatten().collect();
    for kept in ["'=HYPERLINK(\"x\")", "plain = fine", "'quoted", "'=1+1", "'@a; b"] {
        assert!(cells.contains(&kept), "{kept}: {cells:?}");
    }
    let archive = device.file("a.json");
    device.json(&["export", &archive]);
    let other = Device::begun();
    other.json(&["import", &archive]);
    assert_eq!(other.history(&[]), device.history(&[]));
}

#[test]
fn a_dash_exports_to_standard_output_and_to_no_file() {
    let device = Device::begun();
    device.log(&["walking", "--minutes", "20"]);
    for (flags, start) in
        [(&[][..], "{\n  \"format\""), (&["--format", "csv"], "type,id,at,exercise"), (&["--json"], "{\n  \"format\"")]
    {
        let place = tempfile::tempdir().unwrap();
        let ran = device.command(&[&["export", "-"], flags].concat()).current_dir(place.path()).output().unwrap();
        assert!(ran.status.success() && ran.stdout.starts_with(start.as_bytes()), "{flags:?}");
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(said.contains("standard output"), !flags.contains(&"--json"), "{said}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
    let place = device.file("again.json");
    fs::write(&place, device.run(&["export", "-"]).out).unwrap();
    assert!(Device::begun().json(&["import", &place])["added"].as_u64() > Some(0));
}
