//! Safety over real devices: whatever their clocks say and in whatever order records arrive, what locks stays locked
//! until it is settled.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "support/pool_relay.rs"]
mod pool_relay;

use std::time::Duration;

use lissom_diary::core::day::Day;
use lissom_diary::core::moment::uuid7;
use lissom_diary::core::screening::{Answers, Ask, ClearanceValues, Level, Locked, Purpose, Safety, next_question};
use lissom_diary::sync::client::End;
use lissom_diary::{
    CheckInValues, Diary, Error, ExportFormat, HistoryQuery, Host, Moment, ResultValues, StartedBy, SyncOptions,
};
use pool_relay::{Pool, View};

const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                      abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";
/// A Monday in November 2026.
const NOW_MS: i64 = 1_795_000_000_000;
const DAY_MS: i64 = 86_400_000;

/// A clock that each call moves on, so many days beside the true time, and bytes that count up.
struct TestHost {
    now: i64,
    next: u64,
}

impl Host for TestHost {
    fn now_ms(&mut self) -> i64 {
        self.now += 1000;
        self.now
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.next = self.next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.next.to_be_bytes()[0];
        }
    }
}

struct Device {
    folder: tempfile::TempDir,
    diary: Diary,
    view: View,
}

impl Device {
    /// A device of the one diary, with a clock so many days beside the true time.
    fn new(index: u64, days: i64, pool: &Pool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut view = View::new(pool.clone());
        let url = lissom_diary::RelayUrl::parse("http://127.0.0.1:1", false).unwrap();
        let host = TestHost { now: NOW_MS + days * DAY_MS, next: index };
        let name = format!("Device {index}");
        let joined = Diary::join(folder.path(), PHRASE, &name, (&url, false), &mut view, host).unwrap();
        Self { folder, diary: joined.diary, view }
    }

    fn sync(&mut self) {
        self.view.deliver(|| true);
        let options = SyncOptions { budget: Duration::from_secs(30), started_by: StartedBy::Person };
        assert_eq!(self.diary.sync(&mut self.view, options).unwrap().end, End::Done);
    }

    /// Answers everything with no, but for these, which are yes. Gives the result's id and its level.
    fn answer(&mut self, purpose: Purpose, yes: &[&str]) -> (String, Level) {
        let mut answers = Answers::new();
        for id in yes {
            answers.set(id, "yes").unwrap();
        }
        while let Some(question) = next_question(&answers, purpose) {
            answers.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
        }
        let screened = self.diary.record_screening(&answers, purpose, Some("DE"), None).unwrap();
        (screened.id, screened.triage.level)
    }

    fn safety(&mut self) -> Safety {
        self.diary.safety(today()).unwrap()
    }

    fn has(&mut self, condition: &str) -> bool {
        self.safety().conditions.iter().any(|known| known.id == condition)
    }

    /// Ids of the results that lock.
    fn locking(&mut self) -> Vec<String> {
        match self.safety().clearance() {
            Err(locked @ Locked::Standing(_)) => locked.to_cover().into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn clear(&mut self, covers: &[&str]) -> Result<String, Error> {
        self.diary.record_clearance(&clearance(covers), None)
    }

    /// Takes in an edit that this version would not make.
    fn import_edit(&mut self, id: &str, field: &str, value: i64) {
        let file = self.folder.path().join("edit.json");
        let record = format!(r#"{{"id":"{id}","edits":{{"{field}":{value}}}}}"#);
        std::fs::write(&file, format!(r#"{{"format":"lissom-archive","version":1,"records":[{record}]}}"#)).unwrap();
        assert_eq!(self.diary.import(&file).unwrap().edits, 1);
    }
}

fn clearance(covers: &[&str]) -> ClearanceValues {
    ClearanceValues {
        who: Some("Dr. Rao".into()),
        day: Some(today().to_string()),
        covers: Some(covers.iter().map(|id| (*id).to_owned()).collect()),
        signs: Some("assessed".into()),
        ..ClearanceValues::default()
    }
}

fn today() -> Day {
    Day::of(Moment::new(NOW_MS, 0).unwrap())
}

fn two(days: i64) -> (Device, Device) {
    let pool = Pool::default();
    (Device::new(1, days, &pool), Device::new(2, 0, &pool))
}

fn meet(one: &mut Device, other: &mut Device) {
    for _ in 0..2 {
        one.sync();
        other.sync();
    }
    assert_eq!(one.diary.state_hash().unwrap(), other.diary.state_hash().unwrap());
    assert!(one.safety() == other.safety(), "the same records, the same state");
}

#[test]
fn a_red_flag_from_a_device_whose_clock_is_behind_locks_after_a_later_all_clear() {
    for days in [-1, -3653, 0, 1, 3653] {
        let (mut slow, mut right) = two(days);
        let (flag, level) = slow.answer(Purpose::First, &["a1"]);
        assert_eq!(level, Level::A);
        assert_eq!(right.answer(Purpose::First, &[]).1, Level::E);
        assert_eq!(right.locking(), Vec::<String>::new());
        meet(&mut slow, &mut right);
        assert_eq!(right.locking(), [flag.as_str()], "{days} days");
        // Nor do more answers take it back, on either device, with the warning in view.
        right.answer(Purpose::Again, &[]);
        slow.answer(Purpose::Again, &[]);
        meet(&mut slow, &mut right);
        assert_eq!(right.locking(), [flag.as_str()], "{days} days");
        assert_eq!(slow.safety().clearance().unwrap_err().level(), Some(Level::A));
    }
}

#[test]
fn pregnant_on_one_phone_and_not_on_another_stays_until_answered_again_on_either() {
    for again_on_first in [true, false] {
        let (mut one, mut other) = two(-30);
        one.diary.record_caution("pregnancy", true, None, None).unwrap();
        other.diary.record_caution("pregnancy", false, None, None).unwrap();
        assert!(one.has("pregnancy") && !other.has("pregnancy"));
        meet(&mut one, &mut other);
        assert!(one.has("pregnancy") && other.has("pregnancy"));
        let again = if again_on_first { &mut one } else { &mut other };
        again.diary.record_caution("pregnancy", false, None, None).unwrap();
        meet(&mut one, &mut other);
        assert!(!one.has("pregnancy") && !other.has("pregnancy"));
    }
}

#[test]
fn pregnant_among_the_questions_of_one_phone_stays_until_they_are_answered_again() {
    let (mut one, mut other) = two(-30);
    one.answer(Purpose::First, &["d1", "d1-week13"]);
    other.answer(Purpose::First, &[]);
    assert!(!other.has("pregnancy"));
    meet(&mut one, &mut other);
    assert!(one.has("pregnancy") && other.has("pregnancy"));
    // The short check asks too little to take it back.
    other.answer(Purpose::Today, &[]);
    meet(&mut one, &mut other);
    assert!(one.has("pregnancy"));
    other.answer(Purpose::Again, &[]);
    meet(&mut one, &mut other);
    assert!(!one.has("pregnancy") && !other.has("pregnancy"));
}

#[test]
fn a_clearance_covers_what_it_names_and_a_result_that_arrives_later_still_locks() {
    let (mut one, mut other) = two(0);
    let (first, level) = one.answer(Purpose::First, &["b5"]);
    assert_eq!(level, Level::B);
    // Not seen here yet, and written before the clearance.
    let (hidden, _) = other.answer(Purpose::First, &["b4", "b4-pain"]);
    assert!(matches!(one.clear(&[&hidden]), Err(Error::InvalidInput(_))), "it does not stand here");
    one.clear(&[&first]).unwrap();
    assert_eq!(one.locking(), Vec::<String>::new());
    meet(&mut one, &mut other);
    assert_eq!(one.locking(), [hidden.as_str()]);
    other.clear(&[&hidden]).unwrap();
    meet(&mut one, &mut other);
    assert_eq!(one.locking(), Vec::<String>::new());
    let (third, _) = one.answer(Purpose::Changed, &["b5"]);
    meet(&mut one, &mut other);
    assert_eq!(other.locking(), [third.as_str()], "what was cleared once warns anew when it is answered anew");
}

#[test]
fn an_emergency_is_cleared_after_a_day_and_with_its_signs_only() {
    let (mut one, mut other) = two(2);
    let (flag, _) = other.answer(Purpose::First, &["a8"]);
    let reason = |refused: Result<String, Error>| match refused {
        Err(Error::InvalidInput(refusal)) => (refusal.field, refusal.reason.to_string()),
        _ => panic!("it has to be refused"),
    };
    let early = reason(other.clear(&[&flag]));
    assert_eq!(early, ("covers", "not yet: 24 more hours have to pass".to_owned()));
    meet(&mut one, &mut other);
    let without = ClearanceValues { signs: None, ..clearance(&[&flag]) };
    assert_eq!(reason(one.diary.record_clearance(&without, None)).0, "signs");
    one.clear(&[&flag]).unwrap();
    meet(&mut one, &mut other);
    assert_eq!(other.locking(), [flag.as_str()], "its clock is more than a day ahead of ours");
    let later = other.diary.safety(today().plus(1)).unwrap();
    assert!(!matches!(later.clearance(), Err(Locked::Standing(_))));
}

#[test]
fn a_professionals_limit_is_lifted_or_changed_by_a_later_word_of_one() {
    let (mut one, mut other) = two(0);
    let (flag, _) = one.answer(Purpose::First, &["b5"]);
    let limited = ClearanceValues { level_max: Some(0), ..clearance(&[&flag]) };
    let first = one.diary.record_clearance(&limited, None).unwrap();
    meet(&mut one, &mut other);
    let safety = other.safety();
    assert_eq!((safety.level_max, safety.limited_by.clone()), (Some(0), vec![first.clone()]));
    let change = |replaces: &[&String], level_max: Option<i64>| ClearanceValues {
        level_max,
        covers: None,
        signs: None,
        replaces: Some(replaces.iter().map(|id| (*id).clone()).collect()),
        ..clearance(&[])
    };
    let unknown = format!("l:{}", uuid7(NOW_MS, [7; 10]));
    assert!(matches!(other.diary.record_clearance(&change(&[&unknown], None), None), Err(Error::InvalidInput(_))));
    let second = other.diary.record_clearance(&change(&[&first], Some(2)), None).unwrap();
    meet(&mut one, &mut other);
    for device in [&mut one, &mut other] {
        let safety = device.safety();
        assert_eq!((safety.level_max, &safety.limited_by), (Some(2), &vec![second.clone()]));
        assert!(safety.standing.is_empty(), "what was cleared stays cleared");
    }
    one.diary.record_clearance(&change(&[&second], None), None).unwrap();
    meet(&mut one, &mut other);
    let safety = other.safety();
    assert_eq!((safety.level_max, safety.limited_by.len(), safety.standing.len()), (Some(3), 0, 0));
}

#[test]
fn an_emergency_is_not_cleared_with_what_was_said_of_the_signs_of_another() {
    let mut device = Device::new(1, 5, &Pool::default());
    let emergency = |device: &mut Device, day: i64| {
        let mut answers = Answers::new();
        answers.set("a8", "yes").unwrap();
        while let Some(question) = next_question(&answers, Purpose::First) {
            answers.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
        }
        let at = Moment::new(NOW_MS + day * DAY_MS, 0).unwrap();
        device.diary.record_screening(&answers, Purpose::First, None, Some(at)).unwrap().id
    };
    let first = emergency(&mut device, 0);
    let limited = ClearanceValues { level_max: Some(1), ..clearance(&[&first]) };
    let limit = device.diary.record_clearance(&limited, None).unwrap();
    let second = emergency(&mut device, 1);
    let change = ClearanceValues { signs: None, replaces: Some(vec![limit]), ..clearance(&[&second]) };
    let refused = device.diary.record_clearance(&change, None);
    assert!(matches!(refused, Err(Error::InvalidInput(refusal)) if refusal.field == "signs"));
    let lifted = ClearanceValues { covers: None, ..change };
    device.diary.record_clearance(&lifted, None).unwrap();
    let standing = device.diary.safety(today().plus(5)).unwrap().standing;
    assert_eq!(standing.iter().map(|standing| standing.id.as_str()).collect::<Vec<_>>(), [second.as_str()]);
}

#[test]
fn pain_that_got_worse_answers_its_question_until_a_professional_looked_at_it() {
    let mut device = Device::new(1, 0, &Pool::default());
    device.answer(Purpose::First, &[]);
    let at = |day: i64| Moment::new(NOW_MS + day * DAY_MS, 0).unwrap();
    for day in 0..=40 {
        let pain = Some(if day < 20 { 2 } else { 6 });
        device.diary.record_check_in(&CheckInValues { pain, ..CheckInValues::default() }, Some(at(day))).unwrap();
    }
    let answer = |device: &mut Device, day: i64, c8: &str| {
        let mut answers = Answers::new();
        answers.set("c8", c8).unwrap();
        while let Some(question) = next_question(&answers, Purpose::Again) {
            answers.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
        }
        device.diary.record_screening(&answers, Purpose::Again, None, Some(at(day))).unwrap()
    };
    let early = answer(&mut device, 15, "no");
    assert!(!early.from_records && early.triage.level == Level::E);
    let level_max = |device: &mut Device, day: i32| device.diary.safety(today().plus(day)).unwrap().level_max;
    let screened = answer(&mut device, 40, "no");
    assert!(screened.from_records);
    assert_eq!((screened.triage.level, screened.triage.level_max), (Level::C, Some(1)));
    assert_eq!(level_max(&mut device, 40), Some(1), "whatever the person says");
    assert!(!answer(&mut device, 40, "yes").from_records);
    let again = answer(&mut device, 40, "no");
    assert!(again.from_records);
    let day = Some(today().plus(40).to_string());
    let limited = ClearanceValues { day: day.clone(), level_max: Some(2), ..clearance(&[&again.id]) };
    let limit = device.diary.record_clearance(&limited, Some(at(40))).unwrap();
    assert_eq!(level_max(&mut device, 40), Some(2));
    let reviewed = answer(&mut device, 40, "no");
    assert!(!reviewed.from_records && reviewed.triage.level == Level::E);
    let lifted = ClearanceValues { day, covers: None, signs: None, replaces: Some(vec![limit]), ..clearance(&[]) };
    device.diary.record_clearance(&lifted, Some(at(40))).unwrap();
    assert_eq!(level_max(&mut device, 40), Some(3));
    assert!(!answer(&mut device, 40, "no").from_records, "who lifts a limit takes back no look at it");
}

#[test]
fn what_safety_rests_on_is_neither_deleted_nor_moved_here() {
    let (mut one, _) = two(0);
    let (flag, _) = one.answer(Purpose::First, &["b5"]);
    let caution = one.diary.record_caution("pregnancy", true, None, None).unwrap();
    let cleared = one.clear(&[&flag]).unwrap();
    for id in [&flag, &caution, &cleared] {
        assert!(matches!(one.diary.delete(id), Err(Error::Kept)));
        assert!(matches!(one.diary.edit_time(id, Moment::new(NOW_MS - DAY_MS, 0).unwrap()), Err(Error::Kept)));
    }
    let said = Error::Kept.to_string();
    assert!(said.contains("kept: answer the questions again instead"), "{said}");
    let unknown = format!("t:{}", uuid7(NOW_MS, [7; 10]));
    assert!(matches!(one.diary.delete(&unknown), Err(Error::Kept)));
}

#[test]
fn a_deletion_from_elsewhere_never_loosens() {
    let (mut one, mut other) = two(0);
    let (flag, _) = one.answer(Purpose::First, &["b5"]);
    let caution = one.diary.record_caution("balance", true, None, None).unwrap();
    meet(&mut one, &mut other);
    other.import_edit(&flag, "deleted_at", NOW_MS);
    other.import_edit(&caution, "deleted_at", NOW_MS);
    meet(&mut one, &mut other);
    assert_eq!(one.locking(), [flag.as_str()], "a deleted warning still warns");
    assert!(one.has("balance") && other.has("balance"));
    // Answering again knows the deleted one too.
    other.diary.record_caution("balance", false, None, None).unwrap();
    meet(&mut one, &mut other);
    assert!(!one.has("balance"));
    let cleared = one.clear(&[&flag]).unwrap();
    assert_eq!(one.locking(), Vec::<String>::new());
    one.import_edit(&cleared, "deleted_at", NOW_MS);
    meet(&mut one, &mut other);
    assert_eq!(other.locking(), [flag.as_str()], "a deleted clearance covers nothing");
    for device in [&mut one, &mut other] {
        assert_eq!(device.diary.verify().unwrap().problems, []);
    }
}

#[test]
fn a_stop_that_wants_help_ends_the_day_and_asks_everything_after_it() {
    let mut device = Device::new(1, 0, &Pool::default());
    device.answer(Purpose::First, &[]);
    device.diary.record_check_in(&CheckInValues { pain: Some(2), ..CheckInValues::default() }, None).unwrap();
    assert!(device.safety().clearance().is_ok());
    let stop = |reason: &str| ResultValues {
        exercise: Some("pelvic-tilt".into()),
        reps: Some(4),
        stopped: Some(reason.into()),
        ..ResultValues::default()
    };
    device.diary.record_result(&stop("ache-only"), None).unwrap();
    assert!(device.safety().clearance().is_ok(), "an ache is allowed");
    device.diary.record_result(&stop("saddle-bladder-weakness-chest"), None).unwrap();
    let asks = |device: &mut Device, day: Day| {
        device.diary.safety(day).unwrap().asks.iter().any(|ask| matches!(ask, Ask::AfterStop { .. }))
    };
    assert!(asks(&mut device, today()));
    // Neither the short check nor answers of the same day settle it; nor does time.
    device.answer(Purpose::Today, &[]);
    device.answer(Purpose::Changed, &[]);
    for days in [0, 1, 2, 20] {
        assert!(asks(&mut device, today().plus(days)), "{days} days");
        assert!(device.diary.safety(today().plus(days)).unwrap().clearance().is_err());
    }
    let mut tomorrow = Answers::new();
    while let Some(question) = next_question(&tomorrow, Purpose::Changed) {
        tomorrow.set(question.id, if question.id == "age" { "40" } else { "no" }).unwrap();
    }
    let at = Moment::new(NOW_MS + DAY_MS, 0).unwrap();
    device.diary.record_screening(&tomorrow, Purpose::Changed, None, Some(at)).unwrap();
    assert!(!asks(&mut device, today().plus(1)));
}

#[test]
fn a_stop_that_wants_help_is_remembered_however_much_was_written_since() {
    let mut device = Device::new(1, 0, &Pool::default());
    device.answer(Purpose::First, &[]);
    let result = |stopped: Option<&str>| ResultValues {
        exercise: Some("pelvic-tilt".into()),
        reps: Some(8),
        stopped: stopped.map(str::to_owned),
        ..ResultValues::default()
    };
    let at = |day: i64| Some(Moment::new(NOW_MS + day * DAY_MS, 0).unwrap());
    device.diary.record_result(&result(Some("saddle-bladder-weakness-chest")), at(0)).unwrap();
    for day in 1..=200 {
        device.diary.record_result(&result(None), at(day)).unwrap();
    }
    // The first time everything is read; then what was made of days long past is.
    for time in 1..=2 {
        let asks = device.diary.safety(today().plus(200)).unwrap().asks;
        assert!(asks.contains(&Ask::AfterStop { today: false }), "time {time}");
    }
}

#[test]
fn check_ins_do_not_hide_a_long_pause_of_exercise() {
    let mut device = Device::new(1, 0, &Pool::default());
    device.answer(Purpose::First, &[]);
    let tilt = ResultValues { exercise: Some("pelvic-tilt".into()), reps: Some(8), ..ResultValues::default() };
    device.diary.record_result(&tilt, None).unwrap();
    for days in 1..=30 {
        let at = Moment::new(NOW_MS + days * DAY_MS, 0).unwrap();
        device.diary.record_check_in(&CheckInValues { pain: Some(2), ..CheckInValues::default() }, Some(at)).unwrap();
    }
    let asks = |device: &mut Device, days: i32| device.diary.safety(today().plus(days)).unwrap().asks;
    assert_eq!(asks(&mut device, 28), []);
    assert_eq!(asks(&mut device, 29), [Ask::LongPause]);
    // Nor does the first exercise after it.
    let at = Moment::new(NOW_MS + 29 * DAY_MS, 0).unwrap();
    device.diary.record_result(&tilt, Some(at)).unwrap();
    assert_eq!(asks(&mut device, 30), [Ask::LongPause]);
}

#[test]
fn leaving_the_questions_after_a_warning_sign_locks() {
    let mut device = Device::new(1, 0, &Pool::default());
    device.answer(Purpose::First, &[]);
    let mut answers = Answers::new();
    answers.set("age", "40").unwrap();
    assert!(device.diary.record_screening_left(&answers, Purpose::Changed, None, None).unwrap().is_none());
    answers.set("a2", "unsure").unwrap();
    let left = device.diary.record_screening_left(&answers, Purpose::Changed, None, None).unwrap().unwrap();
    assert_eq!(left.triage.level, Level::A);
    device.answer(Purpose::Again, &[]);
    assert_eq!(device.locking(), [left.id.as_str()]);
}

#[test]
fn writing_reading_and_exporting_work_in_every_locked_state() {
    type Prepare = fn(&mut Device);
    let states: [(&str, Prepare); 7] = [
        ("never asked", |_| {}),
        ("A", |device| drop(device.answer(Purpose::First, &["a1"]))),
        ("B", |device| drop(device.answer(Purpose::First, &["b5"]))),
        ("C that locks", |device| drop(device.answer(Purpose::First, &["c7"]))),
        ("under age", |device| {
            let mut answers = Answers::new();
            answers.set("age", "15").unwrap();
            while let Some(question) = next_question(&answers, Purpose::First) {
                answers.set(question.id, "no").unwrap();
            }
            device.diary.record_screening(&answers, Purpose::First, None, None).unwrap();
        }),
        ("a break", |device| {
            device.answer(Purpose::First, &[]);
        }),
        ("harm", |device| drop(device.answer(Purpose::First, &["c9", "c9-harm"]))),
    ];
    for (state, prepare) in states {
        let mut device = Device::new(1, if state == "a break" { -40 } else { 0 }, &Pool::default());
        prepare(&mut device);
        assert!(device.safety().clearance().is_err(), "{state}");
        let tilt = ResultValues { exercise: Some("pelvic-tilt".into()), sets: Some(2), ..Default::default() };
        let id = device.diary.record_result(&tilt, None).unwrap().id;
        device.diary.record_check_in(&CheckInValues { pain: Some(4), ..Default::default() }, None).unwrap();
        device.diary.edit_result(&id, |values| values.pain_after = Some(3)).unwrap();
        assert_eq!(device.diary.history(&HistoryQuery::default()).unwrap().len(), 2, "{state}");
        for (name, format) in
            [("a.json", ExportFormat::Json), ("a.csv", ExportFormat::Csv), ("a.automerge", ExportFormat::Automerge)]
        {
            assert!(device.diary.export(&device.folder.path().join(name), format).unwrap() >= 2, "{state}");
        }
        device.diary.delete(&id).unwrap();
        device.sync();
        assert!(device.safety().clearance().is_err(), "{state}: use unlocks nothing");
    }
}
