//! The store's contract, clause by clause: on SQLite always, and on PostgreSQL with the feature `postgres-tests`.

mod appending;
mod crossing;
mod failing;
mod lifetime;
#[cfg(feature = "postgres-tests")]
mod moving;
#[cfg(feature = "postgres-tests")]
mod on_postgres;
mod scrubbing;

use std::sync::{Arc, Mutex};

use ed25519_dalek::{Signer, SigningKey};
use lissom_protocol::cursor::Cursor;
use lissom_protocol::entry::{VerifiedEntry, assemble, header};
use lissom_protocol::ids::{EntryId, VaultId, VaultKeys};
use tempfile::TempDir;

use super::sqlite::Sqlite;
use super::sqlite::schema;
use super::sqlite::writer::Job;
use super::*;

/// Runs each test on every database there is.
macro_rules! conformance {
    ($($module:ident: $($test:ident),+;)+) => {
        mod sqlite_keeps {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$module::$test(super::On::Sqlite).await;
            })+)+
        }

        #[cfg(feature = "postgres-tests")]
        mod postgres_keeps {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$module::$test(super::On::Postgres).await;
            })+)+
        }
    };
}

conformance! {
    appending: c1_what_is_acknowledged_is_there_after_a_reopen,
        c2_positions_are_dense_and_commit_ordered,
        c2_the_chain_is_the_protocols,
        c3_append_is_idempotent_by_entry_id,
        c3_an_entry_twice_in_one_batch_is_stored_once,
        c4_a_refused_batch_leaves_nothing,
        c5_a_cursor_of_another_log_has_diverged,
        c6_pages_are_cut_by_count_and_by_bytes,
        c10_quotas_count_bytes_and_entries_once;
    crossing: c2_a_reader_skips_nothing_that_is_committed_late,
        c2_writers_of_a_thousand_vaults_do_not_mix,
        c3_the_same_batch_from_many_sides_is_stored_once,
        c7_c9_one_use_of_an_invite_lets_in_one_vault,
        c8_of_a_deletion_and_a_post_one_is_first,
        a_mailbox_is_left_once_and_taken_once,
        mailboxes_have_a_cap;
    failing: c12_a_damaged_entry_is_not_handed_out,
        c12_an_entry_without_its_owners_signature_is_not_handed_out,
        c12_a_hole_and_a_wrong_chain_are_found,
        a_panic_in_a_listener_does_not_end_the_writing,
        a_closed_store_says_so;
    lifetime: c7_registering_again_changes_nothing,
        c8_a_vault_is_deleted_at_its_head_and_for_ever,
        c9_invites_are_counted_and_expire,
        c9_a_closed_relay_takes_no_new_vault,
        c10_a_diary_may_have_a_quota_of_its_own,
        a_diary_that_the_operator_deletes_may_come_again,
        the_server_key_survives_and_differs_between_relays;
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Sqlite,
    #[cfg(feature = "postgres-tests")]
    Postgres,
}

impl On {
    async fn rig(self) -> Rig {
        self.with(|_| {}).await
    }

    async fn with(self, change: impl FnOnce(&mut Config)) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::local(folder.path());
        #[cfg(feature = "postgres-tests")]
        if self == Self::Postgres {
            config.database = Some(on_postgres::new_database().await.parse().unwrap());
        }
        change(&mut config);
        let events = Arc::new(Mutex::new(Vec::new()));
        let (store, sqlite) = open(&config, &events).await;
        let other = beside(&config, &store).await;
        Rig { store, other, sqlite, config, events, folder }
    }
}

/// A store of its own, and everything that it told its listener.
struct Rig {
    store: Store,
    /// Another node on the same database, where there can be one.
    other: Store,
    sqlite: Option<Arc<Sqlite>>,
    config: Config,
    events: Arc<Mutex<Vec<Event>>>,
    folder: TempDir,
}

impl Rig {
    /// Closes the store and opens it again on what is there.
    async fn reopen(&mut self, change: impl FnOnce(&mut Config)) {
        self.store.close().await;
        change(&mut self.config);
        (self.store, self.sqlite) = open(&self.config, &self.events).await;
        self.other = beside(&self.config, &self.store).await;
    }

    /// One node or the other, in turn.
    fn side(&self, number: u32) -> &Store {
        if number.is_multiple_of(2) { &self.store } else { &self.other }
    }

    fn sqlite(&self) -> &Sqlite {
        self.sqlite.as_ref().unwrap()
    }

    /// A second connection to the same file, for looking and for damaging.
    fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join(FILE_NAME)).unwrap()
    }

    /// Changes what is stored, behind the store's back.
    fn damage(&self, sql: &str) {
        match &self.config.database {
            None => self.connection().execute_batch(sql).unwrap(),
            #[cfg(feature = "postgres-tests")]
            Some(_) => drop(on_postgres::sql(self, sql)),
            #[cfg(not(feature = "postgres-tests"))]
            Some(_) => unreachable!("every rig is on SQLite"),
        }
    }

    /// Bytes as SQL.
    fn literal(&self, bytes: &[u8]) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
        let hex: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        if self.config.database.is_some() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
    }

    /// Does what the operator does, on a thread that may block.
    async fn operate<T: Send + 'static>(&self, work: impl FnOnce(&mut Database) -> T + Send + 'static) -> T {
        let config = self.config.clone();
        tokio::task::spawn_blocking(move || work(&mut Database::configured(&config).unwrap())).await.unwrap()
    }

    /// What was told of vaults.
    fn told(&self) -> Vec<Event> {
        let mut events = self.events.lock().unwrap().clone();
        events.retain(|event| *event != Event::Missed);
        events
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

async fn open(config: &Config, events: &Arc<Mutex<Vec<Event>>>) -> (Store, Option<Arc<Sqlite>>) {
    let events = Arc::clone(events);
    let listener: Listener = Arc::new(move |event| events.lock().unwrap().push(event));
    if config.database.is_some() {
        return (Store::open(config, listener).await.unwrap(), None);
    }
    let sqlite = Arc::new(Sqlite::open(config, listener).unwrap());
    (Store { backend: Arc::clone(&sqlite) as Arc<dyn Backend> }, Some(sqlite))
}

async fn beside(config: &Config, store: &Store) -> Store {
    if config.database.is_none() {
        return store.clone();
    }
    Store::open(config, Arc::new(|_| {})).await.unwrap()
}

struct Vault {
    write: SigningKey,
    keys: VaultKeys,
    id: VaultId,
}

impl Vault {
    fn new(seed: u8) -> Self {
        Self::of([seed; 32])
    }

    /// One of many.
    fn numbered(number: u16) -> Self {
        let mut seed = [0xaa; 32];
        seed[..2].copy_from_slice(&number.to_be_bytes());
        Self::of(seed)
    }

    fn of(seed: [u8; 32]) -> Self {
        let write = SigningKey::from_bytes(&seed);
        let read = SigningKey::from_bytes(&seed.map(|byte| byte ^ 0xff)).verifying_key().to_bytes();
        let keys = VaultKeys { write: write.verifying_key().to_bytes(), read, key_check: [seed[0]; 16] };
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
