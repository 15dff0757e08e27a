//! A folder with a diary, seen from outside.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use lissom_diary::{
    Diary, HistoryQuery, HistoryRow, HttpTransport, RelayUrl, StartedBy, SyncOptions, SyncReport, SystemHost,
};
use lissom_relay::blocking::{self, BlockingRelay};
use lissom_relay::config::Config;
use serde_json::Value;

/// The program, with this diary.
pub(crate) fn lissom(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lissom"));
    command.arg("--data").arg(data).arg("--json").args(arguments).stdin(Stdio::null());
    command
}

/// The answer of a program that has to succeed.
pub(crate) fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

/// Everything that a diary shows, deleted or not.
pub(crate) fn rows(diary: &Diary) -> Vec<HistoryRow> {
    diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).unwrap()
}

pub(crate) fn relay_on(folder: &Path) -> BlockingRelay {
    blocking::start(Config { free_bytes_min: 0, ..Config::local(folder) }).unwrap()
}

pub(crate) fn url(relay: &BlockingRelay) -> String {
    format!("http://{}", relay.address())
}

pub(crate) fn transport(relay: &BlockingRelay) -> HttpTransport {
    HttpTransport::new(RelayUrl::parse(&url(relay), false).unwrap())
}

pub(crate) fn sync(diary: &mut Diary, relay: &BlockingRelay) -> SyncReport {
    let options = SyncOptions { budget: Duration::from_secs(30), started_by: StartedBy::Person };
    let report = diary.sync(&mut transport(relay), options).unwrap();
    report.check().unwrap();
    report
}

/// A new device of the same diary that has read all of the relay's log.
pub(crate) fn another(folder: &Path, diary: &Diary, relay: &BlockingRelay) -> Diary {
    let url = RelayUrl::parse(&url(relay), false).unwrap();
    let joined =
        Diary::join(folder, &diary.phrase(), "Another", (&url, false), &mut transport(relay), SystemHost).unwrap();
    let mut other = joined.diary;
    sync(&mut other, relay);
    other
}

pub(crate) fn assert_whole(diary: &mut Diary) {
    assert_eq!(diary.verify().unwrap().problems, []);
}

/// Copies a folder's files; what `-shm` holds is made anew from the log anyway.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
