//! Opening the diary and showing the newest sessions, each time in a process of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use lissom_diary::core::record::session_of;
use lissom_diary::{Diary, HistoryQuery, HistoryRow, RowValues, SystemHost};
use lissom_tests::copy_folder;
use rustix::fs::{Advice, fadvise};

use crate::clocks::took;
use crate::support::{Options, Spread, Table, status_kib};
use crate::ten_years::Made;

const CHILD: &str = "open-as-a-fresh-process";
/// Sessions that the first screen shows.
const SESSIONS: usize = 30;
/// Rows in which they are: with five sessions of eight results and seven check-ins a week, 30 sessions fill 282.
const ROWS: usize = 290;

pub(crate) fn measure(table: &mut Table, made: &Made, options: Options) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("diary");
    copy_folder(&made.folder, &folder);
    loads_no_document(&folder, root.path());
    for (cached, name) in [(true, "in the page cache"), (false, "dropped from the page cache")] {
        let opens: Vec<Vec<f64>> = (0..options.count(25, 3)).map(|_| open_in_child(&folder, cached)).collect();
        let column = |index: usize| Spread::of(opens.iter().map(|open| open[index]));
        let (wall, cpu, grown) = (column(0), column(1), column(2));
        let figure = format!("open + newest {SESSIONS} sessions, file {name}");
        table.target(&figure, "<= 5 ms", wall.runs("ms", 2), wall.median() <= 5.0);
        table.note("  its processor time", cpu.runs("ms", 2));
        table.target("  memory it adds", "<= 10 MiB", grown.runs("MiB", 2), grown.at(1.0) <= 10.0);
    }
}

/// Opens the diary named on the command line and prints what that took, if this process was started for it.
pub(crate) fn is_child() -> bool {
    let arguments: Vec<String> = std::env::args().collect();
    let Some([_, folder]) = arguments.windows(2).find(|pair| pair[0] == CHILD) else { return false };
    let before = status_kib("self", "VmRSS");
    let (rows, took) = took(|| first_screen(Path::new(folder)));
    let grown = (status_kib("self", "VmHWM") - before) / 1024.0;
    assert!(sessions(&rows) >= SESSIONS);
    println!("{} {} {grown}", took.wall, took.process);
    true
}

fn first_screen(folder: &Path) -> Vec<HistoryRow> {
    let diary = Diary::open(folder, SystemHost).unwrap();
    diary.history(&HistoryQuery { newest: Some(ROWS), ..HistoryQuery::default() }).unwrap()
}

fn sessions(rows: &[HistoryRow]) -> usize {
    let results = rows.iter().filter(|row| matches!(row.values, RowValues::Result(_)));
    results.map(|row| session_of(&row.id)).collect::<BTreeSet<_>>().len()
}

fn open_in_child(folder: &Path, cached: bool) -> Vec<f64> {
    if !cached {
        let file = File::open(folder.join("diary.sqlite")).unwrap();
        file.sync_all().unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap()).arg(CHILD).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// With nothing left of any document but zeros, the first screen is the same.
fn loads_no_document(folder: &Path, root: &Path) {
    let hollow = root.join("hollow");
    copy_folder(folder, &hollow);
    let sql = rusqlite::Connection::open(hollow.join("diary.sqlite")).unwrap();
    sql.execute_batch(
        "UPDATE chunk SET data = zeroblob(length(data));
         UPDATE entry SET bytes = zeroblob(length(bytes));
         UPDATE doc SET snapshot = zeroblob(length(snapshot)) WHERE snapshot IS NOT NULL;",
    )
    .unwrap();
    drop(sql);
    assert_eq!(first_screen(&hollow), first_screen(folder), "the first screen depends on a document");
    // The check itself would notice: whatever does load a document cannot with these.
    assert!(Diary::open(&hollow, SystemHost).unwrap().state_hash().is_err());
}
