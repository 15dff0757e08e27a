//! Outcomes on a device: they rest on the whole diary, though little of a long one is read.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lissom_diary::core::day::Day;
use lissom_diary::core::outcome::{Limiting, Outcome, OutcomeLog, WeekState};
use lissom_diary::core::plan::Profile;
use lissom_diary::core::record::Dated;
use lissom_diary::core::screening::{AnswerKind, Answers, Purpose, next_question};
use lissom_diary::{CheckInValues, Diary, HistoryQuery, Moment, RowValues, SystemHost};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

/// A Monday.
fn first() -> Day {
    "2023-11-06".parse().unwrap()
}

fn at(day: i32) -> Moment {
    Moment { at_ms: first().plus(day).start_ms() + 7 * 3_600_000, offset_minutes: 60 }
}

fn begun() -> (TempDir, Diary) {
    let folder = tempfile::tempdir().unwrap();
    let diary = Diary::create(&folder.path().join("diary"), "Phone", SystemHost).unwrap();
    (folder, diary)
}

fn write(diary: &mut Diary, day: i32, values: &CheckInValues) {
    diary.record_check_in(values, Some(at(day))).unwrap();
}

fn pain(diary: &mut Diary, day: i32, pain: i64) {
    write(diary, day, &CheckInValues { pain: Some(pain), ..CheckInValues::default() });
}

fn outcome(diary: &mut Diary, day: i32) -> Outcome {
    diary.advice(first().plus(day)).unwrap().outcome
}

/// The outcome of everything that was written down.
fn of_all(diary: &Diary, day: i32) -> Outcome {
    let rows = diary.history(&HistoryQuery::default()).unwrap();
    let check_in = |row: lissom_diary::HistoryRow| match row.values {
        RowValues::CheckIn(values) => Some(Dated::new(row.id, row.at, values)),
        _ => None,
    };
    let check_ins: Vec<_> = rows.into_iter().filter_map(check_in).collect();
    Outcome::of(&OutcomeLog { check_ins: &check_ins, ..OutcomeLog::empty(first().plus(day)) })
}

#[test]
fn the_start_stays_where_it_was_though_somebody_writes_every_other_week() {
    let (_folder, mut diary) = begun();
    for nth in 0..30 {
        pain(&mut diary, nth * 15, if nth < 7 { 2 } else { 7 });
    }
    assert_eq!(outcome(&mut diary, 89).back.baseline, None);
    let made = outcome(&mut diary, 90).back.baseline.unwrap();
    assert_eq!((made.tenths, made.until), (20, first().plus(90)));
    for day in (90..600).step_by(17) {
        assert_eq!(outcome(&mut diary, day).back.baseline, Some(made), "day {day}");
    }
}

fn check_in() -> impl Strategy<Value = CheckInValues> {
    let number = |often| proptest::option::weighted(often, 0..=10_i64);
    (0..=10_i64, number(0.4), number(0.5), number(0.1)).prop_map(|(pain, leg, sleep, mood)| CheckInValues {
        pain: Some(pain),
        leg,
        sleep,
        mood,
        ..CheckInValues::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Gaps of up to two months, and parts that are begun late or seldom.
    #[test]
    fn baselines_are_those_of_the_whole_diary(steps in vec((0..60_i32, check_in()), 1..40)) {
        let (_folder, mut diary) = begun();
        let mut day = 0;
        for (gap, values) in &steps {
            day += gap;
            write(&mut diary, day, values);
        }
        for day in [day / 2, day, day + 119, day + 500] {
            let (read, whole) = (outcome(&mut diary, day), of_all(&diary, day));
            let baselines = |of: &Outcome| [&of.back, &of.leg, &of.sleep, &of.stress, &of.mood].map(|part| part.baseline);
            prop_assert!(baselines(&read) == baselines(&whole), "day {}", day);
            prop_assert_eq!(read.since_limiting(), whole.since_limiting());
        }
    }
}

fn screened(diary: &mut Diary) {
    let mut answers = Answers::new();
    while let Some(question) = next_question(&answers, Purpose::First) {
        answers.set(question.id, if question.kind == AnswerKind::Age { "45" } else { "no" }).unwrap();
    }
    diary.record_screening(&answers, Purpose::First, None, Some(at(0))).unwrap();
}

#[test]
fn a_flare_that_the_mornings_show_is_in_no_week_and_was_in_the_way() {
    let (_folder, mut diary) = begun();
    screened(&mut diary);
    diary.make_plan(&Profile::default(), None, Some(at(0))).unwrap();
    for day in 0..28 {
        // Clearly more than usual from the second Monday to the Sunday after it; never 5, and nobody said so.
        pain(&mut diary, day, if (7..14).contains(&day) { 4 } else { 1 });
    }
    let outcome = outcome(&mut diary, 27);
    let episodes: Vec<_> = outcome.limiting.iter().map(|one| (one.from, one.to, one.by)).collect();
    // Seen with the second of those mornings; settled with the second one that is as usual.
    assert_eq!(episodes, [(first().plus(8), first().plus(14), Limiting::FlareSeen)]);
    assert_eq!(outcome.days_since_limiting, Some(13));
    let weeks: Vec<_> = outcome.adherence.weeks.iter().map(|week| (week.to_do, week.state)).collect();
    assert_eq!(weeks[..3], [(3, WeekState::Missed), (0, WeekState::Off), (2, WeekState::Missed)]);
    let said = diary.digest(first().plus(13), first().plus(27)).unwrap();
    assert!(said.iter().any(|sentence| sentence.key() == "adherence.week_off"), "{said:?}");
}
