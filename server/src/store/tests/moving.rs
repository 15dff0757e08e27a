//! From SQLite to PostgreSQL.

use super::*;

/// Moves a rig's file into a database, on a thread that may block.
async fn move_into(rig: &Rig, url: &str) -> Result<Migrated, MigrateError> {
    let (config, url) = (rig.config.clone(), url.parse().unwrap());
    tokio::task::spawn_blocking(move || migrate(&config, &url, &mut |_, _| {})).await.unwrap()
}

/// The store that a rig's file was moved into.
async fn arrived(rig: &Rig, url: &str) -> Rig {
    let mut config = rig.config.clone();
    config.database = Some(url.parse().unwrap());
    let events = Arc::new(Mutex::new(Vec::new()));
    let (store, sqlite) = open(&config, &events).await;
    Rig { store, sqlite, config, events, folder: tempfile::tempdir().unwrap() }
}

#[tokio::test]
async fn everything_goes_over_and_devices_notice_nothing() {
    let rig = On::Sqlite.rig().await;
    let (vault, other, gone) = (rig.vault(1).await, rig.vault(2).await, rig.vault(3).await);
    for start in [0, 64, 128] {
        rig.grow(&vault, &vault.entries(start..start + 60)).await;
    }
    rig.grow(&other, &[other.entry_of(1, 900_000)]).await;
    let text = other.id.to_text();
    rig.operate(move |database| database.set_quota(&text, Some(1_000_000)).map(drop)).await.unwrap();
    rig.store.delete(gone.id, gone.start(), Statement([7; 64])).await.unwrap();
    let token = rig.store.make_invite(1, None).await.unwrap();
    let (log, key) = (rig.read(&vault).await, *rig.store.server_key());
    rig.store.close().await;

    let url = on_postgres::new_database().await;
    let moved = move_into(&rig, &url).await.unwrap();
    assert_eq!(moved, Migrated { vaults: 2, entries: 181, before: 0, deleted: 1, invites: 1 });
    let there = arrived(&rig, &url).await;
    assert_eq!(there.read(&vault).await, log);
    assert_eq!(*there.store.server_key(), key, "tokens stay good");
    assert!(matches!(there.store.head(gone.id).await, Err(StoreError::Gone(Statement(kept))) if kept == [7; 64]));
    let refused = there.append(&other, other.start(), &[other.entry_of(2, 900_000)]).await;
    assert!(matches!(refused, Err(StoreError::QuotaFull)), "its quota went with it");
    let admission = Admission::Invite { token: Some(token), now: unix_seconds() };
    assert_eq!(there.store.register(Vault::new(9).keys, admission).await.unwrap(), Registered::New);

    // Again, after devices have gone on there.
    there.grow(&vault, &vault.entries(500..503)).await;
    let again = move_into(&rig, &url).await.unwrap();
    assert_eq!((again.entries, again.before), (0, 181));
    assert_eq!(there.store.head(vault.id).await.unwrap().pos, 183, "what is new there stays");
    assert_eq!(*there.store.server_key(), key);
    there.store.close().await;
}

#[tokio::test]
async fn what_was_interrupted_is_gone_on_with() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    for start in 0..5 {
        rig.grow(&vault, &vault.entries(start * 60..start * 60 + 60)).await;
    }
    rig.store.close().await;
    let url = on_postgres::new_database().await;
    let config = rig.config.clone();
    let target = url.parse().unwrap();
    // As if it had been killed after the second batch.
    let broken =
        tokio::task::spawn_blocking(move || migrate(&config, &target, &mut |done, _| assert!(done < 128, "killed")));
    assert!(broken.await.is_err());
    let moved = move_into(&rig, &url).await.unwrap();
    assert_eq!((moved.entries, moved.before), (300 - 128, 128));
    let there = arrived(&rig, &url).await;
    assert_eq!(there.read(&vault).await, joined(&vault.entries(0..300)));
    there.store.close().await;
}

#[tokio::test]
async fn another_history_and_damage_are_refused() {
    let (rig, stranger) = (On::Sqlite.rig().await, On::Sqlite.rig().await);
    let (vault, same) = (rig.vault(1).await, stranger.vault(1).await);
    rig.grow(&vault, &vault.entries(0..3)).await;
    stranger.grow(&same, &same.entries(5..7)).await;
    let url = on_postgres::new_database().await;
    move_into(&rig, &url).await.unwrap();
    let refused = move_into(&stranger, &url).await;
    assert!(matches!(refused, Err(MigrateError::Conflict { .. })), "{refused:?}");
    rig.damage("UPDATE entry SET chain = zeroblob(32) WHERE pos = 2");
    let empty = on_postgres::new_database().await;
    let refused = move_into(&rig, &empty).await;
    assert!(matches!(refused, Err(MigrateError::SourceDamaged { .. })), "{refused:?}");
}
