//! Derivations, the vault's id, and bytes as text.

use lissom_sync::keys::{Keys, Secret};
use lissom_sync::protocol::api::to_text;
use serde_json::json;

use super::{capability, flipped, owner, secret, stranger, with};
use crate::bytes::hex;
use crate::vector::Vectors;

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    let secrets = [("counting", secret()), ("zeros", [0; 32]), ("ones", [0xff; 32]), ("0x55", [0x55; 32])];
    for (name, secret) in secrets {
        vectors.holds(&format!("owner, {name}"), "owner keys", json!({ "secret": hex(&secret) }));
        let keys = Keys::owner(&Secret::from_bytes(secret));
        vectors.holds(&format!("reader, {name}"), "reader keys", capability(&keys));
    }
    let mixed = with(&capability(&owner()), json!({ "write_public": hex(&stranger().public().write) }));
    vectors.holds("a root beside another vault's write key makes a third vault", "reader keys", mixed);
    ids(&mut vectors);
    texts(&mut vectors);
    vectors
}

fn ids(vectors: &mut Vectors) {
    let keys = owner();
    let public = keys.public();
    let base = json!({
        "write_public": hex(&public.write),
        "read_public": hex(&public.read),
        "key_check": hex(&public.key_check),
        "vault_id": hex(&keys.vault().0),
    });
    vectors.holds("an id certifies its keys", "vault id", base.clone());
    for (field, bytes) in [
        ("write_public", public.write.as_slice()),
        ("read_public", &public.read),
        ("key_check", &public.key_check),
        ("vault_id", &keys.vault().0),
    ] {
        for at in [0, bytes.len() - 1] {
            let other = with(&base, json!({ field: hex(&flipped(bytes, at)) }));
            vectors.fails(&format!("{field} with byte {at} flipped"), "vault id", other, "vault-id");
        }
    }
    let swapped = with(&base, json!({ "write_public": hex(&public.read), "read_public": hex(&public.write) }));
    vectors.fails("write and read key swapped", "vault id", swapped, "vault-id");
    let foreign = with(&base, json!({ "vault_id": hex(&stranger().vault().0) }));
    vectors.fails("another vault's id", "vault id", foreign, "vault-id");
}

fn texts(vectors: &mut Vectors) {
    for (length, what) in [(16, "16 bytes"), (32, "32 bytes"), (64, "64 bytes")] {
        let text = to_text(&[0xfb; 64][..length]);
        vectors.holds(what, "base64url", json!({ "text": text, "length": length }));
        for (how, other) in [
            ("padded", format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))),
            ("one character short", text[..text.len() - 1].to_owned()),
            ("one character long", format!("{text}A")),
            ("a byte short", to_text(&[0xfb; 64][..length - 1])),
            ("a byte long", to_text(&[0xfb; 65][..=length])),
            ("the other alphabet", text.replace('-', "+").replace('_', "/")),
            ("a space before", format!(" {text}")),
            ("a line end after", format!("{text}\n")),
            ("an unused bit set", format!("{}{}", &text[..text.len() - 1], if length == 32 { 't' } else { 'x' })),
            ("hex", hex(&[0xfb; 64][..length])),
            ("empty", String::new()),
        ] {
            vectors.fails(&format!("{what}, {how}"), "base64url", json!({ "text": other, "length": length }), "text");
        }
    }
    for (what, bytes) in
        [("no bytes", vec![]), ("1 byte", vec![0xff]), ("2 bytes", vec![0; 2]), ("57 bytes", vec![7; 57])]
    {
        vectors.holds(
            &format!("of any length, {what}"),
            "base64url",
            json!({ "text": to_text(&bytes), "length": null }),
        );
    }
    for (what, text) in
        [("a single character", "A"), ("an unused bit set", "_x"), ("padded", "_w=="), ("a full stop", "AA.A")]
    {
        vectors.fails(&format!("of any length, {what}"), "base64url", json!({ "text": text, "length": null }), "text");
    }
}
