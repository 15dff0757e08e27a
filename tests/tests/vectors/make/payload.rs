//! Payloads: padding, CBOR, compression.

use lissom_sync::protocol::limits::BODY_BYTES_MAX;
use serde_json::{Value, json};

use super::cbor::{
    ARRAY, BYTES, MAP, NEGATIVE, Pair, TAG, TEXT, UINT, array, head, long_head, map, padded, pairs, string, uint,
};
use super::{deflate, noise};
use crate::bytes::{self, hex};
use crate::vector::Vectors;

const BODY: [u8; 5] = *b"hello";
const NAMES: [&str; 9] = ["kind", "device", "writer", "parents", "doc_id", "codec", "raw_len", "body", "min_version"];

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    for length in [0, 1, 511, 512, 513, 544, 545, 1000, 1025, 4096, 9999, 65_536, 65_537, 1 << 20, (1 << 20) + 1] {
        vectors.holds(&format!("{length} bytes padded"), "padded length", json!({ "length": length }));
    }
    encoded(&mut vectors);
    heads(&mut vectors);
    read(&mut vectors);
    wrong_pairs(&mut vectors);
    wrong_maps(&mut vectors);
    wrong_values(&mut vectors);
    wrong_padding(&mut vectors);
    wrong_bodies(&mut vectors);
    vectors
}

/// The nine pairs of a payload with this body.
pub(crate) fn nine(codec: u64, raw_len: u64, body: &[u8]) -> Vec<Pair> {
    let values = [
        uint(1),
        string(BYTES, &[0xd0; 16]),
        string(BYTES, &[0xa0; 16]),
        array(&[string(BYTES, &[0x11; 32])]),
        string(TEXT, b"log-2026"),
        uint(codec),
        uint(raw_len),
        string(BYTES, body),
        uint(0),
    ];
    (0..).map(uint).zip(values).collect()
}

fn base() -> Vec<Pair> {
    nine(0, 5, &BODY)
}

fn replaced(at: usize, value: Vec<u8>) -> Vec<Pair> {
    let mut all = base();
    all[at].1 = value;
    all
}

fn given(plain: &[u8]) -> Value {
    json!({ "plaintext": bytes::padded(plain) })
}

fn refused(vectors: &mut Vectors, name: &str, encoded: Vec<u8>) {
    vectors.fails(name, "payload", given(&padded(encoded)), "payload");
}

pub(crate) fn fields(doc_id: &str, parents: u8, body: &[u8], min_version: u64) -> Value {
    let parents: Vec<String> = (0..parents).map(|n| hex(&[n; 32])).collect();
    json!({
        "kind": 1, "device": hex(&[0xd0; 16]), "writer": hex(&[0xa0; 16]), "parents": parents,
        "doc_id": doc_id, "unpacked": hex(body), "min_version": min_version,
    })
}

fn encoded(vectors: &mut Vectors) {
    for (name, fields) in [
        ("no parent, no body", fields("profile", 0, &[], 1)),
        ("one parent", fields("log-2026", 1, &noise(1, 20), 1)),
        ("16 parents", fields("log-2026", 16, &noise(2, 23), 1)),
        ("body of 24 bytes", fields("log-1970", 2, &noise(3, 24), 1)),
        ("body of 256 bytes", fields("log-2199", 3, &noise(4, 256), 1)),
        ("exactly 512 bytes", fields("log-2026", 1, &noise(5, 512 - 97), 1)),
        ("513 bytes", fields("log-2026", 1, &noise(5, 512 - 96), 1)),
        ("body of 1,000 bytes", fields("log-2026", 0, &noise(6, 1000), 1)),
        ("of a later version", fields("log-2026", 0, &noise(7, 10), 2)),
        ("of the last version", fields("log-2026", 0, &noise(7, 10), u64::MAX)),
        ("document id of 64 bytes", fields(&"x".repeat(64), 0, &noise(8, 10), 0)),
        ("document id that is not ASCII", fields("ü", 0, &noise(9, 10), 1)),
    ] {
        vectors.holds(&format!("encoded, {name}"), "encode payload", fields.clone());
        let mut both = Vectors::default();
        both.holds("", "encode payload", fields);
        vectors.holds(&format!("read, {name}"), "payload", json!({ "plaintext": both.0[0]["expect"]["plaintext"] }));
    }
}

/// Of kinds that are not known, keys 0 to 3 are read all the same.
fn heads(vectors: &mut Vectors) {
    let other = |kind: u64, rest: &[u8], count: u64| {
        let four: Vec<Pair> = nine(0, 0, &[])[..4].to_vec();
        let mut four = four;
        four[0].1 = uint(kind);
        padded([head(MAP, count), pairs(&four), rest.to_vec()].concat())
    };
    for kind in [0, 2, 3, 23, 24, 255, 256, 65_536, 1 << 32, u64::MAX] {
        let plain = other(kind, &[], 4);
        vectors.holds(&format!("head of kind {kind}"), "payload head", given(&plain));
        vectors.fails(&format!("kind {kind} is not changes"), "payload", given(&plain), "kind");
    }
    let later = [uint(4), string(TEXT, b"of a later version")].concat();
    vectors.holds("head before a key that is not known", "payload head", given(&other(7, &later, 5)));
    vectors.holds("head of a map of 24 pairs", "payload head", given(&other(7, &later, 24)));
    vectors.holds("head before what is no CBOR", "payload head", given(&other(7, &[0xff, 0xff], 5)));
    vectors.holds("head of kind 1", "payload head", given(&padded(map(&base()))));
    for (name, plain) in [
        ("three pairs", other(7, &[], 3)),
        ("pairs without a stated number", [&[0xbf], &other(7, &[0xff], 4)[1..]].concat()),
        ("the number of pairs in a long form", [&[0xb8, 4], &other(7, &[], 4)[1..]].concat()),
        ("the number of pairs cut", vec![0xb9, 1]),
        ("an array", [&[0x84], &other(7, &[], 4)[1..]].concat()),
        (
            "the kind in a long form",
            padded([head(MAP, 4), uint(0), long_head(UINT, 7, 0), pairs(&base()[1..4])].concat()),
        ),
        ("nothing", Vec::new()),
        ("cut in the parents", other(7, &[], 4)[..60].to_vec()),
    ] {
        vectors.fails(&format!("head: {name}"), "payload head", given(&plain), "payload");
    }
}

fn read(vectors: &mut Vectors) {
    let zeros = vec![0; 3000];
    for (name, unpacked, packed) in [
        ("zeros in fixed codes", zeros.as_slice(), deflate::run(0, 3000, true)),
        ("one byte in fixed codes", &[0xfe], deflate::run(0xfe, 1, true)),
        ("nothing", &[], deflate::run(0, 0, true)),
        ("one stored block, larger than what is in it", &BODY, deflate::stored(&[&BODY], true)),
        ("two stored blocks", &BODY, deflate::stored(&[&BODY[..2], &BODY[2..]], true)),
        ("an empty last block", &BODY, deflate::stored(&[&BODY, &[]], true)),
    ] {
        let plain = padded(map(&nine(1, unpacked.len() as u64, &packed)));
        vectors.holds(&format!("deflated, {name}"), "payload", given(&plain));
    }
    let most = padded(map(&nine(1, BODY_BYTES_MAX as u64, &deflate::run(0, BODY_BYTES_MAX, true))));
    vectors.holds("deflated, as much as a body may unpack to", "payload", long(&most));
}

/// A long run of matches in fixed codes repeats every 13 bytes.
fn long(plain: &[u8]) -> Value {
    let period = 13;
    let start = (0..plain.len()).find(|at| {
        plain
            .get(*at..at + 40 * period)
            .is_some_and(|run| run.iter().zip(&run[period..]).all(|(a, b)| a == b) && run[0] != 0)
    });
    let start = start.unwrap();
    let times = plain[start..].chunks(period).take_while(|chunk| **chunk == plain[start..start + period]).count();
    let rest = &plain[start + times * period..];
    let zeros = rest.iter().rev().take_while(|byte| **byte == 0).count();
    let parts: [(&[u8], usize); 4] =
        [(&plain[..start], 1), (&plain[start..start + period], times), (&rest[..rest.len() - zeros], 1), (&[0], zeros)];
    json!({ "plaintext": bytes::parts(&parts) })
}

/// Every pair: missing, twice, out of order, and in every form but the shortest.
fn wrong_pairs(vectors: &mut Vectors) {
    let base = base();
    for (at, name) in NAMES.iter().enumerate() {
        let (key, value) = &base[at];
        let mut missing = base.clone();
        missing.remove(at);
        refused(vectors, &format!("{name} missing"), map(&missing));
        let mut twice = base.clone();
        twice.insert(at, base[at].clone());
        refused(vectors, &format!("{name} twice"), map(&twice));
        let mut late = base.clone();
        let moved = late.remove(at);
        late.insert(if at == 8 { 0 } else { 8 }, moved);
        refused(vectors, &format!("{name} out of order"), map(&late));
        let mut keyed = base.clone();
        keyed[at].0 = long_head(UINT, at as u64, 0);
        refused(vectors, &format!("key of {name} in a long form"), map(&keyed));
        let long_value = [long_head(value[0] >> 5, u64::from(length_of(value)), 1), content_of(value)].concat();
        refused(vectors, &format!("{name} in a long form"), map(&replaced(at, long_value)));
        refused(vectors, &format!("{name} tagged"), map(&replaced(at, [head(TAG, 42), value.clone()].concat())));
        refused(vectors, &format!("{name} null"), map(&replaced(at, vec![0xf6])));
        let mut other_key = base.clone();
        other_key[at].0 = string(TEXT, key);
        refused(vectors, &format!("key of {name} as text"), map(&other_key));
    }
    for at in [1, 2, 4, 7] {
        let value = &base[at].1;
        let major = value[0] >> 5;
        let indefinite = [vec![major << 5 | 31], value.clone(), vec![0xff]].concat();
        refused(vectors, &format!("{} of indefinite length", NAMES[at]), map(&replaced(at, indefinite)));
        let other = if major == BYTES { TEXT } else { BYTES };
        let swapped = [head(other, u64::from(length_of(value))), content_of(value)].concat();
        refused(vectors, &format!("{} as the other kind of string", NAMES[at]), map(&replaced(at, swapped)));
    }
    let indefinite = [vec![0x9f], base[3].1[1..].to_vec(), vec![0xff]].concat();
    refused(vectors, "parents of indefinite length", map(&replaced(3, indefinite)));
    for at in [0, 5, 6, 8] {
        refused(vectors, &format!("{} as a float", NAMES[at]), map(&replaced(at, vec![0xf9, 0x3c, 0x00])));
        refused(vectors, &format!("{} negative", NAMES[at]), map(&replaced(at, head(NEGATIVE, 0))));
        refused(vectors, &format!("{} as a boolean", NAMES[at]), map(&replaced(at, vec![0xf5])));
        let bignum = [head(TAG, 2), string(BYTES, &[1])].concat();
        refused(vectors, &format!("{} as a bignum", NAMES[at]), map(&replaced(at, bignum)));
    }
}

/// The number in an item's head, where that is one or two bytes.
fn length_of(item: &[u8]) -> u8 {
    match item[0] & 31 {
        24 => item[1],
        short => short,
    }
}

fn content_of(item: &[u8]) -> Vec<u8> {
    item[if item[0] & 31 == 24 { 2 } else { 1 }..].to_vec()
}

fn wrong_maps(vectors: &mut Vectors) {
    let base = base();
    let all = pairs(&base);
    let more = |key: u64| [base.as_slice(), &[(uint(key), uint(0))]].concat();
    for (name, encoded) in [
        ("a tenth pair", map(&more(9))),
        ("a tenth pair with a large key", map(&more(1000))),
        ("map of indefinite length", [&[0xbf], all.as_slice(), &[0xff]].concat()),
        ("number of pairs in a long form", [long_head(MAP, 9, 0), all.clone()].concat()),
        ("eight pairs stated", [head(MAP, 8), all.clone()].concat()),
        ("ten pairs stated", [head(MAP, 10), all.clone()].concat()),
        ("an array in place of the map", [head(ARRAY, 18), all.clone()].concat()),
        ("a tagged map", [head(TAG, 55_799), map(&base)].concat()),
        ("an item before the map", [uint(0), map(&base)].concat()),
        ("a map in a byte string", string(BYTES, &map(&base))),
        ("an item after the map", [map(&base), uint(1)].concat()),
        ("the map twice", map(&base).repeat(2)),
        ("an empty map", map(&[])),
        ("only zeros", Vec::new()),
        ("text", b"not CBOR at all, but some text".to_vec()),
    ] {
        refused(vectors, name, encoded);
    }
    vectors.fails("no bytes", "payload", given(&[]), "payload");
    let whole = padded(map(&base));
    for end in [1, 2, 20, 40, 77, 92, map(&base).len() - 1] {
        vectors.fails(&format!("cut after {end} bytes"), "payload", given(&whole[..end]), "payload");
    }
}

fn wrong_values(vectors: &mut Vectors) {
    for (name, at, value) in [
        ("device of 15 bytes", 1, string(BYTES, &[0xd0; 15])),
        ("device of 17 bytes", 1, string(BYTES, &[0xd0; 17])),
        ("writer of 15 bytes", 2, string(BYTES, &[0xa0; 15])),
        ("writer of 17 bytes", 2, string(BYTES, &[0xa0; 17])),
        ("writer of no bytes", 2, string(BYTES, &[])),
        ("parent of 31 bytes", 3, array(&[string(BYTES, &[0x11; 31])])),
        ("parent of 33 bytes", 3, array(&[string(BYTES, &[0x11; 33])])),
        ("parent as text", 3, array(&[string(TEXT, &[0x11; 32])])),
        ("parents in an array of their own", 3, array(&[array(&[string(BYTES, &[0x11; 32])])])),
        ("parents as one string", 3, string(BYTES, &[0x11; 32])),
        ("17 parents", 3, array(&vec![string(BYTES, &[0x11; 32]); 17])),
        ("more parents stated than there are", 3, [head(ARRAY, 2), string(BYTES, &[0x11; 32])].concat()),
        ("2^32 parents stated", 3, [head(ARRAY, 1 << 32), string(BYTES, &[0x11; 32])].concat()),
        ("document id of 65 bytes", 4, string(TEXT, &[b'x'; 65])),
        ("document id that is not UTF-8", 4, string(TEXT, &[b'a', 0xff])),
        ("codec 2", 5, uint(2)),
        ("codec 2^64 - 1", 5, uint(u64::MAX)),
        ("body longer than what there is", 7, [head(BYTES, 5000), BODY.to_vec()].concat()),
        ("body of 2^64 - 1 bytes stated", 7, [head(BYTES, u64::MAX), BODY.to_vec()].concat()),
    ] {
        refused(vectors, name, map(&replaced(at, value)));
    }
}

fn wrong_padding(vectors: &mut Vectors) {
    let encoded = map(&base());
    let whole = padded(encoded.clone());
    let with_byte = |at: usize, byte: u8| {
        let mut other = whole.clone();
        other[at] = byte;
        other
    };
    let sized = |length: usize| {
        let mut other = encoded.clone();
        other.resize(length, 0);
        other
    };
    for (name, plain) in [
        ("no padding", encoded.clone()),
        ("padded to 511", sized(511)),
        ("padded to 513", sized(513)),
        ("padded to the next step", sized(544)),
        ("padded to 1,024", sized(1024)),
        ("first byte of the padding not zero", with_byte(encoded.len(), 1)),
        ("last byte of the padding not zero", with_byte(511, 1)),
        ("middle of the padding not zero", with_byte(300, 0x80)),
        ("padded as ISO 7816 does", with_byte(encoded.len(), 0x80)),
    ] {
        vectors.fails(name, "payload", given(&plain), "payload");
    }
    let large = map(&nine(0, 1000, &noise(1, 1000)));
    let step = padded(large.clone()).len();
    for length in [large.len(), step - 1, step + 1, 2048] {
        let mut other = large.clone();
        other.resize(length, 0);
        vectors.fails(&format!("{} bytes padded to {length}", large.len()), "payload", given(&other), "payload");
    }
}

fn wrong_bodies(vectors: &mut Vectors) {
    let good = deflate::run(0x2a, 900, true);
    let most = BODY_BYTES_MAX as u64;
    let mut flipped = deflate::stored(&[&BODY], true);
    flipped[3] ^= 1;
    for (name, codec, raw_len, body) in [
        ("raw, stated one byte short", 0, 4, BODY.to_vec()),
        ("raw, stated one byte long", 0, 6, BODY.to_vec()),
        ("raw, stated as nothing", 0, 0, BODY.to_vec()),
        ("raw, stated above the limit", 0, most + 1, BODY.to_vec()),
        ("raw, stated as 2^64 - 1", 0, u64::MAX, BODY.to_vec()),
        ("deflated, stated one byte short", 1, 899, good.clone()),
        ("deflated, stated one byte long", 1, 901, good.clone()),
        ("deflated, stated as nothing", 1, 0, good.clone()),
        ("deflated, stated above the limit", 1, most + 1, good.clone()),
        ("deflated, a byte after its end", 1, 900, [good.as_slice(), &[0]].concat()),
        ("deflated, another stream after its end", 1, 900, good.repeat(2)),
        ("deflated, without its last byte", 1, 900, good[..good.len() - 1].to_vec()),
        ("deflated, without the end of its block", 1, 900, deflate::run(0x2a, 900, false)),
        ("deflated, without a last block", 1, 5, deflate::stored(&[&BODY], false)),
        ("deflated, no bytes at all", 1, 0, Vec::new()),
        ("deflated, of the reserved block type", 1, 5, vec![0b111, 0, 0, 0, 0]),
        ("deflated, the stored length not confirmed", 1, 5, flipped),
        (
            "deflated, in zlib's frame",
            1,
            5,
            [&[0x78, 0x9c], deflate::stored(&[&BODY], true).as_slice(), &[0x06, 0x2c, 0x02, 0x15]].concat(),
        ),
        ("deflated, a match before the start", 1, 258, vec![0x1b, 0x03, 0x00, 0x00]),
        ("deflated, but said to be raw", 0, 900, good.clone()),
        ("raw, but said to be deflated", 1, 5, BODY.to_vec()),
    ] {
        vectors.fails(name, "payload", given(&padded(map(&nine(codec, raw_len, &body)))), "body");
    }
    for (name, stated, real) in [
        ("bomb, honest about one byte over the limit", most + 1, BODY_BYTES_MAX + 1),
        ("bomb, one byte over the limit and said to be at it", most, BODY_BYTES_MAX + 1),
        ("bomb, ten bytes stated", 10, BODY_BYTES_MAX),
        ("bomb, 40 MiB", most, 10 * BODY_BYTES_MAX),
    ] {
        let plain = padded(map(&nine(1, stated, &deflate::run(0, real, true))));
        vectors.fails(name, "payload", long(&plain), "body");
    }
}
