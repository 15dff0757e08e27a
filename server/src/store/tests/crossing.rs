//! Many at once, on PostgreSQL by way of two nodes: whatever comes at the same time is in some order, and everybody sees the same one.

use std::collections::BTreeSet;

use super::*;

/// Writers at the same time.
const WRITERS: u32 = 32;
/// Batches of each.
const BATCHES: u32 = 6;

pub(super) async fn c2_a_reader_skips_nothing_that_is_committed_late(on: On) {
    let rig = Arc::new(on.rig().await);
    let vault = Arc::new(rig.vault(1).await);
    let writing = (0..WRITERS).map(|writer| {
        let (rig, vault) = (Arc::clone(&rig), Arc::clone(&vault));
        tokio::spawn(async move {
            for batch in 0..BATCHES {
                let first = writer * 1000 + batch * 10;
                // Of different size, so that some take longer than others.
                let entries: Vec<_> = (first..first + 1 + writer % 3).map(|number| vault.entry(number)).collect();
                rig.side(writer).append(vault.id, vault.start(), entries, ()).await.unwrap();
            }
        })
    });
    let writing: Vec<_> = writing.collect();
    let all: u64 = (0..WRITERS).map(|writer| u64::from(BATCHES * (1 + writer % 3))).sum();
    // A cursor that moved past a position before it was committed would never come back for it.
    let (mut cursor, mut read) = (vault.start(), Vec::new());
    while cursor.pos < all {
        let page = rig.store.page(vault.id, cursor, 7).await.unwrap();
        assert_eq!(page.end.pos, cursor.pos + u64::try_from(page.count).unwrap(), "dense");
        read.extend_from_slice(&page.bytes);
        cursor = page.end;
    }
    for writer in writing {
        writer.await.unwrap();
    }
    assert_eq!(rig.store.head(vault.id).await.unwrap(), cursor);
    assert_eq!(rig.read(&vault).await, read, "what was read on the way is what is there");
}

pub(super) async fn c2_writers_of_a_thousand_vaults_do_not_mix(on: On) {
    let rig = Arc::new(on.rig().await);
    let writing = (0..20_u16).map(|writer| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move {
            for number in 0..50_u16 {
                let vault = Vault::numbered(writer * 50 + number);
                assert_eq!(rig.store.register(vault.keys, Admission::Open).await.unwrap(), Registered::New);
                let appended = rig.append(&vault, vault.start(), &vault.entries(0..2)).await.unwrap();
                assert_eq!(appended.positions, [1, 2]);
            }
        })
    });
    for writer in writing.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(rig.store.vault_count().await.unwrap(), 1_000);
    let verdict = rig.operate(|database| database.verify().unwrap()).await;
    assert!(verdict.is_good() && (verdict.vaults, verdict.entries) == (1_000, 2_000), "{verdict:?}");
}

pub(super) async fn c3_the_same_batch_from_many_sides_is_stored_once(on: On) {
    let rig = Arc::new(on.rig().await);
    let vault = Arc::new(rig.vault(1).await);
    // As devices that share a folder and do not know of each other.
    let sides = (0..16).map(|side| {
        let (rig, vault) = (Arc::clone(&rig), Arc::clone(&vault));
        let appending = async move { rig.side(side).append(vault.id, vault.start(), vault.entries(0..5), ()).await };
        tokio::spawn(async move { appending.await.unwrap() })
    });
    let mut new = 0;
    for side in sides.collect::<Vec<_>>() {
        let appended = side.await.unwrap();
        assert_eq!(appended.positions, [1, 2, 3, 4, 5]);
        new += appended.new;
    }
    assert_eq!((new, rig.store.head(vault.id).await.unwrap().pos), (5, 5));
}

pub(super) async fn c7_c9_one_use_of_an_invite_lets_in_one_vault(on: On) {
    let rig = Arc::new(on.rig().await);
    let token = rig.store.make_invite(3, None).await.unwrap();
    // Each vault knocks four times at once.
    let knocking = (0..32_u8).map(|number| {
        let (rig, token) = (Arc::clone(&rig), token.clone());
        tokio::spawn(async move {
            let admission = Admission::Invite { token: Some(token), now: unix_seconds() };
            let vault = Vault::new(number / 4);
            (vault.id.0, rig.side(number.into()).register(vault.keys, admission).await)
        })
    });
    let (mut new, mut inside) = (0, BTreeSet::new());
    let mut refused = BTreeSet::new();
    for knock in knocking.collect::<Vec<_>>() {
        match knock.await.unwrap() {
            (vault, Ok(registered)) => {
                new += usize::from(registered == Registered::New);
                inside.insert(vault);
            }
            (vault, Err(StoreError::InviteRequired)) => drop(refused.insert(vault)),
            (_, Err(other)) => panic!("{other}"),
        }
    }
    assert_eq!((new, inside.len(), rig.store.vault_count().await.unwrap()), (3, 3, 3));
    assert_eq!(refused.len(), 5);
    assert!(refused.is_disjoint(&inside), "who is inside is known, by whichever of its knocks");
}

pub(super) async fn c8_of_a_deletion_and_a_post_one_is_first(on: On) {
    let rig = Arc::new(on.rig().await);
    let (mut deleted, mut diverged) = (0, 0);
    for number in 0..40 {
        let vault = Arc::new(rig.vault(number).await);
        let posting = {
            let (rig, vault) = (Arc::clone(&rig), Arc::clone(&vault));
            tokio::spawn(async move { rig.other.append(vault.id, vault.start(), vault.entries(0..1), ()).await })
        };
        let deletion = rig.store.delete(vault.id, vault.start(), Statement([7; 64])).await;
        let posted = posting.await.unwrap();
        match (deletion, posted) {
            (Ok(()), Err(StoreError::Gone(_))) => {
                deleted += 1;
                let again = rig.store.register(vault.keys, Admission::Open).await;
                assert!(matches!(again, Err(StoreError::Gone(_))), "{again:?}");
            }
            (Err(StoreError::Diverged), Ok(appended)) => {
                diverged += 1;
                assert_eq!(appended.positions, [1]);
                assert_eq!(rig.read(&vault).await, joined(&vault.entries(0..1)));
            }
            other => panic!("both at once: {other:?}"),
        }
    }
    assert_eq!(deleted + diverged, 40);
    assert!(rig.operate(|database| database.verify().unwrap().is_good()).await);
}

pub(super) async fn a_mailbox_is_left_once_and_taken_once(on: On) {
    let rig = Arc::new(on.rig().await);
    assert_eq!(rig.store.take([1; 16], 0).await.unwrap(), None);
    let leaving = (0..8_u8).map(|number| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move { (number, rig.side(number.into()).leave([1; 16], vec![number], 0).await.unwrap()) })
    });
    let mut first = Vec::new();
    for left in leaving.collect::<Vec<_>>() {
        match left.await.unwrap() {
            (number, Ok(())) => first.push(vec![number]),
            (_, Err(refused)) => assert_eq!(refused, NotLeft::Taken),
        }
    }
    assert_eq!(first.len(), 1);
    let taking = (0..8).map(|side| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move { rig.side(side).take([1; 16], 1).await.unwrap() })
    });
    let mut taken = Vec::new();
    for take in taking.collect::<Vec<_>>() {
        taken.extend(take.await.unwrap());
    }
    assert_eq!(taken, first, "by one alone, and whole");
    assert_eq!(rig.store.leave([1; 16], vec![9], 2).await.unwrap(), Err(NotLeft::Taken), "its id stays used");
}

pub(super) async fn mailboxes_have_a_cap(on: On) {
    let rig = Arc::new(on.with(|config| config.mailboxes_max = 2).await);
    let leaving = (1..=16_u8).map(|id| {
        let rig = Arc::clone(&rig);
        tokio::spawn(async move { (id, rig.side(id.into()).leave([id; 16], vec![id], 0).await.unwrap()) })
    });
    let mut got_in = Vec::new();
    for left in leaving.collect::<Vec<_>>() {
        match left.await.unwrap() {
            (id, Ok(())) => got_in.push(id),
            (_, Err(refused)) => assert_eq!(refused, NotLeft::Full),
        }
    }
    assert_eq!(got_in.len(), 2, "of all that came at once, {got_in:?}");
    assert_eq!(rig.store.leave([got_in[0]; 16], vec![1], 0).await.unwrap(), Err(NotLeft::Taken));
    assert_eq!(rig.store.totals(0).await.unwrap().mailboxes, 2);
}
