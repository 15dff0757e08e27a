//! Paths, header names and JSON bodies of the HTTP protocol.
//!
//! Bytes stand in JSON as unpadded base64url. Readers ignore fields they do not know.

use data_encoding::BASE64URL_NOPAD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};

use crate::cursor::{Chain, Cursor};
use crate::ids::{VaultId, VaultKeys};
use crate::statement::Role;

/// Path of the relay's description.
pub const INFO_PATH: &str = "/v1/info";
/// Path for registering a vault.
pub const VAULTS_PATH: &str = "/v1/vaults";
/// Path for a challenge.
pub const CHALLENGE_PATH: &str = "/v1/auth/challenge";
/// Path for exchanging a signed challenge for a token.
pub const TOKEN_PATH: &str = "/v1/auth/token";

/// Path of the mailboxes for pairing.
pub const MAILBOX_PATH: &str = "/v1/mailbox";
/// Media type of a message in a mailbox: sealed for the device that takes it, and for nobody else.
pub const MAILBOX_MEDIA_TYPE: &str = "application/octet-stream";

/// Header of a page: position of its last entry, or of the cursor if it is empty.
pub const POS_HEADER: &str = "lissom-pos";
/// Header of a page: the relay's chain at that position.
pub const CHAIN_HEADER: &str = "lissom-chain";
/// Header of a page: position of the log's last entry when the page was read.
pub const HEAD_HEADER: &str = "lissom-head";

/// Path of a vault: `/v1/vaults/{id}`.
#[must_use]
pub fn vault_path(vault: &VaultId) -> String {
    format!("{VAULTS_PATH}/{}", vault.to_text())
}

/// Path and query of a vault's entries after a cursor.
#[must_use]
pub fn entries_path(vault: &VaultId, cursor: &Cursor) -> String {
    format!("{}/entries?{}", vault_path(vault), cursor_query(cursor))
}

/// Path of a vault's stream of pokes.
#[must_use]
pub fn watch_path(vault: &VaultId) -> String {
    format!("{}/watch", vault_path(vault))
}

/// Path of a mailbox: `/v1/mailbox/{id}`.
#[must_use]
pub fn mailbox_path(id: &[u8; 16]) -> String {
    format!("{MAILBOX_PATH}/{}", to_text(id))
}

/// A cursor as query parameters: `after=…&chain=…`.
#[must_use]
pub fn cursor_query(cursor: &Cursor) -> String {
    format!("after={}&chain={}", cursor.pos, cursor.chain.to_text())
}

/// Query parameters of reading and posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CursorQuery {
    /// Position of the device's cursor.
    pub after: u64,
    /// Chain of the device's cursor.
    pub chain: String,
    /// Most entries wanted in a page; 1 to 64, else the protocol's most.
    #[serde(default)]
    pub limit: Option<usize>,
}

impl CursorQuery {
    /// The cursor that the parameters state; `None` if the chain is no chain.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { pos: self.after, chain: Chain::from_text(&self.chain).ok()? })
    }
}

/// `GET /v1/info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Always `lissom-relay`.
    pub name: String,
    /// Version of the relay's program.
    pub version: String,
    /// Versions of the entry layout that it takes.
    pub entry_versions: Vec<u32>,
    /// Who may register a vault.
    pub registration: Registration,
    /// Most bytes that one vault may hold.
    pub vault_bytes_max: u64,
}

/// Who may register a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Whoever holds an invite.
    Invite,
    /// Anybody.
    Open,
    /// Nobody.
    Closed,
}

/// `POST /v1/vaults`: answers 201 when the vault is new, 200 when it was known, with a [`Head`] as its body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Write key, 32 bytes.
    pub write: String,
    /// Read key, 32 bytes.
    pub read: String,
    /// Key check, 16 bytes.
    pub key_check: String,
    /// The write key's signature over [`register_message`](crate::statement::register_message), 64 bytes.
    pub signature: String,
    /// An invite, where the relay asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
}

impl Register {
    /// The vault's public keys and the signature; `None` if one of them is not base64url or has another length.
    #[must_use]
    pub fn parts(&self) -> Option<(VaultKeys, [u8; 64])> {
        let keys = VaultKeys {
            write: from_text(&self.write)?,
            read: from_text(&self.read)?,
            key_check: from_text(&self.key_check)?,
        };
        Some((keys, from_text(&self.signature)?))
    }
}

/// `POST /v1/auth/challenge`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeRequest {
    /// The vault's id.
    pub vault: String,
}

/// Answer to a [`ChallengeRequest`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// To be signed as it is within a minute of the relay's clock; opaque to the device.
    pub challenge: String,
}

/// `POST /v1/auth/token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// The vault's id.
    pub vault: String,
    /// What the token is to allow.
    pub role: Role,
    /// The challenge as it came.
    pub challenge: String,
    /// Signature over [`auth_message`](crate::statement::auth_message) by the role's key, 64 bytes.
    pub signature: String,
}

/// Answer to a [`TokenRequest`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// To be sent as `Authorization: Bearer …`.
    pub token: String,
    /// Seconds that it is good for.
    pub expires_in: u64,
}

/// Answer to `POST /v1/vaults/{id}/entries?after=…&chain=…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// Position of each entry, in the order sent; an entry that was there already keeps its position.
    pub positions: Vec<u64>,
    /// The relay's chain at the highest of these positions.
    pub chain: String,
}

/// Answer to `GET /v1/vaults/{id}/head`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Position of the last entry.
    pub pos: u64,
    /// Chain at that position.
    pub chain: String,
}

/// `DELETE /v1/vaults/{id}?after=…&chain=…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// The write key's signature over [`delete_message`](crate::statement::delete_message), 64 bytes.
    pub statement: String,
}

/// Reads a JSON body, which is always an object.
///
/// By itself serde also takes an array of the fields' values in the order in which they happen to be declared here.
///
/// # Errors
/// If the body is no JSON, no object, or not the one that is wanted.
pub fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(serde_json::Error::custom("an array, where an object is wanted"));
    }
    serde_json::from_slice(body)
}

/// Bytes as they stand in JSON: unpadded base64url.
#[must_use]
pub fn to_text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Bytes from their form in JSON; `None` for another alphabet or length.
#[must_use]
pub fn from_text<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// Bytes of any length from their form in JSON.
#[must_use]
pub fn bytes_from_text(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

macro_rules! opaque_debug {
    ($($name:ident),*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )* };
}
opaque_debug!(Register, ChallengeRequest, Challenge, TokenRequest, Token, Delete);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_has_its_parts_only_if_each_has_its_length() {
        let good = || Register {
            write: to_text(&[1; 32]),
            read: to_text(&[2; 32]),
            key_check: to_text(&[3; 16]),
            signature: to_text(&[4; 64]),
            invite: None,
        };
        let (keys, signature) = good().parts().unwrap();
        assert_eq!((keys.write, keys.read, keys.key_check, signature), ([1; 32], [2; 32], [3; 16], [4; 64]));
        let spoils: [fn(&mut Register); 5] = [
            |wrong| wrong.write = to_text(&[1; 31]),
            |wrong| wrong.read.push('A'),
            |wrong| wrong.key_check = to_text(&[3; 32]),
            |wrong| wrong.signature.clear(),
            |wrong| wrong.write.push('='),
        ];
        for (at, spoil) in spoils.iter().enumerate() {
            let mut wrong = good();
            spoil(&mut wrong);
            assert!(wrong.parts().is_none(), "{at}");
        }
    }
}
