//! Sealing changes into an entry, and opening one.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload as AeadPayload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use lissom_protocol::entry::{HEADER_BYTES, LayoutError, NONCE_BYTES, SUITE_XCHACHA, VerifiedEntry, assemble, header};
use lissom_protocol::ids::VaultId;
use lissom_protocol::statement::Role;
use zeroize::Zeroizing;

use crate::keys::Keys;
use crate::payload::{Changes, Head, Unreadable, decode_changes, decode_head, encode};

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// These keys may only read.
    #[error("a reader cannot seal")]
    Reader,
    /// The entry would be larger than the protocol allows.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// Seals changes into an entry, signed and ready to be stored and sent.
///
/// `nonce` must be random and fresh: 24 bytes are enough never to meet one twice, even after a folder was
/// copied or set back.
///
/// # Errors
/// [`SealError`] for a reader's keys, and for more changes than fit one entry.
pub fn seal(keys: &Keys, head: &Head, changes: &Changes, nonce: [u8; NONCE_BYTES]) -> Result<VerifiedEntry, SealError> {
    let plain = Zeroizing::new(encode(head, changes));
    seal_plain(keys, &plain, nonce)
}

fn seal_plain(keys: &Keys, plain: &[u8], nonce: [u8; NONCE_BYTES]) -> Result<VerifiedEntry, SealError> {
    if keys.role() != Role::Owner {
        return Err(SealError::Reader);
    }
    let front = header(SUITE_XCHACHA);
    let aad = aad(&front, &keys.vault());
    let payload = AeadPayload { msg: plain, aad: &aad };
    // The cipher refuses only messages above 256 GiB; `assemble` refuses anything over a mebibyte.
    let too_large = SealError::Layout(LayoutError::TooLarge { bytes: plain.len() });
    let ct = cipher(keys).encrypt(&XNonce::from(nonce), payload).map_err(|_| too_large)?;
    Ok(assemble(front, &keys.vault(), nonce, &ct, |message| keys.sign(message).unwrap_or([0; 64]))?)
}

/// What an entry says here.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// Who sealed it and after what; `None` where not even that can be read.
    pub head: Option<Head>,
    /// The changes, or why they cannot be read here.
    pub changes: Result<Changes, Unreadable>,
}

/// Opens an entry whose signature was verified.
///
/// Never fails as a whole: what cannot be read is kept and passed on by whoever holds it, and the parents count
/// even where the rest is of a later version.
#[must_use]
pub fn open(keys: &Keys, entry: &VerifiedEntry) -> Opened {
    let parts = entry.parts();
    let unreadable = |why| Opened { head: None, changes: Err(why) };
    if parts.suite != SUITE_XCHACHA || parts.flags != 0 || parts.reserved != 0 {
        return unreadable(Unreadable::Suite);
    }
    let Ok(nonce) = <[u8; NONCE_BYTES]>::try_from(parts.nonce) else { return unreadable(Unreadable::Seal) };
    let payload = AeadPayload { msg: parts.ct, aad: &aad(parts.header, &keys.vault()) };
    let Ok(plain) = cipher(keys).decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new) else {
        return unreadable(Unreadable::Seal);
    };
    match decode_head(&plain) {
        Ok(head) => Opened { changes: decode_changes(&head, &plain), head: Some(head) },
        Err(why) => unreadable(why),
    }
}

fn cipher(keys: &Keys) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(keys.aead().into())
}

fn aad(front: &[u8], vault: &VaultId) -> Vec<u8> {
    let mut aad = Vec::with_capacity(HEADER_BYTES.saturating_add(vault.0.len()));
    aad.extend_from_slice(front);
    aad.extend_from_slice(&vault.0);
    aad
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("head", &self.head).field("changes", &self.changes).finish()
    }
}

#[cfg(test)]
mod tests {
    use lissom_protocol::entry::UnverifiedEntry;
    use lissom_protocol::ids::EntryId;

    use super::*;
    use crate::client::{Received, Statement};
    use crate::keys::Secret;

    fn owner(byte: u8) -> Keys {
        Keys::owner(&Secret::from_bytes([byte; 32]))
    }

    fn sealed(keys: &Keys) -> (VerifiedEntry, Head, Changes) {
        let head = Head { kind: 1, device: [1; 16], writer: [2; 16], parents: vec![EntryId([3; 32])] };
        let changes =
            Changes { doc_id: "profile".to_owned(), body: b"changes".to_vec(), min_version: crate::payload::VERSION };
        (seal(keys, &head, &changes, [7; 24]).unwrap(), head, changes)
    }

    #[test]
    fn owner_and_reader_open_what_the_owner_sealed() {
        let keys = owner(1);
        let (entry, head, changes) = sealed(&keys);
        let reader = Keys::reader(keys.read_root().clone(), keys.public().write);
        for keys in [&keys, &reader] {
            assert!(open(keys, &entry) == Opened { head: Some(head.clone()), changes: Ok(changes.clone()) });
        }
        assert_eq!(seal(&reader, &head, &changes, [0; 24]).err(), Some(SealError::Reader));
    }

    #[test]
    fn what_was_opened_or_received_is_shown_by_its_size_alone() {
        let keys = owner(1);
        let (entry, head, changes) = sealed(&keys);
        let (bytes, id) = (entry.bytes().to_vec(), entry.id());
        let opened = format!("{:?}", open(&keys, &entry));
        assert!(opened.contains("Head(kind 1, 1 parents)") && opened.contains("Changes(7 bytes)"), "{opened}");
        assert!(!opened.contains("profile"), "{opened}");
        let received = [Received::Entry(entry), Received::Junk { id, bytes: bytes.clone() }];
        assert!(received.iter().all(|received| received.bytes() == bytes && received.id() == id));
        let len = bytes.len();
        assert_eq!(format!("{received:?}"), format!("[VerifiedEntry({len} bytes), Junk({len} bytes)]"));
        assert_eq!(format!("{:?}", Statement([1; 64])), "Statement(..)");
        assert_eq!(format!("{head:?} {changes:?}"), "Head(kind 1, 1 parents) Changes(7 bytes)");
    }

    #[test]
    fn every_single_byte_change_is_noticed() {
        let keys = owner(1);
        let (entry, ..) = sealed(&keys);
        let write = ed25519_dalek::VerifyingKey::from_bytes(&keys.public().write).unwrap();
        for at in 0..entry.bytes().len() {
            let mut bytes = entry.bytes().to_vec();
            bytes[at] ^= 1;
            let accepted = UnverifiedEntry::parse(bytes).ok().and_then(|e| e.verify(&keys.vault(), &write).ok());
            assert!(accepted.is_none(), "byte {at}");
        }
    }

    #[test]
    fn a_ciphertext_moved_to_another_vault_or_header_does_not_open() {
        let (one, two) = (owner(1), owner(2));
        let (entry, ..) = sealed(&one);
        let parts = entry.parts();
        let nonce: [u8; 24] = parts.nonce.try_into().unwrap();
        let moved = |keys: &Keys, front: [u8; 8]| {
            assemble(front, &keys.vault(), nonce, parts.ct, |m| keys.sign(m).unwrap()).unwrap()
        };
        assert_eq!(open(&two, &moved(&two, header(1))).changes.err(), Some(Unreadable::Seal));
        let mut flagged = header(1);
        flagged[7] = 1;
        assert_eq!(open(&one, &moved(&one, flagged)).changes.err(), Some(Unreadable::Suite));
        assert_eq!(open(&one, &moved(&one, header(2))).changes.err(), Some(Unreadable::Suite));
        assert!(open(&one, &moved(&one, header(1))).changes.is_ok());
    }

    #[test]
    fn too_much_for_one_entry_is_refused_before_it_is_stored() {
        let keys = owner(1);
        let (_, head, mut changes) = sealed(&keys);
        let mut state = 1_u32;
        changes.body = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(1 << 20)
        .collect();
        assert!(matches!(seal(&keys, &head, &changes, [0; 24]), Err(SealError::Layout(LayoutError::TooLarge { .. }))));
    }
}
