//! What ten years come to today: doses, proposals, safety, trends and the session; and a plan made anew.

use std::path::Path;

use lissom_diary::core::day::Day;
use lissom_diary::core::exercise::Region;
use lissom_diary::core::plan::{Limits, Profile, generate};
use lissom_diary::core::screening::{AnswerKind, Answers, Purpose, next_question};
use lissom_diary::{CheckInValues, Diary, Moment};
use lissom_tests::copy_folder;

use crate::clocks::{Took, took};
use crate::support::{Options, Spread, Table};
use crate::ten_years::Made;

pub(crate) fn measure(table: &mut Table, made: &Made, options: Options) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("diary");
    copy_folder(&made.folder, &folder);
    let mut clock = made.clock();
    let today = Day(i32::try_from(lissom_diary::Host::now_ms(&mut clock) / 86_400_000).unwrap());
    let mut diary = Diary::open(&folder, clock.clone()).unwrap();
    screen(&mut diary);
    let profile = Profile { regions: vec![Region::Lower], pain: Some(4), minutes: 18, ..Profile::default() };
    diary.make_plan(&profile, None, None).unwrap();

    let cold: Vec<Took> = (0..options.count(5, 2))
        .map(|_| {
            forget(&folder);
            took(|| diary.advice(today).unwrap()).1
        })
        .collect();
    let warm: Vec<Took> = (0..options.count(100, 5)).map(|_| took(|| diary.advice(today).unwrap()).1).collect();
    let advice = diary.advice(today).unwrap();
    assert!(advice.session.is_some() && !advice.doses.exercises.is_empty());
    figures(table, "today's advice, every day read anew", &cold, None);
    figures(table, "today's advice", &warm, Some(5.0));

    let mut worse = Diary::open(&folder, clock.clone()).unwrap();
    worsen(&mut worse, today);
    let stands: Vec<Took> = (0..options.count(100, 5)).map(|_| took(|| worse.advice(today).unwrap()).1).collect();
    assert!(!worse.advice(today).unwrap().outcome.alerts.0.is_empty());
    figures(table, "today's advice while an alert stands", &stands, Some(5.0));

    let cleared = advice.safety.clearance().unwrap();
    let limits = Limits::from(&cleared);
    let plans: Vec<Took> =
        (0..options.count(100, 5)).map(|_| took(|| generate(&limits, &profile).unwrap()).1).collect();
    figures(table, "a week's plan generated", &plans, Some(2.0));
}

fn figures(table: &mut Table, figure: &str, times: &[Took], target_ms: Option<f64>) {
    let (wall, cpu) =
        (Spread::of(times.iter().map(|took| took.wall)), Spread::of(times.iter().map(|took| took.thread)));
    match target_ms {
        Some(most) => table.target(figure, &format!("<= {most} ms"), wall.runs("ms", 2), wall.median() <= most),
        None => table.note(figure, wall.runs("ms", 2)),
    }
    table.note("  its processor time", cpu.runs("ms", 2));
}

/// Four weeks of the worst pain, in the evenings, so that an alert has stood for longer than it is looked back for.
fn worsen(diary: &mut Diary, today: Day) {
    for back in 0..28 {
        let values = CheckInValues { pain: Some(10), leg: Some(10), ..CheckInValues::default() };
        let at = Moment { at_ms: today.plus(-back).start_ms() + 20 * 3_600_000, offset_minutes: 60 };
        diary.record_check_in(&values, Some(at)).unwrap();
    }
}

/// Drops what is kept of days long past.
fn forget(folder: &Path) {
    let sql = rusqlite::Connection::open(folder.join("diary.sqlite")).unwrap();
    sql.execute("DELETE FROM checkpoint", []).unwrap();
}

fn screen(diary: &mut Diary) {
    let mut answers = Answers::new();
    while let Some(question) = next_question(&answers, Purpose::First) {
        answers.set(question.id, if question.kind == AnswerKind::Age { "45" } else { "no" }).unwrap();
    }
    diary.record_screening(&answers, Purpose::First, None, None).unwrap();
}
