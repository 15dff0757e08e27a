//! Advice on a device: what is kept of days long past changes nothing, and nothing rises while something is missing.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

#[path = "../../core/tests/support/cases.rs"]
mod cases;
use cases::cases;
use lissom_diary::core::day::Day;
use lissom_diary::core::refusal::{Reason, Refusal};
use lissom_diary::core::screening::{AnswerKind, Answers, Purpose, next_question};
use lissom_diary::{CheckInValues, Diary, Error, ExportFormat, HistoryQuery, Moment, ResultValues, SystemHost};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

/// Days after [`first`] on which the diary ends.
const LAST: i32 = 500;
const EXERCISES: [&str; 3] = ["pelvic-tilt", "knee-to-chest", "walking"];

fn first() -> Day {
    "2024-11-04".parse().unwrap()
}

fn at(day: i32, hour: i64) -> Moment {
    Moment { at_ms: first().plus(day).start_ms() + hour * 3_600_000, offset_minutes: 60 }
}

fn done(exercise: &str, during: i64) -> ResultValues {
    let text = |text: &str| Some(text.to_owned());
    let counted = exercise != "walking";
    ResultValues {
        exercise: text(exercise),
        sets: counted.then_some(2),
        reps: counted.then_some(8),
        minutes: (!counted).then_some(10),
        effort: Some(3),
        pain_before: Some(2),
        pain_during: Some(during),
        completed: text("yes"),
        form: text("sure"),
        spread: text("no"),
        tingling: text("none"),
        ..ResultValues::default()
    }
}

fn screen(diary: &mut Diary, day: i32) {
    let mut answers = Answers::new();
    while let Some(question) = next_question(&answers, Purpose::First) {
        answers.set(question.id, if question.kind == AnswerKind::Age { "45" } else { "no" }).unwrap();
    }
    diary.record_screening(&answers, Purpose::First, None, Some(at(day, 6))).unwrap();
}

fn check_in(diary: &mut Diary, day: i32, pain: i64) {
    let values = CheckInValues { pain: Some(pain), ..CheckInValues::default() };
    diary.record_check_in(&values, Some(at(day, 7))).unwrap();
}

fn begun() -> (TempDir, Diary) {
    let folder = tempfile::tempdir().unwrap();
    let diary = Diary::create(&folder.path().join("diary"), "Phone", SystemHost).unwrap();
    (folder, diary)
}

#[derive(Debug, Clone)]
enum Step {
    /// A few mornings and sessions in a row, the last one with this pain.
    Week {
        day: i32,
        exercise: usize,
        during: i64,
    },
    CheckIn {
        day: i32,
        pain: i64,
    },
    Result {
        day: i32,
        exercise: usize,
        during: i64,
    },
    /// A result that another device wrote, and that comes now.
    Late {
        day: i32,
        exercise: usize,
        during: i64,
    },
    Flare {
        day: i32,
        on: bool,
    },
    Edit {
        which: usize,
        during: i64,
    },
    Move {
        which: usize,
        day: i32,
    },
    Delete {
        which: usize,
    },
    Restore {
        which: usize,
    },
    Answer {
        accept: bool,
    },
    /// Advice is asked for as of this day, which may move on what is kept.
    Look {
        day: i32,
    },
}

fn any_step() -> impl Strategy<Value = Step> {
    // Few records over a long time would never meet: most are in three stretches of it.
    let day = || prop_oneof![4 => 0..20_i32, 2 => 200..220_i32, 4 => (LAST - 20)..LAST, 1 => 0..LAST];
    let exercise = 0..EXERCISES.len();
    let which = 0..60_usize;
    let during = prop_oneof![4 => Just(2_i64), 1 => Just(5), 1 => Just(9)];
    prop_oneof![
        4 => (day(), exercise.clone(), during.clone()).prop_map(|(day, exercise, during)| Step::Week { day, exercise, during }),
        2 => (day(), 0..=10_i64).prop_map(|(day, pain)| Step::CheckIn { day, pain }),
        2 => (day(), exercise.clone(), during.clone()).prop_map(|(day, exercise, during)| Step::Result { day, exercise, during }),
        2 => (day(), exercise, during.clone()).prop_map(|(day, exercise, during)| Step::Late { day, exercise, during }),
        1 => (day(), any::<bool>()).prop_map(|(day, on)| Step::Flare { day, on }),
        2 => (which.clone(), during).prop_map(|(which, during)| Step::Edit { which, during }),
        2 => (which.clone(), day()).prop_map(|(which, day)| Step::Move { which, day }),
        1 => which.clone().prop_map(|which| Step::Delete { which }),
        1 => which.prop_map(|which| Step::Restore { which }),
        2 => any::<bool>().prop_map(|accept| Step::Answer { accept }),
        3 => (300..=LAST).prop_map(|day| Step::Look { day }),
    ]
}

fn id(diary: &Diary, which: usize) -> Option<String> {
    let rows = diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).unwrap();
    rows.get(which % rows.len().max(1)).map(|row| row.id.clone())
}

fn play(folder: &TempDir, diary: &mut Diary, step: &Step) {
    match *step {
        Step::Week { day, exercise, during } => {
            for more in 0..6 {
                check_in(diary, day + more, 2);
                if more % 2 == 0 {
                    let during = if more == 4 { during } else { 2 };
                    diary.record_result(&done(EXERCISES[exercise], during), Some(at(day + more, 18))).unwrap();
                }
            }
        }
        Step::CheckIn { day, pain } => check_in(diary, day, pain),
        Step::Result { day, exercise, during } => {
            diary.record_result(&done(EXERCISES[exercise], during), Some(at(day, 19))).unwrap();
        }
        Step::Late { day, exercise, during } => {
            let (other, mut far) = begun();
            far.record_result(&done(EXERCISES[exercise], during), Some(at(day, 20))).unwrap();
            let file = other.path().join("late.json");
            far.export(&file, ExportFormat::Json).unwrap();
            assert!(folder.path().exists() && diary.import(&file).unwrap().added > 0);
        }
        Step::Flare { day, on } => {
            let reason = if on { "flare" } else { "flare-over" };
            diary.record_day_off(reason, first().plus(day), None, Some(at(LAST, 8))).unwrap();
        }
        Step::Edit { which, during } => {
            if let Some(id) = id(diary, which).filter(|id| id.starts_with("s:")) {
                diary.edit_result(&id, |values| values.pain_during = Some(during)).unwrap();
            }
        }
        Step::Move { which, day } => {
            if let Some(id) = id(diary, which) {
                diary.edit_time(&id, at(day, 12)).unwrap();
            }
        }
        Step::Delete { which } => {
            if let Some(id) = id(diary, which) {
                diary.delete(&id).unwrap();
            }
        }
        Step::Restore { which } => {
            if let Some(id) = id(diary, which) {
                diary.restore(&id).unwrap();
            }
        }
        Step::Answer { accept } => {
            let proposals = diary.advice(first().plus(LAST)).unwrap().doses.proposals;
            if let Some(proposal) = proposals.first() {
                diary.answer_proposal(&proposal.id, accept, Some(at(LAST, 12))).unwrap();
            }
        }
        Step::Look { day } => same_as_read_whole(folder, diary, day),
    }
}

/// A diary that was just made of the same records has nothing kept: it reads every day.
fn same_as_read_whole(folder: &TempDir, diary: &mut Diary, day: i32) {
    let today = first().plus(day);
    let file = folder.path().join("all.json");
    drop(std::fs::remove_file(&file));
    diary.export(&file, ExportFormat::Json).unwrap();
    let (_whole, mut read) = begun();
    read.import(&file).unwrap();
    // Twice: the second time rests on what the first one kept.
    for _ in 0..2 {
        let (one, other) = (diary.advice(today).unwrap(), read.advice(today).unwrap());
        assert!(one.doses.exercises == other.doses.exercises, "doses differ on {today}");
        assert!(one.doses == other.doses, "proposals or a flare differ on {today}");
        assert!(one.safety == other.safety, "safety differs on {today}");
        assert!(one.outcome == other.outcome, "the outcome differs on {today}");
        assert!(one.session == other.session, "the session differs on {today}");
    }
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn what_is_kept_of_days_long_past_gives_the_same_advice_as_reading_everything(steps in vec(any_step(), 6..24)) {
        let (folder, mut diary) = begun();
        screen(&mut diary, LAST - 1);
        check_in(&mut diary, LAST - 1, 2);
        check_in(&mut diary, 0, 2);
        same_as_read_whole(&folder, &mut diary, LAST);
        for step in &steps {
            play(&folder, &mut diary, step);
        }
        same_as_read_whole(&folder, &mut diary, LAST);
    }
}

#[test]
fn looking_back_at_an_old_week_leaves_what_was_kept_of_later_days() {
    let (folder, mut diary) = begun();
    (0..200).for_each(|day| check_in(&mut diary, day, 2));
    let kept = || -> Option<i32> {
        let sql = rusqlite::Connection::open(folder.path().join("diary").join("diary.sqlite")).unwrap();
        sql.query_row("SELECT max(through) FROM checkpoint", [], |row| row.get(0)).unwrap()
    };
    drop(diary.advice(first().plus(199)).unwrap());
    let before = kept();
    assert!(before.is_some());
    drop(diary.digest(first().plus(80), first().plus(199)).unwrap());
    drop(diary.advice(first().plus(90)).unwrap());
    assert_eq!(kept(), before);
}

/// Two good weeks, at the end of which something is offered.
fn two_good_weeks(diary: &mut Diary) {
    screen(diary, 0);
    for day in 0..=14 {
        check_in(diary, day, 2);
        if day % 2 == 1 {
            diary.record_result(&done("pelvic-tilt", 2), Some(at(day, 18))).unwrap();
        }
    }
}

#[test]
fn nothing_rises_while_an_entry_is_missing() {
    let (folder, mut diary) = begun();
    two_good_weeks(&mut diary);
    let today = first().plus(14);
    let before = diary.advice(today).unwrap();
    let offered = before.doses.proposals[0].id.clone();
    assert!(!before.waiting && offered.starts_with("dose.progress/pelvic-tilt"));

    let sql = rusqlite::Connection::open(folder.path().join("diary").join("diary.sqlite")).unwrap();
    sql.execute("INSERT INTO missing (entry_id, since_ms, exchanges) VALUES (randomblob(32), 0, 0)", []).unwrap();
    let waiting = diary.advice(today).unwrap();
    assert!(waiting.waiting && waiting.doses.proposals.is_empty());
    let because = waiting.doses.exercises.values().flat_map(|one| &one.because).map(|reason| reason.rule);
    assert!(because.collect::<Vec<_>>().contains(&"dose.hold.waiting"));
    assert!(diary.answer_proposal(&offered, true, Some(at(14, 12))).is_err());

    // What is too much goes down all the same.
    diary.record_result(&done("pelvic-tilt", 9), Some(at(14, 18))).unwrap();
    let red = diary.advice(today).unwrap();
    let rules: Vec<&str> = red.doses.exercises.values().flat_map(|one| &one.because).map(|one| one.rule).collect();
    assert!(rules.contains(&"dose.regress.red"), "{rules:?}");

    sql.execute("DELETE FROM missing", []).unwrap();
    assert!(!diary.advice(today).unwrap().waiting);
}

#[test]
fn what_was_accepted_before_stays_while_an_entry_is_missing() {
    let (folder, mut diary) = begun();
    two_good_weeks(&mut diary);
    let today = first().plus(14);
    let offered = diary.advice(today).unwrap().doses.proposals[0].id.clone();
    diary.answer_proposal(&offered, true, Some(at(14, 12))).unwrap();
    let accepted = diary.advice(today).unwrap().doses.exercises;
    assert!(accepted.values().any(|one| one.step == 1));
    let sql = rusqlite::Connection::open(folder.path().join("diary").join("diary.sqlite")).unwrap();
    sql.execute("INSERT INTO missing (entry_id, since_ms, exchanges) VALUES (randomblob(32), 0, 0)", []).unwrap();
    let steps = |exercises: &std::collections::BTreeMap<_, lissom_diary::core::dose::ExerciseDose>| {
        exercises.values().map(|one| one.step).collect::<Vec<_>>()
    };
    assert_eq!(steps(&diary.advice(today).unwrap().doses.exercises), steps(&accepted));
}

/// Somebody who walks, first without a plan and then by one, up to the day on which one more day a week is offered.
fn offered_a_day() -> (TempDir, Diary, i32, String) {
    let (folder, mut diary) = begun();
    let walk = |minutes| ResultValues { minutes: Some(minutes), ..done("walking", 2) };
    screen(&mut diary, 0);
    for day in 0..=60 {
        check_in(&mut diary, day, 1);
        if day % 3 == 0 {
            diary.record_result(&walk(30), Some(at(day, 18))).unwrap();
        }
        let advice = diary.advice(first().plus(day)).unwrap();
        assert!(advice.doses.proposals.iter().all(|one| one.rule != "dose.days"), "there is no plan");
        for proposal in advice.doses.proposals {
            diary.answer_proposal(&proposal.id, true, Some(at(day, 20))).unwrap();
        }
    }
    diary.make_preset("ten-minutes", &[0, 3], Some(at(60, 21))).unwrap();
    let mut offered = None;
    for day in 61..=300 {
        check_in(&mut diary, day, 1);
        if day % 3 == 0 {
            diary.record_result(&walk(30), Some(at(day, 18))).unwrap();
        }
        let advice = diary.advice(first().plus(day)).unwrap();
        for proposal in advice.doses.proposals {
            if proposal.rule == "dose.days" {
                offered = Some((day, proposal.id));
                break;
            }
            diary.answer_proposal(&proposal.id, true, Some(at(day, 20))).unwrap();
        }
        if offered.is_some() {
            break;
        }
    }
    let (day, proposal) = offered.unwrap();
    (folder, diary, day, proposal)
}

/// Days of the plan with a walk, and with a session.
fn walks(diary: &Diary) -> (Vec<u8>, Vec<i64>) {
    let plan = diary.plan().unwrap().plan.unwrap();
    let days: Vec<u8> =
        plan.values.items().items.iter().filter(|one| one.exercise == "walking").map(|one| one.weekday).collect();
    (days, plan.values.weekdays.unwrap())
}

#[test]
fn a_yes_to_one_more_day_puts_it_into_the_plan_and_without_a_plan_nothing_is_offered() {
    let (_folder, mut diary, day, proposal) = offered_a_day();
    assert_eq!(walks(&diary), (vec![0, 3], vec![0, 3]));
    diary.answer_proposal(&proposal, true, Some(at(day, 20))).unwrap();
    assert_eq!(walks(&diary), (vec![0, 3, 5], vec![0, 3, 5]));
    let after = diary.advice(first().plus(day)).unwrap();
    assert!(after.doses.proposals.iter().all(|one| one.id != proposal));
}

#[test]
fn a_day_more_that_two_phones_accepted_apart_comes_in_once() {
    let (folder, mut one, day, proposal) = offered_a_day();
    let (_other_folder, mut other) = begun();
    let pass = |from: &mut Diary, to: &mut Diary| {
        let file = folder.path().join("passed.json");
        drop(std::fs::remove_file(&file));
        from.export(&file, ExportFormat::Json).unwrap();
        to.import(&file).unwrap();
    };
    pass(&mut one, &mut other);
    for device in [&mut one, &mut other] {
        device.answer_proposal(&proposal, true, Some(at(day, 20))).unwrap();
    }
    pass(&mut one, &mut other);
    pass(&mut other, &mut one);
    for device in [&one, &other] {
        assert_eq!(walks(device), (vec![0, 3, 5], vec![0, 3, 5]));
    }
    let (plan, beside) = (one.plan().unwrap(), other.plan().unwrap());
    assert!(plan.plan.as_ref().unwrap().id == beside.plan.unwrap().id && plan.others.len() == 1);
    assert!(one.advice(first().plus(day)).unwrap().doses.proposals.iter().all(|open| open.id != proposal));
    one.follow_plan(&plan.plan.unwrap().id, Some(at(day, 21))).unwrap();
    assert!(one.plan().unwrap().others.is_empty());
}

#[test]
fn a_plan_that_is_like_that_already_gets_no_new_version() {
    let (_folder, mut diary) = begun();
    screen(&mut diary, 0);
    check_in(&mut diary, 0, 1);
    diary.make_preset("ten-minutes", &[0, 3], Some(at(0, 9))).unwrap();
    let now = || Some(at(0, 10));
    let begins = diary.plan().unwrap().plan.unwrap().id;
    assert_eq!(diary.keep_well(false, now()).unwrap(), begins, "it is for getting better");
    let well = diary.keep_well(true, now()).unwrap();
    assert_eq!(diary.keep_well(true, now()).unwrap(), well);
    assert_eq!(diary.follow_plan(&well, now()).unwrap(), well);
    assert_eq!(diary.plan_versions().unwrap().len(), 2);
    assert_ne!(diary.follow_plan(&begins, now()).unwrap(), begins, "an earlier one is followed anew");
    assert_eq!(diary.plan_versions().unwrap().len(), 3);
}

#[test]
fn nobody_has_a_flare_that_is_to_come() {
    let (_folder, mut diary) = begun();
    for reason in ["flare", "flare-over"] {
        let refused = diary.record_day_off(reason, first().plus(365), None, Some(at(3, 8)));
        assert!(
            matches!(refused, Err(Error::InvalidInput(refusal)) if refusal == Refusal::new("from", Reason::ToCome)),
            "{reason}"
        );
    }
    assert!(diary.days_off().unwrap().is_empty());
    diary.record_day_off("travel", first().plus(365), None, Some(at(3, 8))).unwrap();
    diary.record_day_off("flare", first(), None, Some(at(3, 8))).unwrap();
}
