//! Random histories on three devices: after every step the projection equals one made anew, and in the end all
//! devices show the same.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

#[path = "../../core/tests/support/cases.rs"]
mod cases;
#[path = "support/pool_relay.rs"]
mod pool_relay;

use std::time::Duration;

use cases::cases;
use lissom_diary::core::day::Day;
use lissom_diary::core::measure::MeasureValues;
use lissom_diary::sync::client::End;
use lissom_diary::{
    CheckInValues, Diary, HistoryQuery, HistoryRow, Host, Moment, ResultValues, StartedBy, SyncOptions,
};
use pool_relay::{Pool, View};
use proptest::collection::vec;
use proptest::prelude::*;

const DEVICES: usize = 3;
const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                      abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

#[derive(Debug, Clone)]
enum Step {
    Result { device: usize, year: i64 },
    CheckIn { device: usize, pain: i64 },
    Measure { device: usize, count: i64 },
    Caution { device: usize, has: bool },
    Flare { device: usize, on: bool },
    Edit { device: usize, which: usize, value: i64 },
    Move { device: usize, which: usize, year: i64 },
    Delete { device: usize, which: usize },
    Restore { device: usize, which: usize },
    Sync { device: usize },
    Deliver { device: usize, seed: u64 },
    Shuffle { device: usize, seed: u64 },
    Reopen { device: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    let device = 0..DEVICES;
    let which = 0..20_usize;
    prop_oneof![
        3 => (device.clone(), 0..3_i64).prop_map(|(device, year)| Step::Result { device, year }),
        2 => (device.clone(), 0..=10_i64).prop_map(|(device, pain)| Step::CheckIn { device, pain }),
        1 => (device.clone(), 0..=30_i64).prop_map(|(device, count)| Step::Measure { device, count }),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, has)| Step::Caution { device, has }),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, on)| Step::Flare { device, on }),
        3 => (device.clone(), which.clone(), 0..=10_i64).prop_map(|(device, which, value)| Step::Edit { device, which, value }),
        1 => (device.clone(), which.clone(), 0..3_i64).prop_map(|(device, which, year)| Step::Move { device, which, year }),
        1 => (device.clone(), which.clone()).prop_map(|(device, which)| Step::Delete { device, which }),
        1 => (device.clone(), which).prop_map(|(device, which)| Step::Restore { device, which }),
        4 => device.clone().prop_map(|device| Step::Sync { device }),
        3 => (device.clone(), any::<u64>()).prop_map(|(device, seed)| Step::Deliver { device, seed }),
        1 => (device.clone(), any::<u64>()).prop_map(|(device, seed)| Step::Shuffle { device, seed }),
        1 => device.prop_map(|device| Step::Reopen { device }),
    ]
}

/// A clock that each call moves on, and random bytes from a seed.
#[derive(Clone)]
struct TestHost {
    now: i64,
    random: Random,
}

#[derive(Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Host for TestHost {
    fn now_ms(&mut self) -> i64 {
        self.now += 1000;
        self.now
    }

    fn fill_random(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.random.next().to_le_bytes()[0]);
    }
}

struct Device {
    folder: tempfile::TempDir,
    diary: Diary,
    view: View,
    opens: u64,
}

fn host(device: usize, opens: u64) -> TestHost {
    let seed = u64::try_from(device).unwrap() * 1_000 + opens;
    TestHost { now: 1_795_000_000_000, random: Random(seed) }
}

fn moment(year: i64, seconds: i64) -> Moment {
    Moment::new((52 + year) * 31_556_952_000 + seconds * 1000, 60 * year).unwrap()
}

impl Device {
    fn new(index: usize, pool: &Pool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut view = View::new(pool.clone());
        let url = lissom_diary::RelayUrl::parse("http://127.0.0.1:1", false).unwrap();
        let name = format!("Device {index}");
        let joined = Diary::join(folder.path(), PHRASE, &name, (&url, false), &mut view, host(index, 0)).unwrap();
        Self { folder, diary: joined.diary, view, opens: 0 }
    }

    fn rows(&self) -> Vec<HistoryRow> {
        self.diary.history(&HistoryQuery { deleted: true, ..HistoryQuery::default() }).unwrap()
    }

    fn id(&self, which: usize) -> Option<String> {
        let rows = self.rows();
        rows.get(which % rows.len().max(1)).map(|row| row.id.clone())
    }

    fn sync(&mut self) {
        let options = SyncOptions { budget: Duration::from_secs(30), started_by: StartedBy::Person };
        let report = self.diary.sync(&mut self.view, options).unwrap();
        assert_eq!(report.end, End::Done);
    }

    fn edit(&mut self, which: usize, value: i64) {
        let Some(id) = self.id(which) else { return };
        if id.starts_with("c:") {
            self.diary.edit_check_in(&id, |values| values.stress = Some(value)).unwrap();
        } else if id.starts_with("s:") {
            self.diary.edit_result(&id, |values| values.pain_after = (value != 0).then_some(value)).unwrap();
        }
    }
}

fn play(devices: &mut [Device], count: i64, step: &Step) -> usize {
    match step {
        Step::Result { device, year } => {
            let values = ResultValues { exercise: Some("pelvic-tilt".into()), sets: Some(2), ..Default::default() };
            devices[*device].diary.record_result(&values, Some(moment(*year, count))).unwrap();
            *device
        }
        Step::CheckIn { device, pain } => {
            let values = CheckInValues { pain: Some(*pain), ..Default::default() };
            devices[*device].diary.record_check_in(&values, Some(moment(1, count))).unwrap();
            *device
        }
        Step::Measure { device, count: value } => {
            let values =
                MeasureValues { measure: Some("sit-to-stand".into()), value: Some(*value), ..Default::default() };
            devices[*device].diary.record_measure(&values, Some(moment(1, count))).unwrap();
            *device
        }
        Step::Caution { device, has } => {
            devices[*device].diary.record_caution("pregnancy", *has, None, Some(moment(1, count))).unwrap();
            *device
        }
        Step::Flare { device, on } => {
            let reason = if *on { "flare" } else { "flare-over" };
            let at = moment(1, count);
            devices[*device].diary.record_day_off(reason, Day::of(at), None, Some(at)).unwrap();
            *device
        }
        Step::Edit { device, which, value } => {
            devices[*device].edit(*which, *value);
            *device
        }
        Step::Move { device, which, year } => {
            if let Some(id) = devices[*device].id(*which) {
                devices[*device].diary.edit_time(&id, moment(*year, count)).unwrap();
            }
            *device
        }
        Step::Delete { device, which } => {
            if let Some(id) = devices[*device].id(*which) {
                devices[*device].diary.delete(&id).unwrap();
            }
            *device
        }
        Step::Restore { device, which } => {
            if let Some(id) = devices[*device].id(*which) {
                devices[*device].diary.restore(&id).unwrap();
            }
            *device
        }
        Step::Sync { device } => {
            devices[*device].sync();
            *device
        }
        Step::Deliver { device, seed } => {
            let mut random = Random(*seed);
            devices[*device].view.deliver(|| random.next().is_multiple_of(2));
            *device
        }
        Step::Shuffle { device, seed } => {
            let mut random = Random(*seed);
            let log = &mut devices[*device].view.log;
            for at in (1..log.len()).rev() {
                log.swap(at, usize::try_from(random.next() >> 33).unwrap() % (at + 1));
            }
            *device
        }
        Step::Reopen { device } => {
            let index = *device;
            let device = &mut devices[index];
            device.opens += 1;
            device.diary = Diary::open(device.folder.path(), host(index, device.opens)).unwrap();
            index
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(24) })]

    #[test]
    fn the_projection_equals_a_rebuild_after_every_step_and_all_devices_meet(steps in vec(any_step(), 1..50)) {
        let pool = Pool::default();
        let mut devices: Vec<Device> = (0..DEVICES).map(|index| Device::new(index, &pool)).collect();
        for (count, step) in (1_i64..).zip(&steps) {
            let touched = play(&mut devices, count, step);
            let verified = devices[touched].diary.verify().unwrap();
            prop_assert_eq!(verified.problems, Vec::new(), "after {:?}", step);
        }
        for _ in 0..2 {
            for device in &mut devices {
                device.view.deliver(|| true);
                device.sync();
            }
        }
        for device in &mut devices {
            device.view.deliver(|| true);
            device.sync();
            let status = device.diary.status().unwrap();
            prop_assert_eq!((status.unsynced, status.waiting, status.quarantined, status.refused), (0, 0, 0, 0));
        }
        let (first, rest) = devices.split_first_mut().unwrap();
        for other in rest {
            prop_assert_eq!(first.diary.state_hash().unwrap(), other.diary.state_hash().unwrap());
            prop_assert_eq!(first.rows(), other.rows());
            // Invariant 9: the same log gives the same advice, whoever asks.
            let today = Day::of(moment(2, 0));
            let (ours, theirs) = (first.diary.advice(today).unwrap(), other.diary.advice(today).unwrap());
            prop_assert_eq!((ours.safety, ours.doses, ours.outcome), (theirs.safety, theirs.doses, theirs.outcome));
        }
    }
}
