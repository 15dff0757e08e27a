//! Verify: is everything still as it was written?

use lissom_core::document::{Change, ChangeHash};
use lissom_sync::protocol::cursor::Cursor;
use lissom_sync::protocol::ids::EntryId;
use rusqlite::Connection;
use serde::{Serialize, Serializer};

use crate::diary::Diary;
use crate::error::Error;
use crate::storage::documents::QUARANTINED;
use crate::storage::entries::reread;
use crate::storage::{cursor, projection, rebuild_tables};
use crate::texts::{Lang, Sentence, verify as words};

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Entries whose hash and signature were checked.
    pub entries: usize,
    /// Changes whose hash was checked.
    pub changes: usize,
    /// Rows compared with a projection made anew from the documents.
    pub rows: usize,
    /// What is wrong, for people; empty if nothing is. As JSON in English.
    #[serde(serialize_with = "in_english")]
    pub problems: Vec<Sentence>,
}

fn in_english<S: Serializer>(problems: &[Sentence], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(problems.iter().map(|problem| problem.say(Lang::En)))
}

impl Diary {
    /// Checks the database file, every entry's hash and signature, the chain, every change, and that the projection
    /// equals one made anew from the documents. Changes nothing.
    ///
    /// # Errors
    /// What keeps it from checking at all. What it finds is in [`Verified::problems`].
    pub fn verify(&mut self) -> Result<Verified, Error> {
        let mut problems = check_file(self.storage.sql())?;
        // A snapshot of the database: other processes may go on writing meanwhile.
        self.storage.sql().execute_batch("ATTACH ':memory:' AS rebuilt; BEGIN")?;
        let checked = self.check_contents(&mut problems);
        self.storage.sql().execute_batch("ROLLBACK; DETACH rebuilt")?;
        let (entries, changes, rows) = checked?;
        Ok(Verified { entries, changes, rows, problems })
    }

    fn check_contents(&self, problems: &mut Vec<Sentence>) -> Result<(usize, usize, usize), Error> {
        let sql = self.storage.sql();
        let entries = self.check_entries(problems)?;
        let changes = check_changes(sql, problems)?;
        rebuild_tables(sql, "rebuilt")?;
        projection::fill(sql, "rebuilt", 0)?;
        let (stored, rebuilt) = (projection::dump(sql, "main")?, projection::dump(sql, "rebuilt")?);
        if stored != rebuilt {
            problems.push(words::HISTORY.into());
        }
        Ok((entries, changes, stored.len()))
    }

    fn check_entries(&self, problems: &mut Vec<Sentence>) -> Result<usize, Error> {
        let sql = self.storage.sql();
        let mut select = sql.prepare("SELECT seq, entry_id, bytes FROM entry")?;
        let mut rows = select.query([])?;
        let mut checked = 0_usize;
        while let Some(row) = rows.next()? {
            let (seq, id): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
            match reread(&self.keys, row.get(2)?) {
                Ok(entry) if entry.id() == EntryId(id) => {}
                _ => problems.push(words::ENTRY.with("seq", seq)),
            }
            checked = checked.saturating_add(1);
        }
        // Junk has its place in the log too, and its id in the chain.
        let log = "SELECT entry_id FROM (SELECT entry_id, pos FROM entry UNION ALL SELECT entry_id, pos FROM junk)
                   WHERE pos IS NOT NULL ORDER BY pos";
        let mut select = sql.prepare(log)?;
        let ids = select.query_map([], |row| row.get(0).map(EntryId))?.collect::<Result<Vec<_>, _>>()?;
        let (stored, _) = cursor(sql)?;
        if Cursor::start(&self.keys.vault()).after(&ids) != stored {
            problems.push(words::CURSOR.into());
        }
        Ok(checked)
    }

    /// Drops the projection and makes it anew from the documents.
    ///
    /// # Errors
    /// What the database says.
    pub fn rebuild_history(&mut self) -> Result<(), Error> {
        self.storage.write(|write| {
            write.rebuild_projection()?;
            Ok(())
        })
    }
}

fn check_file(sql: &Connection) -> Result<Vec<Sentence>, Error> {
    let mut problems = Vec::new();
    let mut check = sql.prepare("PRAGMA integrity_check(20)")?;
    for line in check.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            problems.push(words::FILE.with("line", line));
        }
    }
    let mut check = sql.prepare("PRAGMA foreign_key_check")?;
    if check.exists([])? {
        problems.push(words::ORPHANS.into());
    }
    Ok(problems)
}

fn check_changes(sql: &Connection, problems: &mut Vec<Sentence>) -> Result<usize, Error> {
    let mut select = sql.prepare("SELECT id, change_hash, data FROM chunk WHERE state <> ?1")?;
    let mut rows = select.query([QUARANTINED])?;
    let mut checked = 0_usize;
    while let Some(row) = rows.next()? {
        let (id, hash): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
        let data: Vec<u8> = row.get(2)?;
        if Change::parse(&data).map(|change| change.hash) != Ok(ChangeHash(hash)) {
            problems.push(words::CHANGE.with("id", id));
        }
        checked = checked.saturating_add(1);
    }
    Ok(checked)
}
