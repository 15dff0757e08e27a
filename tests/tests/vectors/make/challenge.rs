//! Answers to a relay's challenge.

use lissom_sync::keys::Keys;
use lissom_sync::protocol::statement::{Role, auth_message, delete_message, register_message};
use serde_json::{Value, json};

use super::{flipped, owner, reader_of, secret, signature, stranger, with};
use crate::bytes::hex;
use crate::vector::Vectors;

pub(crate) const CHALLENGE: &[u8] = b"a challenge is opaque";

fn given(keys: &Keys, role: &str, signature: &[u8]) -> Value {
    json!({
        "vault_id": hex(&keys.vault().0),
        "write_public": hex(&keys.public().write),
        "read_public": hex(&keys.public().read),
        "role": role,
        "challenge": hex(CHALLENGE),
        "signature": hex(signature),
    })
}

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    let (keys, other) = (owner(), stranger());
    let reader = reader_of(&keys);
    for (role, by) in [("owner", &keys), ("reader", &reader)] {
        for (what, challenge) in [("a", CHALLENGE), ("an empty", &[]), ("a long", &[0xc5; 200])] {
            let input = json!({ "secret": hex(&secret()), "role": role, "challenge": hex(challenge) });
            vectors.holds(&format!("{what} challenge signed by the {role}"), "sign a challenge", input);
        }
        let good = by.sign_auth(CHALLENGE);
        let right = given(&keys, role, &good);
        vectors.holds(&format!("the {role} answers"), "signed challenge", right.clone());
        let wrong_role = if role == "owner" { "reader" } else { "owner" };
        let changed = [
            ("for the other role", json!({ "role": wrong_role })),
            ("in another vault", json!({ "vault_id": hex(&other.vault().0) })),
            ("to another challenge", json!({ "challenge": hex(&flipped(CHALLENGE, 0)) })),
            ("to a shorter challenge", json!({ "challenge": hex(&CHALLENGE[1..]) })),
            ("to a longer challenge", json!({ "challenge": hex(&[CHALLENGE, &[0]].concat()) })),
            ("to an empty challenge", json!({ "challenge": "" })),
            ("with R flipped", json!({ "signature": hex(&flipped(&good, 0)) })),
            ("with s flipped", json!({ "signature": hex(&flipped(&good, 33)) })),
            ("cut by a byte", json!({ "signature": hex(&good[..63]) })),
            ("with a byte more", json!({ "signature": hex(&[good.as_slice(), &[0]].concat()) })),
            ("without a signature", json!({ "signature": "" })),
            ("with s not reduced", json!({ "signature": hex(&signature::plus_order(&good)) })),
        ];
        for (name, change) in changed {
            vectors.fails(&format!("the {role} answers {name}"), "signed challenge", with(&right, change), "signature");
        }
    }
    let sign = |message: &[u8]| keys.sign(message).unwrap();
    let vault = keys.vault();
    let role_byte = |byte: u8| [b"lissom/1 auth".as_slice(), &vault.0, &[byte], CHALLENGE].concat();
    for (name, signature) in [
        ("the write key signed the reader's role", sign(&auth_message(&vault, Role::Reader, CHALLENGE))),
        ("role 0 signed", sign(&role_byte(0))),
        ("role 3 signed", sign(&role_byte(3))),
        ("no role signed", sign(&[b"lissom/1 auth".as_slice(), &vault.0, CHALLENGE].concat())),
        ("the challenge alone signed", sign(CHALLENGE)),
        ("no label signed", sign(&[vault.0.as_slice(), &[1], CHALLENGE].concat())),
        ("the registration signed", sign(&register_message(keys.public()))),
        ("the deletion signed", sign(&delete_message(&vault))),
        ("another vault's owner answers", other.sign(&auth_message(&vault, Role::Owner, CHALLENGE)).unwrap()),
        ("the reader answers for the owner", reader.sign_auth(CHALLENGE)),
    ] {
        vectors.fails(name, "signed challenge", given(&keys, "owner", &signature), "signature");
    }
    let message = auth_message(&vault, Role::Owner, CHALLENGE);
    let own = signature::key();
    let by_own =
        with(&given(&keys, "owner", &signature::good(&own, &message)), json!({ "write_public": hex(&own.public) }));
    vectors.holds("a key that is only for odd signatures, used well", "signed challenge", by_own);
    for (name, public, odd) in signature::odd(&message) {
        let input = with(&given(&keys, "owner", &odd), json!({ "write_public": hex(&public) }));
        vectors.fails(&format!("odd: {name}"), "signed challenge", input, "signature");
    }
    vectors
}
