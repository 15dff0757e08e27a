//! C11 with somebody in the way: deleted bytes leave the files later, and hold nobody up until then.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::*;

/// A connection in the middle of reading.
fn reader(rig: &Rig) -> rusqlite::Connection {
    let connection = rig.connection();
    connection.execute_batch("BEGIN").unwrap();
    let _: i64 = connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    connection
}

fn attempts(rig: &Rig) -> usize {
    rig.sqlite().writer.scrubs.load(Ordering::SeqCst)
}

#[tokio::test]
async fn c11_what_was_deleted_right_before_a_crash_is_gone_after_the_next_start() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &[vault.entry_of(1, 20_000)]).await;
    let signature = vault.entry_of(1, 20_000).bytes()[20_000..].to_vec();
    let reading = reader(&rig);
    let head = rig.store.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, Statement([7; 64])).await.unwrap();
    // Its answer waits for the attempt at scrubbing that comes after the deletion.
    rig.store.ready().await.unwrap();
    assert!(rig.is_on_disk(&signature), "the reader is in the way");

    // What a crash now would leave.
    let mut after = On::Sqlite.rig().await;
    after.store.close().await;
    for name in ["relay.db", "relay.db-wal"] {
        std::fs::copy(rig.folder.path().join(name), after.folder.path().join(name)).unwrap();
    }
    assert!(after.is_on_disk(&signature));
    (after.store, after.sqlite) = open(&after.config, &after.events).await;
    after.store.ready().await.unwrap();
    assert!(!after.is_on_disk(&signature));
    let gone = after.store.head(vault.id).await;
    assert!(matches!(gone, Err(StoreError::Gone(_))), "{gone:?}");

    // Without a crash the last attempt is at the end.
    drop(reading);
    rig.store.close().await;
    assert!(!rig.is_on_disk(&signature));
}

#[tokio::test]
async fn c11_a_reader_in_the_way_holds_up_nobody() {
    let rig = On::Sqlite.rig().await;
    let (vault, other) = (rig.vault(1).await, rig.vault(2).await);
    rig.grow(&vault, &vault.entries(0..2)).await;
    let reading = reader(&rig);
    let (start, before) = (Instant::now(), attempts(&rig));
    let head = rig.store.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, Statement([7; 64])).await.unwrap();
    for number in 0..100 {
        rig.append(&other, other.start(), &[other.entry(number)]).await.unwrap();
    }
    let (tried, seconds) = (attempts(&rig) - before, start.elapsed().as_secs());
    assert!((1..=usize::try_from(seconds).unwrap() + 2).contains(&tried), "{tried} attempts in {seconds} s");
    // One attempt that waited for the reader would have taken as long as the connection's patience.
    assert!(seconds < schema::BUSY_TIMEOUT.as_secs(), "{seconds} s");
    drop(reading);
}

#[tokio::test]
async fn c11_a_refused_deletion_scrubs_nothing() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..2)).await;
    rig.store.ready().await.unwrap();
    let before = attempts(&rig);
    for number in 2..20 {
        let refused = rig.store.delete(vault.id, vault.start(), Statement([7; 64])).await;
        assert!(matches!(refused, Err(StoreError::Diverged)));
        rig.append(&vault, vault.start(), &[vault.entry(number)]).await.unwrap();
    }
    assert_eq!(attempts(&rig), before);
}
