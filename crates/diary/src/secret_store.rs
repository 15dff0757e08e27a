//! Where the vault's secret is kept.
//!
//! Never in the database: a copy of the database alone, in a backup or a bug report, opens nothing on the relay.

use lissom_sync::keys::Secret;

use crate::error::Error;
use crate::texts::error as words;

/// Which of the secrets of a diary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// That of its vault.
    Present,
    /// One that is to take its place, once the database says so.
    Next,
}

/// Keeps the secret of one diary, such as a phone's keychain. Without one it is a file in the diary's folder.
///
/// Both slots must be durable when a call returns.
pub trait SecretStore: Send {
    /// The secret in a slot, if there is one.
    ///
    /// # Errors
    /// Any, such as [`SecretStoreError`]. The call that needed the secret fails, and nothing is changed.
    fn load(&mut self, slot: Slot) -> Result<Option<Secret>, Error>;

    /// Puts a secret into a slot.
    ///
    /// # Errors
    /// As [`SecretStore::load`].
    fn store(&mut self, slot: Slot, secret: &Secret) -> Result<(), Error>;

    /// Puts the next secret in the place of the present one. Nothing to do if there is no next one: it was done already.
    ///
    /// # Errors
    /// As [`SecretStore::load`]. It is tried again when the diary is opened.
    fn promote(&mut self) -> Result<(), Error>;
}

/// A place for secrets that does not give or take one: the phone is locked, perhaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretStoreError;

impl From<SecretStoreError> for Error {
    fn from(_: SecretStoreError) -> Self {
        Self::file(words::TRIED_SECRET_STORE)(std::io::Error::other("no access"))
    }
}
