//! Documents in the database: changes in, changes out, snapshots.

use lissom_core::document::{Change, Document, Outcome, Put, Refused};
use lissom_sync::payload::VERSION;
#[cfg(feature = "planted")]
use lissom_sync::protocol::planted::{Fault, planted};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::storage::Write;
use crate::texts::error as words;

/// Changes after the snapshot that make a new one worth while: loading a year stays at a few milliseconds.
const SNAPSHOT_EVERY: i64 = 128;

/// State of a chunk: waiting for what it builds on.
pub(crate) const WAITING: i64 = 1;
/// State of a chunk: quarantined.
pub(crate) const QUARANTINED: i64 = 2;

impl Write<'_> {
    /// The document, loaded if it was not.
    pub(crate) fn document(&mut self, doc_id: &str) -> Result<&mut Document, Error> {
        if !self.documents.contains_key(doc_id) {
            let document = load(&self.sql, doc_id)?;
            self.documents.insert(doc_id.to_owned(), document);
        }
        self.documents.get_mut(doc_id).ok_or_else(|| Error::Database("a loaded document is gone".to_owned()))
    }

    /// Writes to one document as one change made here, with its projection.
    pub(crate) fn put(&mut self, doc_id: &str, puts: &[Put]) -> Result<(), Error> {
        let select = "SELECT min_version FROM doc WHERE doc_id = ?1";
        let min_version: Option<i64> =
            self.sql.prepare_cached(select)?.query_row([doc_id], |row| row.get(0)).optional()?;
        if min_version.unwrap_or(0) > i64::try_from(VERSION).unwrap_or(i64::MAX) {
            return Err(Error::UpdateNeeded);
        }
        let writer = self.writer();
        let Some(written) = self.document(doc_id)?.write(writer, puts)? else { return Ok(()) };
        self.ensure_doc(doc_id, 0)?;
        let rank = self.next_rank()?;
        let sql = "INSERT INTO chunk (doc_id, change_hash, rank, state, data) VALUES (?1, ?2, ?3, 0, ?4)";
        let change = &written.change;
        self.sql.prepare_cached(sql)?.execute((doc_id, change.hash.0, rank, &change.bytes))?;
        self.project(doc_id, &written.dirty)?;
        self.snapshot_if_due(doc_id)
    }

    /// Makes sure that the document has its row; remembers the highest `min_version` read.
    pub(crate) fn ensure_doc(&self, doc_id: &str, min_version: u64) -> Result<(), Error> {
        let sql = "INSERT INTO doc (doc_id, snapshot_rank, min_version) VALUES (?1, 0, ?2)
                   ON CONFLICT (doc_id) DO UPDATE SET min_version = max(min_version, ?2)";
        self.sql.prepare_cached(sql)?.execute((doc_id, i64::try_from(min_version).unwrap_or(i64::MAX)))?;
        Ok(())
    }

    /// Tries every chunk of the document that is not in it yet and not quarantined.
    pub(crate) fn apply_waiting(&mut self, doc_id: &str) -> Result<(), Error> {
        let waiting = chunks(&self.sql, doc_id, "state <> 0 AND state = 1 ORDER BY id")?;
        if waiting.is_empty() {
            return Ok(());
        }
        let changes: Vec<Change> = waiting.iter().filter_map(|(_, data)| Change::parse(data).ok()).collect();
        let mut applied = self.document(doc_id)?.apply(&changes);
        if applied.outcomes.iter().copied().any(is_automerges_refusal) {
            // Perhaps the copy in memory is at fault and not the change: once more on one made of its chunks alone.
            *self.document(doc_id)? = load_from_chunks(&self.sql, doc_id)?;
            applied = self.document(doc_id)?.apply(&changes);
        }
        let mut rank = self.next_rank()?;
        let held = applied.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == Outcome::Held);
        for index in applied.order.iter().copied().chain(held.map(|(index, _)| index)) {
            if let Some((id, _)) = waiting.get(index) {
                let sql = "UPDATE chunk SET state = 0, rank = ?2, reason = NULL WHERE id = ?1";
                self.sql.prepare_cached(sql)?.execute((id, rank))?;
                rank = rank.saturating_add(1);
            }
        }
        for ((id, _), outcome) in waiting.iter().zip(&applied.outcomes) {
            if let Outcome::Refused(why) = outcome {
                self.quarantine_chunk(*id, &why.to_string())?;
            }
        }
        #[cfg(feature = "planted")]
        if planted(Fault::ProjectionMissesDelete) {
            let document = self.document(doc_id)?;
            let deleted = |key: &String| document.record(key).is_some_and(|record| record.deleted_at().is_some());
            applied.dirty.retain(|key| !deleted(key));
        }
        self.project(doc_id, &applied.dirty)?;
        self.snapshot_if_due(doc_id)
    }

    fn quarantine_chunk(&self, id: i64, reason: &str) -> Result<(), Error> {
        self.sql.execute("UPDATE chunk SET state = 2, reason = ?2 WHERE id = ?1", (id, reason))?;
        Ok(())
    }

    fn next_rank(&self) -> Result<i64, Error> {
        let select = "SELECT coalesce(max(rank), 0) + 1 FROM chunk";
        Ok(self.sql.prepare_cached(select)?.query_row([], |row| row.get(0))?)
    }

    /// Saves the document once enough changes follow its last snapshot. The changes stay.
    fn snapshot_if_due(&mut self, doc_id: &str) -> Result<(), Error> {
        let sql = "SELECT count(*), max(rank) FROM chunk
                   WHERE doc_id = ?1 AND rank > (SELECT snapshot_rank FROM doc WHERE doc_id = ?1)";
        let (count, rank): (i64, Option<i64>) =
            self.sql.prepare_cached(sql)?.query_row([doc_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if count < SNAPSHOT_EVERY {
            return Ok(());
        }
        let snapshot = self.document(doc_id)?.save();
        let hash: [u8; 32] = Sha256::digest(&snapshot).into();
        let sql = "UPDATE doc SET snapshot = ?2, snapshot_hash = ?3, snapshot_rank = ?4 WHERE doc_id = ?1";
        self.sql.execute(sql, (doc_id, snapshot, hash, rank))?;
        Ok(())
    }
}

fn is_automerges_refusal(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Refused(Refused::Panicked | Refused::Contents))
}

/// All document ids, in order.
pub(crate) fn doc_ids(sql: &Connection) -> Result<Vec<String>, Error> {
    let mut select = sql.prepare_cached("SELECT doc_id FROM doc ORDER BY doc_id")?;
    let ids = select.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Loads a document: its snapshot, then the changes after it.
pub(crate) fn load(sql: &Connection, doc_id: &str) -> Result<Document, Error> {
    let select = "SELECT snapshot, snapshot_hash, snapshot_rank FROM doc WHERE doc_id = ?1 AND snapshot IS NOT NULL";
    let row = sql
        .prepare_cached(select)?
        .query_row([doc_id], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, i64>(2)?)))
        .optional()?;
    let Some((snapshot, hash, rank)) = row else { return load_from_chunks(sql, doc_id) };
    let whole = <[u8; 32]>::from(Sha256::digest(&snapshot)) == hash;
    match Document::load(&snapshot) {
        Ok(document) if whole => add_chunks(sql, doc_id, document, rank),
        // A bad snapshot is only a lost short cut.
        _ => load_from_chunks(sql, doc_id),
    }
}

/// Loads a document from its changes alone.
pub(crate) fn load_from_chunks(sql: &Connection, doc_id: &str) -> Result<Document, Error> {
    add_chunks(sql, doc_id, Document::new(), 0)
}

fn add_chunks(sql: &Connection, doc_id: &str, mut document: Document, after: i64) -> Result<Document, Error> {
    let stored = chunks(sql, doc_id, &format!("rank > {after} ORDER BY rank"))?;
    let damaged = || Error::integrity(words::DAMAGED_CHANGE);
    let changes: Vec<Change> =
        stored.iter().map(|(_, data)| Change::parse(data).map_err(|_| damaged())).collect::<Result<_, _>>()?;
    let taken = |outcome: &Outcome| matches!(outcome, Outcome::Applied | Outcome::Held);
    if !document.apply(&changes).outcomes.iter().all(taken) {
        return Err(damaged());
    }
    Ok(document)
}

fn chunks(sql: &Connection, doc_id: &str, which: &str) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let mut select = sql.prepare_cached(&format!("SELECT id, data FROM chunk WHERE doc_id = ?1 AND {which}"))?;
    let rows = select.query_map([doc_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
