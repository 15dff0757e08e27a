//! Bytes as a payload: its one form, its bounds, and what deflates to what.

use lissom_diary::sync::padding::padded_len;
use lissom_diary::sync::payload::{Changes, Head, KIND_CHANGES, Unreadable, decode_changes, decode_head, encode};
use lissom_diary::sync::protocol::ids::EntryId;
use lissom_diary::sync::protocol::limits::{BODY_BYTES_MAX, PARENTS_MAX};

use super::input::Input;

/// Most that a device seals into one entry: packing more is not asked of anybody.
const SEALED_BYTES_MAX: usize = 512 * 1024;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.below(4) {
        0 => decode(input.rest()),
        1 => {
            let mut plain = input.rest().to_vec();
            plain.resize(padded_len(plain.len()), 0);
            decode(&plain);
        }
        2 => decode(&composed(&mut input)),
        _ => round_trip(&mut input),
    }
}

fn decode(plain: &[u8]) {
    let Ok(head) = decode_head(plain) else { return };
    assert!(head.parents.len() <= PARENTS_MAX, "too many parents");
    let changes = match decode_changes(&head, plain) {
        Ok(changes) => changes,
        Err(why) => {
            assert_eq!(why == Unreadable::Kind, head.kind != KIND_CHANGES, "kinds are told apart by their number");
            return;
        }
    };
    assert!(changes.body.len() <= BODY_BYTES_MAX, "a body over the limit");
    assert_eq!(plain.len(), padded_len(plain.len()), "a length that tells more than it should");
    // One form only: neither shorter nor longer, and the padding is zeros.
    let refused = |other: &[u8], what: &str| {
        let taken = decode_head(other).and_then(|head| decode_changes(&head, other));
        assert!(taken.is_err(), "taken in two forms: {what}");
    };
    refused(plain.split_last().expect("at least the floor").1, "a byte less");
    refused(&[plain, &[0]].concat(), "a byte more");
    let again = encode(&head, &changes);
    assert!(decode_head(&again) == Ok(head.clone()), "the head does not go round");
    assert!(decode_changes(&head, &again) == Ok(changes), "the changes do not go round");
}

/// A payload laid out right, with numbers and a body that may not fit each other.
fn composed(input: &mut Input<'_>) -> Vec<u8> {
    let parents = input.below(20);
    let (codec, version) = (u64::from(input.byte() % 3), u64::from(input.byte() % 2));
    let stated = match input.below(4) {
        0 => u64::from(input.byte()),
        1 => input.number() % (1 << 24),
        2 => u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX) + u64::from(input.byte()),
        _ => u64::MAX,
    };
    let doc_id = String::from_utf8_lossy(input.short()).into_owned();
    let body = input.rest();
    let stated = if stated == u64::MAX { u64::try_from(body.len()).unwrap_or(0) } else { stated };
    let mut plain = Vec::new();
    cbor(&mut plain, 5, 9);
    cbor(&mut plain, 0, 0);
    cbor(&mut plain, 0, KIND_CHANGES);
    for key in [1, 2] {
        cbor(&mut plain, 0, key);
        cbor_text(&mut plain, 2, &[7; 16]);
    }
    cbor(&mut plain, 0, 3);
    cbor(&mut plain, 4, u64::try_from(parents).unwrap_or(0));
    for parent in 0..parents {
        cbor_text(&mut plain, 2, &[u8::try_from(parent).unwrap_or(0); 32]);
    }
    cbor(&mut plain, 0, 4);
    cbor_text(&mut plain, 3, doc_id.as_bytes());
    for (key, value) in [(5, codec), (6, stated)] {
        cbor(&mut plain, 0, key);
        cbor(&mut plain, 0, value);
    }
    cbor(&mut plain, 0, 7);
    cbor_text(&mut plain, 2, body);
    cbor(&mut plain, 0, 8);
    cbor(&mut plain, 0, version);
    plain.resize(padded_len(plain.len()), 0);
    if codec == 0 && stated == u64::try_from(body.len()).unwrap_or(0) && parents <= PARENTS_MAX && doc_id.len() <= 64 {
        let changes = decode_head(&plain).and_then(|head| decode_changes(&head, &plain));
        assert!(changes.is_ok_and(|changes| changes.body == body && changes.doc_id == doc_id), "a good one is refused");
    }
    plain
}

/// The shortest head of this major type and argument, as RFC 8949 has it: written apart from the code that it tests.
fn cbor(out: &mut Vec<u8>, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    let (info, count) = match argument {
        0..24 => (bytes.last().copied().unwrap_or(0), 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push((major << 5) | info);
    out.extend(bytes.iter().skip(8 - count));
}

fn cbor_text(out: &mut Vec<u8>, major: u8, bytes: &[u8]) {
    cbor(out, major, u64::try_from(bytes.len()).unwrap_or(0));
    out.extend(bytes);
}

fn round_trip(input: &mut Input<'_>) {
    let head = Head {
        kind: KIND_CHANGES,
        device: [input.byte(); 16],
        writer: [input.byte(); 16],
        parents: (0..input.below(17)).map(|_| EntryId([input.byte(); 32])).collect(),
    };
    let min_version = input.number();
    let doc_id: String = String::from_utf8_lossy(input.short()).chars().take(16).collect();
    let times = input.below(256).pow(2);
    let part = input.rest();
    let body = part.repeat(times.min(SEALED_BYTES_MAX.checked_div(part.len()).unwrap_or(0)).max(1));
    let changes = Changes { doc_id, body, min_version };
    let plain = encode(&head, &changes);
    assert_eq!(plain.len(), padded_len(plain.len()), "what we encode is padded");
    let back = decode_head(&plain).expect("our own head");
    assert!(back == head, "the head does not go round");
    assert!(decode_changes(&back, &plain) == Ok(changes), "the changes do not go round");
}
