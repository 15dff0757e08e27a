use super::*;
use crate::moment::uuid7;

fn writer(byte: u8) -> Writer {
    Writer([byte; 16])
}

fn put(key: &str, byte: u8) -> Put {
    Put::Record { key: key.to_owned(), value: vec![0xa1, 0x00, byte] }
}

fn edit(key: &str, field: &str, value: i64) -> Put {
    Put::Field { key: key.to_owned(), field: field.to_owned(), value: Value::Int(value) }
}

fn write(document: &mut Document, by: u8, puts: &[Put]) -> Change {
    document.write(writer(by), puts).unwrap().unwrap().change
}

fn state(document: &Document) -> [u8; 32] {
    let mut hash = Sha256::new();
    document.hash_state(&mut hash);
    hash.finalize().into()
}

#[test]
fn our_reading_of_a_change_agrees_with_automerges() {
    let mut document = Document::new();
    let first = write(&mut document, 1, &[put("c:a", 1), put("c:b", 2)]);
    let second = write(&mut document, 1, &[edit("c:a", "pain", 3)]);
    for (change, seq) in [(&first, 1), (&second, 2)] {
        let theirs = automerge::Change::from_bytes(change.bytes.clone()).unwrap();
        assert_eq!(
            (theirs.hash().0, theirs.seq(), theirs.actor_id().to_bytes()),
            (change.hash.0, seq, change.actor.as_slice())
        );
        assert_eq!(
            theirs.deps().iter().map(|dep| dep.0).collect::<Vec<_>>(),
            change.deps.iter().map(|d| d.0).collect::<Vec<_>>()
        );
        assert_eq!(change.seq, seq);
    }
    assert_eq!(second.deps, [first.hash]);
    assert_eq!(document.heads(), [second.hash]);
}

#[test]
fn equal_writes_give_equal_bytes() {
    let make = || {
        let mut document = Document::new();
        write(&mut document, 7, &[put("c:a", 1), edit("c:a", "note", 2)]).bytes
    };
    assert_eq!(make(), make());
}

#[test]
fn a_record_is_read_with_its_edits_and_no_others() {
    let session = format!("s:{}", uuid7(1_795_333_458_123, [1; 10]));
    let result = format!("{session}.r0000000a");
    let mut document = Document::new();
    write(&mut document, 1, &[put(&session, 1), put(&result, 2), edit(&result, "reps", 9), edit(&session, "at_ms", 5)]);
    let record = document.record(&session).unwrap();
    assert_eq!(record.edits, BTreeMap::from([("at_ms".to_owned(), Value::Int(5))]));
    assert_eq!(document.record(&result).unwrap().edits.len(), 1);
    assert_eq!(document.record("s:none"), None);
    let all: Vec<String> = document.records().into_iter().map(|record| record.key).collect();
    assert_eq!(all, [session, result]);
}

#[test]
fn changes_arrive_in_any_order_and_wait_for_what_they_build_on() {
    let mut author = Document::new();
    let changes: Vec<Change> = (0..5).map(|n| write(&mut author, 1, &[put(&format!("c:{n}"), n)])).collect();
    let mut other = Document::new();
    let late = other.apply(&changes[1..]);
    assert_eq!(late.outcomes, [Outcome::Waiting; 4]);
    assert!(late.dirty.is_empty());
    let mut reversed = changes.clone();
    reversed.reverse();
    let all = other.apply(&reversed);
    assert_eq!(all.outcomes, [Outcome::Applied; 5]);
    assert_eq!(all.dirty.len(), 5);
    assert_eq!(state(&other), state(&author));
    assert_eq!(other.apply(&changes).outcomes, [Outcome::Held; 5]);
}

#[test]
fn a_wrong_number_is_refused_and_takes_no_other_change_with_it() {
    // Two processes with one actor: what a copied virtual machine would do.
    let (mut one, mut two) = (Document::new(), Document::new());
    let mine = write(&mut one, 1, &[put("c:a", 1)]);
    let clash = write(&mut two, 1, &[put("c:b", 2)]);
    let good = write(&mut Document::new(), 2, &[put("c:c", 3)]);
    let applied = one.apply(&[clash, good]);
    assert_eq!(applied.outcomes, [Outcome::Refused(Refused::Sequence), Outcome::Applied]);
    assert!(one.holds(&mine.hash) && one.record("c:c").is_some() && one.record("c:b").is_none());
}

#[test]
fn a_loaded_document_goes_on_where_it_was_saved() {
    let mut document = Document::new();
    let first = write(&mut document, 1, &[put("c:a", 1)]);
    let mut loaded = Document::load(&document.save()).unwrap();
    assert!(loaded.holds(&first.hash));
    let next = write(&mut document, 1, &[put("c:b", 1)]);
    assert_eq!(loaded.apply(&[next]).outcomes, [Outcome::Applied]);
    assert_eq!(state(&loaded), state(&document));
    assert_eq!(Document::load(b"rubbish").err(), Some(LoadError));
}

#[test]
fn too_much_for_one_change_is_refused_and_changes_nothing() {
    let mut document = Document::new();
    let before = state(&document);
    let big = Put::Record { key: "c:big".into(), value: vec![7; CHANGE_BYTES_MAX] };
    assert!(matches!(document.write(writer(1), &[big]), Err(WriteError::TooLarge { .. })));
    let many: Vec<Put> = (0..=CHANGE_OPERATIONS_MAX).map(|n| put(&n.to_string(), 1)).collect();
    assert!(matches!(document.write(writer(1), &many), Err(WriteError::TooLarge { .. })));
    assert_eq!(state(&document), before);
    assert_eq!(write(&mut document, 1, &[put("c:a", 1)]).seq, 1);
}

#[test]
fn concurrent_edits_of_different_fields_both_stand() {
    let mut one = Document::new();
    let base = write(&mut one, 1, &[put("c:a", 1)]);
    let mut two = Document::new();
    two.apply(&[base]);
    let deleted = write(&mut one, 1, &[edit("c:a", "deleted_at", 99), edit("c:a", "pain", 1)]);
    let edited = write(&mut two, 2, &[edit("c:a", "leg", 4)]);
    one.apply(&[edited]);
    two.apply(&[deleted]);
    assert_eq!(state(&one), state(&two));
    let record = one.record("c:a").unwrap();
    assert_eq!(record.deleted_at(), Some(99));
    assert_eq!(record.edits.get("leg"), Some(&Value::Int(4)));
    assert_eq!(record.edits.get("pain"), Some(&Value::Int(1)));
}

#[test]
fn what_our_documents_never_hold_is_refused_before_automerge_sees_it() {
    use automerge::transaction::Transactable;
    use automerge::{ObjType, ScalarValue};
    type Work = fn(&mut automerge::transaction::Transaction<'_>);
    let works: [(&str, Work); 5] = [
        ("object", |t| drop(t.put_object(ROOT, "c:a", ObjType::Map).unwrap())),
        ("list", |t| {
            let list = t.put_object(ROOT, "c:a", ObjType::List).unwrap();
            t.insert(&list, 0, 1).unwrap();
        }),
        ("text", |t| {
            let text = t.put_object(ROOT, "c:a", ObjType::Text).unwrap();
            t.splice_text(&text, 0, 0, "hello").unwrap();
        }),
        ("counter", |t| t.put(ROOT, "c:a", ScalarValue::counter(1)).unwrap()),
        ("increment", |t| {
            t.put(ROOT, "c:a", ScalarValue::counter(1)).unwrap();
            t.increment(ROOT, "c:a", 1).unwrap();
        }),
    ];
    for (name, work) in works {
        let mut document = Automerge::new();
        let mut transaction = document.transaction();
        work(&mut transaction);
        transaction.commit();
        let bytes = document.get_last_local_change().unwrap().raw_bytes().to_vec();
        assert_eq!(Change::parse(&bytes).err(), Some(ChangeRefusal::NotRootValues), "{name}");
    }
}

/// A change of one operation with another number for it: the chunk is laid out again with its length and checksum.
fn renumbered(change: &Change, start_op: u64) -> Vec<u8> {
    let expanded = automerge::Change::from_bytes(change.bytes.clone()).unwrap().decode();
    let expanded = automerge::ExpandedChange { start_op: start_op.try_into().unwrap(), hash: None, ..expanded };
    automerge::Change::from(expanded).raw_bytes().to_vec()
}

#[test]
fn operations_numbered_ahead_are_refused_so_that_numbers_never_run_out() {
    let change = write(&mut Document::new(), 1, &[put("c:a", 1)]);
    let mut document = Document::new();
    for start_op in [2, 1_000, (1 << 31) - 1, 1 << 31, 4_294_967_294, 4_294_967_295, 1 << 40] {
        let ahead: Vec<Change> = split(&renumbered(&change, start_op)).into_iter().filter_map(Result::ok).collect();
        let outcomes = document.apply(&ahead).outcomes;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Refused(Refused::Sequence)), "{start_op}");
    }
    assert_eq!(document.apply(&[change]).outcomes, [Outcome::Applied]);
    write(&mut document, 2, &[put("c:b", 1)]);
}

#[test]
fn a_gap_in_an_actors_numbers_is_refused() {
    let mut author = Document::new();
    let first = write(&mut author, 3, &[put("c:x", 1)]);
    let mut third = write(&mut author, 3, &[put("c:y", 1)]);
    third.seq = 3;
    let mut document = Document::new();
    assert_eq!(document.apply(&[first, third]).outcomes, [Outcome::Applied, Outcome::Refused(Refused::Sequence)]);
}

#[test]
fn many_small_changes_claim_no_more_together_than_one_may() {
    let many = |n: u64| (0..n).map(|n| put(&n.to_string(), 1)).collect::<Vec<_>>();
    let body: Vec<u8> = (1..=3).flat_map(|actor| write(&mut Document::new(), actor, &many(9_000)).bytes).collect();
    let verdicts: Vec<Option<ChangeRefusal>> =
        split(&body).into_iter().map(Result::err).map(|e| e.map(|e| e.0)).collect();
    assert_eq!(verdicts, [None, None, Some(ChangeRefusal::TooManyOperations)]);
    let tiny = write(&mut Document::new(), 1, &[put("c:a", 1)]).bytes.repeat(5_000);
    assert_eq!(split(&tiny).len(), 4_097);
}

#[test]
fn one_bad_change_among_many_and_a_long_chain_backwards_take_no_square_of_time() {
    let mut author = Document::new();
    let mut changes: Vec<Change> = (0..600).map(|n| write(&mut author, 1, &[put(&format!("c:{n}"), 1)])).collect();
    changes.reverse();
    let mut document = Document::new();
    let applied = document.apply(&changes);
    assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
    assert_eq!(applied.order, (0..600).rev().collect::<Vec<_>>());
    // One whose contents are not what its hash says, in the middle of others that stand alone.
    let mut alone: Vec<Change> =
        (1..=64).map(|n| write(&mut Document::new(), n, &[put(&format!("c:{n}"), 1)])).collect();
    alone[31].operations = 2;
    let applied = Document::new().apply(&alone);
    assert_eq!(applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count(), 63);
    assert_eq!(applied.outcomes[31], Outcome::Refused(Refused::Contents));
}

#[test]
fn a_change_that_would_not_come_out_as_it_went_in_is_refused() {
    let unhex = |text: &str| -> Vec<u8> {
        let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digits).collect()
    };
    let base = "856f4a836234ae4f01320010010101010101010101010101010101010101000000061505340142025602570270027e016101620202010214\
                01020200";
    // Each is by another actor and depends on the base, which puts `a` and `b`; Automerge takes all of them.
    let rest = [
        (
            "puts c and names the base's actor, which no operation uses",
            "856f4a83f445728a0160016234ae4f8292fae9d2caf8db25dc4f8b\
            b3179e4d38358e092d0046c36c32b37c10f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f10103000001100101010101010101010101010101010106150334\
            0142025602570170027f0163017f017f14077f00",
        ),
        (
            "puts a in place of an operation that does not exist",
            "856f4a8313b9e6670168016234ae4f8292fae9d2caf8db25dc4f8bb3179e4d\
            38358e092d0046c36c32b37c10f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f101030000011001010101010101010101010101010101081503340142025602\
            57017002710273027f0161017f017f14077f017f017f09",
        ),
        (
            "puts c in place of a",
            "856f4a839d52a0e10168016234ae4f8292fae9d2caf8db25dc4f8bb3179e4d38358e092d0046c36c32b37c10f1f1f1f1\
            f1f1f1f1f1f1f1f1f1f1f1f10103000001100101010101010101010101010101010108150334014202560257017002710273027f0163017f017f1407\
            7f017f017f01",
        ),
    ];
    let plain = |text: &str| unhex(&text.replace(char::is_whitespace, ""));
    for (what, change) in rest {
        let changes = [plain(base), plain(change)].map(|bytes| Change::parse(&bytes).unwrap());
        let mut document = Document::new();
        let outcomes = document.apply(&changes).outcomes;
        assert!(matches!(outcomes[..], [Outcome::Applied, Outcome::Refused(_)]), "{what}: {outcomes:?}");
        assert!(Document::load(&document.save()).is_ok(), "{what}");
    }
    let good = "856f4a83f83441350168016234ae4f8292fae9d2caf8db25dc4f8bb3179e4d38358e092d0046c36c32b37c10f1f1f1f1f1f1f1f1f1f1f1f1f1\
                f1f1f10103000001100101010101010101010101010101010108150334014202560257017002710273027f0161017f017f14077f017f017f01";
    let changes = [plain(base), plain(good)].map(|bytes| Change::parse(&bytes).unwrap());
    assert_eq!(Document::new().apply(&changes).outcomes, [Outcome::Applied; 2], "puts a in place of a");
}
