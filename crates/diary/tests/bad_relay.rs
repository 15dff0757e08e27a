//! Relays that withhold, reorder, repeat, forge or cry wolf: what the owner sees, and that nothing is lost.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "support/pool_relay.rs"]
mod pool_relay;

use std::time::Duration;

use lissom_diary::sync::client::{End, Violation};
use lissom_diary::sync::http::{Method, Request, Response};
use lissom_diary::sync::protocol::api::CHALLENGE_PATH;
use lissom_diary::{
    Diary, HistoryQuery, Host, RelayUrl, ResultValues, StartedBy, SyncOptions, SystemHost, Transport, TransportError,
};
use pool_relay::{Pool, View};

const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                      abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

struct Device {
    folder: tempfile::TempDir,
    diary: Diary,
    view: View,
}

fn device_with(name: &str, pool: &Pool, host: impl Host + 'static) -> Device {
    let folder = tempfile::tempdir().unwrap();
    let mut view = View::new(pool.clone());
    let url = RelayUrl::parse("http://127.0.0.1:1", false).unwrap();
    let joined = Diary::join(folder.path(), PHRASE, name, (&url, false), &mut view, host).unwrap();
    Device { folder, diary: joined.diary, view }
}

fn device(name: &str, pool: &Pool) -> Device {
    device_with(name, pool, SystemHost)
}

impl Device {
    fn log(&mut self) {
        let values = ResultValues { exercise: Some("walking".into()), minutes: Some(20), ..Default::default() };
        self.diary.record_result(&values, None).unwrap();
    }

    fn sync_by(&mut self, started_by: StartedBy) -> End {
        self.diary.sync(&mut self.view, options(started_by)).unwrap().end
    }

    fn sync(&mut self) -> End {
        self.sync_by(StartedBy::Person)
    }

    fn rows(&self) -> usize {
        self.diary.history(&HistoryQuery::default()).unwrap().len()
    }

    /// A number that only the database knows.
    fn number(&self, select: &str) -> i64 {
        let sql = rusqlite::Connection::open(self.folder.path().join("diary.sqlite")).unwrap();
        sql.query_row(select, [], |row| row.get(0)).unwrap()
    }

    fn whole(&mut self) -> bool {
        self.diary.verify().unwrap().problems.is_empty()
    }

    fn has_notice(&mut self, kind: &str) -> bool {
        self.diary.status().unwrap().notices.iter().any(|notice| notice.kind == kind)
    }
}

fn options(started_by: StartedBy) -> SyncOptions {
    SyncOptions { budget: Duration::from_secs(30), started_by }
}

/// Two devices that have met, with their views equal.
fn pair() -> (Device, Device) {
    let pool = Pool::default();
    let (mut a, mut b) = (device("Phone", &pool), device("Tablet", &pool));
    for _ in 0..2 {
        for device in [&mut a, &mut b] {
            device.view.deliver(|| true);
            assert_eq!(device.sync(), End::Done);
        }
    }
    (a, b)
}

/// Answers of a relay, changed on their way.
struct Changed<'a, F> {
    view: &'a mut View,
    change: F,
}

impl<F: FnMut(&Request, Response) -> Response> Transport for Changed<'_, F> {
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let response = self.view.exchange(request, timeout)?;
        Ok((self.change)(request, response))
    }
}

fn sync_changed(device: &mut Device, change: impl FnMut(&Request, Response) -> Response) -> End {
    let mut transport = Changed { view: &mut device.view, change };
    device.diary.sync(&mut transport, options(StartedBy::Person)).unwrap().end
}

#[test]
fn a_child_without_its_parent_waits_and_says_for_how_many() {
    let (mut a, mut b) = pair();
    a.log();
    a.sync();
    let first = a.view.log.last().copied().unwrap();
    a.log();
    a.sync();
    b.view.deliver(|| true);
    b.view.log.retain(|entry| *entry != first);
    assert_eq!(b.sync(), End::Done);
    let status = b.diary.status().unwrap();
    assert_eq!((status.waiting, b.rows()), (2, 0), "one entry missing, one change waiting for it");
    assert_eq!(status.waiting_for, [Some("Phone".to_owned())]);
    b.log();
    assert_eq!(b.rows(), 1, "what is recorded here does not wait");
    b.view.deliver(|| true);
    b.sync();
    assert_eq!((b.diary.status().unwrap().waiting, b.rows()), (0, 3));
    assert!(b.whole());
    // It was named as a parent before it came: what is sealed next builds on the child alone.
    let of_phone =
        "SELECT count(*) FROM entry WHERE tip = 1 AND device <> (SELECT value FROM meta WHERE key = 'device')";
    assert_eq!(b.number(of_phone), 0, "the tablet's own entry builds on all of the phone's");
    a.view.deliver(|| true);
    a.sync();
    assert_eq!(a.number("SELECT count(*) FROM entry WHERE tip = 1"), 1);
}

#[test]
fn a_page_is_taken_in_as_a_whole_and_one_by_one_only_after_a_death_and_with_two_or_more() {
    let commits = |entries: usize, after_a_death: bool| {
        let (mut a, mut b) = pair();
        if after_a_death {
            let sql = rusqlite::Connection::open(b.folder.path().join("diary.sqlite")).unwrap();
            sql.execute("INSERT INTO suspect VALUES (zeroblob(32), 0, 0)", []).unwrap();
        }
        for _ in 0..entries {
            a.log();
            a.sync();
        }
        b.view.deliver(|| true);
        let before = b.diary.revision().unwrap();
        assert_eq!(b.sync(), End::Done);
        assert_eq!(b.rows(), entries);
        b.diary.revision().unwrap() - before
    };
    let (one, whole) = (commits(1, false), commits(2, false));
    assert_eq!((commits(3, false), commits(1, true), one), (whole, whole, whole));
    let (two, three) = (commits(2, true), commits(3, true));
    assert!(whole < two && two < three, "{whole} {two} {three}");
}

#[test]
fn a_log_that_repeats_an_entry_is_refused_whole() {
    let (mut a, mut b) = pair();
    a.log();
    a.sync();
    b.view.deliver(|| true);
    let repeated = b.view.log.first().copied().unwrap();
    b.view.log.push(repeated);
    let (entries, rows) = (b.diary.status().unwrap().entries, b.rows());
    assert_eq!(b.sync(), End::Misbehaving(Violation::Repeated));
    assert_eq!((b.diary.status().unwrap().entries, b.rows()), (entries, rows));
    assert!(b.has_notice("misbehaving") && b.whole());
    b.view.log.pop();
    assert_eq!(b.sync(), End::Done);
    assert_eq!(b.rows(), 1);
}

#[test]
fn a_page_that_claims_another_chain_or_place_is_refused_whole() {
    for (header, violation) in [("lissom-chain", Violation::PageChain), ("lissom-pos", Violation::PagePositions)] {
        let (mut a, mut b) = pair();
        a.log();
        a.sync();
        b.view.deliver(|| true);
        let end = sync_changed(&mut b, |_, mut response| {
            for (name, value) in &mut response.headers {
                if name == header {
                    *value = if header == "lissom-pos" { "999".into() } else { "A".repeat(43) };
                }
            }
            response
        });
        assert_eq!(end, End::Misbehaving(violation));
        assert_eq!(b.rows(), 0);
        assert_eq!(b.sync(), End::Done);
        assert_eq!(b.rows(), 1);
    }
}

/// Changes a bit of the last signature of each page.
fn spoil_a_signature(request: &Request, mut response: Response) -> Response {
    let page = request.method == Method::Get && !response.body.is_empty();
    if let Some(last) = response.body.last_mut().filter(|_| page) {
        *last ^= 1;
    }
    response
}

#[test]
fn junk_is_kept_and_reported_and_changes_nothing() {
    let (mut a, mut b) = pair();
    a.log();
    a.sync();
    b.view.deliver(|| true);
    let end = sync_changed(&mut b, spoil_a_signature);
    assert_eq!((end, b.rows()), (End::Done, 0));
    assert!(b.has_notice("junk") && b.whole());
    b.log();
    assert_eq!(b.sync(), End::Done);
    // The log is read again as it truly is: the genuine entry has the same id, and comes in.
    let same: Vec<_> = b.view.log.drain(..).rev().collect();
    b.view.log = same;
    assert_eq!(b.sync(), End::Done);
    assert_eq!(b.rows(), 2);
    assert!(b.whole());
}

#[test]
fn an_entry_that_came_with_a_bad_signature_is_asked_for_again() {
    let (mut a, mut b) = pair();
    a.log();
    a.sync();
    b.view.deliver(|| true);
    let end = sync_changed(&mut b, spoil_a_signature);
    assert_eq!((end, b.rows()), (End::Done, 0));
    // The log is as it was, and so is its chain: an id leaves the signature out.
    assert_eq!(b.sync(), End::Done);
    assert_eq!(b.rows(), 1);
    assert!(b.whole() && !b.has_notice("repaired"));
}

#[test]
fn a_log_that_repeats_junk_is_refused_whole() {
    let (mut a, mut b) = pair();
    a.log();
    a.sync();
    b.view.deliver(|| true);
    let id = b.view.log.last().copied().unwrap();
    *b.view.pool.borrow_mut().get_mut(&id).unwrap().last_mut().unwrap() ^= 1;
    assert_eq!(b.sync(), End::Done);
    b.view.log.push(id);
    for _ in 0..2 {
        assert_eq!(b.sync(), End::Misbehaving(Violation::Repeated));
    }
    b.view.log.pop();
    assert_eq!(b.sync(), End::Done);
    assert!(b.has_notice("junk") && b.whole());
}

/// A relay that answers every reading and posting with "diverged".
fn cry_wolf(request: &Request, response: Response) -> Response {
    use lissom_diary::sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
    if !request.path.contains("/entries") || request.path.contains("after=0&") {
        return response;
    }
    let body = serde_json::to_vec(&Problem::new(ProblemKind::LogDiverged)).unwrap();
    Response { status: 409, headers: vec![("content-type".into(), MEDIA_TYPE.into())], body }
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
struct Clock(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl Host for Clock {
    fn now_ms(&mut self) -> i64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        SystemHost.fill_random(bytes);
    }
}

#[test]
fn a_relay_that_cries_wolf_costs_little_and_a_person_can_always_repair() {
    let clock = Clock(std::sync::Arc::new(1_795_000_000_000.into()));
    let pool = Pool::default();
    let mut a = device_with("Phone", &pool, clock.clone());
    a.log();
    a.sync();
    let mut heals = Vec::new();
    for minute in 0..50 {
        let mut asked = 0;
        let mut transport = Changed {
            view: &mut a.view,
            change: |request: &Request, response| {
                asked += usize::from(request.path.contains("after=0&"));
                cry_wolf(request, response)
            },
        };
        a.diary.sync(&mut transport, options(StartedBy::App)).unwrap();
        if asked > 0 {
            heals.push(minute);
        }
        clock.0.fetch_add(60_000, std::sync::atomic::Ordering::Relaxed);
    }
    assert_eq!(heals, [0, 1, 6, 36], "at once, then after 1, 5 and 30 minutes");
    assert_eq!(sync_changed(&mut a, |_, response| response), End::Done, "an honest answer needs no repair");
    a.view.log.clear();
    assert_eq!(a.sync_by(StartedBy::App), End::HealHeld);
    assert_eq!(a.sync(), End::Done, "a repair that a person asks for always runs");
    assert_eq!(a.view.log.len(), a.diary.status().unwrap().entries);
    assert!(a.whole());
}

/// Something that answers in the relay's place where it likes.
struct Before<'a, F> {
    view: &'a mut View,
    answer: F,
}

impl<F: FnMut(&Request) -> Option<Response>> Transport for Before<'_, F> {
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        (self.answer)(request).map_or_else(|| self.view.exchange(request, timeout), Ok)
    }
}

fn is_post(request: &Request) -> bool {
    request.method == Method::Post && request.path.contains("/entries")
}

#[test]
fn an_entry_refused_alone_is_set_aside_while_the_others_go_on_and_tried_again_after_the_next_open() {
    use lissom_diary::sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
    let (mut a, mut b) = pair();
    let mut sealed: Vec<Vec<u8>> = Vec::new();
    for _ in 0..3 {
        a.log();
        let before = sealed.concat().len();
        let answer = |request: &Request| {
            is_post(request).then(|| {
                sealed.push(request.body.get(before..).unwrap_or_default().to_vec());
                Response { status: 503, ..Response::default() }
            })
        };
        let end = a.diary.sync(&mut Before { view: &mut a.view, answer }, options(StartedBy::Person)).unwrap().end;
        assert_eq!(end, End::PushHeld(ProblemKind::Unavailable));
    }
    let bad = sealed.first().cloned().unwrap();
    let refuse = |request: &Request| {
        let hit = is_post(request) && request.body.windows(bad.len()).any(|part| part == bad.as_slice());
        hit.then(|| Response {
            status: 422,
            headers: vec![("content-type".into(), MEDIA_TYPE.into())],
            body: serde_json::to_vec(&Problem::new(ProblemKind::BadSignature)).unwrap(),
        })
    };
    for _ in 0..2 {
        let report = a.diary.sync(&mut Before { view: &mut a.view, answer: refuse }, options(StartedBy::Person));
        assert_eq!(report.unwrap().end, End::Done);
        let status = a.diary.status().unwrap();
        assert_eq!((status.refused, status.unsynced), (1, 1));
    }
    b.view.deliver(|| true);
    b.log();
    assert_eq!(b.sync(), End::Done);
    assert_eq!((b.rows(), b.diary.status().unwrap().waiting), (1, 3), "what builds on it waits, and nothing else");
    a.diary = Diary::open(a.folder.path(), SystemHost).unwrap();
    assert_eq!(a.sync(), End::Done);
    assert_eq!(a.diary.status().unwrap().unsynced, 0);
    b.view.deliver(|| true);
    b.sync();
    assert_eq!((b.rows(), b.diary.status().unwrap().waiting), (4, 0));
    assert!(a.whole() && b.whole());
}

/// A host whose clock panics at its n-th reading, as a bug anywhere inside a transaction would.
struct Countdown(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl Host for Countdown {
    fn now_ms(&mut self) -> i64 {
        let left = self.0.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        assert_ne!(left, 1, "told to");
        1_795_333_458_123
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        SystemHost.fill_random(bytes);
    }
}

#[test]
fn a_panic_that_an_app_catches_leaves_nothing_of_its_transaction_behind() {
    let (mut caught, mut marked) = (0, 0);
    for reading in 1..=14 {
        let pool = Pool::default();
        let left = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(i64::MAX));
        let (mut a, mut b) = (device("Phone", &pool), device_with("Tablet", &pool, Countdown(left.clone())));
        b.log();
        b.sync();
        a.log();
        a.sync();
        // The log is another one from its start: a repair, with a page that brings something new.
        b.view.deliver(|| true);
        b.view.log.reverse();
        left.store(reading, std::sync::atomic::Ordering::Relaxed);
        let sync = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| b.sync()));
        caught += usize::from(sync.is_err());
        marked += b.number("SELECT count(*) FROM applying");
        left.store(i64::MAX, std::sync::atomic::Ordering::Relaxed);
        b.log();
        b.diary = Diary::open(b.folder.path(), SystemHost).unwrap();
        b.log();
        assert_eq!(b.sync(), End::Done, "reading {reading}");
        assert!(b.whole() && b.rows() == 4, "reading {reading}");
        assert_eq!(b.diary.status().unwrap().waiting, 0, "reading {reading}");
        let doubts = "SELECT (SELECT count(*) FROM applying) + (SELECT count(*) FROM suspect)";
        assert_eq!(b.number(doubts), 0, "reading {reading}: what came in is in doubt no longer");
    }
    assert!(caught > 5, "the panics fell inside");
    assert!(marked > 0, "and some while entries were taken in, which the next process must know");
}

/// A relay that answers so many times, and then says nothing for as long as it is waited for.
struct Silent<'v>(&'v mut View, usize);

impl Transport for Silent<'_> {
    fn exchange(&mut self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        if self.1 > 0 {
            self.1 -= 1;
            return self.0.exchange(request, timeout);
        }
        let (_open, never) = std::sync::mpsc::channel::<()>();
        assert!(never.recv_timeout(timeout).is_err());
        Err(TransportError::new("nothing came"))
    }
}

#[test]
fn a_time_that_ran_out_within_an_exchange_is_no_relay_that_is_away() {
    let mut phone = device("phone", &Pool::default());
    phone.log();
    let options = SyncOptions { budget: Duration::from_millis(200), started_by: StartedBy::Person };
    let report = phone.diary.sync(&mut Silent(&mut phone.view, 1), options).unwrap();
    assert_eq!(report.end, End::OutOfTime);
    report.check().unwrap();
    // Where nothing was done the relay is away, however long it was waited for.
    let report = phone.diary.sync(&mut Silent(&mut phone.view, 0), options).unwrap();
    assert!(matches!(report.end, End::Unreachable(_)), "{:?}", report.end);
    assert_eq!(phone.sync(), End::Done);
}

#[test]
fn a_relay_that_another_process_set_is_shown_no_token_of_the_one_before() {
    let mut phone = device("phone", &Pool::default());
    phone.log();
    assert_eq!(phone.sync(), End::Done);
    assert!(phone.diary.watch_request().is_some());
    let mut other = Diary::open(phone.folder.path(), SystemHost).unwrap();
    other.set_relay("http://127.0.0.1:2", None, false).unwrap();
    assert!(phone.diary.watch_request().is_none());
    phone.log();
    let mut asked = Vec::new();
    let end = sync_changed(&mut phone, |request, response| {
        let token = request.headers.iter().any(|(name, _)| *name == "authorization");
        asked.push((request.path.clone(), token));
        response
    });
    assert_eq!(end, End::Done);
    assert_eq!(asked[0], (CHALLENGE_PATH.to_owned(), false), "it is asked who it is first");
    assert!(asked.len() > 2 && phone.diary.watch_request().is_some());
}
