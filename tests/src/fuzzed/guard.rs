//! Bytes as the body of an entry, through the guard and into a document.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, OpType};
use lissom_diary::core::document::{
    CHANGE_BYTES_MAX, CHANGE_OPERATIONS_MAX, Change, Document, Outcome, Put, Writer, split,
};
use lissom_diary::core::record::Record;
use lissom_diary::core::value::Value;
use sha2::{Digest, Sha256};

use super::chunk::{composed, mended};
use super::input::Input;

/// Keys in the document that is given the changes, so that they have something to meet and to harm.
const SESSION: &str = "s:01a20236-88cb-7101-8101-010101010101";
const CHECK_IN: &str = "c:01a20236-88cb-7101-8101-010101010101";

pub(super) fn run(bytes: &[u8]) {
    let (mut document, mut made) = document();
    let last_op = made.iter().map(|change| change.start_op + change.operations - 1).max().unwrap_or(0);
    let mut input = Input::new(bytes);
    let head = document.heads().first().copied().expect("a document with one head");
    let body = match input.below(4) {
        0 => input.rest().to_vec(),
        1 => mended(input.rest(), head, false),
        2 => mended(input.rest(), head, true),
        _ => composed(&mut input, &document, last_op),
    };
    let changes = let_through(&body);
    let before = seen(&document);
    let applied = document.apply(&changes);
    assert_eq!(applied.outcomes.len(), changes.len(), "one outcome for each change");
    let outcomes = || applied.outcomes.iter().enumerate();
    let taken: BTreeSet<usize> = outcomes().filter(|(_, o)| **o == Outcome::Applied).map(|(at, _)| at).collect();
    assert_eq!(applied.order.iter().copied().collect::<BTreeSet<_>>(), taken, "the order names what was applied");
    assert_eq!(applied.order.len(), taken.len(), "something was applied twice");
    for (change, outcome) in changes.iter().zip(&applied.outcomes) {
        let twin = changes.iter().zip(&applied.outcomes).any(|(c, o)| c.hash == change.hash && *o == Outcome::Applied);
        let holds = document.holds(&change.hash);
        match outcome {
            Outcome::Applied => assert!(holds, "applied and not there"),
            // The same change again: as its first copy.
            Outcome::Held => {}
            Outcome::Waiting | Outcome::Refused(_) => assert!(!holds || twin, "not applied and there"),
        }
    }
    let after = seen(&document);
    if taken.is_empty() {
        assert!(after == before && applied.dirty.is_empty(), "a refusal changed the document");
    }
    let changed = |key: &&String| before.records.get(*key) != after.records.get(*key);
    let keys = before.records.keys().chain(after.records.keys());
    for key in keys.filter(changed) {
        assert!(applied.dirty.contains(key), "a record changed and would not be read again");
        let alone = document.record(key);
        assert!(alone.as_ref() == after.records.get(key), "a record alone is not as among all");
    }
    // Whatever got in: it can be stored, made again from its changes, and written to.
    made.extend(applied.order.iter().filter_map(|at| changes.get(*at).cloned()));
    assert!(seen(&Document::load(&document.save()).expect("a document that loads")) == after, "saving lost something");
    let mut again = Document::new();
    let outcomes = again.apply(&made).outcomes;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "it cannot be made again");
    assert!(seen(&again) == after, "made again, it is another");
    let again = document.apply(&changes);
    assert!(!again.outcomes.contains(&Outcome::Applied) && seen(&document) == after, "twice is not as once");
    for writer in [1, 77] {
        let puts = [Put::Field { key: SESSION.into(), field: "note".into(), value: Value::Int(i64::from(writer)) }];
        let written = document.write(Writer([writer; 16]), &puts).expect("a document that can be written to");
        let written = written.expect("a value that was not there");
        assert!(Document::new().apply(std::slice::from_ref(&written.change)).outcomes.len() == 1);
        let record = document.record(SESSION).expect("the session");
        assert!(record.edits.get("note") == Some(&Value::Int(i64::from(writer))), "what was written is not there");
    }
}

/// What the guard lets through, each held against what Automerge reads in it.
fn let_through(body: &[u8]) -> Vec<Change> {
    let parts = split(body);
    let bytes = parts.iter().flat_map(|part| match part {
        Ok(change) => change.bytes.clone(),
        Err((_, bytes)) => bytes.clone(),
    });
    assert!(bytes.eq(body.iter().copied()), "splitting lost or made up bytes");
    let changes: Vec<Change> = parts.into_iter().filter_map(Result::ok).collect();
    assert!(changes.iter().map(|change| change.operations).sum::<u64>() <= CHANGE_OPERATIONS_MAX, "too much at once");
    for change in &changes {
        assert!(change.bytes.len() <= CHANGE_BYTES_MAX, "a change over the limit");
        assert!(Change::parse(&change.bytes).as_ref() == Ok(change), "a change does not parse again");
        let theirs = catch_unwind(AssertUnwindSafe(|| automerge::Change::from_bytes(change.bytes.clone()).ok()));
        let Ok(Some(theirs)) = theirs else { continue };
        assert_eq!(theirs.hash().0, change.hash.0, "another hash");
        assert!(theirs.len() as u64 <= CHANGE_OPERATIONS_MAX, "more operations than may be");
        if theirs.len() as u64 != change.operations {
            continue;
        }
        assert!(theirs.actor_id().to_bytes() == change.actor && theirs.seq() == change.seq, "another writer");
        assert_eq!(theirs.start_op().get(), change.start_op, "other numbers");
        assert!(theirs.deps().iter().map(|d| d.0).eq(change.deps.iter().map(|d| d.0)), "other dependencies");
        let Ok(operations) = catch_unwind(AssertUnwindSafe(|| theirs.decode().operations)) else { continue };
        for operation in operations {
            let root = operation.obj == ObjectId::Root && matches!(operation.key, Key::Map(_)) && !operation.insert;
            assert!(
                root && matches!(operation.action, OpType::Put(_) | OpType::Delete),
                "more than a value at the root"
            );
        }
    }
    changes
}

/// All that can be told of a document.
#[derive(PartialEq)]
struct Seen {
    heads: Vec<[u8; 32]>,
    state: [u8; 32],
    records: BTreeMap<String, Record>,
}

fn seen(document: &Document) -> Seen {
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    Seen {
        heads: document.heads().iter().map(|head| head.0).collect(),
        state: hash.finalize().into(),
        records: document.records().into_iter().map(|record| (record.key.clone(), record)).collect(),
    }
}

/// A document with records and an edit, always the same, and the changes that made it.
pub(super) fn document() -> (Document, Vec<Change>) {
    let mut document = Document::new();
    let record = |key: &str| Put::Record { key: key.into(), value: vec![0xa1, 0, 7] };
    let note = Put::Field { key: SESSION.into(), field: "note".into(), value: Value::Text("before".into()) };
    let writes = [vec![record(SESSION), record(CHECK_IN)], vec![note]];
    let made =
        writes.iter().map(|puts| document.write(Writer([1; 16]), puts).expect("a write").expect("a change").change);
    let made = made.collect();
    (document, made)
}
