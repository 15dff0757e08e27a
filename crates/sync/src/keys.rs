//! The vault's secret and every key that comes from it.
//!
//! ```text
//! secret = 32 random bytes                          owner capability
//! PRK    = HKDF-Extract(salt "lissom/1 vault", secret)
//! write  = Ed25519 from Expand(PRK, "write-sign")   signs entries
//! root   = Expand(PRK, "read-root")                 reader capability, one way down
//! read   = Ed25519 from Expand(root, "read-auth")   asks the relay for entries
//! aead   = Expand(root, "entry-aead")               opens entries
//! check  = Expand(root, "key-check"), 16 bytes      commits to all of root
//! ```
//! HKDF with SHA-256 (RFC 5869), Ed25519 (RFC 8032). None of these types can be printed, and all are
//! wiped when dropped.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use lissom_protocol::entry::{UnverifiedEntry, VerifiedEntry};
use lissom_protocol::ids::{VaultId, VaultKeys};
use lissom_protocol::statement::{Role, auth_message, delete_message, register_message};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The owner capability: whoever holds it reads and writes the vault.
///
/// Comes from the system's random source, or from the 24 words that spell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes 32 bytes that nobody else knows.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be stored where only the owner can read them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The reader capability: opens entries, cannot make any.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadRoot(Zeroizing<[u8; 32]>);

impl ReadRoot {
    /// Takes the 32 bytes of a reader capability.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be stored where only the reader can read them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Every key that one capability gives.
#[derive(Clone)]
pub struct Keys {
    write: Option<SigningKey>,
    read: SigningKey,
    root: ReadRoot,
    aead: Zeroizing<[u8; 32]>,
    public: VaultKeys,
    vault: VaultId,
}

impl Keys {
    /// The owner's keys.
    #[must_use]
    pub fn owner(secret: &Secret) -> Self {
        let prk = Hkdf::<Sha256>::new(Some(b"lissom/1 vault"), secret.as_bytes());
        let write = SigningKey::from_bytes(&expand(&prk, b"write-sign"));
        let root = ReadRoot(expand(&prk, b"read-root"));
        let public = write.verifying_key().to_bytes();
        Self::from_root(Some(write), root, public)
    }

    /// A reader's keys: the root and the public key that the owner signs with.
    #[must_use]
    pub fn reader(root: ReadRoot, write_public: [u8; 32]) -> Self {
        Self::from_root(None, root, write_public)
    }

    fn from_root(write: Option<SigningKey>, root: ReadRoot, write_public: [u8; 32]) -> Self {
        // The root is a uniform key already: RFC 5869 section 3.3 lets Extract be skipped. All 32 bytes are a
        // valid PRK, so the fallback cannot be reached.
        let prk =
            Hkdf::<Sha256>::from_prk(root.as_bytes()).unwrap_or_else(|_| Hkdf::<Sha256>::new(None, root.as_bytes()));
        let read = SigningKey::from_bytes(&expand(&prk, b"read-auth"));
        let aead = expand(&prk, b"entry-aead");
        let key_check = *expand::<16>(&prk, b"key-check");
        let public = VaultKeys { write: write_public, read: read.verifying_key().to_bytes(), key_check };
        let vault = public.vault_id();
        Self { write, read, root, aead, public, vault }
    }

    /// The vault's id.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// The public keys that the vault's id commits to.
    #[must_use]
    pub fn public(&self) -> &VaultKeys {
        &self.public
    }

    /// What these keys allow.
    #[must_use]
    pub fn role(&self) -> Role {
        if self.write.is_some() { Role::Owner } else { Role::Reader }
    }

    /// The reader capability that the owner may give to somebody.
    #[must_use]
    pub fn read_root(&self) -> &ReadRoot {
        &self.root
    }

    /// Signs with the write key; `None` for a reader.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Option<[u8; 64]> {
        Some(self.write.as_ref()?.sign(message).to_bytes())
    }

    /// Signs a challenge with the key of this capability's role.
    #[must_use]
    pub fn sign_auth(&self, challenge: &[u8]) -> [u8; 64] {
        let message = auth_message(&self.vault, self.role(), challenge);
        self.write.as_ref().unwrap_or(&self.read).sign(&message).to_bytes()
    }

    /// Signs the registration of the vault; `None` for a reader, who never registers.
    #[must_use]
    pub fn sign_register(&self) -> Option<[u8; 64]> {
        self.sign(&register_message(&self.public))
    }

    /// Signs the statement that the vault is deleted for ever; `None` for a reader.
    #[must_use]
    pub fn sign_deletion(&self) -> Option<[u8; 64]> {
        self.sign(&delete_message(&self.vault))
    }

    /// Checks that an entry is this vault's and carries its owner's signature.
    #[must_use]
    pub fn verify(&self, entry: UnverifiedEntry) -> Option<VerifiedEntry> {
        let write = VerifyingKey::from_bytes(&self.public.write).ok()?;
        entry.verify(&self.vault, &write).ok()
    }

    pub(crate) fn aead(&self) -> &[u8; 32] {
        &self.aead
    }
}

/// One output of HKDF. The lengths are constants far below the limit of 8,160 bytes.
fn expand<const N: usize>(prk: &Hkdf<Sha256>, label: &[u8]) -> Zeroizing<[u8; N]> {
    let mut out = Zeroizing::new([0; N]);
    #[expect(clippy::expect_used, reason = "N is 16 or 32, and HKDF-SHA-256 gives up to 8,160 bytes")]
    prk.expand(label, out.as_mut()).expect("a length that HKDF allows");
    out
}

macro_rules! opaque_debug {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
opaque_debug!(Secret, ReadRoot, Keys);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_owners_vault_and_cannot_sign_for_it() {
        let owner = Keys::owner(&Secret::from_bytes([3; 32]));
        let reader = Keys::reader(owner.read_root().clone(), owner.public().write);
        assert!(reader.vault() == owner.vault());
        assert_eq!(reader.aead(), owner.aead());
        assert_eq!((owner.role(), reader.role()), (Role::Owner, Role::Reader));
        assert!(reader.sign(b"x").is_none() && reader.sign_register().is_none() && reader.sign_deletion().is_none());
    }

    #[test]
    fn another_secret_is_another_vault() {
        let a = Keys::owner(&Secret::from_bytes([3; 32]));
        let b = Keys::owner(&Secret::from_bytes([4; 32]));
        assert!(a.vault() != b.vault());
        assert_ne!(a.aead(), b.aead());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let secret = Secret::from_bytes([3; 32]);
        let keys = Keys::owner(&secret);
        assert_eq!(format!("{secret:?} {keys:?} {:?}", keys.read_root()), "Secret(..) Keys(..) ReadRoot(..)");
    }
}
