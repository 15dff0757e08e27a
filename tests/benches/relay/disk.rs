//! What the disk gives without any relay, in the same folder and the same minute.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::people::ENTRY_BYTES;

/// Appends of an entry, each synced to the disk, in a second; over this time.
pub(crate) fn fsync_rate(folder: &Path, time: Duration) -> f64 {
    let mut file = File::options().create(true).append(true).open(folder.join("bare")).unwrap();
    let start = Instant::now();
    let mut count = 0.0;
    while start.elapsed() < time {
        file.write_all(&[0x5a; ENTRY_BYTES]).unwrap();
        file.sync_data().unwrap();
        count += 1.0;
    }
    count / start.elapsed().as_secs_f64()
}

/// A bare SQLite table, as durable as the relay's.
pub(crate) struct BareTable(Connection);

impl BareTable {
    pub(crate) fn create(folder: &Path) -> Self {
        let sql = Connection::open(folder.join("bare.sqlite")).unwrap();
        sql.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        sql.pragma_update(None, "synchronous", "FULL").unwrap();
        sql.execute_batch("CREATE TABLE bare (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").unwrap();
        Self(sql)
    }

    /// Inserts one entry durably.
    pub(crate) fn insert(&self) {
        let mut insert = self.0.prepare_cached("INSERT INTO bare (bytes) VALUES (?1)").unwrap();
        insert.execute([[0x5a_u8; ENTRY_BYTES]]).unwrap();
    }
}
