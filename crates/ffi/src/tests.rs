//! What apps rely on, whatever their language.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{Thread, ThreadId, current, park};
use std::time::Duration;

use tempfile::TempDir;

use crate::*;

/// Longest wait for what comes at once.
const PATIENCE: Duration = Duration::from_mins(1);
const AT: Moment = Moment { epoch_ms: 1_795_333_458_123, offset_minutes: 60 };

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    let (mut work, waker) = (pin!(work), Waker::from(Arc::new(Unpark(current()))));
    loop {
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => park(),
        }
    }
}

/// Polls once: what an app's main thread does before it goes on with something else.
fn begin<T>(work: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn options(folder: &TempDir) -> OpenOptions {
    let folder = folder.path().join("diary").to_string_lossy().into_owned();
    OpenOptions { folder, device_name: "Phone".to_owned(), language: "en".to_owned() }
}

fn diary() -> (TempDir, Arc<Diary>) {
    let folder = tempfile::tempdir().unwrap();
    let diary = wait(Diary::create(options(&folder), None)).unwrap();
    (folder, diary)
}

fn pain(pain: i32) -> CheckInDraft {
    CheckInDraft { pain: Some(pain), leg: None, sleep: None, stress: None, mood: None, note: None }
}

fn all() -> HistoryQuery {
    HistoryQuery { from: None, to: None, deleted: false, newest: None, after_revision: None }
}

fn rows(diary: &Diary) -> usize {
    wait(diary.history(all())).unwrap().len()
}

struct Ear {
    heard: Mutex<Sender<(ThreadId, DiaryChange)>>,
    ended: Mutex<Sender<()>>,
    fails: bool,
}

impl DiaryObserver for Ear {
    fn on_change(&self, change: DiaryChange) -> Result<(), LissomError> {
        self.heard.lock().unwrap().send((current().id(), change)).unwrap();
        if self.fails { Err(LissomError::Callback { code: "mine".to_owned() }) } else { Ok(()) }
    }

    fn on_end(&self) -> Result<(), LissomError> {
        // Most tests do not listen for it.
        let _unheard = self.ended.lock().unwrap().send(());
        Ok(())
    }
}

fn ear(fails: bool) -> (Arc<Ear>, Receiver<(ThreadId, DiaryChange)>) {
    let (ear, hears, _ended) = ear_to_the_end(fails);
    (ear, hears)
}

fn ear_to_the_end(fails: bool) -> (Arc<Ear>, Receiver<(ThreadId, DiaryChange)>, Receiver<()>) {
    let ((heard, hears), (ended, ends)) = (channel(), channel());
    (Arc::new(Ear { heard: Mutex::new(heard), ended: Mutex::new(ended), fails }), hears, ends)
}

#[test]
fn no_call_does_its_work_on_the_callers_thread() {
    let (_folder, diary) = diary();
    let hold = wait(diary.hook_hold()).unwrap();
    // Were any of these to wait for the diary on this thread, the test would never come to its end.
    let mut record = Box::pin(diary.record_check_in(pain(3), AT));
    let mut history = Box::pin(diary.history(all()));
    let mut status = Box::pin(diary.status());
    let mut today = Box::pin(diary.today(LocalDay { year: 2026, month: 11, day: 22 }));
    let mut suspend = Box::pin(diary.suspend());
    assert!(begin(&mut record).is_none());
    assert!(begin(&mut history).is_none() && begin(&mut status).is_none() && begin(&mut today).is_none());
    assert!(begin(&mut suspend).is_none());
    hold.release();
    wait(record).unwrap();
    assert_eq!(wait(history).unwrap().len(), 1, "in the order in which they were asked");
    assert_eq!(wait(status).unwrap().records, 1);
    wait(today).unwrap();
    wait(suspend).unwrap();
}

#[test]
fn what_was_asked_to_be_saved_is_saved_though_nobody_waits_and_what_was_to_be_read_is_not_read() {
    let (_folder, diary) = diary();
    let hold = wait(diary.hook_hold()).unwrap();
    let mut record = Box::pin(diary.record_check_in(pain(3), AT));
    let mut unbegun = Box::pin(diary.record_check_in(pain(4), AT));
    let reads = Arc::new(AtomicUsize::new(0));
    let read = || {
        let reads = Arc::clone(&reads);
        diary.worker.read(move |_| Ok(reads.fetch_add(1, Ordering::Relaxed)))
    };
    let (mut left, mut awaited) = (Box::pin(read()), Box::pin(read()));
    assert!(begin(&mut record).is_none() && begin(&mut left).is_none() && begin(&mut awaited).is_none());
    drop(record);
    drop(left);
    hold.release();
    assert_eq!(wait(awaited).unwrap(), 0, "no read was done before this one");
    assert_eq!(reads.load(Ordering::Relaxed), 1);
    assert_eq!(rows(&diary), 1);
    assert!(begin(&mut unbegun).is_none());
    wait(unbegun).unwrap();
    assert_eq!(rows(&diary), 2);
}

#[test]
fn observers_hear_the_present_first_then_every_commit_in_order_from_one_thread() {
    let (_folder, diary) = diary();
    let (ear, hears) = ear(false);
    let subscription = wait(diary.observe(ear)).unwrap();
    let (thread, mut last) = hears.recv_timeout(PATIENCE).unwrap();
    assert!(last.first && last.since == last.revision);
    for score in 0..10 {
        wait(diary.record_check_in(pain(score), AT)).unwrap();
    }
    let now = wait(diary.unsynced()).unwrap();
    while last.unsynced < now {
        let (on, change) = hears.recv_timeout(PATIENCE).unwrap();
        assert_eq!((on, change.since), (thread, last.revision), "none is left out, none comes twice");
        assert!(change.revision > last.revision && !change.first);
        last = change;
    }
    assert_ne!(thread, current().id());
    subscription.cancel();
    wait(diary.record_check_in(pain(1), AT)).unwrap();
    wait(diary.close_diary()).unwrap();
    assert!(hears.recv_timeout(PATIENCE).is_err(), "nothing more, and the observer was let go");
}

#[test]
fn observers_are_told_last_that_the_diary_is_closed() {
    let (_folder, diary) = diary();
    let ((stays, hears, ends), (left, _, unheard)) = (ear_to_the_end(false), ear_to_the_end(false));
    let (stays, left) = (wait(diary.observe(stays)).unwrap(), wait(diary.observe(left)).unwrap());
    left.cancel();
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    wait(diary.close_diary()).unwrap();
    ends.recv_timeout(PATIENCE).unwrap();
    assert!(
        hears.try_iter().last().is_some_and(|(_, change)| change.unsynced > 0),
        "what was committed was told before"
    );
    assert!(unheard.recv_timeout(PATIENCE).is_err(), "and not whoever ended it");
    drop(stays);
}

#[test]
fn what_another_process_committed_is_told_once_though_somebody_begins_to_observe() {
    let (folder, diary) = diary();
    let (first, hears_first) = ear(false);
    let _first = wait(diary.observe(first)).unwrap();
    let begun = hears_first.recv_timeout(PATIENCE).unwrap().1;
    let other = wait(Diary::open(options(&folder), None)).unwrap();
    wait(other.record_check_in(pain(4), AT)).unwrap();
    let (second, hears_second) = ear(false);
    let _second = wait(diary.observe(second)).unwrap();
    let news = hears_first.recv_timeout(PATIENCE).unwrap().1;
    assert_eq!((news.since, news.first), (begun.revision, false));
    let present = hears_second.recv_timeout(PATIENCE).unwrap().1;
    assert_eq!((present.revision, present.first), (news.revision, true));
    wait(diary.close_diary()).unwrap();
    assert!(hears_second.recv_timeout(PATIENCE).is_err(), "nothing twice");
}

#[test]
fn an_answer_counts_for_its_exchange_alone() {
    let (_folder, diary) = diary();
    let answer = || Answer::NoAnswer { reason: "no network".to_owned() };
    wait(diary.set_relay("http://127.0.0.1:9".to_owned(), None, false)).unwrap();
    let session = diary.sync_session(StartedBy::Person);
    assert_eq!(wait(session.step(1, answer())).unwrap_err(), LissomError::Cancelled, "it has not begun");
    let SyncStep::Exchange { number: early, .. } = wait(session.begin()).unwrap() else { panic!("an exchange") };
    let SyncStep::Exchange { number, .. } = wait(session.begin()).unwrap() else { panic!("an exchange") };
    for other in [early, number + 1, 0, -1] {
        assert_eq!(wait(session.step(other, answer())).unwrap_err(), LissomError::OutOfTurn);
    }
    // An address that cannot be one ends no sync.
    assert!(wait(diary.set_relay("ftp://nowhere".to_owned(), None, false)).is_err());
    assert!(matches!(wait(session.step(number, answer())), Err(LissomError::Relay { retry: true, .. })));
    assert_eq!(wait(session.step(number, answer())).unwrap_err(), LissomError::Cancelled, "it is over");
}

#[test]
fn a_session_stays_with_the_relay_that_it_began_with() {
    let (folder, diary) = diary();
    wait(diary.set_relay("http://127.0.0.1:9".to_owned(), None, false)).unwrap();
    let session = diary.sync_session(StartedBy::Person);
    let SyncStep::Exchange { number, request } = wait(session.begin()).unwrap() else { panic!("an exchange") };
    assert!(request.url.starts_with("http://127.0.0.1:9/"));
    let other = wait(Diary::open(options(&folder), None)).unwrap();
    wait(other.set_relay("http://127.0.0.1:10".to_owned(), None, false)).unwrap();
    let headers = vec![Header { name: "content-type".to_owned(), value: "application/json".to_owned() }];
    let body = br#"{"challenge":"AAAA"}"#.to_vec();
    let next = wait(session.step(number, Answer::Response { status: 200, headers, body })).unwrap();
    let SyncStep::Exchange { request, .. } = next else { panic!("an exchange") };
    assert!(request.url.starts_with("http://127.0.0.1:9/"), "{}", request.url);
    let SyncStep::Exchange { request, .. } = wait(session.begin()).unwrap() else { panic!("an exchange") };
    assert!(request.url.starts_with("http://127.0.0.1:10/"), "{}", request.url);
}

#[test]
fn joining_takes_each_answer_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_other, diary) = diary();
    let phrase = wait(diary.phrase()).unwrap();
    let session = JoinSession::new(options(&folder), phrase, "http://127.0.0.1:9", false, None).unwrap();
    let answer = || Answer::NoAnswer { reason: "no network".to_owned() };
    assert_eq!(wait(session.step(1, answer())).unwrap_err(), LissomError::OutOfTurn);
    let JoinStep::Exchange { number, .. } = wait(session.begin()).unwrap() else { panic!("an exchange") };
    assert_eq!(wait(session.begin()).unwrap_err(), LissomError::OutOfTurn);
    assert_eq!(wait(session.step(number + 1, answer())).unwrap_err(), LissomError::OutOfTurn);
    assert!(matches!(wait(session.step(number, answer())), Err(LissomError::Relay { .. })));
    assert_eq!(wait(session.step(number, answer())).unwrap_err(), LissomError::Cancelled, "it is over");
    assert!(session.diary().is_none() && !folder.path().join("diary").exists(), "and nothing was created");
}

#[test]
fn a_change_without_a_plan_says_so_in_words() {
    let (_folder, diary) = diary();
    let refused = wait(diary.keep_well(true, AT)).unwrap_err();
    assert!(matches!(&refused, LissomError::NotFound { text, .. } if text.contains("no plan yet")), "{refused:?}");
}

#[test]
fn an_observer_that_fails_reaches_no_write_and_no_other_observer() {
    let (_folder, diary) = diary();
    let ((bad, hears_bad), (good, hears_good)) = (ear(true), ear(false));
    let (failing, fine) = (wait(diary.observe(bad)).unwrap(), wait(diary.observe(good)).unwrap());
    for hears in [&hears_bad, &hears_good] {
        hears.recv_timeout(PATIENCE).unwrap();
    }
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    for hears in [&hears_bad, &hears_good] {
        hears.recv_timeout(PATIENCE).unwrap();
    }
    // The next call of one observer begins after the last one was counted.
    wait(diary.record_check_in(pain(4), AT)).unwrap();
    hears_bad.recv_timeout(PATIENCE).unwrap();
    assert!(failing.failures() >= 1);
    assert_eq!(fine.failures(), 0);
}

#[test]
fn a_panic_is_an_error_and_the_diary_goes_on() {
    struct Sink(Mutex<Sender<LogLine>>);
    impl LogSink for Sink {
        fn log(&self, line: LogLine) -> Result<(), LissomError> {
            self.0.lock().unwrap().send(line).unwrap();
            Ok(())
        }
    }
    let (_folder, diary) = diary();
    let (lines, told) = channel();
    set_log_sink(LogLevel::Error, Arc::new(Sink(Mutex::new(lines))));
    let error = wait(diary.hook_panic()).unwrap_err();
    assert_eq!(error, LissomError::Internal { code: "internal.panic".to_owned() });
    let line = told.recv_timeout(PATIENCE).unwrap();
    assert_eq!(line.event, "panic");
    assert!(line.detail.contains("hooks.rs:") && !line.detail.contains("pain"), "its place, and not its words");
    clear_log_sink();
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    assert_eq!(rows(&diary), 1);
}

#[test]
fn suspended_it_says_so_and_after_resuming_everything_is_there() {
    let (folder, diary) = diary();
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    let (ear, hears) = ear(false);
    let _subscription = wait(diary.observe(ear)).unwrap();
    hears.recv_timeout(PATIENCE).unwrap();
    wait(diary.suspend()).unwrap();
    wait(diary.suspend()).unwrap();
    assert!(!folder.path().join("diary/diary.sqlite-wal").exists(), "folded in: no file is open");
    assert_eq!(wait(diary.record_check_in(pain(3), AT)).unwrap_err(), LissomError::Suspended);
    assert_eq!(wait(diary.history(all())).unwrap_err(), LissomError::Suspended);
    // Another process writes meanwhile.
    let other = wait(Diary::open(options(&folder), None)).unwrap();
    wait(other.record_check_in(pain(4), AT)).unwrap();
    wait(other.close_diary()).unwrap();
    wait(diary.resume()).unwrap();
    assert!(!hears.recv_timeout(PATIENCE).unwrap().1.first, "observers hear of it");
    assert_eq!(rows(&diary), 2);
    wait(diary.close_diary()).unwrap();
    wait(diary.close_diary()).unwrap();
    assert_eq!(wait(diary.resume()).unwrap_err(), LissomError::Closed);
}

#[test]
fn a_diary_opened_to_look_at_shows_what_the_app_writes_and_writes_nothing() {
    let (folder, diary) = diary();
    let widget = wait(Diary::open_read_only(options(&folder), None)).unwrap();
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    assert_eq!(rows(&widget), 1);
    assert!(matches!(wait(widget.record_check_in(pain(3), AT)), Err(LissomError::ReadOnly { .. })));
    wait(widget.today(LocalDay { year: 2026, month: 11, day: 22 })).unwrap();
    assert_eq!((rows(&widget), rows(&diary)), (1, 1));
    let elsewhere =
        OpenOptions { folder: folder.path().join("none").to_string_lossy().into_owned(), ..options(&folder) };
    assert!(matches!(wait(Diary::open_read_only(elsewhere, None)), Err(LissomError::NoDiary { .. })));
    assert!(!folder.path().join("none").exists());
}

#[test]
fn what_is_cancelled_ends_at_once_and_what_was_not_begun_is_not_done() {
    let (folder, diary) = diary();
    let file = folder.path().join("all.json").to_string_lossy().into_owned();
    wait(diary.record_check_in(pain(3), AT)).unwrap();
    wait(diary.export_file(file.clone(), ExportFormat::Json)).unwrap();
    let other_folder = tempfile::tempdir().unwrap();
    let other = wait(Diary::create(options(&other_folder), None)).unwrap();
    let hold = wait(other.hook_hold()).unwrap();
    let token = CancelToken::new();
    let mut import = Box::pin(other.import_file(file.clone(), Some(Arc::clone(&token))));
    assert!(begin(&mut import).is_none());
    token.cancel();
    assert_eq!(wait(import).unwrap_err(), LissomError::Cancelled);
    hold.release();
    assert_eq!(rows(&other), 0);
    assert!(token.is_cancelled());
    assert_eq!(wait(other.import_file(file, Some(CancelToken::new()))).unwrap().added, 2);
}

#[test]
fn a_refusal_names_the_field_and_its_limits() {
    let (_folder, diary) = diary();
    match wait(diary.record_check_in(pain(11), AT)).unwrap_err() {
        LissomError::InvalidInput { field, code, min, max, nearest, text } => {
            assert_eq!((field.as_str(), code.as_str()), ("pain", "refusal.out_of_range"));
            assert_eq!((min, max, nearest), (Some(0), Some(10), None));
            assert!(text.contains("pain"));
        }
        other => unreachable!("{other}"),
    }
    let far = Moment { epoch_ms: 4_000_000_000_000, ..AT };
    assert!(matches!(wait(diary.record_check_in(pain(1), far)), Err(LissomError::InvalidInput { .. })));
    assert!(matches!(wait(diary.delete("c:none".to_owned())), Err(LissomError::NotFound { .. })));
    assert_eq!(rows(&diary), 0);
    assert_eq!(format!("{:?} {:?}", pain(7), diary), "CheckInDraft(..) Diary(..)");
}

#[test]
fn an_edit_writes_what_differs_and_leaves_what_another_device_changed() {
    let (_folder, diary) = diary();
    let seen = CheckInDraft { sleep: Some(5), ..pain(3) };
    let id = wait(diary.record_check_in(seen.clone(), AT)).unwrap();
    wait(diary.edit_check_in(id.clone(), seen.clone(), CheckInDraft { leg: Some(2), ..seen.clone() })).unwrap();
    wait(diary.edit_check_in(id, seen.clone(), CheckInDraft { sleep: None, ..seen })).unwrap();
    let [row] = wait(diary.history(all())).unwrap().try_into().unwrap();
    assert_eq!(row.entry, HistoryEntry::CheckIn { values: CheckInDraft { leg: Some(2), ..pain(3) } });
    assert_eq!((row.at, row.day), (AT, LocalDay { year: 2026, month: 11, day: 22 }));
}

#[test]
fn a_check_in_without_pain_is_refused_and_none_is_made_up() {
    let (_folder, diary) = diary();
    let draft = CheckInDraft { pain: None, ..pain(0) };
    let refused = wait(diary.record_check_in(draft, AT)).unwrap_err();
    assert!(matches!(refused, LissomError::InvalidInput { field, .. } if field == "pain"));
    assert_eq!(CheckInDraft::from(lissom_diary::CheckInValues::default()).pain, None);
}

#[test]
fn what_locks_an_app_says_whom_to_call_in_the_persons_country() {
    let (_folder, diary) = diary();
    let answers = vec!["a1=yes".to_owned()];
    wait(diary.record_screening_left(answers, ScreeningPurpose::First, AT, Some("US".to_owned()))).unwrap();
    let refused = wait(diary.make_preset("ten-minutes".to_owned(), vec![0, 2], AT)).unwrap_err();
    let LissomError::Locked { texts, .. } = refused else { panic!("{refused:?}") };
    assert!(texts.iter().any(|text| text.contains("911")), "{texts:?}");
}

#[test]
fn what_was_written_down_beside_the_history_can_be_looked_at() {
    let (_folder, diary) = diary();
    let day = |day| LocalDay { year: 2026, month: 11, day };
    let answers = vec!["a1=yes".to_owned()];
    let screened = wait(diary.record_screening_left(answers.clone(), ScreeningPurpose::First, AT, None)).unwrap();
    let [result] = wait(diary.screenings()).unwrap().try_into().unwrap();
    assert_eq!((result.id.clone(), result.level, result.answers), (screened.unwrap().id, "a".to_owned(), answers));
    let caution = wait(diary.record_caution("pregnancy".to_owned(), true, AT, Some(day(30)))).unwrap();
    let [known] = wait(diary.cautions()).unwrap().try_into().unwrap();
    let expected =
        Caution { id: caution, day: day(22), condition: "pregnancy".to_owned(), has: true, until: Some(day(30)) };
    assert!(known == expected);
    let off = wait(diary.record_day_off("travel".to_owned(), day(20), AT, Some(day(21)))).unwrap();
    let [listed] = wait(diary.days_off()).unwrap().try_into().unwrap();
    assert!(listed == DayOff { id: off.clone(), reason: "travel".to_owned(), from: Some(day(20)), to: Some(day(21)) });
    wait(diary.delete(off)).unwrap();
    assert!(wait(diary.days_off()).unwrap().is_empty());
    assert!(wait(diary.clearances()).unwrap().is_empty() && wait(diary.plan_versions()).unwrap().is_empty());
}

#[test]
fn an_own_exercise_is_listed_and_edited_by_what_differs() {
    let (_folder, diary) = diary();
    let draft = OwnExerciseDraft {
        name: "Towel slide".to_owned(),
        kind: "mobility".to_owned(),
        mode: "reps".to_owned(),
        regions: vec!["upper".to_owned()],
        level: Some(1),
        position: None,
        sides: None,
        equipment: Vec::new(),
        sets: Some(2),
        reps: Some(8),
        hold_seconds: None,
        minutes: None,
        cautions: Vec::new(),
        instructions: Some("Slowly up the wall.".to_owned()),
    };
    let id = wait(diary.record_own_exercise(draft.clone(), AT)).unwrap();
    let [own] = wait(diary.own_exercises()).unwrap().try_into().unwrap();
    assert!(own == OwnExercise { id: id.clone(), exercise: draft.clone() });
    wait(diary.edit_own_exercise(id.clone(), draft.clone(), OwnExerciseDraft { reps: Some(10), ..draft.clone() }))
        .unwrap();
    let renamed = OwnExerciseDraft { name: "Wall slide".to_owned(), ..draft.clone() };
    wait(diary.edit_own_exercise(id.clone(), draft, renamed)).unwrap();
    let [own] = wait(diary.own_exercises()).unwrap().try_into().unwrap();
    assert_eq!((own.exercise.name.as_str(), own.exercise.reps), ("Wall slide", Some(10)));
    let no_name = OwnExerciseDraft { name: String::new(), ..own.exercise.clone() };
    assert!(wait(diary.edit_own_exercise(id.clone(), own.exercise, no_name)).is_err());
    wait(diary.delete_own_exercise(id)).unwrap();
    assert!(wait(diary.own_exercises()).unwrap().is_empty());
}
