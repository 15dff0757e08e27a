//! What apps rely on, whatever their language.

use std::future::Future;
use std::pin::pin;
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
    fails: bool,
}

impl DiaryObserver for Ear {
    fn on_change(&self, change: DiaryChange) -> Result<(), LissomError> {
        self.heard.lock().unwrap().send((current().id(), change)).unwrap();
        if self.fails { Err(LissomError::Callback { code: "mine".to_owned() }) } else { Ok(()) }
    }
}

fn ear(fails: bool) -> (Arc<Ear>, Receiver<(ThreadId, DiaryChange)>) {
    let (heard, hears) = channel();
    (Arc::new(Ear { heard: Mutex::new(heard), fails }), hears)
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
    let mut history = Box::pin(diary.history(all()));
    assert!(begin(&mut record).is_none() && begin(&mut history).is_none());
    drop(record);
    drop(history);
    hold.release();
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
    wait(diary.close_diary()).unwrap();
    assert_eq!(fine.failures(), 0);
    drop(failing);
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
