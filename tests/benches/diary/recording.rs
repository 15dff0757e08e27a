//! Recording one set, until it is on the disk.

use lissom_diary::Diary;
use lissom_tests::copy_folder;

use crate::clocks::took;
use crate::support::{Options, Spread, Table};
use crate::ten_years::{Made, session};

pub(crate) fn measure(table: &mut Table, made: &Made, options: Options) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("diary");
    copy_folder(&made.folder, &folder);
    let clock = made.clock();
    let mut diary = Diary::open(&folder, clock.clone()).unwrap();
    let set = session(made.days).swap_remove(0);
    let mut record = || {
        clock.pass(1_000);
        took(|| diary.record_result(&set, None).unwrap()).1
    };
    let first = record();
    let times: Vec<_> = (0..options.count(300, 20)).map(|_| record()).collect();
    table.note("record one set, durable, wall", Spread::of(times.iter().map(|took| took.wall)).tail("ms", 2));
    table.note("  its processor time", Spread::of(times.iter().map(|took| took.thread)).tail("ms", 2));
    table.note(
        "  the first after opening, which loads the year",
        format!("{:.1} ms, of it {:.1} ms processor", first.wall, first.thread),
    );
}
