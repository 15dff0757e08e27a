//! What is signed beside entries: the answer to a challenge, a registration, and the statement that a vault is
//! deleted.

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::ids::{VaultId, VaultKeys};

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads, posts and deletes; proved with the write key.
    Owner,
    /// Reads; proved with the read key.
    Reader,
}

impl Role {
    /// The role's byte in signed messages and tokens.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Owner => 1,
            Self::Reader => 2,
        }
    }

    /// The role of that byte, if there is one.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Owner),
            2 => Some(Self::Reader),
            _ => None,
        }
    }
}

/// What is signed to get a token: `"lissom/1 auth" || vault_id || role || challenge`.
#[must_use]
pub fn auth_message(vault: &VaultId, role: Role, challenge: &[u8]) -> Vec<u8> {
    [b"lissom/1 auth".as_slice(), &vault.0, &[role.byte()], challenge].concat()
}

/// What the write key signs to register a vault: `"lissom/1 register" || vault_id`.
///
/// It proves that whoever registers holds the key; the id itself already commits to it.
#[must_use]
pub fn register_message(keys: &VaultKeys) -> Vec<u8> {
    [b"lissom/1 register".as_slice(), &keys.vault_id().0].concat()
}

/// What the write key signs to delete a vault for ever: `"lissom/1 delete" || vault_id`.
#[must_use]
pub fn delete_message(vault: &VaultId) -> Vec<u8> {
    [b"lissom/1 delete".as_slice(), &vault.0].concat()
}

/// Whether `signature` is `key`'s over `message`, by the strict rules of RFC 8032.
#[must_use]
pub fn is_signed(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    #[test]
    fn a_signature_serves_one_purpose_one_vault_and_one_role() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let public = key.verifying_key().to_bytes();
        let keys = VaultKeys { write: public, read: [2; 32], key_check: [3; 16] };
        let (vault, other) = (keys.vault_id(), VaultId([4; 32]));
        let messages = [
            auth_message(&vault, Role::Owner, b"challenge"),
            auth_message(&vault, Role::Reader, b"challenge"),
            auth_message(&other, Role::Owner, b"challenge"),
            auth_message(&vault, Role::Owner, b"another"),
            register_message(&keys),
            delete_message(&vault),
            delete_message(&other),
        ];
        for signed in &messages {
            let signature = key.sign(signed).to_bytes();
            for message in &messages {
                assert_eq!(is_signed(&public, message, &signature), signed == message);
            }
            assert!(!is_signed(&[0; 32], signed, &signature), "a weak key signs nothing");
            assert!(!is_signed(&public, signed, &signature[..63]));
        }
    }
}
