//! Payloads, entries and streams of them.

use ed25519_dalek::VerifyingKey;
use lissom_diary::core::record::is_doc_id;
use lissom_sync::payload::{Changes, Head, Unreadable, decode_changes, decode_head, encode as encode_payload};
use lissom_sync::protocol::entry::{LayoutError, UnverifiedEntry};
use lissom_sync::protocol::ids::{EntryId, VaultId};
use lissom_sync::protocol::stream::{self, StreamError};
use lissom_sync::seal::{open, seal};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Outcome, owner, reader, refused};
use crate::bytes::{exactly, from_json, hex};
use crate::vector::Refusal;

fn unreadable(why: Unreadable) -> Refusal {
    Refusal::new(match why {
        Unreadable::Suite => "suite",
        Unreadable::Seal => "aead",
        Unreadable::Form => "payload",
        Unreadable::Kind => "kind",
        Unreadable::Inflate => "body",
    })
}

fn misshapen(why: LayoutError) -> Refusal {
    Refusal::new(match why {
        LayoutError::TooLarge { .. } => "size",
        LayoutError::Magic => "magic",
        LayoutError::Truncated { .. } | LayoutError::Trailing { .. } => "length",
    })
}

fn described_head(head: &Head) -> Value {
    let parents: Vec<String> = head.parents.iter().map(|parent| hex(&parent.0)).collect();
    json!({ "kind": head.kind, "device": hex(&head.device), "writer": hex(&head.writer), "parents": parents })
}

fn described(head: &Head, changes: &Changes) -> Value {
    let mut all = described_head(head);
    all["doc_id"] = json!(changes.doc_id);
    all["min_version"] = json!(changes.min_version);
    all["unpacked_length"] = json!(changes.body.len());
    all["unpacked_sha256"] = json!(hex(&Sha256::digest(&changes.body)));
    all
}

pub(crate) fn head(input: &Value) -> Outcome {
    decode_head(&from_json(&input["plaintext"])).map(|head| described_head(&head)).map_err(unreadable)
}

pub(crate) fn payload(input: &Value) -> Outcome {
    let plain = from_json(&input["plaintext"]);
    let head = decode_head(&plain).map_err(unreadable)?;
    decode_changes(&head, &plain).map(|changes| described(&head, &changes)).map_err(unreadable)
}

fn fields(input: &Value) -> (Head, Changes) {
    let head = Head {
        kind: input["kind"].as_u64().unwrap(),
        device: exactly(&input["device"]),
        writer: exactly(&input["writer"]),
        parents: input["parents"].as_array().unwrap().iter().map(|id| EntryId(exactly(id))).collect(),
    };
    let changes = Changes {
        doc_id: input["doc_id"].as_str().unwrap().to_owned(),
        body: from_json(&input["unpacked"]),
        min_version: input["min_version"].as_u64().unwrap(),
    };
    (head, changes)
}

pub(crate) fn encode(input: &Value) -> Value {
    let (head, changes) = fields(input);
    json!({ "plaintext": hex(&encode_payload(&head, &changes)) })
}

pub(crate) fn seal_entry(input: &Value) -> Value {
    let (head, changes) = fields(input);
    let entry = seal(&owner(input), &head, &changes, exactly(&input["nonce"])).unwrap();
    json!({ "entry": hex(entry.bytes()) })
}

pub(crate) fn layout(input: &Value) -> Outcome {
    let entry = UnverifiedEntry::parse(from_json(&input["entry"])).map_err(misshapen)?;
    Ok(json!({ "entry_id": hex(&entry.id(&VaultId(exactly(&input["vault_id"]))).0) }))
}

pub(crate) fn signed(input: &Value) -> Outcome {
    let entry = UnverifiedEntry::parse(from_json(&input["entry"])).map_err(misshapen)?;
    let Ok(write) = VerifyingKey::from_bytes(&exactly(&input["write_public"])) else { return refused("signature") };
    let vault = VaultId(exactly(&input["vault_id"]));
    let entry = entry.verify(&vault, &write).map_err(|_| Refusal::new("signature"))?;
    let parts = entry.parts();
    Ok(json!({
        "entry_id": hex(&entry.id().0), "suite": parts.suite, "flags": parts.flags, "reserved": parts.reserved,
    }))
}

pub(crate) fn open_entry(input: &Value) -> Outcome {
    let keys = reader(input);
    let entry = UnverifiedEntry::parse(from_json(&input["entry"])).map_err(misshapen)?;
    let Some(entry) = keys.verify(entry) else { return refused("signature") };
    let opened = open(&keys, &entry);
    let changes = opened.changes.map_err(unreadable)?;
    if !is_doc_id(&changes.doc_id) {
        return refused("document");
    }
    let mut all = described(&opened.head.unwrap(), &changes);
    all["entry_id"] = json!(hex(&entry.id().0));
    Ok(all)
}

pub(crate) fn split(input: &Value) -> Outcome {
    let entries = stream::split(&from_json(&input["stream"])).map_err(|why| match why {
        StreamError::TooManyBytes { .. } | StreamError::TooManyEntries => Refusal::new("size"),
        StreamError::Entry { source, .. } => misshapen(source),
    })?;
    let lengths: Vec<usize> = entries.into_iter().map(|entry| entry.into_bytes().len()).collect();
    Ok(json!({ "lengths": lengths }))
}
