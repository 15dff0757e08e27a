//! Values inside records, and their one encoding.
//!
//! Deterministic CBOR (RFC 8949 section 4.2): shortest integers, definite lengths, sorted keys that occur once,
//! no tags and no floating point, nesting of at most four. Anything else is refused, so that equal values have equal
//! bytes on every device.

use std::collections::BTreeMap;
use std::fmt;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// One value. Whole numbers only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing; in an edit it clears the field.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several values.
    Array(Vec<Value>),
    /// Values by number.
    Map(Fields),
}

/// A record's value: fields by their number.
pub type Fields = BTreeMap<u64, Value>;

/// Deepest nesting of arrays and maps.
const DEPTH_MAX: u32 = 4;

/// Bytes that are not the one encoding of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a record's value in its one encoding")]
pub struct ValueError;

/// Encodes fields.
#[must_use]
pub fn encode(fields: &Fields) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let written = write_map(&mut Encoder::new(&mut bytes), fields);
    debug_assert!(written.is_ok());
    bytes
}

/// Decodes fields.
///
/// # Errors
/// [`ValueError`] for anything but the one encoding of some fields.
pub fn decode(bytes: &[u8]) -> Result<Fields, ValueError> {
    let mut decoder = Decoder::new(bytes);
    let fields = read_map(&mut decoder, DEPTH_MAX).ok_or(ValueError)?;
    // Encoding again is the whole check of form: lengths, order, repetition and tails.
    if encode(&fields) == bytes { Ok(fields) } else { Err(ValueError) }
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write_map(out: &mut Encoder<&mut Vec<u8>>, fields: &Fields) -> Written {
    out.map(u64::try_from(fields.len()).unwrap_or(u64::MAX))?;
    fields.iter().try_for_each(|(key, value)| {
        out.u64(*key)?;
        write_value(out, value)
    })
}

fn write_value(out: &mut Encoder<&mut Vec<u8>>, value: &Value) -> Written {
    match value {
        Value::Null => out.null()?,
        Value::Bool(value) => out.bool(*value)?,
        Value::Int(value) => out.i64(*value)?,
        Value::Text(text) => out.str(text)?,
        Value::Bytes(bytes) => out.bytes(bytes)?,
        Value::Array(values) => {
            out.array(u64::try_from(values.len()).unwrap_or(u64::MAX))?;
            return values.iter().try_for_each(|value| write_value(out, value));
        }
        Value::Map(fields) => return write_map(out, fields),
    };
    Ok(())
}

fn read_map(decoder: &mut Decoder<'_>, depth: u32) -> Option<Fields> {
    let count = decoder.map().ok()??;
    let mut fields = Fields::new();
    for _ in 0..count {
        let key = decoder.u64().ok()?;
        let value = read_value(decoder, depth.checked_sub(1)?)?;
        if fields.insert(key, value).is_some() {
            return None;
        }
    }
    Some(fields)
}

fn read_value(decoder: &mut Decoder<'_>, depth: u32) -> Option<Value> {
    Some(match decoder.datatype().ok()? {
        Type::Null => {
            decoder.null().ok()?;
            Value::Null
        }
        Type::Bool => Value::Bool(decoder.bool().ok()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Value::Int(decoder.i64().ok()?)
        }
        Type::String => Value::Text(decoder.str().ok()?.to_owned()),
        Type::Bytes => Value::Bytes(decoder.bytes().ok()?.to_vec()),
        Type::Array => {
            let count = decoder.array().ok()??;
            let depth = depth.checked_sub(1)?;
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(read_value(decoder, depth)?);
            }
            Value::Array(values)
        }
        Type::Map => Value::Map(read_map(decoder, depth)?),
        _ => return None,
    })
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Bool(_) => "Bool(..)",
            Self::Int(_) => "Int(..)",
            Self::Text(_) => "Text(..)",
            Self::Bytes(_) => "Bytes(..)",
            Self::Array(_) => "Array(..)",
            Self::Map(_) => "Map(..)",
        })
    }
}

#[cfg(test)]
mod tests;
