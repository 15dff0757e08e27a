//! Where an app keeps the secret: Keychain, Keystore, or anything else.

use std::sync::Arc;

use lissom_diary::sync::keys::Secret;
use lissom_diary::{Error, SecretStore, SecretStoreError, Slot};
use zeroize::Zeroizing;

use crate::error::LissomError;

/// Which of the two places for a secret. Use it as the name of the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeySlot {
    /// The secret of the diary.
    Present,
    /// One that is to take its place while the diary joins another.
    Next,
}

/// Keeps the secret of one diary. Without one it is a file in the diary's folder, for its owner only; it is never in the
/// database.
///
/// Called from the diary's own thread and never from another; it may wait for the system. It must not call the diary. Both
/// slots must be durable when a call returns.
#[uniffi::export(foreign)]
pub trait KeyStore: Send + Sync {
    /// The 32 bytes in a slot, if there are any.
    ///
    /// # Errors
    /// Any: the call that needed the secret fails with `Storage`, code `error.file`, and nothing is changed.
    fn load(&self, slot: KeySlot) -> Result<Option<Vec<u8>>, LissomError>;

    /// Puts 32 bytes into a slot, in the place of what was there.
    ///
    /// # Errors
    /// As `load`.
    fn store(&self, slot: KeySlot, secret: Vec<u8>) -> Result<(), LissomError>;

    /// Empties a slot; fine if it is empty.
    ///
    /// # Errors
    /// As `load`.
    fn remove(&self, slot: KeySlot) -> Result<(), LissomError>;
}

/// An app's key store as the diary knows it.
pub(crate) struct AppKeys(pub(crate) Arc<dyn KeyStore>);

impl From<Slot> for KeySlot {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Present => Self::Present,
            Slot::Next => Self::Next,
        }
    }
}

fn failed(_: LissomError) -> Error {
    SecretStoreError.into()
}

impl SecretStore for AppKeys {
    fn load(&mut self, slot: Slot) -> Result<Option<Secret>, Error> {
        let Some(bytes) = self.0.load(slot.into()).map_err(failed)?.map(Zeroizing::new) else { return Ok(None) };
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::from(SecretStoreError))?;
        Ok(Some(Secret::from_bytes(bytes)))
    }

    fn store(&mut self, slot: Slot, secret: &Secret) -> Result<(), Error> {
        self.0.store(slot.into(), secret.as_bytes().to_vec()).map_err(failed)
    }

    fn promote(&mut self) -> Result<(), Error> {
        let Some(next) = self.load(Slot::Next)? else { return Ok(()) };
        self.store(Slot::Present, &next)?;
        // Cut off before this, the same secret is in both: nothing is lost, and the next change of diary replaces it.
        self.0.remove(KeySlot::Next).map_err(failed)
    }
}
