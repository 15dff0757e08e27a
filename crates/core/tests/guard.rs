//! The guard at its limits: chunks laid out by hand, the last that is let through and the first that is not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]

use lissom_core::document::{
    CHANGE_BYTES_MAX, CHANGE_OPERATIONS_MAX, Change, ChangeRefusal, Document, Outcome, Put, Refused, Writer, split,
};
use sha2::{Digest, Sha256};

const KEY: u64 = 21;
const INSERT: u64 = 52;
const ACTION: u64 = 66;
const KIND: u64 = 86;
const VALUE: u64 = 87;
const PREDECESSORS: u64 = 112;
const PREDECESSOR_ACTOR: u64 = 113;
const PREDECESSOR_COUNTER: u64 = 115;
/// Highest number of an operation.
const OPERATION_NUMBER_MAX: u64 = 1 << 31;

fn uleb(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let part = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        bytes.push(if value == 0 { part } else { part | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

fn sleb(mut value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let part = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        let last = (value == 0 && part & 0x40 == 0) || (value == -1 && part & 0x40 != 0);
        bytes.push(if last { part } else { part | 0x80 });
        if last {
            return bytes;
        }
    }
}

/// A run of one value; a single one by itself, as Automerge writes it.
fn run(rows: u64, value: &[u8]) -> Vec<u8> {
    [sleb(if rows == 1 { -1 } else { i64::try_from(rows).unwrap() }), value.to_vec()].concat()
}

/// Values one by one.
fn literal(values: &[&[u8]]) -> Vec<u8> {
    [sleb(-i64::try_from(values.len()).unwrap()), values.concat()].concat()
}

/// A change's contents, to be laid out as a chunk.
#[derive(Clone)]
struct Laid {
    actor: u8,
    seq: u64,
    start_op: u64,
    columns: Vec<(u64, Vec<u8>)>,
    extra: usize,
}

impl Laid {
    /// Puts null at one key, so many times.
    fn puts(rows: u64) -> Self {
        let columns = vec![
            (KEY, run(rows, b"\x03c:a")),
            (INSERT, uleb(rows)),
            (ACTION, run(rows, &[1])),
            (KIND, run(rows, &[0])),
            (PREDECESSORS, run(rows, &[0])),
        ];
        Self { actor: 7, seq: 1, start_op: 1, columns, extra: 0 }
    }

    fn with(mut self, spec: u64, data: Vec<u8>) -> Self {
        self.columns.retain(|(known, _)| *known != spec);
        self.columns.push((spec, data));
        self.columns.sort_by_key(|(spec, _)| *spec);
        self
    }

    fn chunk(&self) -> Vec<u8> {
        let mut contents = vec![0];
        contents.extend([&[16][..], &[self.actor; 16]].concat());
        contents.extend([uleb(self.seq), uleb(self.start_op), vec![0, 0, 0]].concat());
        contents.extend(uleb(self.columns.len() as u64));
        for (spec, data) in &self.columns {
            contents.extend([uleb(*spec), uleb(data.len() as u64)].concat());
        }
        contents.extend(self.columns.iter().flat_map(|(_, data)| data));
        contents.resize(contents.len() + self.extra, 0);
        chunk(1, &contents)
    }

    /// Why it is refused.
    fn refused(&self) -> Option<ChangeRefusal> {
        Change::parse(&self.chunk()).err()
    }
}

fn chunk(kind: u8, contents: &[u8]) -> Vec<u8> {
    let hashed = [vec![kind], uleb(contents.len() as u64), contents.to_vec()].concat();
    [&[0x85, 0x6f, 0x4a, 0x83], &Sha256::digest(&hashed)[..4], &hashed].concat()
}

fn one(column: u64, data: Vec<u8>) -> Option<ChangeRefusal> {
    Laid::puts(1).with(column, data).refused()
}

#[test]
fn what_is_laid_out_by_hand_is_what_automerge_takes() {
    let laid = Change::parse(&Laid::puts(1).chunk()).unwrap();
    assert_eq!((laid.seq, laid.start_op, laid.operations, laid.actor.as_slice()), (1, 1, 1, &[7; 16][..]));
    let mut document = Document::new();
    assert_eq!(document.apply(&[laid]).outcomes, [Outcome::Applied]);
    let long = Laid { seq: 2, start_op: 2, ..Laid::puts(300) };
    let long = long.with(KEY, literal(&(0..300).map(|_| &b"\x03c:a"[..]).collect::<Vec<_>>()));
    assert_eq!(Change::parse(&long.chunk()).unwrap().operations, 300);
}

#[test]
fn a_change_has_as_many_operations_as_are_allowed_and_no_more() {
    let most = Laid::puts(CHANGE_OPERATIONS_MAX);
    assert_eq!(Change::parse(&most.chunk()).unwrap().operations, CHANGE_OPERATIONS_MAX);
    let most = Change::parse(&most.chunk()).unwrap();
    assert_eq!(Document::new().apply(&[most]).outcomes, [Outcome::Applied]);
    assert_eq!(Laid::puts(CHANGE_OPERATIONS_MAX + 1).refused(), Some(ChangeRefusal::TooManyOperations));
    // Each column counts, for Automerge unpacks each.
    let more = CHANGE_OPERATIONS_MAX + 1;
    for (column, data) in [
        (KEY, run(more, b"\x03c:a")),
        (KEY, [vec![0], uleb(more)].concat()),
        (INSERT, uleb(more)),
        (PREDECESSORS, run(more, &[0])),
        (PREDECESSOR_ACTOR, run(more, &[0])),
        (PREDECESSOR_COUNTER, run(more, &sleb(-70))),
        (PREDECESSOR_COUNTER, [run(more - 2, &sleb(-70)), literal(&[&sleb(100), &sleb(-1)])].concat()),
    ] {
        assert_eq!(one(column, data), Some(ChangeRefusal::TooManyOperations), "column {column}");
    }
    assert_eq!(one(PREDECESSOR_COUNTER, run(more - 1, &sleb(-70))), None);
    assert_eq!(one(PREDECESSOR_COUNTER, [run(more - 3, &sleb(300)), literal(&[&sleb(100), &sleb(-1)])].concat()), None);
}

#[test]
fn a_change_has_as_many_bytes_as_are_allowed_and_no_more() {
    let bare = Laid { extra: CHANGE_BYTES_MAX / 2, ..Laid::puts(1) };
    let extra = CHANGE_BYTES_MAX - bare.chunk().len() + bare.extra;
    let most = Laid { extra, ..bare };
    assert_eq!((most.chunk().len(), most.refused()), (262_144, None));
    let more = Laid { extra: most.extra + 1, ..most };
    assert_eq!(more.refused(), Some(ChangeRefusal::TooLarge));
}

#[test]
fn operations_have_numbers_from_1_to_the_highest_and_no_others() {
    let at = |start_op| Laid { start_op, ..Laid::puts(5) }.refused();
    assert_eq!(at(0), Some(ChangeRefusal::TooManyOperations));
    assert_eq!((at(1), at(OPERATION_NUMBER_MAX - 5)), (None, None));
    for start_op in [OPERATION_NUMBER_MAX - 4, OPERATION_NUMBER_MAX, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(at(start_op), Some(ChangeRefusal::TooManyOperations), "{start_op}");
    }
    assert_eq!(at(OPERATION_NUMBER_MAX - 6), None);
}

#[test]
fn the_changes_of_a_body_have_no_more_operations_together_than_one_may_have() {
    let half = |actor, rows| Laid { actor, ..Laid::puts(rows) }.chunk();
    let verdicts = |parts: &[Vec<u8>]| -> Vec<Option<ChangeRefusal>> {
        split(&parts.concat()).into_iter().map(|part| part.err().map(|(why, _)| why)).collect()
    };
    let half_of = CHANGE_OPERATIONS_MAX / 2;
    assert_eq!(verdicts(&[half(1, half_of), half(2, half_of)]), [None, None]);
    let last = [half(1, half_of), half(2, half_of + 1), half(3, 1)];
    assert_eq!(verdicts(&last), [None, Some(ChangeRefusal::TooManyOperations)]);
    // What was not read is given back whole.
    let rest = split(&last.concat()).pop().unwrap().unwrap_err().1;
    assert_eq!(rest, last[1..].concat());
    // Ones that claim nothing count by themselves.
    let empty = |n| Laid::puts(1).chunk().repeat(n);
    assert!(verdicts(&[empty(4_096)]).iter().all(Option::is_none));
    assert_eq!(verdicts(&[empty(4_097)]).last(), Some(&Some(ChangeRefusal::TooManyOperations)));
    assert_eq!(verdicts(&[empty(5_000)]).len(), 4_097);
}

#[test]
fn a_body_that_breaks_off_keeps_what_came_before_and_gives_back_the_rest() {
    let (first, second) = (Laid::puts(1).chunk(), Laid { actor: 8, ..Laid::puts(2) }.chunk());
    for cut in [1, 3, 8, 9, second.len() - 1] {
        let parts = split(&[&first[..], &second[..cut]].concat());
        assert_eq!(parts.len(), 2, "cut at {cut}");
        assert!(parts[0].is_ok());
        assert_eq!(parts[1].as_ref().unwrap_err().1, second[..cut], "cut at {cut}");
    }
    // A length that reaches beyond the end takes all there is.
    let longer = [&first[..9], &[0xff, 0xff, 0x03], &first[10..], &second].concat();
    assert_eq!(split(&longer).len(), 1);
    // What is no chunk hides nothing before it, and cannot be told from what follows.
    let parts = split(&[&first[..], b"rubbish", &second].concat());
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1].as_ref().unwrap_err().0, ChangeRefusal::NotAChange);
}

#[test]
fn other_kinds_of_chunks_and_wrong_sums_are_no_changes() {
    let good = Laid::puts(1).chunk();
    let contents = &good[10..];
    for kind in [0, 2, 3, 255] {
        assert_eq!(Change::parse(&chunk(kind, contents)).err(), Some(ChangeRefusal::NotAChange), "kind {kind}");
    }
    for byte in 0..4 {
        let mut magic = good.clone();
        magic[byte] ^= 1;
        assert_eq!(Change::parse(&magic).err(), Some(ChangeRefusal::NotAChange), "magic {byte}");
        let mut sum = good.clone();
        sum[4 + byte] ^= 1;
        assert_eq!(Change::parse(&sum).err(), Some(ChangeRefusal::Checksum), "sum {byte}");
    }
    for short in [&good[..3], &good[..7], &good[..8]] {
        assert_eq!(Change::parse(short).err(), Some(ChangeRefusal::NotAChange));
    }
    // The length must be that of the contents: no more, no less.
    for length in [contents.len() - 1, contents.len() + 1, usize::MAX >> 1] {
        let hashed = [vec![1], uleb(length as u64), contents.to_vec()].concat();
        let bytes = [&[0x85, 0x6f, 0x4a, 0x83], &Sha256::digest(&hashed)[..4], &hashed].concat();
        assert_eq!(Change::parse(&bytes).err(), Some(ChangeRefusal::Malformed), "length {length}");
    }
}

#[test]
fn only_puts_and_removes_of_plain_values_are_let_through() {
    let values = Some(ChangeRefusal::NotRootValues);
    let two = |column, data| Laid::puts(2).with(column, data).refused();
    for action in 0..=9 {
        let expected = if action == 1 || action == 3 { None } else { values };
        assert_eq!(one(ACTION, run(1, &[action])), expected, "action {action}");
        assert_eq!(two(ACTION, literal(&[&[1], &[action]])), expected, "action {action}, second");
    }
    for kind in 0..=15 {
        let expected = if kind <= 9 && kind != 8 { None } else { values };
        for length in [0, 1, 7] {
            let data = run(1, &uleb(kind | (length << 4)));
            assert_eq!(one(KIND, data), expected, "kind {kind}, {length} bytes");
        }
        let data = literal(&[&[0], &uleb(kind | (300 << 4))]);
        assert_eq!(two(KIND, data), expected, "kind {kind}, second");
    }
    // Rows without an action, and numbers that break off.
    assert_eq!(one(ACTION, vec![0, 1]), values);
    assert_eq!(one(ACTION, [run(1, &[1]), vec![0, 1]].concat()), values);
    assert_eq!(one(KIND, vec![0, 1]), values);
    assert_eq!(one(ACTION, vec![1, 0x81]), Some(ChangeRefusal::Malformed));
    // Inserting into lists, and whatever else a row can say.
    for data in [vec![0, 1], vec![0, 1, 1], vec![1, 1], Vec::new()] {
        assert_eq!(one(INSERT, data.clone()), values, "{data:?}");
    }
    for column in [1, 2, 17, 19, 33, 36, 37, 53, 65, 82, 97, 99, 149, 164] {
        assert_eq!(one(column, Vec::new()), values, "column {column}");
    }
}

#[test]
fn columns_that_are_packed_or_break_off_are_not_read() {
    let malformed = Some(ChangeRefusal::Malformed);
    for column in [KEY, INSERT, ACTION, KIND, VALUE, PREDECESSORS] {
        assert_eq!(one(column | 8, Vec::new()), malformed, "packed column {column}");
    }
    for (column, data) in [
        (KEY, vec![1]),
        (KEY, vec![1, 5, b'a']),
        (KEY, vec![0x7e, 1, b'a']),
        (KEY, vec![0]),
        (INSERT, vec![0x80]),
        (PREDECESSORS, vec![2]),
        (PREDECESSORS, vec![0x7e, 0]),
        (PREDECESSOR_ACTOR, vec![0x80]),
        (PREDECESSOR_COUNTER, vec![2]),
        (PREDECESSOR_COUNTER, vec![0x7d, 1, 2]),
    ] {
        assert_eq!(one(column, data.clone()), malformed, "column {column}: {data:?}");
    }
    // Numbers of up to 64 bits are read, longer ones are not; a flag that does not end is no number.
    let wide = |bytes: &[u8]| one(PREDECESSOR_ACTOR, run(1, bytes));
    assert_eq!(wide(&uleb(u64::MAX)), None);
    assert_eq!(wide(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]), malformed);
    assert_eq!(wide(&[0x80; 11]), malformed);
    assert_eq!(wide(&[0x81, 0]), None);
    let deep = |bytes: &[u8]| one(PREDECESSOR_COUNTER, run(1, bytes));
    assert_eq!((deep(&sleb(i64::MIN)), deep(&sleb(i64::MAX)), deep(&sleb(-1))), (None, None, None));
    assert_eq!(deep(&[0x80; 11]), malformed);
}

#[test]
fn a_change_waits_for_all_that_it_builds_on_and_counts_on_from_the_highest() {
    let put = |key: &str| Put::Record { key: key.to_owned(), value: vec![0xa0] };
    let by = |document: &mut Document, writer: u8, keys: &[&str]| -> Change {
        let puts: Vec<Put> = keys.iter().map(|key| put(key)).collect();
        document.write(Writer([writer; 16]), &puts).unwrap().unwrap().change
    };
    let (mut one, mut two) = (Document::new(), Document::new());
    let short = by(&mut one, 1, &["c:a"]);
    let long = by(&mut two, 2, &["c:b", "c:c", "c:d"]);
    assert_eq!(one.apply(std::slice::from_ref(&long)).outcomes, [Outcome::Applied]);
    let both = by(&mut one, 3, &["c:e"]);
    assert_eq!((both.deps.len(), both.start_op), (2, 4));
    let mut other = Document::new();
    let given = [both.clone(), short.clone()];
    assert_eq!(other.apply(&given).outcomes, [Outcome::Waiting, Outcome::Applied]);
    assert_eq!(other.apply(&[both.clone(), long.clone()]).outcomes, [Outcome::Applied; 2]);
    // The same change twice in one call is there once.
    let mut third = Document::new();
    let applied = third.apply(&[short.clone(), short.clone(), long, both]);
    assert_eq!(applied.outcomes, [Outcome::Applied, Outcome::Held, Outcome::Applied, Outcome::Applied]);
    assert_eq!(applied.order, [0, 2, 3]);
    assert_eq!(third.records().len(), 5);
    // The right number of its writer, and the wrong one of its operations; and the other way round.
    let ahead = Laid { start_op: 2, ..Laid::puts(1) };
    let later = Laid { seq: 2, ..Laid::puts(1) };
    for wrong in [ahead, later] {
        let change = Change::parse(&wrong.chunk()).unwrap();
        assert_eq!(Document::new().apply(&[change]).outcomes, [Outcome::Refused(Refused::Sequence)]);
    }
}

#[test]
fn a_change_that_is_not_what_it_was_read_as_is_refused_and_takes_no_other_with_it() {
    let good = Change::parse(&Laid::puts(2).chunk()).unwrap();
    let other = Change::parse(&Laid { actor: 9, ..Laid::puts(1) }.chunk()).unwrap();
    let claims = [
        Change { operations: 1, ..good.clone() },
        Change { operations: 3, ..good.clone() },
        Change { bytes: other.bytes.clone(), ..good.clone() },
        Change { bytes: b"rubbish".to_vec(), ..good.clone() },
    ];
    for claim in claims {
        let mut document = Document::new();
        let outcomes = document.apply(&[claim.clone(), other.clone()]).outcomes;
        assert_eq!(outcomes, [Outcome::Refused(Refused::Contents), Outcome::Applied], "{claim:?}");
        assert_eq!((document.records().len(), document.heads().len()), (1, 1));
    }
    assert_eq!(Document::new().apply(&[good]).outcomes, [Outcome::Applied]);
}
