//! Signatures beside entries, and the JSON bodies that carry them.

use lissom_sync::keys::Keys;
use lissom_sync::protocol::api::{self, Register, Token, TokenRequest, bytes_from_text, from_text};
use lissom_sync::protocol::ids::VaultId;
use lissom_sync::protocol::statement::{Role, auth_message, delete_message, is_signed, register_message};
use serde_json::{Value, json};

use super::{Outcome, owner, refused};
use crate::bytes::{exactly, from_json, hex};
use crate::vector::Refusal;

fn malformed<T>(_: T) -> Refusal {
    Refusal::new("malformed")
}

fn role(input: &Value) -> Role {
    serde_json::from_value(input["role"].clone()).unwrap()
}

fn signed_with(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    if is_signed(key, message, signature) { Ok(()) } else { refused("signature") }
}

pub(crate) fn sign_challenge(input: &Value) -> Value {
    let mut keys = owner(input);
    if role(input) == Role::Reader {
        keys = Keys::reader(keys.read_root().clone(), keys.public().write);
    }
    let challenge = from_json(&input["challenge"]);
    let message = auth_message(&keys.vault(), keys.role(), &challenge);
    json!({ "message": hex(&message), "signature": hex(&keys.sign_auth(&challenge)) })
}

pub(crate) fn signed_challenge(input: &Value) -> Outcome {
    let message = auth_message(&VaultId(exactly(&input["vault_id"])), role(input), &from_json(&input["challenge"]));
    let key = match role(input) {
        Role::Owner => &input["write_public"],
        Role::Reader => &input["read_public"],
    };
    signed_with(&exactly(key), &message, &from_json(&input["signature"]))?;
    Ok(json!({}))
}

/// As the relay reads it, but that a challenge of any relay will do.
pub(crate) fn token_request(input: &Value) -> Outcome {
    let asked: TokenRequest = api::from_json(input["body"].as_str().unwrap().as_bytes()).map_err(malformed)?;
    let vault = VaultId::from_text(&asked.vault).map_err(malformed)?;
    let unsigned = || Refusal::new("signature");
    let challenge = bytes_from_text(&asked.challenge).ok_or_else(unsigned)?;
    let signature = from_text::<64>(&asked.signature).ok_or_else(unsigned)?;
    let (key, role) = match asked.role {
        Role::Owner => (&input["write_public"], "owner"),
        Role::Reader => (&input["read_public"], "reader"),
    };
    signed_with(&exactly(key), &auth_message(&vault, asked.role, &challenge), &signature)?;
    Ok(json!({ "vault_id": hex(&vault.0), "role": role, "challenge": hex(&challenge) }))
}

pub(crate) fn token(input: &Value) -> Outcome {
    let token: Token = api::from_json(input["body"].as_str().unwrap().as_bytes()).map_err(malformed)?;
    Ok(json!({ "token": token.token, "expires_in": token.expires_in }))
}

pub(crate) fn sign_deletion(input: &Value) -> Value {
    let keys = owner(input);
    json!({ "message": hex(&delete_message(&keys.vault())), "signature": hex(&keys.sign_deletion().unwrap()) })
}

pub(crate) fn deletion(input: &Value) -> Outcome {
    let message = delete_message(&VaultId(exactly(&input["vault_id"])));
    signed_with(&exactly(&input["write_public"]), &message, &from_json(&input["statement"]))?;
    Ok(json!({}))
}

pub(crate) fn sign_registration(input: &Value) -> Value {
    let keys = owner(input);
    json!({ "message": hex(&register_message(keys.public())), "signature": hex(&keys.sign_register().unwrap()) })
}

/// As the relay reads it, but for the invite.
pub(crate) fn registration(input: &Value) -> Outcome {
    let asked: Register = api::from_json(input["body"].as_str().unwrap().as_bytes()).map_err(malformed)?;
    let (keys, signature) = asked.parts().ok_or_else(|| malformed(()))?;
    signed_with(&keys.write, &register_message(&keys), &signature)?;
    Ok(json!({ "vault_id": hex(&keys.vault_id().0) }))
}
