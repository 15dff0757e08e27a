//! C1 to C6, C10, C14 and C16: what goes in, and how it comes out.

use lissom_protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};

use super::*;

pub(super) async fn c1_what_is_acknowledged_is_there_after_a_reopen(on: On) {
    let mut rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..10);
    rig.grow(&vault, &entries).await;
    // What a second connection sees is committed.
    assert_eq!(rig.operate(|database| database.verify().unwrap().entries).await, 10);
    rig.reopen(|_| {}).await;
    assert_eq!(rig.read(&vault).await, joined(&entries));
}

#[tokio::test]
async fn c1_commits_are_durable_and_in_wal_mode() {
    let rig = On::Sqlite.rig().await;
    let asked = rig.sqlite().writer.run(Job::small(|db| {
        let mode: String = db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        let synchronous: u32 = db.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
        Ok((mode, synchronous))
    }));
    // 2 is FULL.
    assert_eq!(asked.await.unwrap(), ("wal".to_owned(), 2));
}

pub(super) async fn c2_positions_are_dense_and_commit_ordered(on: On) {
    let rig = Arc::new(on.rig().await);
    let vault = Arc::new(rig.vault(1).await);
    let writers = (0..32).map(|writer| {
        let (rig, vault) = (Arc::clone(&rig), Arc::clone(&vault));
        tokio::spawn(async move {
            let mut positions = Vec::new();
            for number in 0..8 {
                let entry = vault.entry(writer * 1000 + number);
                positions.extend(rig.append(&vault, vault.start(), &[entry]).await.unwrap().positions);
            }
            assert!(positions.is_sorted(), "one writer's entries stand in the order of its commits");
            positions
        })
    });
    let mut all = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        all.extend(writer.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (1..=256).collect::<Vec<u64>>());
    let verdict = rig.operate(|database| database.verify().unwrap()).await;
    assert!(verdict.is_good() && verdict.entries == 256, "{verdict:?}");
}

pub(super) async fn c2_the_chain_is_the_protocols(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..5);
    let appended = rig.grow(&vault, &entries).await;
    assert_eq!(appended.positions, [1, 2, 3, 4, 5]);
    let end = vault.start().after(&ids(&entries));
    assert_eq!(appended.chain, end.chain);
    assert_eq!(rig.store.head(vault.id).await.unwrap(), end);
}

pub(super) async fn c3_append_is_idempotent_by_entry_id(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..3);
    let first = rig.append(&vault, vault.start(), &entries).await.unwrap();
    let again = rig.append(&vault, vault.start(), &entries).await.unwrap();
    assert_eq!((&again.positions, again.chain, again.new), (&first.positions, first.chain, 0));
    let partly = rig.append(&vault, vault.start(), &[vault.entry(1), vault.entry(9)]).await.unwrap();
    assert_eq!((partly.positions, partly.new), (vec![2, 4], 1));
    let old = rig.append(&vault, vault.start(), &entries[..2]).await.unwrap();
    assert_eq!(old.chain, vault.start().after(&ids(&entries[..2])).chain, "the chain at the highest position answered");
    assert_eq!(rig.store.head(vault.id).await.unwrap().pos, 4);
}

pub(super) async fn c3_an_entry_twice_in_one_batch_is_stored_once(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let batch = [vault.entry(0), vault.entry(1), vault.entry(0)];
    assert_eq!(rig.grow(&vault, &batch).await.positions, [1, 2, 1]);
    assert_eq!(rig.read(&vault).await, joined(&batch[..2]));
}

pub(super) async fn c4_a_refused_batch_leaves_nothing(on: On) {
    let entry_bytes = u64::try_from(Vault::new(1).entry(0).bytes().len()).unwrap();
    let rig = on.with(|config| config.vault_bytes_max = entry_bytes * 3).await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..2)).await;
    let refused = rig.append(&vault, vault.start(), &vault.entries(2..4)).await;
    assert!(matches!(refused, Err(StoreError::QuotaFull)));
    assert_eq!(rig.store.head(vault.id).await.unwrap().pos, 2);
    assert_eq!(rig.read(&vault).await, joined(&vault.entries(0..2)));
}

pub(super) async fn c5_a_cursor_of_another_log_has_diverged(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..3);
    rig.grow(&vault, &entries).await;
    let good = vault.start().after(&ids(&entries[..2]));
    for cursor in [vault.start(), good, vault.start().after(&ids(&entries))] {
        assert!(rig.store.page(vault.id, cursor, 64).await.is_ok());
        assert!(rig.append(&vault, cursor, &entries).await.is_ok());
    }
    let foreign = vault.start().after(&ids(&vault.entries(7..9)));
    let beyond = vault.start().after(&ids(&vault.entries(0..4)));
    let shifted = Cursor { pos: 1, ..good };
    let huge = Cursor { pos: u64::MAX, ..good };
    let not_zero = Cursor { pos: 0, ..good };
    for cursor in [foreign, beyond, shifted, huge, not_zero] {
        assert!(matches!(rig.store.page(vault.id, cursor, 64).await, Err(StoreError::Diverged)));
        assert!(matches!(rig.append(&vault, cursor, &entries).await, Err(StoreError::Diverged)));
        let deleting = rig.store.delete(vault.id, cursor, Statement([1; 64])).await;
        assert!(matches!(deleting, Err(StoreError::Diverged)));
    }
}

pub(super) async fn c6_pages_are_cut_by_count_and_by_bytes(on: On) {
    let rig = on.rig().await;
    let (small, large) = (rig.vault(1).await, rig.vault(2).await);
    for start in [0, 64] {
        rig.grow(&small, &small.entries(start..start + 64)).await;
    }
    let page = rig.store.page(small.id, small.start(), 64).await.unwrap();
    assert_eq!((page.count, page.end.pos, page.head), (BATCH_ENTRIES_MAX, 64, 128));
    assert_eq!(rig.store.page(small.id, small.start(), 5).await.unwrap().count, 5);
    let end = rig.store.head(small.id).await.unwrap();
    let empty = rig.store.page(small.id, end, 64).await.unwrap();
    assert_eq!((empty.count, empty.end), (0, end));

    // Each a little under one megabyte: four fit a page, the fifth does not.
    for number in 0..5 {
        rig.grow(&large, &[large.entry_of(number, 1024 * 1024 - 200)]).await;
    }
    let page = rig.store.page(large.id, large.start(), 64).await.unwrap();
    assert_eq!(page.count, 4);
    assert!(page.bytes.len() <= BATCH_BYTES_MAX);
    assert_eq!(rig.store.page(large.id, page.end, 64).await.unwrap().count, 1);
}

pub(super) async fn c10_quotas_count_bytes_and_entries_once(on: On) {
    let entry_bytes = u64::try_from(Vault::new(1).entry(0).bytes().len()).unwrap();
    let mut rig = on.with(|config| config.vault_bytes_max = entry_bytes * 2).await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..2)).await;
    assert!(rig.append(&vault, vault.start(), &vault.entries(0..2)).await.is_ok(), "what is there costs nothing");
    assert!(matches!(rig.append(&vault, vault.start(), &[vault.entry(2)]).await, Err(StoreError::QuotaFull)));
    rig.reopen(|config| (config.vault_bytes_max, config.vault_entries_max) = (entry_bytes * 100, 3)).await;
    rig.grow(&vault, &[vault.entry(2)]).await;
    assert!(matches!(rig.append(&vault, vault.start(), &[vault.entry(3)]).await, Err(StoreError::QuotaFull)));
    let other = rig.vault(2).await;
    assert!(rig.append(&other, other.start(), &other.entries(0..3)).await.is_ok(), "each vault has its own quota");
}

#[tokio::test]
async fn c14_the_write_ahead_log_stays_bounded() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    let mut most = 0;
    for round in 0..5_000 {
        rig.append(&vault, vault.start(), &[vault.entry_of(round, 600)]).await.unwrap();
        if round % 250 == 0 {
            most = most.max(rig.wal_bytes());
        }
    }
    assert!(most > 0 && most < 16 * 1024 * 1024, "{most} bytes");
    assert_eq!(rig.store.head(vault.id).await.unwrap().pos, 5_000);
}

#[tokio::test]
async fn c16_a_refused_job_leaves_its_neighbours_alone() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    let stranger = Cursor { pos: 3, chain: lissom_protocol::cursor::Chain([9; 32]) };
    let writer = &rig.sqlite().writer;
    let ((start, started), (release, released)) = (oneshot::channel(), std::sync::mpsc::channel());
    let park = Job::small(move |_| {
        start.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    let look = rig.connection();
    let uncommitted = Job::small(move |db| {
        let count = |db: &rusqlite::Connection| db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0));
        Ok((count(db)?, count(&look)?))
    });
    let entries = vault.entries(0..3);
    let together = async {
        started.await.unwrap();
        // Polled in this order: everything waits before the writing thread goes on.
        tokio::join!(
            biased;
            rig.append(&vault, vault.start(), &entries[..1]),
            rig.append(&vault, stranger, &entries[1..2]),
            writer.run(uncommitted),
            rig.append(&vault, vault.start(), &entries[2..]),
            async { release.send(()).unwrap() },
        )
    };
    let (_, (first, refused, counts, second, ())) = tokio::join!(writer.run(park), together);
    let counts: (u64, u64) = counts.unwrap();
    assert_eq!(counts, (1, 0), "the first is in the transaction of the others, and committed with them");
    assert_eq!(first.unwrap().positions, [1]);
    assert!(matches!(refused, Err(StoreError::Diverged)));
    assert_eq!(second.unwrap().positions, [2]);
    assert_eq!(rig.store.head(vault.id).await.unwrap().pos, 2);
    assert_eq!(rig.told().len(), 2, "growth is told, refusals are not");
}
