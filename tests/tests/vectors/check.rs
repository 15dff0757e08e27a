//! Runs a vector's input through the real functions.

mod bodies;
mod client;
mod sealed;

use lissom_sync::keys::{Keys, ReadRoot, Secret};
use lissom_sync::padding::padded_len;
use lissom_sync::phrase::{PhraseError, from_phrase, to_phrase};
use lissom_sync::protocol::api;
use lissom_sync::protocol::cursor::Chain;
use lissom_sync::protocol::ids::{EntryId, VaultId, VaultKeys};
use serde_json::{Value, json};

use crate::bytes::{exactly, hex};
use crate::vector::Refusal;

type Outcome = Result<Value, Refusal>;

/// What the real functions say to this input.
pub(crate) fn run(check: &str, input: &Value) -> Outcome {
    match check {
        "owner keys" => Ok(owner_keys(input)),
        "reader keys" => Ok(reader_keys(input)),
        "vault id" => vault_id(input),
        "base64url" => base64url(input),
        "words" => Ok(json!({ "phrase": to_phrase(&secret(input)).as_str() })),
        "phrase" => phrase(input),
        "padded length" => {
            Ok(json!({ "padded": padded_len(usize::try_from(input["length"].as_u64().unwrap()).unwrap()) }))
        }
        "chain" => Ok(chain(input)),
        "payload head" => sealed::head(input),
        "payload" => sealed::payload(input),
        "encode payload" => Ok(sealed::encode(input)),
        "layout" => sealed::layout(input),
        "signed entry" => sealed::signed(input),
        "open entry" => sealed::open_entry(input),
        "seal entry" => Ok(sealed::seal_entry(input)),
        "split" => sealed::split(input),
        "page" => client::page(input),
        "answer to a post" => client::answer(input),
        "gone" => client::gone(input),
        "sign a challenge" => Ok(bodies::sign_challenge(input)),
        "signed challenge" => bodies::signed_challenge(input),
        "token request" => bodies::token_request(input),
        "token" => bodies::token(input),
        "sign a deletion" => Ok(bodies::sign_deletion(input)),
        "deletion" => bodies::deletion(input),
        "sign a registration" => Ok(bodies::sign_registration(input)),
        "registration" => bodies::registration(input),
        other => panic!("there is no check called {other}"),
    }
}

fn refused<T>(reason: &str) -> Result<T, Refusal> {
    Err(Refusal::new(reason))
}

fn secret(input: &Value) -> Secret {
    Secret::from_bytes(exactly(&input["secret"]))
}

fn owner(input: &Value) -> Keys {
    Keys::owner(&secret(input))
}

fn reader(input: &Value) -> Keys {
    Keys::reader(ReadRoot::from_bytes(exactly(&input["root"])), exactly(&input["write_public"]))
}

fn owner_keys(input: &Value) -> Value {
    let keys = owner(input);
    json!({
        "write_public": hex(&keys.public().write),
        "root": hex(keys.read_root().as_bytes()),
        "read_public": hex(&keys.public().read),
        "key_check": hex(&keys.public().key_check),
        "vault_id": hex(&keys.vault().0),
        "vault_id_text": keys.vault().to_text(),
        "chain_0": hex(&Chain::start(&keys.vault()).0),
    })
}

fn reader_keys(input: &Value) -> Value {
    let keys = reader(input);
    json!({
        "read_public": hex(&keys.public().read),
        "key_check": hex(&keys.public().key_check),
        "vault_id": hex(&keys.vault().0),
    })
}

fn vault_id(input: &Value) -> Outcome {
    let keys = VaultKeys {
        write: exactly(&input["write_public"]),
        read: exactly(&input["read_public"]),
        key_check: exactly(&input["key_check"]),
    };
    let stated = VaultId(exactly(&input["vault_id"]));
    if keys.vault_id() == stated { Ok(json!({})) } else { refused("vault-id") }
}

fn base64url(input: &Value) -> Outcome {
    let text = input["text"].as_str().unwrap();
    let read = match input["length"].as_u64() {
        None => api::bytes_from_text(text),
        Some(16) => api::from_text::<16>(text).map(Vec::from),
        Some(32) => {
            let read = api::from_text::<32>(text).map(Vec::from);
            assert_eq!(read, EntryId::from_text(text).ok().map(|id| id.0.to_vec()), "two readers of one form");
            read
        }
        Some(64) => api::from_text::<64>(text).map(Vec::from),
        Some(other) => panic!("nothing has {other} bytes"),
    };
    read.map(|bytes| json!({ "bytes": hex(&bytes) })).ok_or_else(|| Refusal::new("text"))
}

fn phrase(input: &Value) -> Outcome {
    match from_phrase(input["phrase"].as_str().unwrap()) {
        Ok(secret) => Ok(json!({ "secret": hex(secret.as_bytes()) })),
        Err(PhraseError::WordCount { .. }) => refused("word-count"),
        Err(PhraseError::UnknownWord { place }) => {
            Err(Refusal { place: Some(place.try_into().unwrap()), ..Refusal::new("unknown-word") })
        }
        Err(PhraseError::Checksum) => refused("checksum"),
    }
}

fn chain(input: &Value) -> Value {
    let mut chain = Chain::start(&VaultId(exactly(&input["vault_id"])));
    let mut chains = vec![hex(&chain.0)];
    for id in input["entry_ids"].as_array().unwrap() {
        chain = chain.then(&EntryId(exactly(id)));
        chains.push(hex(&chain.0));
    }
    json!({ "chains": chains })
}
