//! C7 to C9, C11 and C15: vaults as a whole, and the file itself.

use super::*;

pub(super) async fn c7_registering_again_changes_nothing(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..2)).await;
    for admission in [Admission::Open, Admission::Closed, Admission::Invite { token: None, now: 0 }] {
        assert_eq!(rig.store.register(vault.keys, admission).await.unwrap(), Registered::Known);
    }
    assert_eq!(rig.store.keys(vault.id).await.unwrap(), vault.keys);
    assert_eq!(rig.store.head(vault.id).await.unwrap().pos, 2);
    assert_eq!(rig.store.vault_count().await.unwrap(), 1);
}

pub(super) async fn c8_a_vault_is_deleted_at_its_head_and_for_ever(on: On) {
    let mut rig = on.rig().await;
    let (vault, other) = (rig.vault(1).await, rig.vault(2).await);
    rig.grow(&vault, &vault.entries(0..3)).await;
    rig.grow(&other, &other.entries(0..3)).await;
    let statement = Statement([7; 64]);
    let before = vault.start().after(&ids(&vault.entries(0..2)));
    assert!(matches!(rig.store.delete(vault.id, before, statement).await, Err(StoreError::Diverged)));
    let head = rig.store.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, statement).await.unwrap();
    assert_eq!(rig.told().last(), Some(&Event::Deleted(vault.id)));
    for _ in 0..2 {
        let gone = |error| matches!(error, StoreError::Gone(kept) if kept == statement);
        assert!(gone(rig.store.head(vault.id).await.unwrap_err()));
        assert!(gone(rig.store.keys(vault.id).await.unwrap_err()));
        assert!(gone(rig.store.page(vault.id, vault.start(), 64).await.unwrap_err()));
        assert!(gone(rig.append(&vault, vault.start(), &vault.entries(0..1)).await.unwrap_err()));
        assert!(gone(rig.store.delete(vault.id, head, Statement([8; 64])).await.unwrap_err()));
        assert!(gone(rig.store.register(vault.keys, Admission::Open).await.unwrap_err()));
        rig.reopen(|_| {}).await;
    }
    assert_eq!(rig.read(&other).await, joined(&other.entries(0..3)), "other vaults are left alone");
}

pub(super) async fn c9_invites_are_counted_and_expire(on: On) {
    let rig = on.rig().await;
    let now = unix_seconds();
    let register = async |seed: u8, token: Option<&str>, now: u64| {
        let admission = Admission::Invite { token: token.map(str::to_owned), now };
        rig.store.register(Vault::new(seed).keys, admission).await
    };
    assert!(matches!(register(1, None, now).await, Err(StoreError::InviteRequired)));
    assert!(matches!(register(1, Some("guess"), now).await, Err(StoreError::InviteRequired)));
    let token = rig.store.make_invite(2, Some(now + 100)).await.unwrap();
    assert!(on != On::Sqlite || !rig.is_on_disk(token.as_bytes()), "only its hash is stored");
    assert!(matches!(register(1, Some(&token), now + 100).await, Err(StoreError::InviteRequired)), "expired");
    assert_eq!(register(1, Some(&token), now).await.unwrap(), Registered::New);
    assert_eq!(register(1, Some(&token), now).await.unwrap(), Registered::Known, "takes no use");
    assert_eq!(register(2, Some(&token), now).await.unwrap(), Registered::New);
    assert!(matches!(register(3, Some(&token), now).await, Err(StoreError::InviteRequired)), "used up");
    let unlimited = rig.store.make_invite(1, None).await.unwrap();
    assert_eq!(register(3, Some(&unlimited), now + 1_000_000_000).await.unwrap(), Registered::New);
}

pub(super) async fn c9_a_closed_relay_takes_no_new_vault(on: On) {
    let rig = on.rig().await;
    let refused = rig.store.register(Vault::new(1).keys, Admission::Closed).await;
    assert!(matches!(refused, Err(StoreError::RegistrationClosed)));
}

#[tokio::test]
async fn c11_deleted_entries_are_gone_from_the_files() {
    let rig = On::Sqlite.rig().await;
    let (vault, other) = (rig.vault(1).await, rig.vault(2).await);
    for start in 0..20 {
        rig.grow(&vault, &vault.entries(start * 10..start * 10 + 10)).await;
        rig.grow(&vault, &[vault.entry_of(10_000 + start, 20_000)]).await;
        rig.grow(&other, &other.entries(start * 10..start * 10 + 10)).await;
    }
    let bytes = [joined(&vault.entries(0..200)), vault.entry_of(10_007, 20_000).into_bytes()].concat();
    let signature = bytes[bytes.len() - 64..].to_vec();
    assert!(rig.is_on_disk(&signature));
    let head = rig.store.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, Statement([7; 64])).await.unwrap();
    // The next job is done after the scrubbing of the last.
    rig.store.make_invite(1, None).await.unwrap();
    assert!(!rig.is_on_disk(&signature));
    for number in 0..200 {
        let entry = vault.entry(number);
        assert!(!rig.is_on_disk(&entry.bytes()[entry.bytes().len() - 64..]), "signature of {number}");
        assert!(!rig.is_on_disk(&entry.id().0), "id of {number}");
    }
    assert!(!rig.is_on_disk(&vault.keys.write));
    assert_eq!(rig.read(&other).await.len(), joined(&other.entries(0..200)).len());
}

#[tokio::test]
async fn c15_a_newer_schema_is_refused_and_left_alone() {
    let rig = On::Sqlite.rig().await;
    rig.vault(1).await;
    rig.store.close().await;
    rig.connection().pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    let file = rig.folder.path().join(FILE_NAME);
    let before = std::fs::read(&file).unwrap();
    let refused = Store::open(&rig.config, Arc::new(|_| {})).await.err();
    assert!(matches!(refused, Some(OpenError::Newer { found: 3, .. })), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn c15_another_programs_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), b"no database at all, and long enough to be looked at").unwrap();
    let refused = Store::open(&Config::local(folder.path()), Arc::new(|_| {})).await.err();
    assert!(matches!(refused, Some(OpenError::Foreign { .. })), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a/b");
    let store = Store::open(&Config::local(&data), Arc::new(|_| {})).await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    store.close().await;
}

pub(super) async fn the_server_key_survives_and_differs_between_relays(on: On) {
    let mut rig = on.rig().await;
    let key = *rig.store.server_key();
    rig.reopen(|_| {}).await;
    assert_eq!(*rig.store.server_key(), key);
    assert_ne!(*on.rig().await.store.server_key(), key);
}

#[tokio::test]
async fn a_backup_is_one_state_and_restores() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..30)).await;
    let (file, again) = (rig.folder.path().join("copy.db"), rig.folder.path().join("again"));
    let database = Database::open(rig.folder.path()).unwrap();
    assert_eq!(database.backup(&file).unwrap().entries, 30);
    assert!(matches!(database.backup(&file), Err(CopyError::Exists { .. })));
    rig.grow(&vault, &vault.entries(30..40)).await;
    assert_eq!(restore(&file, &again).unwrap().entries, 30);
    assert!(matches!(restore(&file, &again), Err(CopyError::NotEmpty { .. })));
    let restored = Store::open(&Config::local(&again), Arc::new(|_| {})).await.unwrap();
    assert_eq!(restored.head(vault.id).await.unwrap().pos, 30);
    let after = rig.store.head(vault.id).await.unwrap();
    assert!(matches!(restored.page(vault.id, after, 64).await, Err(StoreError::Diverged)));
    restored.close().await;
}

#[tokio::test]
async fn a_file_without_its_write_ahead_log_is_not_restored() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..30)).await;
    assert!(rig.wal_bytes() > 0);
    let (file, new) = (rig.folder.path().join(FILE_NAME), rig.folder.path().join("new"));
    let refused = restore(&file, &new);
    assert!(matches!(refused, Err(CopyError::Unfolded { .. })), "{refused:?}");
    assert!(!new.exists());
    rig.store.close().await;
    assert_eq!(restore(&file, &new).unwrap().entries, 30);
}

#[test]
fn an_empty_file_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let (file, new) = (folder.path().join("empty.db"), folder.path().join("new"));
    std::fs::write(&file, b"").unwrap();
    let refused = restore(&file, &new);
    assert!(matches!(refused, Err(CopyError::Open(OpenError::Foreign { .. }))), "{refused:?}");
    assert!(std::fs::read_dir(&new).unwrap().next().is_none());
}

#[tokio::test]
async fn a_database_of_version_1_is_taken_over_and_its_backup_restored() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..3)).await;
    rig.store.close().await;
    // As it was: with the tables of then and the rows of now.
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    let connection = schema::make_version_1(&old);
    let now = rig.folder.path().join(FILE_NAME);
    connection.execute("ATTACH ?1 AS now", [now.to_string_lossy().as_ref()]).unwrap();
    for table in ["vault", "entry"] {
        connection.execute(&format!("INSERT INTO {table} SELECT * FROM now.{table}"), []).unwrap();
    }
    drop(connection);

    let new = folder.path().join("new");
    assert_eq!(restore(&old, &new).unwrap().entries, 3);
    let mut database = Database::open(&new).unwrap();
    assert!(database.verify().unwrap().is_good());
    let short = database.vaults().unwrap().remove(0).vault;
    // Who only looks leaves it as it is, for the program of then.
    let backup = folder.path().join("backup.db");
    assert_eq!(database.backup(&backup).unwrap().entries, 3);
    let version = |file: &std::path::Path| {
        let connection = rusqlite::Connection::open(file).unwrap();
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).unwrap()
    };
    let file = new.join(FILE_NAME);
    assert_eq!([version(&file), version(&backup)], [1, 1]);
    // And so does whoever changes nothing after all.
    assert!(matches!(database.set_quota("nobodys-id", Some(5)), Err(StoreError::VaultUnknown)));
    assert!(matches!(database.delete_vault("nobodys-id"), Err(StoreError::VaultUnknown)));
    drop(sqlite::Database::open(&new).unwrap().export().unwrap().vaults().unwrap());
    assert_eq!(version(&file), 1);
    assert_eq!(database.set_quota(&short, Some(5)).unwrap().quota, Some(5));
    assert_eq!([version(&file), version(&backup)], [2, 1]);
}

#[test]
fn a_file_that_a_relay_has_just_made_is_no_database_yet_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Database::open(folder.path()), Err(OpenError::Missing { .. })));
    assert_eq!(std::fs::read(&file).unwrap(), b"");
}

pub(super) async fn c10_a_diary_may_have_a_quota_of_its_own(on: On) {
    let rig = on.rig().await;
    let (vault, other) = (rig.vault(1).await, rig.vault(2).await);
    rig.grow(&vault, &vault.entries(0..3)).await;
    let text = vault.id.to_text();
    let set = async |beginning: &str, bytes| {
        let beginning = beginning.to_owned();
        rig.operate(move |database| database.set_quota(&beginning, bytes)).await
    };
    assert_eq!(set(&text[..8], Some(1)).await.unwrap().quota, Some(1));
    assert!(matches!(rig.append(&vault, vault.start(), &vault.entries(3..4)).await, Err(StoreError::QuotaFull)));
    rig.grow(&other, &other.entries(0..1)).await;
    assert_eq!(set(&text, None).await.unwrap().quota, None);
    rig.grow(&vault, &vault.entries(3..4)).await;
    assert!(matches!(set("nobodys-id", None).await, Err(StoreError::VaultUnknown)));
    assert!(matches!(set(&text[..5], None).await, Err(StoreError::Ambiguous)), "too short to be sure");
}

pub(super) async fn a_diary_that_the_operator_deletes_may_come_again(on: On) {
    let rig = on.rig().await;
    let (vault, other) = (rig.vault(1).await, rig.vault(2).await);
    rig.grow(&vault, &vault.entries(0..3)).await;
    rig.grow(&other, &other.entries(0..3)).await;
    let text = vault.id.to_text();
    let deleting = rig.operate(move |database| {
        database.set_quota(&text, Some(1 << 20)).unwrap();
        database.delete_vault(&text[..8]).unwrap()
    });
    let (deleted, scrubbed) = deleting.await;
    assert!(deleted.entries == 3 && deleted.quota == Some(1 << 20) && scrubbed);
    assert!(matches!(rig.store.head(vault.id).await, Err(StoreError::VaultUnknown)));
    assert!(on != On::Sqlite || !rig.is_on_disk(vault.entry(0).bytes()), "off the files");
    assert_eq!(rig.read(&other).await, joined(&other.entries(0..3)));
    assert_eq!(rig.store.register(vault.keys, Admission::Open).await.unwrap(), Registered::New);
    assert_eq!(rig.grow(&vault, &vault.entries(0..3)).await.positions, [1, 2, 3]);
    assert!(rig.operate(|database| database.verify().unwrap().is_good()).await);
}

#[tokio::test]
async fn a_reader_in_the_way_is_told_and_no_failure_of_a_deletion() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..3)).await;
    let reader = rig.connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entry").unwrap();
    let mut database = Database::open(rig.folder.path()).unwrap();
    let (deleted, scrubbed) = database.delete_vault(&vault.id.to_text()[..8]).unwrap();
    assert!(deleted.entries == 3 && !scrubbed);
    assert!(matches!(rig.store.head(vault.id).await, Err(StoreError::VaultUnknown)));
    assert!(rig.is_on_disk(vault.entry(0).bytes()));
    drop(reader);
    rig.store.close().await;
    drop(database);
    assert!(!rig.is_on_disk(vault.entry(0).bytes()), "gone when the relay ends");
}

/// A file as this program wrote it when the format was frozen; `UPDATE_GOLDEN=relay-2.db` writes another one.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/tests/relay-2.db");

#[tokio::test]
async fn a_database_of_version_2_is_read_as_ever() {
    let (living, gone) = (Vault::new(1), Vault::new(2));
    let entries = living.entries(0..3);
    if std::env::var("UPDATE_GOLDEN").is_ok_and(|what| what == "relay-2.db") {
        let rig = On::Sqlite.rig().await;
        for vault in [&living, &gone] {
            rig.store.register(vault.keys, Admission::Open).await.unwrap();
        }
        rig.grow(&living, &entries).await;
        rig.store.delete(gone.id, gone.start(), Statement([7; 64])).await.unwrap();
        let text = living.id.to_text();
        rig.operate(move |database| database.set_quota(&text, Some(1 << 20)).map(drop)).await.unwrap();
        rig.store.close().await;
        std::fs::copy(rig.folder.path().join(FILE_NAME), GOLDEN).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(GOLDEN, folder.path().join(FILE_NAME)).unwrap();
    let store = Store::open(&Config::local(folder.path()), Arc::new(|_| {})).await.unwrap();
    let page = store.page(living.id, living.start(), 64).await.unwrap();
    assert_eq!((page.bytes, page.end), (joined(&entries), living.start().after(&ids(&entries))));
    assert!(matches!(store.head(gone.id).await, Err(StoreError::Gone(Statement(kept))) if kept == [7; 64]));
    store.close().await;
    let database = Database::open(folder.path()).unwrap();
    assert!(database.verify().unwrap().is_good());
    assert_eq!(database.vaults().unwrap()[0].quota, Some(1 << 20));
}
