//! What stands inside an entry: a deterministic CBOR map with integer keys (RFC 8949 section 4.2), zero-padded.
//!
//! ```text
//! 0 kind   1 device bstr16   2 writer bstr16   3 parents [bstr32 …]      the same in every kind, for ever
//! 4 doc_id tstr   5 codec   6 raw_len   7 body bstr   8 min_version       kind 1: changes
//! ```
//! Only one form of each payload is accepted: what was decoded is encoded again and must give the same bytes,
//! so long integers, unsorted or repeated keys, indefinite lengths and tails are all refused by one comparison.

use std::fmt;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use lissom_protocol::ids::EntryId;
use lissom_protocol::limits::{BODY_BYTES_MAX, PARENTS_MAX};
use minicbor::{Decoder, Encoder};

use crate::padding::padded_len;

/// The kind of entries that carry Automerge changes.
pub const KIND_CHANGES: u64 = 1;
/// Version of the payload that this program writes and the highest it reads.
pub const VERSION: u64 = 1;

const CODEC_RAW: u64 = 0;
const CODEC_DEFLATE: u64 = 1;
/// Longest id of a document, in bytes; those in use have at most 8.
const DOC_ID_BYTES_MAX: usize = 64;

/// The part that is the same in every kind: who sealed the entry, and after which others.
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    /// What the rest is; 1 is changes.
    pub kind: u64,
    /// The device whose name to show.
    pub device: [u8; 16],
    /// Automerge actor of the process that wrote: a label for "last heard from", never compared.
    pub writer: [u8; 16],
    /// Entries held when this was sealed that no held entry named; at most 16, oldest first.
    pub parents: Vec<EntryId>,
}

/// The rest of kind 1: changes of one document.
#[derive(Clone, PartialEq, Eq)]
pub struct Changes {
    /// Which document.
    pub doc_id: String,
    /// Concatenated uncompressed Automerge change chunks.
    pub body: Vec<u8>,
    /// Lowest version of the payload that a program must understand to write to the document.
    pub min_version: u64,
}

/// Why an entry that is the owner's cannot be read here. It is kept and passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The suite, a flag or a reserved byte is from a later version.
    #[error("sealed in a way that this version does not know")]
    Suite,
    /// The seal does not open with this vault's key.
    #[error("the seal does not open")]
    Seal,
    /// Not the one form of a payload.
    #[error("the contents are not in the form that this version knows")]
    Form,
    /// A kind from a later version.
    #[error("holds something that this version does not know")]
    Kind,
    /// Unpacks to more than the protocol allows, or to another length than it states.
    #[error("unpacks to more than is allowed or stated")]
    Inflate,
}

/// Encodes and pads. The body is deflated where that makes it smaller.
#[must_use]
pub fn encode(head: &Head, changes: &Changes) -> Vec<u8> {
    let packed = deflate(&changes.body);
    let (codec, body) = if packed.len() < changes.body.len() {
        (CODEC_DEFLATE, packed.as_slice())
    } else {
        (CODEC_RAW, changes.body.as_slice())
    };
    let mut plain = encode_map(head, &changes.doc_id, codec, changes.body.len(), body, changes.min_version);
    plain.resize(padded_len(plain.len()), 0);
    plain
}

/// Reads the part that is the same in every kind.
///
/// # Errors
/// [`Unreadable::Form`] if keys 0 to 3 are not there in their one form.
pub fn decode_head(plain: &[u8]) -> Result<Head, Unreadable> {
    let mut decoder = Decoder::new(plain);
    let fields = decoder.map().ok().flatten().filter(|n| *n >= 4).ok_or(Unreadable::Form)?;
    let head = read_head(&mut decoder).ok_or(Unreadable::Form)?;
    let read = plain.get(..decoder.position()).ok_or(Unreadable::Form)?;
    let mut again = Vec::new();
    write_head(&mut Encoder::new(&mut again), fields, &head).map_err(|_| Unreadable::Form)?;
    if again == read && head.parents.len() <= PARENTS_MAX { Ok(head) } else { Err(Unreadable::Form) }
}

/// Reads the changes of a payload whose head says kind 1.
///
/// # Errors
/// [`Unreadable`] for another kind, any other form, or a body over the limit.
pub fn decode_changes(head: &Head, plain: &[u8]) -> Result<Changes, Unreadable> {
    if head.kind != KIND_CHANGES {
        return Err(Unreadable::Kind);
    }
    let (doc_id, codec, raw_len, body, min_version) = read_changes(plain).ok_or(Unreadable::Form)?;
    let mut again = encode_map(head, &doc_id, codec, raw_len, body, min_version);
    again.resize(padded_len(again.len()), 0);
    if again != plain || doc_id.len() > DOC_ID_BYTES_MAX {
        return Err(Unreadable::Form);
    }
    if raw_len > BODY_BYTES_MAX {
        return Err(Unreadable::Inflate);
    }
    let body = match codec {
        CODEC_RAW => body.to_vec(),
        CODEC_DEFLATE => inflate(body, raw_len).ok_or(Unreadable::Inflate)?,
        _ => return Err(Unreadable::Form),
    };
    if body.len() != raw_len {
        return Err(Unreadable::Inflate);
    }
    Ok(Changes { doc_id, body, min_version })
}

type EncodeResult = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write_head(out: &mut Encoder<&mut Vec<u8>>, fields: u64, head: &Head) -> EncodeResult {
    out.map(fields)?.u64(0)?.u64(head.kind)?.u64(1)?.bytes(&head.device)?.u64(2)?.bytes(&head.writer)?;
    out.u64(3)?.array(u64::try_from(head.parents.len()).unwrap_or(u64::MAX))?;
    for parent in &head.parents {
        out.bytes(&parent.0)?;
    }
    Ok(())
}

fn read_head(decoder: &mut Decoder<'_>) -> Option<Head> {
    let key = |want: u64, decoder: &mut Decoder<'_>| (decoder.u64().ok()? == want).then_some(());
    key(0, decoder)?;
    let kind = decoder.u64().ok()?;
    key(1, decoder)?;
    let device = decoder.bytes().ok()?.try_into().ok()?;
    key(2, decoder)?;
    let writer = decoder.bytes().ok()?.try_into().ok()?;
    key(3, decoder)?;
    let count = decoder.array().ok()??;
    let parents = (0..count.min(17)).map(|_| EntryId::from_slice(decoder.bytes().ok()?)).collect::<Option<_>>()?;
    Some(Head { kind, device, writer, parents })
}

fn encode_map(head: &Head, doc_id: &str, codec: u64, raw_len: usize, body: &[u8], min_version: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    let raw_len = u64::try_from(raw_len).unwrap_or(u64::MAX);
    // Writing to a Vec cannot fail.
    let written: EncodeResult = write_head(&mut out, 9, head).and_then(|()| {
        out.u64(4)?
            .str(doc_id)?
            .u64(5)?
            .u64(codec)?
            .u64(6)?
            .u64(raw_len)?
            .u64(7)?
            .bytes(body)?
            .u64(8)?
            .u64(min_version)?;
        Ok(())
    });
    debug_assert!(written.is_ok());
    bytes
}

fn read_changes(plain: &[u8]) -> Option<(String, u64, usize, &[u8], u64)> {
    let mut decoder = Decoder::new(plain);
    let _fields = decoder.map().ok()??;
    read_head(&mut decoder)?;
    let key = |want: u64, decoder: &mut Decoder<'_>| (decoder.u64().ok()? == want).then_some(());
    key(4, &mut decoder)?;
    let doc_id = decoder.str().ok()?.to_owned();
    key(5, &mut decoder)?;
    let codec = decoder.u64().ok()?;
    key(6, &mut decoder)?;
    let raw_len = usize::try_from(decoder.u64().ok()?).ok()?;
    key(7, &mut decoder)?;
    let body = decoder.bytes().ok()?;
    key(8, &mut decoder)?;
    Some((doc_id, codec, raw_len, body, decoder.u64().ok()?))
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing to a Vec cannot fail; if it did, the raw body would be the shorter one.
    match encoder.write_all(body).and_then(|()| encoder.finish()) {
        Ok(packed) => packed,
        Err(_) => body.to_vec(),
    }
}

/// Inflates at most `raw_len` bytes; `None` at any other length or a broken stream.
fn inflate(packed: &[u8], raw_len: usize) -> Option<Vec<u8>> {
    let cap = u64::try_from(raw_len).ok()?.checked_add(1)?;
    let mut decoder = DeflateDecoder::new(packed);
    let mut body = Vec::new();
    decoder.by_ref().take(cap).read_to_end(&mut body).ok()?;
    let consumed = usize::try_from(decoder.total_in()).ok()?;
    (body.len() == raw_len && consumed == packed.len()).then_some(body)
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head(kind {}, {} parents)", self.kind, self.parents.len())
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Changes({} bytes)", self.body.len())
    }
}

#[cfg(test)]
mod tests;
