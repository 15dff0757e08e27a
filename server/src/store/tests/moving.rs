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
    Rig { other: store.clone(), store, sqlite, config, events, folder: tempfile::tempdir().unwrap() }
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

    // Once it is in use, nothing is moved over it.
    there.grow(&vault, &vault.entries(500..503)).await;
    there.store.close().await;
    let again = move_into(&rig, &url).await;
    assert!(matches!(again, Err(MigrateError::InUse)), "{again:?}");
    let there = arrived(&rig, &url).await;
    assert_eq!(there.store.head(vault.id).await.unwrap().pos, 183, "what is new there stays");
    there.store.close().await;
}

#[tokio::test]
async fn what_was_interrupted_is_gone_on_with_and_follows_the_file() {
    let mut rig = On::Sqlite.rig().await;
    let (vault, deleted, forgotten) = (rig.vault(1).await, rig.vault(2).await, rig.vault(3).await);
    for other in [&deleted, &forgotten] {
        rig.grow(other, &other.entries(0..10)).await;
    }
    for start in 0..5 {
        rig.grow(&vault, &vault.entries(start * 60..start * 60 + 60)).await;
    }
    let token = rig.store.make_invite(2, None).await.unwrap();
    let url = on_postgres::new_database().await;
    let config = rig.config.clone();
    let target: PostgresUrl = url.parse().unwrap();
    let aim = target.clone();
    // As if it had been killed after everything but the end.
    let broken =
        tokio::task::spawn_blocking(move || migrate(&config, &aim, &mut |done, _| assert!(done < 320, "killed")));
    assert!(broken.await.is_err());
    let half = Config { database: Some(target), ..rig.config.clone() };
    let refused = Store::open(&half, Arc::new(|_| {})).await.err();
    assert!(matches!(refused, Some(OpenError::Unfinished)), "no node serves one half: {refused:?}");

    // The relay goes on with its file meanwhile: an owner and the operator delete, an invite is used, a quota is set.
    let head = rig.store.head(deleted.id).await.unwrap();
    rig.store.delete(deleted.id, head, Statement([7; 64])).await.unwrap();
    let (text, quota) = (forgotten.id.to_text(), vault.id.to_text());
    rig.operate(move |database| {
        database.delete_vault(&text[..8]).unwrap();
        database.set_quota(&quota, Some(1 << 30)).unwrap();
    })
    .await;
    let admission = |token: &str| Admission::Invite { token: Some(token.to_owned()), now: unix_seconds() };
    let new = Vault::new(8);
    assert_eq!(rig.store.register(new.keys, admission(&token)).await.unwrap(), Registered::New);
    rig.reopen(|_| {}).await;

    let moved = move_into(&rig, &url).await.unwrap();
    assert_eq!((moved.vaults, moved.entries, moved.before), (2, 0, 300));
    let there = arrived(&rig, &url).await;
    assert_eq!(there.read(&vault).await, joined(&vault.entries(0..300)));
    assert!(matches!(there.store.head(deleted.id).await, Err(StoreError::Gone(_))));
    assert!(matches!(there.store.head(forgotten.id).await, Err(StoreError::VaultUnknown)));
    assert_eq!(there.operate(|database| database.vaults().unwrap()[0].quota).await, Some(1 << 30));
    assert_eq!(there.store.register(Vault::new(9).keys, admission(&token)).await.unwrap(), Registered::New);
    let used_up = there.store.register(Vault::new(10).keys, admission(&token)).await;
    assert!(matches!(used_up, Err(StoreError::InviteRequired)), "one use before, one after");
    there.store.close().await;
}

#[tokio::test]
async fn a_file_that_was_set_back_is_moved_as_it_is() {
    let (rig, other) = (On::Sqlite.rig().await, On::Sqlite.rig().await);
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..3)).await;
    rig.store.close().await;
    other.store.close().await;
    // The same relay, as it was before, gone on with differently.
    std::fs::copy(rig.folder.path().join(FILE_NAME), other.folder.path().join(FILE_NAME)).unwrap();
    let (config, url) = (rig.config.clone(), on_postgres::new_database().await);
    let target = url.parse().unwrap();
    let broken =
        tokio::task::spawn_blocking(move || migrate(&config, &target, &mut |done, _| assert!(done < 3, "killed")));
    assert!(broken.await.is_err());
    other.damage(&format!("DELETE FROM entry; UPDATE vault SET head = 0, bytes = 0, chain = {}", {
        other.literal(&vault.start().chain.0)
    }));
    let (store, _) = open(&other.config, &other.events).await;
    store.append(vault.id, vault.start(), vault.entries(7..9), ()).await.unwrap();
    store.close().await;
    assert_eq!(move_into(&other, &url).await.unwrap().entries, 2);
    let there = arrived(&other, &url).await;
    assert_eq!(there.read(&vault).await, joined(&vault.entries(7..9)));
    there.store.close().await;
}

#[tokio::test]
async fn nothing_is_moved_under_a_node_that_serves() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..3)).await;
    rig.store.close().await;
    let url = on_postgres::new_database().await;
    let there = arrived(&rig, &url).await;
    let (node, mut hearing) = on_postgres::another_node(&there).await;
    assert_eq!(on_postgres::next(&mut hearing).await, Some(Event::Missed), "it serves, and listens");
    let refused = move_into(&rig, &url).await;
    assert!(matches!(refused, Err(MigrateError::Serving)), "{refused:?}");
    node.close().await;
    there.store.close().await;
    assert_eq!(move_into(&rig, &url).await.unwrap().entries, 3);
}

#[tokio::test]
async fn somebody_elses_database_and_damage_are_refused() {
    let (rig, stranger) = (On::Sqlite.rig().await, On::Sqlite.rig().await);
    let (vault, same) = (rig.vault(1).await, stranger.vault(1).await);
    rig.grow(&vault, &vault.entries(0..3)).await;
    stranger.grow(&same, &same.entries(5..7)).await;
    let url = on_postgres::new_database().await;
    move_into(&rig, &url).await.unwrap();
    let refused = move_into(&stranger, &url).await;
    assert!(matches!(refused, Err(MigrateError::InUse)), "{refused:?}");
    rig.damage("UPDATE entry SET chain = zeroblob(32) WHERE pos = 2");
    let empty = on_postgres::new_database().await;
    let refused = move_into(&rig, &empty).await;
    assert!(matches!(refused, Err(MigrateError::SourceDamaged { .. })), "{refused:?}");
}
