//! Sealed entries: layout, signature, opening, sealing.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use lissom_sync::keys::Keys;
use lissom_sync::protocol::entry::{assemble, header, signed_message};
use lissom_sync::protocol::ids::EntryId;
use lissom_sync::protocol::limits::ENTRY_BYTES_MAX;
use lissom_sync::seal::seal;
use serde_json::{Value, json};
use sha2::Sha256;

use super::cbor::{map, padded, string, uint};
use super::{
    capability, cbor, changes, deflate, flipped, head, noise, owner, payload, reader_of, signature, stranger, with,
};
use crate::bytes::{self, hex};
use crate::vector::Vectors;

const NONCE: [u8; 24] = [0x42; 24];

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    right(&mut vectors);
    later_versions(&mut vectors);
    every_field_flipped(&mut vectors);
    cut_and_extended(&mut vectors);
    wrong_signatures(&mut vectors);
    wrong_seals(&mut vectors);
    wrong_contents(&mut vectors);
    vectors
}

/// An entry of the owner's with this header over any plaintext, its ciphertext bound to `bound`.
fn sealed_with(keys: &Keys, front: [u8; 8], bound: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut aead = [0; 32];
    Hkdf::<Sha256>::from_prk(keys.read_root().as_bytes()).unwrap().expand(b"entry-aead", &mut aead).unwrap();
    let cipher = XChaCha20Poly1305::new(&aead.into());
    let ct = cipher.encrypt(&XNonce::from(NONCE), Payload { msg: plain, aad: bound }).unwrap();
    around(keys, front, &ct)
}

fn around(keys: &Keys, front: [u8; 8], ct: &[u8]) -> Vec<u8> {
    assemble(front, &keys.vault(), NONCE, ct, |message| keys.sign(message).unwrap()).unwrap().into_bytes()
}

fn bound(front: [u8; 8], keys: &Keys) -> Vec<u8> {
    [front.as_slice(), &keys.vault().0].concat()
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let keys = owner();
    sealed_with(&keys, header(1), &bound(header(1), &keys), plain)
}

fn good() -> Vec<u8> {
    seal(&owner(), &head(&[EntryId([0x11; 32])]), &changes("log-2026", noise(1, 40)), NONCE).unwrap().into_bytes()
}

/// For `open entry`, with a reader's capability.
fn given(entry: &[u8]) -> Value {
    with(&capability(&owner()), json!({ "entry": hex(entry) }))
}

fn for_signature(entry: &[u8]) -> Value {
    let keys = owner();
    json!({ "vault_id": hex(&keys.vault().0), "write_public": hex(&keys.public().write), "entry": hex(entry) })
}

fn for_layout(entry: Value) -> Value {
    json!({ "vault_id": hex(&owner().vault().0), "entry": entry })
}

fn right(vectors: &mut Vectors) {
    for (name, fields) in [
        ("a small one", payload::fields("log-2026", 1, &noise(1, 40), 1)),
        ("without parents", payload::fields("profile", 0, &noise(2, 40), 1)),
        ("with 16 parents", payload::fields("log-2199", 16, &noise(3, 40), 1)),
        ("of 1,000 bytes", payload::fields("log-1970", 2, &noise(4, 1000), 1)),
        ("of a later payload version", payload::fields("log-2026", 0, &noise(5, 10), 9)),
    ] {
        let input = with(&fields, json!({ "secret": hex(&super::secret()), "nonce": hex(&NONCE) }));
        vectors.holds(&format!("sealed, {name}"), "seal entry", input);
        let entry = vectors.0.last().unwrap()["expect"]["entry"].clone();
        vectors.holds(&format!("opened, {name}"), "open entry", with(&capability(&owner()), json!({ "entry": entry })));
    }
    let packed = padded(map(&payload::nine(1, 900, &deflate::run(7, 900, true))));
    vectors.holds("opened, deflated", "open entry", given(&sealed(&packed)));
    vectors.holds("layout alone", "layout", for_layout(json!(hex(&good()))));
    let ct = ENTRY_BYTES_MAX - 100;
    let front = [header(1).as_slice(), &NONCE, &u32::try_from(ct).unwrap().to_be_bytes()].concat();
    let largest = bytes::parts(&[(&front, 1), (&[0], ct + 64)]);
    vectors.holds("layout of the largest entry", "layout", for_layout(largest));
    vectors.holds("layout without a ciphertext", "layout", for_layout(json!(hex(&around(&owner(), header(1), &[])))));
}

/// What a relay takes and a device keeps without opening it.
fn later_versions(vectors: &mut Vectors) {
    let keys = owner();
    let fronts: [(&str, usize, u8); 9] = [
        ("suite 0", 4, 0),
        ("suite 2", 4, 2),
        ("suite 255", 4, 255),
        ("flags 1", 5, 1),
        ("flags 128", 5, 128),
        ("reserved 256", 6, 1),
        ("reserved 32768", 6, 128),
        ("reserved 1", 7, 1),
        ("reserved 255", 7, 255),
    ];
    for (name, at, byte) in fronts {
        let mut front = header(1);
        front[at] = byte;
        let plain = padded(map(&payload::nine(0, 5, b"hello")));
        let entry = sealed_with(&keys, front, &bound(front, &keys), &plain);
        vectors.holds(&format!("{name} is signed"), "signed entry", for_signature(&entry));
        vectors.fails(&format!("{name} is not opened"), "open entry", given(&entry), "suite");
    }
    let strange = around(&keys, header(2), b"whatever");
    vectors.holds("a ciphertext of a later suite", "signed entry", for_signature(&strange));
    vectors.holds("no ciphertext at all, signed", "signed entry", for_signature(&around(&keys, header(1), &[])));
}

fn every_field_flipped(vectors: &mut Vectors) {
    let good = good();
    let last = good.len() - 1;
    for (name, at, reason) in [
        ("magic, first byte", 0, "magic"),
        ("magic, version", 3, "magic"),
        ("suite", 4, "signature"),
        ("flags", 5, "signature"),
        ("reserved, first byte", 6, "signature"),
        ("reserved, last byte", 7, "signature"),
        ("nonce, first byte", 8, "signature"),
        ("nonce, last byte", 31, "signature"),
        ("ct_len, first byte", 32, "size"),
        ("ct_len, second byte", 33, "length"),
        ("ct_len, third byte", 34, "length"),
        ("ct_len, last byte", 35, "length"),
        ("ct, first byte", 36, "signature"),
        ("ct, middle", 300, "signature"),
        ("tag, first byte", last - 79, "signature"),
        ("tag, last byte", last - 64, "signature"),
        ("R, first byte", last - 63, "signature"),
        ("R, last byte", last - 32, "signature"),
        ("s, first byte", last - 31, "signature"),
        ("s, last byte", last, "signature"),
    ] {
        vectors.fails(&format!("flipped: {name}"), "open entry", given(&flipped(&good, at)), reason);
    }
}

fn cut_and_extended(vectors: &mut Vectors) {
    let good = good();
    for end in [0, 1, 3, 4, 5, 8, 31, 32, 35, 36, 99, 100, 300, good.len() - 64, good.len() - 1] {
        let cut = for_layout(json!(hex(&good[..end])));
        vectors.fails(&format!("cut after {end} bytes"), "layout", cut, "length");
    }
    let more = |extra: &[u8]| for_layout(json!(hex(&[good.as_slice(), extra].concat())));
    vectors.fails("a byte after it", "layout", more(&[0]), "length");
    vectors.fails("64 bytes after it", "layout", more(&[0; 64]), "length");
    vectors.fails("another entry after it", "layout", more(&good), "length");
    let before = [&[0], good.as_slice()].concat();
    vectors.fails("a byte before it", "layout", for_layout(json!(hex(&before))), "magic");
    for magic in ["LSE9", "lse0", "LSE\0", "\0\0\0\0", "<htm"] {
        let other = [magic.as_bytes(), &good[4..]].concat();
        vectors.fails(&format!("magic {magic:?}"), "layout", for_layout(json!(hex(&other))), "magic");
    }
    for (name, ct) in [("one byte too large", ENTRY_BYTES_MAX - 99), ("4 GiB stated", 0xffff_ffff)] {
        let front = [header(1).as_slice(), &NONCE, &u32::try_from(ct).unwrap().to_be_bytes()].concat();
        let zeros = ENTRY_BYTES_MAX - 35;
        vectors.fails(name, "layout", for_layout(bytes::parts(&[(&front, 1), (&[0], zeros)])), "size");
        vectors.fails(&format!("{name}, the front alone"), "layout", for_layout(json!(hex(&front))), "size");
    }
}

fn wrong_signatures(vectors: &mut Vectors) {
    let (keys, other) = (owner(), stranger());
    let good = good();
    let body = &good[..good.len() - 64];
    let resigned = |signature: &[u8]| [body, signature].concat();
    let id = seal(&keys, &head(&[EntryId([0x11; 32])]), &changes("log-2026", noise(1, 40)), NONCE).unwrap().id();
    let reader = reader_of(&keys);
    for (name, entry) in [
        ("signed by another vault's owner", resigned(&other.sign(&signed_message(&id)).unwrap())),
        ("signed by the read key", resigned(&reader.sign_auth(&id.0))),
        ("the id signed without its label", resigned(&keys.sign(&id.0).unwrap())),
        ("another id signed", resigned(&keys.sign(&signed_message(&EntryId([0; 32]))).unwrap())),
        ("the deletion's signature", resigned(&keys.sign_deletion().unwrap())),
        ("the registration's signature", resigned(&keys.sign_register().unwrap())),
        ("an answer to a challenge that is the id", resigned(&keys.sign_auth(&id.0))),
        ("s not reduced", signature::plus_order_at_end(&good)),
        ("no signature but zeros", resigned(&[0; 64])),
        ("R and s swapped", resigned(&[&good[good.len() - 32..], &good[good.len() - 64..good.len() - 32]].concat())),
    ] {
        vectors.fails(name, "signed entry", for_signature(&entry), "signature");
        vectors.fails(&format!("{name}, opened"), "open entry", given(&entry), "signature");
    }
    let swapped = with(&for_signature(&good), json!({ "vault_id": hex(&other.vault().0) }));
    vectors.fails("in another vault", "signed entry", swapped, "signature");
    let their_key = with(&for_signature(&good), json!({ "write_public": hex(&other.public().write) }));
    vectors.fails("with another vault's write key", "signed entry", their_key, "signature");
    let read_key = with(&for_signature(&good), json!({ "write_public": hex(&keys.public().read) }));
    vectors.fails("with the read key", "signed entry", read_key, "signature");
    let theirs = with(&capability(&other), json!({ "entry": hex(&good) }));
    vectors.fails("in another vault, opened", "open entry", theirs, "signature");
    let other_root = with(&given(&good), json!({ "root": hex(other.read_root().as_bytes()) }));
    vectors.fails("with another root, opened: another vault", "open entry", other_root, "signature");
    for (name, key) in [("the neutral point", 1), ("no point", 2)] {
        let mut public = [0; 32];
        public[0] = key;
        let weak = with(&for_signature(&good), json!({ "write_public": hex(&public) }));
        vectors.fails(&format!("the write key is {name}"), "signed entry", weak, "signature");
    }
}

/// Signed by the owner, and not to be opened.
fn wrong_seals(vectors: &mut Vectors) {
    let (keys, other) = (owner(), stranger());
    let plain = padded(map(&payload::nine(0, 5, b"hello")));
    let front = header(1);
    let ct = |entry: &[u8]| entry[36..entry.len() - 64].to_vec();
    let good = ct(&good());
    let mut flagged = front;
    flagged[5] = 1;
    for (name, entry) in [
        ("no ciphertext", around(&keys, front, &[])),
        ("ciphertext of 15 bytes", around(&keys, front, &good[..15])),
        ("ciphertext of 16 bytes", around(&keys, front, &good[..16])),
        ("tag cut by a byte", around(&keys, front, &good[..good.len() - 1])),
        ("a byte after the tag", around(&keys, front, &[good.as_slice(), &[0]].concat())),
        ("ciphertext flipped", around(&keys, front, &flipped(&good, 0))),
        ("tag flipped", around(&keys, front, &flipped(&good, good.len() - 1))),
        (
            "sealed with another vault's key",
            around(&keys, front, &ct(&sealed_with(&other, front, &bound(front, &keys), &plain))),
        ),
        (
            "ciphertext of another vault",
            around(&keys, front, &ct(&sealed_with(&other, front, &bound(front, &other), &plain))),
        ),
        ("bound to another vault", sealed_with(&keys, front, &bound(front, &other), &plain)),
        ("bound to another header", sealed_with(&keys, front, &bound(flagged, &keys), &plain)),
        ("bound to the header alone", sealed_with(&keys, front, &front, &plain)),
        ("bound to the vault alone", sealed_with(&keys, front, &keys.vault().0, &plain)),
        ("bound to nothing", sealed_with(&keys, front, &[], &plain)),
        ("not sealed at all", around(&keys, front, &plain)),
    ] {
        vectors.fails(&format!("signed, but {name}"), "open entry", given(&entry), "aead");
    }
    let nonce = [0x43; 24];
    let moved = assemble(front, &keys.vault(), nonce, &good, |message| keys.sign(message).unwrap()).unwrap();
    vectors.fails("signed, but with another nonce", "open entry", given(moved.bytes()), "aead");
}

/// Sealed and signed by the owner, and not what a payload says.
fn wrong_contents(vectors: &mut Vectors) {
    let nine = payload::nine(0, 5, b"hello");
    let named = |id: &str| {
        let mut nine = nine.clone();
        nine[4].1 = string(cbor::TEXT, id.as_bytes());
        padded(map(&nine))
    };
    let mut other_kind = nine.clone();
    other_kind[0].1 = uint(2);
    for (name, plain, reason) in [
        ("nothing", Vec::new(), "payload"),
        ("zeros", vec![0; 512], "payload"),
        ("no padding", map(&nine), "payload"),
        ("a tenth pair", padded(map(&[nine.as_slice(), &[(uint(9), uint(0))]].concat())), "payload"),
        ("kind 2", padded(map(&other_kind)), "kind"),
        ("another length than it says", padded(map(&payload::nine(0, 6, b"hello"))), "body"),
    ] {
        vectors.fails(&format!("holds {name}"), "open entry", given(&sealed(&plain)), reason);
    }
    for id in [
        "",
        "Profile",
        "profile ",
        "profiles",
        "log-",
        "log-1969",
        "log-2200",
        "log-02026",
        "log-26",
        "log-+202",
        "log-２０２６",
    ] {
        vectors.fails(&format!("document {id:?}"), "open entry", given(&sealed(&named(id))), "document");
    }
}
