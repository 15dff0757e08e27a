//! The sealed entry: a fixed layout, verified as received and never encoded again.
//!
//! ```text
//! 0   magic "LSE1"  4      8   nonce   24      36        ct   ct_len
//! 4   suite         1      32  ct_len  u32 BE  36+ct_len sig  64
//! 5   flags         1
//! 6   reserved      2
//! ```
//!
//! `entry_id = SHA-256("lissom/1 entry-id" || header || vault_id || nonce || ct_len || ct)`, where header is the
//! first eight bytes; `sig = Ed25519(write, "lissom/1 entry" || entry_id)`. The signature is outside the id, so
//! that nobody can give one content two ids by signing it again.
//!
//! The suite describes only what is inside `ct`: whoever does not know it can still store, verify and pass on
//! the entry. Another layout would have another magic.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::ids::{EntryId, VaultId};
use crate::limits::ENTRY_BYTES_MAX;

/// First bytes of an entry. Another layout has another digit.
pub const MAGIC: [u8; 4] = *b"LSE1";
/// The one suite so far: XChaCha20-Poly1305.
pub const SUITE_XCHACHA: u8 = 1;
/// Bytes of the header that is bound into id and seal.
pub const HEADER_BYTES: usize = 8;
/// Bytes of the nonce.
pub const NONCE_BYTES: usize = 24;
/// Bytes of the signature.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of an entry beside its ciphertext.
pub const ENVELOPE_BYTES: usize = CT_START + SIGNATURE_BYTES;

const LENGTH_START: usize = HEADER_BYTES + NONCE_BYTES;
const CT_START: usize = LENGTH_START + 4;

/// Bytes that are not one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Longer than the protocol allows.
    #[error("entry is {bytes} bytes long, the most is {ENTRY_BYTES_MAX}")]
    TooLarge {
        /// Its length, as far as it is stated.
        bytes: usize,
    },
    /// The magic is another one: another version of the layout, or no entry at all.
    #[error("entry does not begin with the magic of this version")]
    Magic,
    /// Ends before its stated length.
    #[error("entry is cut off: {have} of {need} bytes")]
    Truncated {
        /// Bytes there are.
        have: usize,
        /// Bytes there should be.
        need: usize,
    },
    /// Goes on after its stated length.
    #[error("{extra} bytes follow the entry")]
    Trailing {
        /// How many.
        extra: usize,
    },
}

/// The signature is not the owner's over this entry in this vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry is not signed by the owner of this vault")]
pub struct SignatureError;

/// An entry whose layout is right and whose signature nobody has looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedEntry {
    bytes: Vec<u8>,
}

/// An entry that carries the owner's signature.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedEntry {
    id: EntryId,
    bytes: Vec<u8>,
}

/// How long the entry at the front of these bytes is; at least the 36 bytes before its ciphertext are needed.
///
/// # Errors
/// [`LayoutError`] where the front is no entry of this layout, too large, or shorter than its own header.
pub fn stated_length(bytes: &[u8]) -> Result<usize, LayoutError> {
    let truncated = LayoutError::Truncated { have: bytes.len(), need: ENVELOPE_BYTES };
    let magic = bytes.get(..MAGIC.len()).ok_or(truncated)?;
    if magic != MAGIC {
        return Err(LayoutError::Magic);
    }
    let stated: [u8; 4] = bytes.get(LENGTH_START..CT_START).and_then(|b| b.try_into().ok()).ok_or(truncated)?;
    let ct = usize::try_from(u32::from_be_bytes(stated)).unwrap_or(usize::MAX);
    let length = ct.saturating_add(ENVELOPE_BYTES);
    if length > ENTRY_BYTES_MAX {
        return Err(LayoutError::TooLarge { bytes: length });
    }
    Ok(length)
}

impl UnverifiedEntry {
    /// Reads exactly one entry.
    ///
    /// # Errors
    /// [`LayoutError`] for anything but one whole entry of this layout within the limit.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, LayoutError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(LayoutError::TooLarge { bytes: bytes.len() });
        }
        let need = stated_length(&bytes)?;
        match bytes.len() {
            have if have < need => Err(LayoutError::Truncated { have, need }),
            have if have > need => Err(LayoutError::Trailing { extra: have.saturating_sub(need) }),
            _ => Ok(Self { bytes }),
        }
    }

    /// The entry's id within this vault.
    #[must_use]
    pub fn id(&self, vault: &VaultId) -> EntryId {
        entry_id(parts(&self.bytes), vault)
    }

    /// Checks the signature with the strict rules of RFC 8032 (no small-order keys, canonical values only).
    ///
    /// # Errors
    /// [`SignatureError`] if it is not `write`'s over this entry in this vault.
    pub fn verify(self, vault: &VaultId, write: &VerifyingKey) -> Result<VerifiedEntry, SignatureError> {
        let id = self.id(vault);
        let signature = Signature::from_slice(parts(&self.bytes).signature).map_err(|_| SignatureError)?;
        write.verify_strict(&signed_message(&id), &signature).map_err(|_| SignatureError)?;
        Ok(VerifiedEntry { id, bytes: self.bytes })
    }

    /// The bytes as they came.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl VerifiedEntry {
    /// The entry's id.
    #[must_use]
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// The bytes as they came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes as they came.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The fields of the layout.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        parts(&self.bytes)
    }
}

/// The fields of an entry's layout.
#[derive(Clone, Copy, Default)]
pub struct Parts<'a> {
    /// Magic, suite, flags and reserved: the eight bytes bound into id and seal.
    pub header: &'a [u8],
    /// How the ciphertext is made.
    pub suite: u8,
    /// 0 so far.
    pub flags: u8,
    /// 0 so far.
    pub reserved: u16,
    /// Random, one for each entry.
    pub nonce: &'a [u8],
    /// The four length bytes.
    pub ct_len: &'a [u8],
    /// Ciphertext with its tag.
    pub ct: &'a [u8],
    /// Ed25519 over the entry's id.
    pub signature: &'a [u8],
}

/// What the owner's key signs for an entry.
#[must_use]
pub fn signed_message(id: &EntryId) -> Vec<u8> {
    [b"lissom/1 entry".as_slice(), &id.0].concat()
}

/// Header bytes for a suite, with flags and reserved 0.
#[must_use]
pub fn header(suite: u8) -> [u8; HEADER_BYTES] {
    let [a, b, c, d] = MAGIC;
    [a, b, c, d, suite, 0, 0, 0]
}

/// Lays out header, nonce and ciphertext, has the id signed by `sign`, and gives back the whole entry.
///
/// # Errors
/// [`LayoutError::TooLarge`] if the whole would be over the limit.
pub fn assemble(
    header: [u8; HEADER_BYTES],
    vault: &VaultId,
    nonce: [u8; NONCE_BYTES],
    ct: &[u8],
    sign: impl FnOnce(&[u8]) -> [u8; SIGNATURE_BYTES],
) -> Result<VerifiedEntry, LayoutError> {
    let length = ct.len().saturating_add(ENVELOPE_BYTES);
    let ct_len = u32::try_from(ct.len()).map_err(|_| LayoutError::TooLarge { bytes: length })?;
    if length > ENTRY_BYTES_MAX {
        return Err(LayoutError::TooLarge { bytes: length });
    }
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&ct_len.to_be_bytes());
    bytes.extend_from_slice(ct);
    bytes.extend_from_slice(&[0; SIGNATURE_BYTES]);
    let id = entry_id(parts(&bytes), vault);
    let signature = sign(&signed_message(&id));
    bytes.truncate(length.saturating_sub(SIGNATURE_BYTES));
    bytes.extend_from_slice(&signature);
    Ok(VerifiedEntry { id, bytes })
}

fn entry_id(parts: Parts<'_>, vault: &VaultId) -> EntryId {
    let mut hash = Sha256::new();
    hash.update(b"lissom/1 entry-id");
    hash.update(parts.header);
    hash.update(vault.0);
    hash.update(parts.nonce);
    hash.update(parts.ct_len);
    hash.update(parts.ct);
    EntryId(hash.finalize().into())
}

/// Splits bytes whose length was checked; anything shorter gives empty fields, which no key has signed.
fn parts(bytes: &[u8]) -> Parts<'_> {
    let split = || {
        let (header, rest) = bytes.split_at_checked(HEADER_BYTES)?;
        let (nonce, rest) = rest.split_at_checked(NONCE_BYTES)?;
        let (ct_len, rest) = rest.split_at_checked(4)?;
        let (ct, signature) = rest.split_at_checked(rest.len().checked_sub(SIGNATURE_BYTES)?)?;
        let [_, _, _, _, suite, flags, r0, r1] = *header else { return None };
        Some(Parts { header, suite, flags, reserved: u16::from_be_bytes([r0, r1]), nonce, ct_len, ct, signature })
    };
    split().unwrap_or_default()
}

impl fmt::Debug for UnverifiedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedEntry({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for VerifiedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedEntry({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts(suite {}, {} bytes)", self.suite, self.ct.len())
    }
}

#[cfg(test)]
mod tests;
