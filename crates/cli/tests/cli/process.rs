//! How the program behaves beside other programs.

use crate::device::Device;

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let device = Device::begun();
    device.log(&["walking"]);
    for arguments in [&["history"][..], &["history", "--json"], &["exercises"], &["status"], &["--help"], &["watch"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = device.command(arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!((ran.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn output_that_cannot_be_written_is_said() {
    if cfg!(target_os = "linux") {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Device::begun().command(&["history"]).stdout(full).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(7), "{said}");
        assert!(said.starts_with("lissom: the answer cannot be written"), "{said}");
    }
}

#[test]
fn colours_are_for_terminals_only() {
    let device = Device::begun();
    device.log(&["walking"]);
    for arguments in [&["history"][..], &["status"], &["exercise", "walking"], &["--help"], &["logg"]] {
        let ran = device.run(arguments);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{arguments:?}");
    }
    let forced = device.command(&["history"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1b), "where they are wanted, they are there");
    let both = device.command(&["history"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!both.stdout.contains(&0x1b));
}

#[test]
fn several_processes_write_into_one_folder() {
    let device = Device::begun();
    let children: Vec<_> = (0..8).map(|_| device.command(&["log", "walking", "--json"]).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(device.history(&[]).len(), 8);
    assert_eq!(device.run(&["verify"]).exit, 0);
}
