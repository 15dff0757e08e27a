use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn sample() -> (Head, Changes) {
    let head = Head { kind: 1, device: [1; 16], writer: [2; 16], parents: vec![EntryId([3; 32]), EntryId([4; 32])] };
    (head, Changes { doc_id: "log-2026".to_owned(), body: b"some changes ".repeat(9), min_version: 0 })
}

fn read(plain: &[u8]) -> Result<(Head, Changes), Unreadable> {
    let head = decode_head(plain)?;
    let changes = decode_changes(&head, plain)?;
    Ok((head, changes))
}

#[test]
fn a_small_payload_is_padded_to_the_floor() {
    let (head, changes) = sample();
    assert_eq!(encode(&head, &changes).len(), 512);
}

#[test]
fn truncation_and_tails_are_refused() {
    let (head, changes) = sample();
    let plain = encode(&head, &changes);
    for end in 0..plain.len() {
        assert!(read(&plain[..end]).is_err(), "{end}");
    }
    let mut longer = plain.clone();
    longer.extend_from_slice(&[0; 32]);
    assert_eq!(read(&longer).err(), Some(Unreadable::Form));
    let mut dirty = plain;
    *dirty.last_mut().unwrap() = 1;
    assert_eq!(read(&dirty).err(), Some(Unreadable::Form));
}

#[test]
fn other_encodings_of_the_same_values_are_refused() {
    let (head, _) = sample();
    let pad = |mut bytes: Vec<u8>| {
        bytes.resize(padded_len(bytes.len()), 0);
        bytes
    };
    let good = encode_map(&head, "profile", CODEC_RAW, 1, b"x", 0);
    assert!(read(&pad(good.clone())).is_ok());
    // kind 1 as a two-byte integer: 00 01 -> 00 18 01
    let mut long_integer = good.clone();
    long_integer.splice(2..3, [0x18, 0x01]);
    // the map with an indefinite length
    let mut indefinite = good.clone();
    indefinite[0] = 0xbf;
    indefinite.push(0xff);
    // a tenth field
    let mut more = good.clone();
    more[0] = 0xaa;
    more.extend_from_slice(&[9, 0]);
    // key 0 twice
    let mut repeated = good.clone();
    repeated[0] = 0xaa;
    repeated.splice(1..1, [0, 1]);
    // keys 0 and 1 in the wrong order
    let mut unsorted = vec![0xa9, 1];
    unsorted.extend_from_slice(&good[4..21]);
    unsorted.extend_from_slice(&[0, 1]);
    unsorted.extend_from_slice(&good[21..]);
    for (name, bytes) in [
        ("long integer", long_integer),
        ("indefinite", indefinite),
        ("more", more),
        ("repeated", repeated),
        ("unsorted", unsorted),
    ] {
        assert_eq!(read(&pad(bytes)).err(), Some(Unreadable::Form), "{name}");
    }
}

#[test]
fn unknown_kinds_still_tell_their_parents() {
    let (mut head, _) = sample();
    head.kind = 7;
    let mut plain = Vec::new();
    write_head(&mut Encoder::new(&mut plain), 5, &head).unwrap();
    plain.extend_from_slice(&[0x18, 99, 0xf6]);
    assert!(decode_head(&plain).unwrap() == head);
    assert_eq!(decode_changes(&head, &plain).err(), Some(Unreadable::Kind));
}

#[test]
fn more_than_sixteen_parents_are_refused() {
    let (mut head, changes) = sample();
    head.parents = vec![EntryId([1; 32]); 17];
    assert_eq!(read(&encode(&head, &changes)).err(), Some(Unreadable::Form));
}

#[test]
fn a_bomb_is_refused_at_its_stated_length() {
    let (head, _) = sample();
    let packed = deflate(&vec![0; BODY_BYTES_MAX * 4]);
    for stated in [10, BODY_BYTES_MAX, BODY_BYTES_MAX * 4, usize::MAX >> 1] {
        let mut plain = encode_map(&head, "profile", CODEC_DEFLATE, stated, &packed, 0);
        plain.resize(padded_len(plain.len()), 0);
        assert_eq!(read(&plain).err(), Some(Unreadable::Inflate), "{stated}");
    }
}

/// The codec that a body was encoded with.
fn codec(body: &[u8]) -> u64 {
    let (head, changes) = sample();
    read_changes(&encode(&head, &Changes { body: body.to_vec(), ..changes })).unwrap().1
}

#[test]
fn a_body_is_deflated_where_that_makes_it_smaller() {
    assert_eq!(codec(&[7; 100]), CODEC_DEFLATE);
    assert_eq!(codec(b"xyz"), CODEC_RAW);
}

#[test]
fn bytes_after_the_end_of_a_deflated_body_are_refused() {
    let (head, _) = sample();
    let body = [7; 100];
    let packed = [deflate(&body), vec![0]].concat();
    let mut plain = encode_map(&head, "profile", CODEC_DEFLATE, body.len(), &packed, VERSION);
    plain.resize(padded_len(plain.len()), 0);
    assert_eq!(read(&plain).err(), Some(Unreadable::Inflate));
}

#[test]
fn the_largest_body_and_the_longest_id_are_read_and_no_more() {
    let (head, changes) = sample();
    let with = |doc_id: usize, body: usize| {
        read(&encode(&head, &Changes { doc_id: "d".repeat(doc_id), body: vec![0; body], ..changes.clone() })).err()
    };
    assert_eq!(with(DOC_ID_BYTES_MAX, BODY_BYTES_MAX), None);
    assert_eq!(with(DOC_ID_BYTES_MAX, BODY_BYTES_MAX + 1), Some(Unreadable::Inflate));
    assert_eq!(with(DOC_ID_BYTES_MAX + 1, 1), Some(Unreadable::Form));
    assert_eq!(with(DOC_ID_BYTES_MAX + 2, 1), Some(Unreadable::Form));
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(
        device in any::<[u8; 16]>(), writer in any::<[u8; 16]>(), parents in vec(any::<[u8; 32]>(), 0..=16),
        doc_id in "[a-z0-9-]{1,16}", body in vec(any::<u8>(), 0..2000), min_version in any::<u64>(),
    ) {
        let head = Head { kind: 1, device, writer, parents: parents.into_iter().map(EntryId).collect() };
        let changes = Changes { doc_id, body, min_version };
        let plain = encode(&head, &changes);
        prop_assert!(read(&plain) == Ok((head, changes)));
    }

    #[test]
    fn encoding_undoes_decoding_whatever_is_accepted(at in 0_usize..512, byte in any::<u8>()) {
        let (head, changes) = sample();
        let mut plain = encode(&head, &changes);
        plain[at] = byte;
        if let Ok(head) = decode_head(&plain)
            && let Some((doc_id, codec, raw_len, body, min_version)) = read_changes(&plain)
            && decode_changes(&head, &plain).is_ok()
        {
            let mut again = encode_map(&head, &doc_id, codec, raw_len, body, min_version);
            again.resize(padded_len(again.len()), 0);
            prop_assert_eq!(again, plain);
        }
    }
}

#[test]
fn a_body_is_deflated_only_where_that_makes_it_smaller() {
    let (head, sample) = sample();
    let codec = |body: &[u8]| {
        let plain = encode(&head, &Changes { body: body.to_vec(), ..sample.clone() });
        read_changes(&plain).unwrap().1
    };
    // Bytes without a pattern, then ever more zeros, until both forms are equally long.
    let noise: Vec<u8> = (0..200_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let bodies = (0..60).map(|zeros| [noise.clone(), vec![0; zeros]].concat());
    let (mut longer, mut equal, mut shorter) = (0, 0, 0);
    for body in bodies {
        let (seen, of) = match deflate(&body).len().cmp(&body.len()) {
            std::cmp::Ordering::Less => (CODEC_DEFLATE, &mut shorter),
            std::cmp::Ordering::Equal => (CODEC_RAW, &mut equal),
            std::cmp::Ordering::Greater => (CODEC_RAW, &mut longer),
        };
        *of += 1;
        assert_eq!(codec(&body), seen, "{} bytes", body.len());
    }
    assert!(longer > 0 && equal > 0 && shorter > 0, "{longer} {equal} {shorter}");
}
