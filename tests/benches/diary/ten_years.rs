//! Ten years of one person: a check-in every day and 2,608 sessions of eight exercises, 6,260 events, each one
//! change, with a fresh writer each day as an app that is opened anew has one.
//!
//! Made through the diary's own calls at the pace of the disk, so it is kept beside the build between runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use lissom_diary::sync::client::End;
use lissom_diary::{CheckInValues, Diary, Host, Moment, ResultValues, StartedBy, SyncOptions, Transport};

use crate::log_relay::LogRelay;
use crate::support::Options;

/// To be raised when anything here or in the diary's format makes another diary.
const VERSION: u32 = 1;
/// 2017-01-01T00:00Z: ten years from here end with a whole year.
const START_MS: i64 = 1_483_228_800_000;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
const EXERCISES: [&str; 8] = [
    "pelvic-tilt",
    "knee-to-chest",
    "partial-crunch",
    "scapular-squeeze",
    "thoracic-extension",
    "chest-opening",
    "knee-to-opposite-shoulder",
    "nerve-glide-slider",
];

/// When the device syncs, which decides how much goes into one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// After every event: one entry an event.
    Event,
    /// In the evening: one entry a day.
    Day,
}

/// A made diary: the sending device's folder, and the log of the relay that it posted to.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) days: i64,
    pub(crate) sessions: i64,
}

impl Made {
    /// Check-ins and results.
    pub(crate) fn rows(&self) -> i64 {
        self.days + self.sessions * EXERCISES.len() as i64
    }

    /// What its device knew last, for going on from there.
    pub(crate) fn clock(&self) -> Clock {
        let clock = Clock::new(START_MS + self.days * DAY_MS - HOUR_MS);
        // Not the random numbers that it was made with.
        clock.random.store(1 << 40, Ordering::Relaxed);
        clock
    }
}

/// A clock that is set, and random numbers that are the same in every run.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    now: Arc<AtomicI64>,
    random: Arc<AtomicU64>,
}

impl Clock {
    pub(crate) fn new(now: i64) -> Self {
        Self { now: Arc::new(AtomicI64::new(now)), random: Arc::default() }
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Host for Clock {
    fn now_ms(&mut self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// The generator that is known as `SplitMix64`.
    fn fill_random(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let count = self.random.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            let mut z = count.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            part.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..part.len()]);
        }
    }
}

/// The diary of this pace, made now if it was not before. One year of it where it has to be quick.
pub(crate) fn made(pace: Pace, options: Options) -> Made {
    let (days, sessions) = if options.quick { (365, 261) } else { (3_652, 2_608) };
    let name = format!("lissom-years-v{VERSION}-{}-{days}-{pace:?}", env!("CARGO_PKG_VERSION")).to_lowercase();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    let made = Made { folder: root.join("diary"), log: root.join("log"), days, sessions };
    if !root.exists() {
        eprintln!("making {days} days, one entry for each {pace:?} (kept in {})", root.display());
        // Whole or not at all.
        let draft = root.with_file_name(format!("{name}.part"));
        drop(std::fs::remove_dir_all(&draft));
        make(&draft, pace, &made);
        std::fs::rename(&draft, &root).unwrap();
    }
    // A diary kept by an older build is brought up to date now, and not in the first figure.
    drop(Diary::open(&made.folder, made.clock()).unwrap());
    made
}

fn make(root: &Path, pace: Pace, made: &Made) {
    let folder = root.join("diary");
    let clock = Clock::new(START_MS);
    let mut relay = None;
    for day in 0..made.days {
        let midnight = START_MS + day * DAY_MS;
        clock.now.store(midnight + 7 * HOUR_MS, Ordering::Relaxed);
        let mut diary = match day {
            0 => Diary::create(&folder, "Phone", clock.clone()).unwrap(),
            _ => Diary::open(&folder, clock.clone()).unwrap(),
        };
        let relay = relay.get_or_insert_with(|| LogRelay::new(&diary.vault()));
        let at = |hour| Some(Moment { at_ms: midnight + hour * HOUR_MS, offset_minutes: 60 });
        diary.record_check_in(&check_in(day), at(7)).unwrap();
        if pace == Pace::Event {
            sync(&mut diary, relay);
        }
        // Evenly over the days.
        if (day + 1) * made.sessions / made.days > day * made.sessions / made.days {
            clock.pass(11 * HOUR_MS);
            diary.record_session(&session(day), at(18)).unwrap();
            if pace == Pace::Event {
                sync(&mut diary, relay);
            }
        }
        if pace == Pace::Day {
            sync(&mut diary, relay);
        }
    }
    relay.unwrap().save(&root.join("log"));
}

/// A sync that has to reach the end; gives the number of entries that came.
pub(crate) fn sync(diary: &mut Diary, transport: &mut dyn Transport) -> usize {
    let options = SyncOptions { budget: Duration::from_mins(10), started_by: StartedBy::Person };
    let report = diary.sync(transport, options).unwrap();
    assert_eq!((report.end, report.unsynced), (End::Done, 0));
    report.pulled
}

fn check_in(day: i64) -> CheckInValues {
    CheckInValues {
        pain: Some(wave(day, 3, 8)),
        leg: Some(wave(day, 5, 5)),
        sleep: Some(wave(day, 7, 11)),
        stress: Some(wave(day, 11, 11)),
        note: (day % 9 == 0).then(|| format!("stiff in the morning, better after walking {} minutes", day % 40)),
        ..CheckInValues::default()
    }
}

/// Eight results, as an evening's programme has them.
pub(crate) fn session(day: i64) -> Vec<ResultValues> {
    let result = |(exercise, n): (&&str, i64)| ResultValues {
        exercise: Some((*exercise).to_owned()),
        sets: Some(1 + wave(day, n, 3)),
        reps: Some(6 + wave(day, n + 2, 9)),
        hold_seconds: (n % 2 == 0).then(|| 5 + wave(day, n, 20)),
        effort: Some(wave(day, n + 3, 8)),
        pain_before: Some(wave(day, 3, 8)),
        pain_during: Some(wave(day, n + 4, 8)),
        pain_after: Some(wave(day, n + 6, 6)),
        note: (day % 5 == 0 && n == 1).then(|| "the left side is tighter than the right".to_owned()),
        ..ResultValues::default()
    };
    EXERCISES.iter().zip(0..).map(result).collect()
}

/// Some number from 0 up to, without, `end`, different for each day.
fn wave(day: i64, factor: i64, end: i64) -> i64 {
    (day * (factor + 1) + day / 3 + factor * factor) % end
}
