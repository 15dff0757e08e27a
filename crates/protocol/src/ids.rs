//! The ids of the protocol: vault and entry.
//!
//! An id is never printed by `Debug`: whoever knows a vault's id knows that its owner uses the relay. Text
//! forms are made on purpose, with [`VaultId::to_text`] and [`EntryId::to_text`].

use std::fmt;

use sha2::{Digest, Sha256};

/// A text is not an id: wrong alphabet or wrong length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 43 characters of unpadded base64url")]
pub struct IdTextError;

macro_rules! id_32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The id as 43 characters of unpadded base64url, as in URLs and JSON.
            #[must_use]
            pub fn to_text(&self) -> String {
                data_encoding::BASE64URL_NOPAD.encode(&self.0)
            }

            /// Reads the text form.
            ///
            /// # Errors
            /// [`IdTextError`](crate::ids::IdTextError) unless the text is exactly 32 bytes in unpadded base64url.
            pub fn from_text(text: &str) -> Result<Self, $crate::ids::IdTextError> {
                let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes());
                bytes.ok().and_then(|b| Self::from_slice(&b)).ok_or($crate::ids::IdTextError)
            }

            /// Reads 32 bytes; `None` at any other length.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}
pub(crate) use id_32;

id_32! {
    /// A vault: one person's append-only log of entries.
    ///
    /// Self-certifying: it is the hash of the vault's public keys, so a relay can check it and cannot choose it.
    VaultId
}

id_32! {
    /// One sealed entry: the hash of everything in it but the signature.
    EntryId
}

/// What a vault's id commits to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VaultKeys {
    /// Ed25519 public key that signs entries (the owner's).
    pub write: [u8; 32],
    /// Ed25519 public key that asks to read (the reader's and the owner's).
    pub read: [u8; 32],
    /// Commits to the key that decrypts; equal on two devices exactly when they can read each other.
    pub key_check: [u8; 16],
}

impl VaultKeys {
    /// The id of the vault that these keys make.
    #[must_use]
    pub fn vault_id(&self) -> VaultId {
        let mut hash = Sha256::new();
        hash.update(b"lissom/1 vault-id");
        hash.update(self.write);
        hash.update(self.read);
        hash.update(self.key_check);
        VaultId(hash.finalize().into())
    }
}

impl fmt::Debug for VaultKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKeys(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_goes_round() {
        let id = VaultId([0xa5; 32]);
        assert!(VaultId::from_text(&id.to_text()) == Ok(id));
        assert_eq!(id.to_text().len(), 43);
    }

    #[test]
    fn other_texts_are_refused() {
        let text = EntryId([7; 32]).to_text();
        for bad in ["", "x", &text[..42], &format!("{text}="), &format!("{text}A"), &text.replace('B', "/")] {
            assert!(EntryId::from_text(bad) == Err(IdTextError), "{bad}");
        }
    }

    #[test]
    fn debug_never_shows_an_id() {
        let keys = VaultKeys { write: [1; 32], read: [2; 32], key_check: [3; 16] };
        assert_eq!(
            format!("{:?} {keys:?} {:?}", keys.vault_id(), EntryId([9; 32])),
            "VaultId(..) VaultKeys(..) EntryId(..)"
        );
    }
}
