//! An app's view: diary, sync and relay inside one process that logs everything and prints every panic.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use lissom_diary::core::day::Day;
use lissom_diary::core::own_exercise::OwnExerciseValues;
use lissom_diary::core::value::{Fields, Value, encode};
use lissom_diary::sync::http::Response;
use lissom_diary::sync::keys::Keys;
use lissom_diary::sync::payload::{Changes, Head};
use lissom_diary::sync::phrase::from_phrase;
use lissom_diary::sync::protocol::entry::UnverifiedEntry;
use lissom_diary::sync::seal::seal;
use lissom_diary::{CheckInValues, Diary, Host, ResultValues, SystemHost};
use lissom_tests::fuzzed::TARGETS;
use lissom_tests::{Between, Device, TestRelay, person};
use rusqlite::Connection;

use crate::planted::{NAME, NOTE, Planted};

/// Where all logs and panics of this process go.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.clone(), "{} {}: {}", record.level(), record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// A host whose clock panics once it is told to, as a bug anywhere inside would.
struct Panics(Arc<AtomicBool>);

impl Host for Panics {
    fn now_ms(&mut self) -> i64 {
        assert!(!self.0.load(Ordering::SeqCst), "told to panic");
        SystemHost.now_ms()
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        SystemHost.fill_random(bytes);
    }
}

/// Everything that logs by either of the two usual ways, and every panic.
fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let all = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).with_ansi(false);
    all.with_writer(move || writer.clone()).init();
    log::set_boxed_logger(Box::new(log.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let hook = log.clone();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        writeln!(hook.clone(), "PANIC {panic}").unwrap();
        // A test that fails says why.
        if panic.location().is_some_and(|at| at.file().contains("canary")) {
            before(panic);
        }
    }));
    log
}

/// Puts these bytes and all hostile samples, sealed by the owner, among what the device sends; shows what holds them.
fn send_hostile(device: &Device, keys: &Keys, bytes: Vec<u8>, shown: &mut Vec<String>) {
    let hostile = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core/tests/hostile");
    let mut bodies: Vec<Vec<u8>> = vec![bytes];
    bodies.extend(std::fs::read_dir(hostile).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()));
    let sql = Connection::open(device.folder.join("diary.sqlite")).unwrap();
    for (nonce, body) in (1..).zip(bodies) {
        let head = Head { kind: 1, device: [9; 16], writer: [9; 16], parents: Vec::new() };
        let changes = Changes { doc_id: "log-2026".into(), body, min_version: 0 };
        let entry = seal(keys, &head, &changes, [nonce; 24]).unwrap();
        shown.extend([format!("{head:?}"), format!("{changes:?}"), format!("{entry:?} {:?}", entry.parts())]);
        shown.push(format!("{:?}", UnverifiedEntry::parse(entry.bytes().to_vec())));
        let insert = "INSERT INTO entry (entry_id, state, at_ms, tip, bytes) VALUES (?1, 0, 0, 0, ?2)";
        sql.execute(insert, (entry.id().0, entry.bytes())).unwrap();
    }
}

#[test]
fn an_app_that_logs_everything_logs_nothing_secret() {
    let log = listen();
    let root = tempfile::tempdir().unwrap();
    let relay = TestRelay::start(&root.path().join("relay"));
    let mut a = Device::create(root.path().join("a"), "Phone", &relay);
    let phrase = a.diary.phrase();
    let (secret, mut planted) = (from_phrase(&phrase).unwrap(), Planted::of(&phrase));
    let keys = Keys::owner(&secret);
    let own = OwnExerciseValues {
        name: Some(NAME.into()),
        kind: Some("strength".into()),
        mode: Some("reps".into()),
        sets: Some(2),
        reps: Some(8),
        ..Default::default()
    };
    a.diary.record_own_exercise(&own, None).unwrap();
    let values = ResultValues { exercise: Some("pelvic-tilt".into()), note: Some(NOTE.into()), ..Default::default() };
    let recorded = a.diary.record_result(&values, None).unwrap();
    let check_in = CheckInValues { pain: Some(3), note: Some(NOTE.into()), ..Default::default() };
    a.diary.record_check_in(&check_in, None).unwrap();

    // Hostile bytes sealed by the owner, around the note: what the guard says of them, and a panic inside Automerge if one came, is logged too.
    let (mut seen, mut shown) = (Vec::new(), Vec::new());
    let value = encode(&Fields::from([(0, Value::Int(1)), (7, Value::Text(NOTE.into()))]));
    shown.push(format!("{:?}", Value::Text(NOTE.into())));
    send_hostile(&a, &keys, value, &mut shown);
    let mut answers: Vec<Response> = Vec::new();
    {
        let mut other = lissom_diary::HttpTransport::new(a.diary.relay().unwrap().unwrap());
        let mut between = Between {
            inner: &mut a.transport,
            answer: Box::new(|request| {
                use lissom_diary::Transport;
                seen.push(format!("{request:?}"));
                let response = other.exchange(request, std::time::Duration::from_secs(30)).unwrap();
                seen.push(format!("{response:?}"));
                answers.push(response.clone());
                Some(response)
            }),
        };
        let report = a.diary.sync(&mut between, person()).unwrap();
        shown.push(format!("{report:?} {between:?}"));
    }
    for answer in &answers {
        if let Ok(token) =
            lissom_diary::sync::protocol::api::from_json::<lissom_diary::sync::protocol::api::Token>(&answer.body)
        {
            shown.push(format!("{token:?}"));
            planted.text("the token", &token.token);
        }
    }
    let mut b = Device::join(root.path().join("b"), "Tablet", &a, &relay);
    b.sync();
    let status = b.diary.status().unwrap();
    assert!(status.quarantined > 10, "hostile bytes came through");
    // A panic in the middle of writing a note down, which the app catches.
    let told = Arc::new(AtomicBool::new(false));
    let mut c = Diary::create(&root.path().join("c"), "Third", Panics(told.clone())).unwrap();
    told.store(true, Ordering::SeqCst);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| c.record_result(&values, None))).is_err());
    shown.push(format!("{c:?}"));
    // What the guard contains, and what it is fed, once more without a diary around.
    for target in TARGETS.iter().filter(|target| ["guard", "record", "import"].contains(&target.name)) {
        (target.run)(NOTE.as_bytes());
    }

    // `Debug` of all that an app can hold.
    shown.push(format!("{:?} {:?} {recorded:?} {values:?} {check_in:?} {own:?}", a.diary, a.transport));
    shown.push(format!("{a:?} {status:#?} {:?} {:?}", b.rows(), b.diary.own_exercises().unwrap()));
    shown.push(format!("{secret:?} {keys:?} {:?} {:?} {:?}", keys.read_root(), keys.public(), keys.vault()));
    shown.push(format!("{:?} {:?}", b.diary.verify().unwrap(), b.diary.advice(Day(20_780)).ok()));
    shown.push(format!("{:?} {:?}", b.diary.relay(), b.diary.watch_request()));
    // Errors, in both forms.
    let long = ResultValues { note: Some(NOTE.repeat(500)), ..values };
    let many = OwnExerciseValues { name: Some(NAME.repeat(60)), ..own };
    let refused = [
        b.diary.record_result(&long, None).map(drop).unwrap_err(),
        b.diary.record_own_exercise(&many, None).map(drop).unwrap_err(),
        b.diary.import(&root.path().join("nothing")).map(drop).unwrap_err(),
        b.diary.delete(&recorded.id.replace('0', "1")).unwrap_err(),
        b.diary.set_relay(&format!("http://{NAME}"), None, false).map(drop).unwrap_err(),
    ];
    shown.extend(refused.iter().map(|error| format!("{error:?} {error}")));
    let turned = phrase.split(' ').rev().collect::<Vec<_>>().join(" ");
    shown.push(format!("{:?}", from_phrase(&turned).map_err(|error| format!("{error:?} {error}"))));
    drop((a, b));
    drop(relay);

    let text = log.text();
    assert!(text.contains("/v1/vaults/{id}/entries") && text.contains("TRACE"), "everything is logged");
    assert!(text.contains("PANIC") && text.contains("told to panic"), "panics are printed");
    planted.assert_unsaid("Debug and errors", &shown.join("\n"));
    planted.assert_unsaid("Debug of requests and answers", &seen.join("\n"));
    let said: Vec<&str> = text.lines().filter(|line| !planted.found_in(line).is_empty()).collect();
    assert_eq!(said, Vec::<&str>::new(), "in the log");
    planted.assert_unsaid("the log", &text);
}
