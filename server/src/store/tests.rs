//! The store's contract, clause by clause.

mod appending;
mod failing;
mod lifetime;
mod scrubbing;

use std::sync::{Arc, Mutex};

use ed25519_dalek::{Signer, SigningKey};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{VerifiedEntry, assemble, header};
use lissom_protocol::ids::{EntryId, VaultId, VaultKeys};
use tempfile::TempDir;

use super::*;

/// A store in a folder of its own, and everything that it told its listener.
struct Rig {
    store: Store,
    config: Config,
    events: Arc<Mutex<Vec<Event>>>,
    folder: TempDir,
}

impl Rig {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(folder.path());
        change(&mut config);
        let events = Arc::new(Mutex::new(Vec::new()));
        let store = open(&config, &events);
        Self { store, config, events, folder }
    }

    /// Closes the store and opens it again on what is in the folder.
    async fn reopen(&mut self, change: impl FnOnce(&mut Config)) {
        self.store.close().await;
        change(&mut self.config);
        self.store = open(&self.config, &self.events);
    }

    /// A second connection to the same file, for looking and for damaging.
    fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join(FILE_NAME)).unwrap()
    }

    fn wal_bytes(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("relay.db-wal")).map_or(0, |file| file.len())
    }

    /// Whether these bytes are anywhere in the folder's files.
    fn is_on_disk(&self, needle: &[u8]) -> bool {
        std::fs::read_dir(self.folder.path()).unwrap().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    }

    async fn vault(&self, seed: u8) -> Vault {
        let vault = Vault::new(seed);
        assert_eq!(self.store.register(vault.keys, Admission::Open).await.unwrap(), Registered::New);
        vault
    }

    async fn append(&self, vault: &Vault, cursor: Cursor, entries: &[VerifiedEntry]) -> Result<Appended, StoreError> {
        self.store.append(vault.id, cursor, entries.to_vec(), ()).await
    }

    /// Appends after the head.
    async fn grow(&self, vault: &Vault, entries: &[VerifiedEntry]) -> Appended {
        let head = self.store.head(vault.id).await.unwrap();
        self.append(vault, head, entries).await.unwrap()
    }

    /// The whole log, page by page.
    async fn read(&self, vault: &Vault) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut cursor = Cursor::start(&vault.id);
        loop {
            let page = self.store.page(vault.id, cursor, 64).await.unwrap();
            if page.count == 0 {
                return bytes;
            }
            bytes.extend_from_slice(&page.bytes);
            cursor = page.end;
        }
    }
}

fn open(config: &Config, events: &Arc<Mutex<Vec<Event>>>) -> Store {
    let events = Arc::clone(events);
    Store::open(config, Arc::new(move |event| events.lock().unwrap().push(event))).unwrap()
}

struct Vault {
    write: SigningKey,
    keys: VaultKeys,
    id: VaultId,
}

impl Vault {
    fn new(seed: u8) -> Self {
        let write = SigningKey::from_bytes(&[seed; 32]);
        let read = SigningKey::from_bytes(&[seed ^ 0xff; 32]).verifying_key().to_bytes();
        let keys = VaultKeys { write: write.verifying_key().to_bytes(), read, key_check: [seed; 16] };
        Self { write, keys, id: keys.vault_id() }
    }

    fn entry(&self, number: u32) -> VerifiedEntry {
        self.entry_of(number, 40)
    }

    fn entry_of(&self, number: u32, ct: usize) -> VerifiedEntry {
        let mut nonce = [0; 24];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        assemble(header(1), &self.id, nonce, &vec![0x5a; ct], |message| self.write.sign(message).to_bytes()).unwrap()
    }

    fn entries(&self, numbers: std::ops::Range<u32>) -> Vec<VerifiedEntry> {
        numbers.map(|number| self.entry(number)).collect()
    }

    fn start(&self) -> Cursor {
        Cursor::start(&self.id)
    }
}

fn ids(entries: &[VerifiedEntry]) -> Vec<EntryId> {
    entries.iter().map(VerifiedEntry::id).collect()
}

fn joined(entries: &[VerifiedEntry]) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.bytes().to_vec()).collect()
}
