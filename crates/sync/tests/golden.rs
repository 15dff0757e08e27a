//! Bytes are for ever: what a fixed secret derives, seals and signs is compared with the files in `golden/`.
//!
//! A difference means that stored folders, other devices or relays no longer agree with this program: from
//! version 1 on it needs a new version number and a new file, never a new content of an old one. Until then
//! `UPDATE_GOLDEN=1 cargo test -p lissom-sync --test golden` writes the files anew.
#![expect(clippy::disallowed_methods, reason = "a test reads its golden files; the crate reads none")]
#![cfg(test)]

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use lissom_sync::keys::{Keys, Secret};
use lissom_sync::payload::{Changes, Head, VERSION, decode_changes, decode_head, encode};
use lissom_sync::phrase::to_phrase;
use lissom_sync::protocol::cursor::{Chain, Cursor};
use lissom_sync::protocol::entry::{VerifiedEntry, signed_message};
use lissom_sync::protocol::ids::{EntryId, VaultId};
use lissom_sync::protocol::statement::{Role, auth_message, delete_message, register_message};
use lissom_sync::protocol::stream;
use lissom_sync::seal::{Opened, open, seal};
use serde_json::{Value, json};

const CHALLENGE: &[u8] = b"a challenge is opaque";

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden", name].iter().collect()
}

/// Compares with the file; writes it instead if the environment asks for that.
fn check(name: &str, now: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file(name), now).unwrap();
    }
    let golden = std::fs::read_to_string(file(name)).unwrap();
    assert_eq!(golden, now, "golden/{name} differs: see the head of this test");
}

fn check_json(name: &str, now: &Value) {
    check(name, &format!("{now:#}\n"));
}

fn check_bytes(name: &str, now: &[u8]) {
    let lines: Vec<String> = now.chunks(32).map(hex).collect();
    check(name, &format!("{}\n", lines.join("\n")));
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn read_bytes(name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(file(name)).unwrap();
    HEXLOWER.decode(text.split_whitespace().collect::<String>().as_bytes()).unwrap()
}

fn secrets() -> [Secret; 3] {
    let mut counting = [0; 32];
    counting.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    [counting, [0; 32], [0xff; 32]].map(Secret::from_bytes)
}

fn owner() -> Keys {
    Keys::owner(&secrets()[0])
}

/// The payload of the first, second or third entry. No body is one that deflating makes smaller: how well a
/// compressor packs is not part of the format.
fn payload(number: u8, parents: Vec<EntryId>) -> (Head, Changes) {
    let head = Head { kind: 1, device: [0xd0; 16], writer: [0xa0 + number; 16], parents };
    let hashes = (number..).flat_map(|n| Chain::start(&VaultId([n; 32])).0);
    let body: Vec<u8> = hashes.take(20 + 300 * usize::from(number)).collect();
    let changes = Changes { doc_id: format!("log-202{number}"), body, min_version: VERSION };
    assert!(encode(&head, &changes).windows(changes.body.len()).any(|part| part == changes.body), "it was deflated");
    (head, changes)
}

/// Three entries, each after the one before.
fn log() -> Vec<(Head, Changes, VerifiedEntry)> {
    let mut log: Vec<(Head, Changes, VerifiedEntry)> = Vec::new();
    for number in 0..3 {
        let parents = log.last().map(|(.., entry)| entry.id()).into_iter().collect();
        let (head, changes) = payload(number, parents);
        let sealed = seal(&owner(), &head, &changes, [0x40 + number; 24]).unwrap();
        log.push((head, changes, sealed));
    }
    log
}

#[test]
fn keys_are_derived_as_ever() {
    let keys = secrets().map(|secret| {
        let keys = Keys::owner(&secret);
        json!({
            "secret": hex(secret.as_bytes()),
            "phrase": to_phrase(&secret).as_str(),
            "write_public": hex(&keys.public().write),
            "read_root": hex(keys.read_root().as_bytes()),
            "read_public": hex(&keys.public().read),
            "key_check": hex(&keys.public().key_check),
            "vault_id": hex(&keys.vault().0),
            "vault_id_text": keys.vault().to_text(),
        })
    });
    check_json("keys.json", &json!(keys));
}

#[test]
fn a_payload_is_encoded_as_ever() {
    let (head, changes) = payload(0, vec![EntryId([1; 32]), EntryId([2; 32])]);
    check_bytes("payload.hex", &encode(&head, &changes));
}

#[test]
fn entries_are_sealed_as_ever_and_open_for_owner_and_reader() {
    let bytes: Vec<u8> = log().iter().flat_map(|(.., entry)| entry.bytes().to_vec()).collect();
    check_bytes("entries.hex", &bytes);
    let golden = read_bytes("entries.hex");
    assert_eq!(golden[..5], *b"LSE1\x01", "the magic of version 1 and the suite");
    let owner = owner();
    let reader = Keys::reader(owner.read_root().clone(), owner.public().write);
    let entries = stream::split(&golden).unwrap();
    assert_eq!(entries.len(), 3);
    for (unverified, (head, changes, _)) in entries.into_iter().zip(log()) {
        let entry = reader.verify(unverified).unwrap();
        for keys in [&owner, &reader] {
            assert!(open(keys, &entry) == Opened { head: Some(head.clone()), changes: Ok(changes.clone()) });
        }
    }
}

#[test]
fn ids_and_chain_are_computed_as_ever() {
    let keys = owner();
    let mut cursor = Cursor::start(&keys.vault());
    let start = hex(&cursor.chain.0);
    let entries: Vec<Value> = log()
        .iter()
        .map(|(.., entry)| {
            cursor = cursor.after([&entry.id()]);
            json!({ "pos": cursor.pos, "entry_id": hex(&entry.id().0), "chain": hex(&cursor.chain.0) })
        })
        .collect();
    check_json("log.json", &json!({ "vault_id": hex(&keys.vault().0), "chain_0": start, "entries": entries }));
}

#[test]
fn statements_are_signed_as_ever() {
    let keys = owner();
    let reader = Keys::reader(keys.read_root().clone(), keys.public().write);
    let vault = keys.vault();
    let id = log()[0].2.id();
    let signed = |message: &[u8], signature: &[u8]| json!({ "message": hex(message), "signature": hex(signature) });
    check_json(
        "statements.json",
        &json!({
            "entry": signed(&signed_message(&id), &keys.sign(&signed_message(&id)).unwrap()),
            "auth_owner": signed(&auth_message(&vault, Role::Owner, CHALLENGE), &keys.sign_auth(CHALLENGE)),
            "auth_reader": signed(&auth_message(&vault, Role::Reader, CHALLENGE), &reader.sign_auth(CHALLENGE)),
            "register": signed(&register_message(keys.public()), &keys.sign_register().unwrap()),
            "delete": signed(&delete_message(&vault), &keys.sign_deletion().unwrap()),
        }),
    );
}

#[test]
fn a_golden_deflated_payload_is_read() {
    // Only read, never compared with what is written today: another compressor may pack it otherwise.
    let body = b"the same words again and again, ".repeat(40);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let (head, changes) = payload(0, Vec::new());
        check_bytes("payload-deflated.hex", &encode(&head, &Changes { body: body.clone(), ..changes }));
    }
    let plain = read_bytes("payload-deflated.hex");
    assert!(plain.len() < body.len(), "it is a packed one");
    let head = decode_head(&plain).unwrap();
    assert!(decode_changes(&head, &plain).unwrap().body == body);
}
