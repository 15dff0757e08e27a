//! Writes the vectors: inputs, and for what is refused the reason.

pub(crate) mod cbor;
pub(crate) mod chain;
pub(crate) mod challenge;
pub(crate) mod deflate;
pub(crate) mod entry;
pub(crate) mod keys;
pub(crate) mod payload;
pub(crate) mod phrase;
pub(crate) mod signature;
pub(crate) mod statement;
pub(crate) mod token;

use lissom_sync::keys::{Keys, Secret};
use lissom_sync::payload::{Changes, Head, VERSION};
use lissom_sync::protocol::cursor::Chain;
use lissom_sync::protocol::ids::{EntryId, VaultId};
use lissom_sync::seal::seal;
use serde_json::{Value, json};

use crate::bytes::hex;

/// 00 01 02 … 1f: the vault that most vectors are about.
pub(crate) fn secret() -> [u8; 32] {
    let mut counting = [0; 32];
    counting.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    counting
}

pub(crate) fn owner() -> Keys {
    Keys::owner(&Secret::from_bytes(secret()))
}

/// Another vault.
pub(crate) fn stranger() -> Keys {
    Keys::owner(&Secret::from_bytes([0x55; 32]))
}

pub(crate) fn reader_of(keys: &Keys) -> Keys {
    Keys::reader(keys.read_root().clone(), keys.public().write)
}

/// Bytes that no compressor makes smaller, so that what is written does not depend on one.
pub(crate) fn noise(seed: u8, length: usize) -> Vec<u8> {
    (0..=u8::MAX).flat_map(|n| Chain::start(&VaultId([seed; 32])).then(&EntryId([n; 32])).0).take(length).collect()
}

pub(crate) fn head(parents: &[EntryId]) -> Head {
    Head { kind: 1, device: [0xd0; 16], writer: [0xa0; 16], parents: parents.to_vec() }
}

pub(crate) fn changes(doc_id: &str, body: Vec<u8>) -> Changes {
    Changes { doc_id: doc_id.to_owned(), body, min_version: VERSION }
}

/// The `number`-th entry of a log, after the one with id `parent`.
pub(crate) fn sealed(keys: &Keys, number: u8, parents: &[EntryId]) -> (EntryId, Vec<u8>) {
    let entry = seal(keys, &head(parents), &changes("log-2026", noise(number, 40)), [0x40 + number; 24]).unwrap();
    (entry.id(), entry.into_bytes())
}

/// A log of that many entries.
pub(crate) fn log(keys: &Keys, length: u8) -> Vec<(EntryId, Vec<u8>)> {
    let mut log: Vec<(EntryId, Vec<u8>)> = Vec::new();
    for number in 0..length {
        let parents: Vec<EntryId> = log.last().map(|(id, _)| *id).into_iter().collect();
        log.push(sealed(keys, number, &parents));
    }
    log
}

/// What a reader holds.
pub(crate) fn capability(keys: &Keys) -> Value {
    json!({ "root": hex(keys.read_root().as_bytes()), "write_public": hex(&keys.public().write) })
}

/// `base` with some fields set.
pub(crate) fn with(base: &Value, fields: Value) -> Value {
    let mut all = base.clone();
    for (name, value) in fields.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

/// The JSON object `base` without a field.
pub(crate) fn without(base: &Value, field: &str) -> Value {
    let mut all = base.clone();
    all.as_object_mut().unwrap().remove(field).unwrap();
    all
}

/// The values of these fields as a JSON array: what a reader of objects takes only by accident.
pub(crate) fn listed(object: &Value, fields: &[&str]) -> String {
    fields.iter().map(|field| object[field].clone()).collect::<Value>().to_string()
}

/// Bytes with one bit of one byte turned.
pub(crate) fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut other = bytes.to_vec();
    other[at] ^= 1;
    other
}
