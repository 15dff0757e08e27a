//! Laws of merging, over random histories.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

#[path = "support/cases.rs"]
mod cases;

use cases::cases;
use lissom_core::document::{Change, Document, Outcome, Put, Writer};
use lissom_core::value::{Fields, Value, encode};
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const KEYS: [&str; 4] = ["c:a", "c:b", "s:x", "s:x.r00000001"];
const FIELDS: [&str; 4] = ["pain", "note", "deleted_at", "from_a_later_version"];

/// One step of one device: write a record or a field, or hear from another device.
#[derive(Debug, Clone)]
enum Step {
    Record { device: usize, key: usize, value: i64 },
    Field { device: usize, key: usize, field: usize, value: Option<i64> },
    Hear { device: usize, from: usize, count: usize },
    Restart { device: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_usize, 0..4_usize, 0..3_i64).prop_map(|(device, key, value)| Step::Record { device, key, value }),
        4 => (0..3_usize, 0..4_usize, 0..4_usize, any::<Option<i64>>())
            .prop_map(|(device, key, field, value)| Step::Field { device, key, field, value }),
        2 => (0..3_usize, 0..3_usize, 0..6_usize).prop_map(|(device, from, count)| Step::Hear { device, from, count }),
        1 => (0..3_usize).prop_map(|device| Step::Restart { device }),
    ]
}

struct Device {
    document: Document,
    writer: u8,
    made: Vec<Change>,
}

/// Plays a history; gives every change made, in the order made, and each device's last document.
fn play(steps: &[Step]) -> (Vec<Change>, Vec<Document>) {
    let mut next_writer = 0_u8;
    let mut fresh = || {
        next_writer += 1;
        next_writer
    };
    let mut devices: Vec<Device> =
        (0..3).map(|_| Device { document: Document::new(), writer: fresh(), made: Vec::new() }).collect();
    let mut all = Vec::new();
    for step in steps {
        let (device, put) = match step {
            Step::Hear { device, from, count } => {
                let heard: Vec<Change> = devices[*from].made.iter().rev().take(*count).cloned().collect();
                devices[*device].document.apply(&heard);
                continue;
            }
            Step::Restart { device } => {
                let device = &mut devices[*device];
                device.document = Document::load(&device.document.save()).unwrap();
                device.writer = fresh();
                continue;
            }
            Step::Record { device, key, value } => {
                let value = encode(&Fields::from([(0, Value::Int(*value))]));
                (device, Put::Record { key: KEYS[*key].into(), value })
            }
            Step::Field { device, key, field, value } => {
                let value = value.map_or(Value::Null, Value::Int);
                (device, Put::Field { key: KEYS[*key].into(), field: FIELDS[*field].into(), value })
            }
        };
        let device = &mut devices[*device];
        if let Some(written) = device.document.write(Writer([device.writer; 16]), &[put]).unwrap() {
            device.made.push(written.change.clone());
            all.push(written.change);
        }
    }
    (all, devices.into_iter().map(|device| device.document).collect())
}

fn state(document: &Document) -> Vec<u8> {
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    hash.finalize().to_vec()
}

fn merged(parts: &[&[Change]]) -> Document {
    let mut document = Document::new();
    for part in parts {
        document.apply(part);
    }
    // Whatever waited for a later part is offered again, as the store of waiting changes does.
    document.apply(&parts.concat());
    document
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn merge_is_commutative_associative_and_idempotent(
        steps in vec(any_step(), 1..40), order in any::<u64>(), cut in 0..40_usize,
    ) {
        let (all, devices) = play(&steps);
        let (left, right) = all.split_at(cut.min(all.len()));
        let reference = state(&merged(&[&all]));
        prop_assert_eq!(&state(&merged(&[left, right])), &reference);
        prop_assert_eq!(&state(&merged(&[right, left])), &reference);
        prop_assert_eq!(&state(&merged(&[right, left, right, left])), &reference);
        let mut shuffled = all.clone();
        let mut seed = order;
        for at in (1..shuffled.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, usize::try_from(seed >> 33).unwrap() % (at + 1));
        }
        prop_assert_eq!(&state(&merged(&[&shuffled])), &reference);
        let one_by_one: Vec<&[Change]> = shuffled.iter().map(std::slice::from_ref).collect();
        prop_assert_eq!(&state(&merged(&one_by_one)), &reference);
        for mut document in devices {
            document.apply(&all);
            prop_assert_eq!(&state(&document), &reference);
            let again = document.apply(&all).outcomes;
            prop_assert!(again.iter().all(|outcome| *outcome == Outcome::Held), "{:?} {:?}", again, all.iter().map(|c| (c.seq, c.start_op, c.operations, c.deps.len())).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_dirty_keys_of_an_apply_cover_every_record_that_changed(steps in vec(any_step(), 1..40), cut in 0..40_usize) {
        let (all, _) = play(&steps);
        let (left, right) = all.split_at(cut.min(all.len()));
        let mut document = Document::new();
        document.apply(left);
        let before = document.records();
        let dirty = document.apply(right).dirty;
        for key in KEYS {
            let (old, new) = (before.iter().find(|r| r.key == key), document.record(key));
            prop_assert!(old == new.as_ref() || dirty.contains(key), "{} changed unseen", key);
        }
    }

    #[test]
    fn a_saved_document_loads_to_the_same(steps in vec(any_step(), 1..40)) {
        let (_, devices) = play(&steps);
        for document in devices {
            let loaded = Document::load(&document.save()).unwrap();
            prop_assert_eq!(state(&loaded), state(&document));
            prop_assert_eq!(loaded.records(), document.records());
            prop_assert_eq!(loaded.heads(), document.heads());
        }
    }
}
