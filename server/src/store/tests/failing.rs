//! C12 and C13: damage and full disks.

use super::*;

pub(super) async fn c12_a_damaged_entry_is_not_handed_out(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..5);
    rig.grow(&vault, &entries).await;
    let mut bytes = entries[2].bytes().to_vec();
    bytes[50] ^= 1;
    rig.damage(&format!("UPDATE entry SET bytes = {} WHERE pos = 3", rig.literal(&bytes)));
    let page = rig.store.page(vault.id, vault.start(), 64).await.unwrap();
    assert_eq!((page.count, page.bytes), (2, joined(&entries[..2])), "what stands before the damage is good");
    assert!(matches!(rig.store.page(vault.id, page.end, 64).await, Err(StoreError::Damaged)));
    let beyond = vault.start().after(&ids(&entries[..3]));
    assert_eq!(rig.store.page(vault.id, beyond, 64).await.unwrap().bytes, joined(&entries[3..]));
    let verdict = rig.operate(|database| database.verify().unwrap()).await;
    assert_eq!(verdict.damage.len(), 1);
    assert_eq!(verdict.damage[0].pos, Some(3));
}

pub(super) async fn c12_an_entry_without_its_owners_signature_is_not_handed_out(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    let entries = vault.entries(0..3);
    rig.grow(&vault, &entries).await;
    let mut bytes = entries[1].bytes().to_vec();
    let in_the_signature = bytes.len() - 40;
    bytes[in_the_signature] ^= 1;
    rig.damage(&format!("UPDATE entry SET bytes = {} WHERE pos = 2", rig.literal(&bytes)));
    let page = rig.store.page(vault.id, vault.start(), 64).await.unwrap();
    assert_eq!((page.count, page.bytes), (1, joined(&entries[..1])));
    assert!(matches!(rig.store.page(vault.id, page.end, 64).await, Err(StoreError::Damaged)));
}

pub(super) async fn c12_a_hole_and_a_wrong_chain_are_found(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..5)).await;
    rig.damage(&format!("UPDATE entry SET chain = {} WHERE pos = 2", rig.literal(&[0; 32])));
    assert_eq!(rig.store.page(vault.id, vault.start(), 64).await.unwrap().count, 1);
    rig.damage("DELETE FROM entry WHERE pos = 1");
    assert!(matches!(rig.store.page(vault.id, vault.start(), 64).await, Err(StoreError::Damaged)));
    rig.damage("DELETE FROM entry");
    assert!(matches!(rig.store.page(vault.id, vault.start(), 64).await, Err(StoreError::Damaged)));
    assert!(!rig.operate(|database| database.verify().unwrap()).await.is_good());
}

#[tokio::test]
async fn c13_a_full_database_refuses_and_goes_on_reading() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..5)).await;
    let cap = |pages: &'static str| {
        rig.sqlite()
            .writer
            .run(Job::small(move |db| db.query_row(pages, [], |row| row.get::<_, i64>(0)).map_err(StoreError::from)))
    };
    cap("PRAGMA max_page_count = 1").await.unwrap();
    let large = vault.entry_of(100, 500_000);
    let refused = rig.append(&vault, vault.start(), std::slice::from_ref(&large)).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    assert_eq!(rig.read(&vault).await, joined(&vault.entries(0..5)));
    cap("PRAGMA max_page_count = 1000000").await.unwrap();
    assert_eq!(rig.grow(&vault, &[large]).await.positions, [6], "it goes on once there is room");
}

#[tokio::test]
async fn c13_a_nearly_full_disk_refuses_new_bytes_only() {
    let mut rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    rig.grow(&vault, &vault.entries(0..5)).await;
    rig.reopen(|config| config.free_bytes_min = u64::MAX).await;
    assert!(matches!(rig.append(&vault, vault.start(), &[vault.entry(9)]).await, Err(StoreError::DiskFull)));
    let refused = rig.store.register(Vault::new(2).keys, Admission::Open).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)));
    // Whatever else there is to say goes before.
    assert_eq!(rig.append(&vault, vault.start(), &vault.entries(1..5)).await.unwrap().positions, [2, 3, 4, 5]);
    assert_eq!(rig.store.register(vault.keys, Admission::Open).await.unwrap(), Registered::Known);
    let beyond = vault.start().after(&ids(&vault.entries(0..9)));
    assert!(matches!(rig.append(&vault, beyond, &[vault.entry(9)]).await, Err(StoreError::Diverged)));
    let closed = rig.store.register(Vault::new(2).keys, Admission::Closed).await;
    assert!(matches!(closed, Err(StoreError::RegistrationClosed)));
    assert_eq!(rig.read(&vault).await, joined(&vault.entries(0..5)));
    let head = rig.store.head(vault.id).await.unwrap();
    rig.store.delete(vault.id, head, Statement([7; 64])).await.unwrap();
    assert!(matches!(rig.append(&vault, head, &[vault.entry(9)]).await, Err(StoreError::Gone(_))));
    assert!(matches!(rig.store.register(vault.keys, Admission::Open).await, Err(StoreError::Gone(_))));
}

#[tokio::test]
async fn a_panic_in_a_job_does_not_end_the_writing() {
    let rig = On::Sqlite.rig().await;
    let vault = rig.vault(1).await;
    let job = Job::small(|_| -> Result<(), StoreError> { panic!("a bug") });
    assert!(matches!(rig.sqlite().writer.run(job).await, Err(StoreError::Unavailable)));
    assert_eq!(rig.grow(&vault, &vault.entries(0..2)).await.positions, [1, 2]);
}

pub(super) async fn a_panic_in_a_listener_does_not_end_the_writing(on: On) {
    let rig = on.rig().await;
    let store = Store::open(&rig.config, Arc::new(|_| panic!("a bug"))).await.unwrap();
    let vault = Vault::new(1);
    store.register(vault.keys, Admission::Open).await.unwrap();
    for number in 0..2 {
        let appended = store.append(vault.id, vault.start(), vec![vault.entry(number)], ()).await.unwrap();
        assert_eq!(appended.positions, [u64::from(number) + 1], "what is committed is acknowledged");
    }
    store.close().await;
}

pub(super) async fn a_closed_store_says_so(on: On) {
    let rig = on.rig().await;
    let vault = rig.vault(1).await;
    rig.store.close().await;
    assert!(matches!(rig.append(&vault, vault.start(), &[vault.entry(0)]).await, Err(StoreError::Unavailable)));
    assert!(matches!(rig.store.head(vault.id).await, Err(StoreError::Unavailable)));
    assert!(matches!(rig.store.leave([1; 16], vec![1], 0).await, Err(StoreError::Unavailable)));
    assert!(matches!(rig.store.take([1; 16], 0).await, Err(StoreError::Unavailable)));
    rig.store.close().await;
}
