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
    let mut gap = Document::new();
    write(&mut gap, 3, &[put("c:x", 1)]);
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
