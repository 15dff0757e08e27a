//! Asking for a token, and the token. What is in a token is the relay's business; a device only carries it.

use lissom_sync::protocol::api::to_text;
use serde_json::{Value, json};

use super::challenge::CHALLENGE;
use super::{flipped, listed, owner, reader_of, signature, stranger, with, without};
use crate::bytes::hex;
use crate::vector::Vectors;

fn given(body: &str) -> Value {
    let keys = owner();
    json!({ "write_public": hex(&keys.public().write), "read_public": hex(&keys.public().read), "body": body })
}

pub(crate) fn all() -> Vectors {
    let mut vectors = Vectors::default();
    let keys = owner();
    for (role, by) in [("owner", keys.clone()), ("reader", reader_of(&keys))] {
        let signature = by.sign_auth(CHALLENGE);
        let good = json!({
            "vault": keys.vault().to_text(), "role": role, "challenge": to_text(CHALLENGE), "signature": to_text(&signature),
        });
        requests(&mut vectors, role, &good, &signature);
    }
    answers(&mut vectors);
    vectors
}

fn requests(vectors: &mut Vectors, role: &str, good: &Value, signed: &[u8; 64]) {
    let other_role = if role == "owner" { "reader" } else { "owner" };
    vectors.holds(&format!("the {role} asks"), "token request", given(&good.to_string()));
    let later = with(good, json!({ "later": [1, 2] }));
    vectors.holds(&format!("the {role} asks with a field more"), "token request", given(&later.to_string()));
    for (name, change, reason) in [
        ("as the other role", json!({ "role": other_role }), "signature"),
        ("as an admin", json!({ "role": "admin" }), "malformed"),
        ("as the role in capitals", json!({ "role": role.to_uppercase() }), "malformed"),
        ("as role 1", json!({ "role": 1 }), "malformed"),
        ("as role null", json!({ "role": null }), "malformed"),
        ("for another vault", json!({ "vault": stranger().vault().to_text() }), "signature"),
        ("for a vault in hex", json!({ "vault": hex(&owner().vault().0) }), "malformed"),
        ("for a padded vault", json!({ "vault": format!("{}=", owner().vault().to_text()) }), "malformed"),
        ("for vault null", json!({ "vault": null }), "malformed"),
        ("with another challenge", json!({ "challenge": to_text(&flipped(CHALLENGE, 3)) }), "signature"),
        ("with a challenge that is no base64url", json!({ "challenge": "a+b/" }), "signature"),
        ("with challenge 7", json!({ "challenge": 7 }), "malformed"),
        ("with a flipped signature", json!({ "signature": to_text(&flipped(signed, 40)) }), "signature"),
        ("with a cut signature", json!({ "signature": to_text(&signed[..63]) }), "signature"),
        ("with a padded signature", json!({ "signature": format!("{}==", to_text(signed)) }), "signature"),
        ("with an empty signature", json!({ "signature": "" }), "signature"),
        ("with s not reduced", json!({ "signature": to_text(&signature::plus_order(signed)) }), "signature"),
        ("with signature null", json!({ "signature": null }), "malformed"),
    ] {
        let body = with(good, change).to_string();
        vectors.fails(&format!("the {role} asks {name}"), "token request", given(&body), reason);
    }
    for field in ["vault", "role", "challenge", "signature"] {
        let body = without(good, field).to_string();
        vectors.fails(&format!("the {role} asks without {field}"), "token request", given(&body), "malformed");
        let twice = format!("{{\"{field}\": {}, {}", good[field], &good.to_string()[1..]);
        vectors.fails(&format!("the {role} asks with {field} twice"), "token request", given(&twice), "malformed");
    }
    let text = good.to_string();
    for (name, body) in [
        ("nothing", String::new()),
        ("null", "null".to_owned()),
        ("a text", format!("{text:?}")),
        ("the values in an array", listed(good, &["vault", "role", "challenge", "signature"])),
        ("cut", text[..text.len() - 1].to_owned()),
        ("a tail", format!("{text}x")),
    ] {
        vectors.fails(&format!("the {role} asks: {name}"), "token request", given(&body), "malformed");
    }
}

fn answers(vectors: &mut Vectors) {
    let body = |text: &str| json!({ "body": text });
    vectors.holds("a token", "token", body(r#"{"token": "AQAAAABpIYUq", "expires_in": 900}"#));
    vectors.holds("a token of any form", "token", body(r#"{"token": "not base64url!", "expires_in": 1, "later": {}}"#));
    for (name, text) in [
        ("no token", r#"{"expires_in": 900}"#),
        ("no life", r#"{"token": "AQ"}"#),
        ("token 1", r#"{"token": 1, "expires_in": 900}"#),
        ("token null", r#"{"token": null, "expires_in": 900}"#),
        ("a life as text", r#"{"token": "AQ", "expires_in": "900"}"#),
        ("a negative life", r#"{"token": "AQ", "expires_in": -1}"#),
        ("a broken life", r#"{"token": "AQ", "expires_in": 900.5}"#),
        ("a life of 2^64", r#"{"token": "AQ", "expires_in": 18446744073709551616}"#),
        ("a life that is no number", r#"{"token": "AQ", "expires_in": NaN}"#),
        ("a token twice", r#"{"token": "AQ", "token": "AQ", "expires_in": 900}"#),
        ("an array", r#"["AQ", 900]"#),
        ("a web page", "<html></html>"),
    ] {
        vectors.fails(&format!("token: {name}"), "token", body(text), "malformed");
    }
}
