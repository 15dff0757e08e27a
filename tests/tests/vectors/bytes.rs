//! Bytes in the files: hex, or parts of which some stand there many times.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// Some part, and how often it stands there.
pub(crate) fn parts(parts: &[(&[u8], usize)]) -> Value {
    let one = |(part, times): &(&[u8], usize)| match times {
        1 => json!(hex(part)),
        _ => json!({ "hex": hex(part), "times": times }),
    };
    Value::Array(parts.iter().filter(|(part, times)| !part.is_empty() && *times > 0).map(one).collect())
}

/// A padded payload: hex, with the zeros at its end counted.
pub(crate) fn padded(bytes: &[u8]) -> Value {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    if zeros < 32 { json!(hex(bytes)) } else { parts(&[(&bytes[..bytes.len() - zeros], 1), (&[0], zeros)]) }
}

/// Undoes all of the above.
pub(crate) fn from_json(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => unhex(text),
        Value::Array(parts) => parts.iter().flat_map(from_json).collect(),
        part => unhex(part["hex"].as_str().unwrap()).repeat(part["times"].as_u64().unwrap().try_into().unwrap()),
    }
}

/// Bytes of a known number.
pub(crate) fn exactly<const N: usize>(value: &Value) -> [u8; N] {
    from_json(value).try_into().unwrap()
}
