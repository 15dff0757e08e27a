//! Registering a vault, and deleting one.

use lissom_sync::protocol::api::to_text;
use lissom_sync::protocol::problem::{MEDIA_TYPE, Problem, ProblemKind};
use lissom_sync::protocol::statement::{delete_message, register_message};
use serde_json::{Value, json};

use super::{capability, flipped, listed, owner, reader_of, secret, signature, stranger, with, without};
use crate::bytes::hex;
use crate::vector::Vectors;

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    for (name, secret) in [("counting", secret()), ("0x55", [0x55; 32])] {
        vectors.holds(&format!("a deletion, {name}"), "sign a deletion", json!({ "secret": hex(&secret) }));
        vectors.holds(&format!("a registration, {name}"), "sign a registration", json!({ "secret": hex(&secret) }));
    }
    deletions(&mut vectors);
    registrations(&mut vectors);
    gone(&mut vectors);
    vectors
}

fn deletions(vectors: &mut Vectors) {
    let (keys, other) = (owner(), stranger());
    let good = keys.sign_deletion().unwrap();
    let right = json!({
        "vault_id": hex(&keys.vault().0), "write_public": hex(&keys.public().write), "statement": hex(&good),
    });
    vectors.holds("a statement", "deletion", right.clone());
    let message = delete_message(&keys.vault());
    let reader = reader_of(&keys);
    for (name, change) in [
        ("another vault's id", json!({ "vault_id": hex(&other.vault().0) })),
        ("the id flipped", json!({ "vault_id": hex(&flipped(&keys.vault().0, 31)) })),
        ("another vault's key", json!({ "write_public": hex(&other.public().write) })),
        ("the read key", json!({ "write_public": hex(&keys.public().read) })),
        ("R flipped", json!({ "statement": hex(&flipped(&good, 0)) })),
        ("s flipped", json!({ "statement": hex(&flipped(&good, 32)) })),
        ("a byte less", json!({ "statement": hex(&good[..63]) })),
        ("a byte more", json!({ "statement": hex(&[good.as_slice(), &[0]].concat()) })),
        ("nothing", json!({ "statement": "" })),
        ("s not reduced", json!({ "statement": hex(&signature::plus_order(&good)) })),
        ("another vault's statement", json!({ "statement": hex(&other.sign_deletion().unwrap()) })),
        ("the registration", json!({ "statement": hex(&keys.sign_register().unwrap()) })),
        ("signed by a reader", json!({ "statement": hex(&reader.sign_auth(&message)) })),
        ("no label signed", json!({ "statement": hex(&keys.sign(&keys.vault().0).unwrap()) })),
    ] {
        vectors.fails(&format!("deletion: {name}"), "deletion", with(&right, change), "signature");
    }
    for (name, public, odd) in signature::odd(&message) {
        let input = with(&right, json!({ "write_public": hex(&public), "statement": hex(&odd) }));
        vectors.fails(&format!("deletion, odd: {name}"), "deletion", input, "signature");
    }
}

fn registrations(vectors: &mut Vectors) {
    let (keys, other) = (owner(), stranger());
    let public = keys.public();
    let signed = keys.sign_register().unwrap();
    let right = json!({
        "write": to_text(&public.write), "read": to_text(&public.read), "key_check": to_text(&public.key_check),
        "signature": to_text(&signed),
    });
    let given = |body: &Value| json!({ "body": body.to_string() });
    vectors.holds("a registration", "registration", given(&right));
    vectors.holds("with an invite", "registration", given(&with(&right, json!({ "invite": "an-invite" }))));
    vectors.holds("with invite null", "registration", given(&with(&right, json!({ "invite": null }))));
    vectors.holds("with a field more", "registration", given(&with(&right, json!({ "later": 1 }))));
    for (name, change, reason) in [
        ("another write key", json!({ "write": to_text(&other.public().write) }), "signature"),
        ("another read key", json!({ "read": to_text(&other.public().read) }), "signature"),
        ("another key check", json!({ "key_check": to_text(&other.public().key_check) }), "signature"),
        (
            "write and read key swapped",
            json!({ "write": to_text(&public.read), "read": to_text(&public.write) }),
            "signature",
        ),
        ("another vault's signature", json!({ "signature": to_text(&other.sign_register().unwrap()) }), "signature"),
        ("the deletion's signature", json!({ "signature": to_text(&keys.sign_deletion().unwrap()) }), "signature"),
        ("s not reduced", json!({ "signature": to_text(&signature::plus_order(&signed)) }), "signature"),
        ("a flipped signature", json!({ "signature": to_text(&flipped(&signed, 5)) }), "signature"),
        ("a write key of 31 bytes", json!({ "write": to_text(&public.write[1..]) }), "malformed"),
        ("a read key of 33 bytes", json!({ "read": to_text(&[public.read.as_slice(), &[0]].concat()) }), "malformed"),
        ("a key check of 32 bytes", json!({ "key_check": to_text(&[0; 32]) }), "malformed"),
        ("a signature of 63 bytes", json!({ "signature": to_text(&signed[..63]) }), "malformed"),
        ("a write key in hex", json!({ "write": hex(&public.write) }), "malformed"),
        ("a padded read key", json!({ "read": format!("{}=", to_text(&public.read)) }), "malformed"),
        ("a number as invite", json!({ "invite": 7 }), "malformed"),
        ("a read key null", json!({ "read": null }), "malformed"),
    ] {
        vectors.fails(&format!("registration: {name}"), "registration", given(&with(&right, change)), reason);
    }
    for field in ["write", "read", "key_check", "signature"] {
        let bare = given(&without(&right, field));
        vectors.fails(&format!("registration without {field}"), "registration", bare, "malformed");
    }
    let array = json!({ "body": listed(&right, &["write", "read", "key_check", "signature"]) });
    vectors.fails("registration: the values in an array", "registration", array, "malformed");
    // A weak key signs whatever it likes, and for a vault that it makes.
    let vault_of = |write: [u8; 32]| lissom_sync::protocol::ids::VaultKeys { write, ..*public };
    let mut neutral = [0; 32];
    neutral[0] = 1;
    for (name, write, odd) in signature::odd(&register_message(&vault_of(neutral))) {
        if write == neutral {
            let weak = with(&right, json!({ "write": to_text(&write), "signature": to_text(&odd) }));
            vectors.fails(&format!("registration, odd: {name}"), "registration", given(&weak), "signature");
        }
    }
}

fn gone(vectors: &mut Vectors) {
    let keys = owner();
    let statement = keys.sign_deletion().unwrap();
    let problem = |kind: ProblemKind, statement: Option<String>| Problem { statement, ..Problem::new(kind) };
    let body = serde_json::to_value(problem(ProblemKind::Gone, Some(to_text(&statement)))).unwrap();
    let answer = |status: u16, media: &str, body: &str| {
        with(&capability(&keys), json!({ "status": status, "content_type": media, "body": body }))
    };
    let good = body.to_string();
    vectors.holds("gone, with the owner's statement", "gone", answer(410, MEDIA_TYPE, &good));
    vectors.holds(
        "gone, with a parameter of the media type",
        "gone",
        answer(410, "application/problem+json; charset=utf-8", &good),
    );
    let changed = |change: Value| answer(410, MEDIA_TYPE, &with(&body, change).to_string());
    for (name, input) in [
        ("without a statement", answer(410, MEDIA_TYPE, &without(&body, "statement").to_string())),
        ("with statement null", changed(json!({ "statement": null }))),
        (
            "with another vault's statement",
            changed(json!({ "statement": to_text(&stranger().sign_deletion().unwrap()) })),
        ),
        ("with a flipped statement", changed(json!({ "statement": to_text(&flipped(&statement, 9)) }))),
        ("with a statement not reduced", changed(json!({ "statement": to_text(&signature::plus_order(&statement)) }))),
        ("with a cut statement", changed(json!({ "statement": to_text(&statement[..63]) }))),
        ("with a padded statement", changed(json!({ "statement": format!("{}==", to_text(&statement)) }))),
        ("with the registration's signature", changed(json!({ "statement": to_text(&keys.sign_register().unwrap()) }))),
        ("with a type of somebody else's", changed(json!({ "type": "urn:other:problem:gone" }))),
        ("without our prefix", changed(json!({ "type": "gone" }))),
        ("of another type", changed(json!({ "type": "urn:lissom:problem:vault-unknown" }))),
        ("without a title", answer(410, MEDIA_TYPE, &without(&body, "title").to_string())),
        ("without a status", answer(410, MEDIA_TYPE, &without(&body, "status").to_string())),
        ("with a status as text", changed(json!({ "status": "410" }))),
        (
            "as an array",
            answer(410, MEDIA_TYPE, &listed(&body, &["type", "title", "status", "detail", "entry", "statement"])),
        ),
        ("as plain JSON", answer(410, "application/json", &good)),
        ("as a web page", answer(410, "text/html", "<html>Gone</html>")),
        ("with an empty body", answer(410, MEDIA_TYPE, "")),
        ("with a cut body", answer(410, MEDIA_TYPE, &good[..good.len() - 1])),
        ("with status 200", answer(200, MEDIA_TYPE, &good)),
    ] {
        vectors.fails(&format!("gone {name}"), "gone", input, "outage");
    }
}
