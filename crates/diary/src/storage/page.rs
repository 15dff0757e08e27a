//! Taking in a page of the log: verify, open, guard, apply, project, and the cursor, in one transaction.
//!
//! While a page is taken in, a mark says so. If the program ends inside, the next one finds the mark and takes
//! those entries in one at a time; only an entry that ends the program once more, alone, is set aside, and even
//! that is tried again at later opens and after every update.

use std::collections::BTreeSet;

use lissom_core::document::{ChangeHash, split};
use lissom_core::record::is_doc_id;
use lissom_sync::client::Received;
use lissom_sync::keys::Keys;
use lissom_sync::protocol::cursor::Cursor;
use lissom_sync::protocol::entry::VerifiedEntry;
#[cfg(feature = "planted")]
use lissom_sync::protocol::planted::{Fault, planted};
use lissom_sync::seal::{Opened, open};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::storage::applying::Applying;
use crate::storage::documents::{QUARANTINED, WAITING};
use crate::storage::entries::{Done, OPENED, SET_ASIDE, UNREADABLE, count, reread};
use crate::storage::{Storage, Write, cursor};
use crate::texts::notice;

/// Most junk kept, in bytes; of what comes after, only the notice is kept.
const JUNK_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A page as the client hands it over.
pub(crate) struct PageCommit<'a> {
    pub(crate) at: Cursor,
    pub(crate) to: Cursor,
    pub(crate) entries: &'a [Received],
    pub(crate) end: bool,
}

impl Storage {
    /// Commits a page; entries that once ended the program are taken in one at a time.
    pub(crate) fn commit_page(&mut self, keys: &Keys, page: &PageCommit<'_>) -> Result<Done, Error> {
        // As a whole first: the part before a repeated entry must not go in alone. In one snapshot with the cursor: what
        // another process took in meanwhile is here already, and no repetition.
        let sql = self.sql().unchecked_transaction()?;
        let superseded = cursor(&sql)?.0 != page.at;
        let repeated = repeats(&sql, page.entries)?;
        drop(sql);
        #[cfg(feature = "planted")]
        let superseded = superseded && !planted(Fault::SupersededIsBlamed) && !planted(Fault::V07NoCompareAndSet);
        if superseded {
            return Ok(Done::Superseded);
        }
        if repeated {
            return Ok(Done::Repeated);
        }
        let suspects = count(self.sql(), "SELECT count(*) FROM suspect")?;
        if suspects == 0 || page.entries.len() < 2 {
            return self.commit_marked(keys, page);
        }
        let mut at = page.at;
        let mut new = 0_usize;
        let last = page.entries.len().saturating_sub(1);
        for (index, entry) in page.entries.iter().enumerate() {
            let to = at.after([&entry.id()]);
            let one = PageCommit { at, to, entries: std::slice::from_ref(entry), end: page.end && index == last };
            match self.commit_marked(keys, &one)? {
                Done::Committed { pulled } => new = new.saturating_add(pulled),
                other => return Ok(other),
            }
            at = to;
        }
        Ok(Done::Committed { pulled: new })
    }

    fn commit_marked(&mut self, keys: &Keys, page: &PageCommit<'_>) -> Result<Done, Error> {
        let _held = Applying::lock(self.applying()?)?;
        self.commit_locked(keys, page)
    }

    fn commit_locked(&mut self, keys: &Keys, page: &PageCommit<'_>) -> Result<Done, Error> {
        if !page.entries.is_empty() {
            self.write(|write| {
                for entry in page.entries {
                    write.sql.prepare_cached("INSERT OR IGNORE INTO applying VALUES (?1)")?.execute([entry.id().0])?;
                }
                Ok(())
            })?;
        }
        #[cfg(feature = "planted")]
        if planted(Fault::CursorOutsideTransaction) {
            self.write(|write| {
                let (now, healing) = write.cursor()?;
                if now == page.at { write.set_cursor(&page.to, healing && !page.end) } else { Ok(()) }
            })?;
        }
        let done = self.write(|write| {
            let done = write.take_in_page(keys, page)?;
            write.unmark(page.entries)?;
            Ok(done)
        });
        if done.is_err() {
            // The transaction failed, and the program did not end: the mark must not say so. On a full disk even
            // this may fail; then the next open takes these entries in one by one, which is only slower.
            let _unmarked: Result<(), Error> = self.write(|write| write.unmark(page.entries));
        }
        done
    }

    /// Looks for the mark of a process that ended while it took entries in.
    pub(crate) fn recover_applying(&mut self) -> Result<(), Error> {
        if count(self.sql(), "SELECT count(*) FROM applying")? == 0 {
            return Ok(());
        }
        // A mark of a process that is alive and at work says nothing.
        let Some(_held) = Applying::try_lock(self.applying()?) else { return Ok(()) };
        self.recover_marks()
    }

    fn recover_marks(&mut self) -> Result<(), Error> {
        self.write(|write| {
            let opens: i64 = write.meta("opens")?.unwrap_or(0);
            // Alone in its mark, and a suspect already: it is the one. Otherwise any of them may be, and all are
            // taken in alone next time.
            if count(&write.sql, "SELECT count(*) FROM applying")? == 1 {
                write.sql.execute(
                    "UPDATE suspect SET deaths = deaths + 1, retry_at = ?1 + (1 << min(deaths, 16))
                     WHERE entry_id IN (SELECT entry_id FROM applying)",
                    [opens],
                )?;
            }
            #[cfg(feature = "planted")]
            if planted(Fault::V09MarkSetsAside) {
                write.sql.execute("INSERT OR IGNORE INTO suspect SELECT entry_id, 1, 1 << 40 FROM applying", [])?;
            }
            write.sql.execute("INSERT OR IGNORE INTO suspect SELECT entry_id, 0, ?1 FROM applying", [opens])?;
            write.sql.execute("DELETE FROM applying", [])?;
            Ok(())
        })
    }

    /// Tries again what was set aside, quarantined or could not be read: everything after an update of the program, else
    /// what is due at this open.
    pub(crate) fn retry_aside(&mut self, keys: &Keys, everything: bool) -> Result<(), Error> {
        let which = if everything {
            "SELECT entry_id FROM entry WHERE state <> 0 OR seq IN (SELECT entry FROM chunk WHERE state = 2)"
        } else {
            "SELECT entry_id FROM suspect JOIN entry USING (entry_id)
             WHERE state = 2 AND retry_at <= (SELECT value FROM meta WHERE key = 'opens')"
        };
        let ids: Vec<[u8; 32]> = {
            let mut select = self.sql().prepare(which)?;
            let rows = select.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for id in ids {
            let held = Applying::lock(self.applying()?)?;
            let opened = self.reopen_marked(keys, id);
            drop(held);
            match opened {
                // One that is damaged keeps none of the others.
                Ok(()) | Err(Error::Integrity(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn reopen_marked(&mut self, keys: &Keys, id: [u8; 32]) -> Result<(), Error> {
        self.write(|write| {
            write.sql.execute("INSERT OR IGNORE INTO applying VALUES (?1)", [id])?;
            Ok(())
        })?;
        let opened = self.write(|write| write.reopen(keys, id));
        self.write(|write| {
            write.sql.execute("DELETE FROM applying WHERE entry_id = ?1", [id])?;
            Ok(())
        })?;
        opened
    }
}

impl Write<'_> {
    fn unmark(&self, entries: &[Received]) -> Result<(), Error> {
        for entry in entries {
            let id = entry.id().0;
            self.sql.prepare_cached("DELETE FROM applying WHERE entry_id = ?1")?.execute([id])?;
            // What came in, or was here before, is under suspicion no longer.
            let sql = "DELETE FROM suspect WHERE entry_id = ?1
                       AND EXISTS (SELECT 1 FROM entry WHERE entry_id = ?1 AND state <> 2)";
            self.sql.prepare_cached(sql)?.execute([id])?;
        }
        Ok(())
    }

    fn take_in_page(&mut self, keys: &Keys, page: &PageCommit<'_>) -> Result<Done, Error> {
        let (now, healing) = self.cursor()?;
        #[cfg(feature = "planted")]
        let now = match () {
            () if planted(Fault::V07NoCompareAndSet) => page.at,
            () if planted(Fault::CursorOutsideTransaction) && now == page.to => page.at,
            () => now,
        };
        if now != page.at {
            return Ok(Done::Superseded);
        }
        if repeats(&self.sql, page.entries)? {
            return Ok(Done::Repeated);
        }
        let mut pulled = 0_usize;
        let mut documents = BTreeSet::new();
        for (pos, received) in (page.at.pos.saturating_add(1)..).zip(page.entries) {
            let id = received.id();
            let held = self.set_pos(&id, pos)?;
            match received {
                // The genuine entry may be here: then it has this place, because the chain goes by ids.
                Received::Junk { bytes, .. } => self.keep_junk(received, bytes, (!held).then_some(pos))?,
                Received::Entry(entry) if !held => {
                    pulled = pulled.saturating_add(1);
                    documents.extend(self.take_in(keys, entry)?);
                    self.set_pos(&id, pos)?;
                }
                Received::Entry(_) => {}
            }
        }
        for doc_id in documents {
            self.apply_waiting(&doc_id)?;
        }
        self.set_cursor(&page.to, healing && !page.end)?;
        self.set_meta("known", true)?;
        if page.end && healing {
            self.healed()?;
        }
        Ok(Done::Committed { pulled })
    }

    fn keep_junk(&mut self, received: &Received, bytes: &[u8], pos: Option<u64>) -> Result<(), Error> {
        #[cfg(feature = "planted")]
        if let Some(pos) = pos.filter(|_| planted(Fault::V10PoisonedBatch)) {
            let reason = Some("not signed by the owner".to_owned());
            self.insert_entry(&received.id(), bytes, UNREADABLE, reason, None)?;
            self.set_pos(&received.id(), pos)?;
            return self.note("junk", &notice::JUNK.into());
        }
        let pos = pos.and_then(|pos| i64::try_from(pos).ok());
        let id = received.id().0;
        let again =
            "UPDATE junk SET pos = ?2 WHERE id = (SELECT min(id) FROM junk WHERE entry_id = ?1 AND pos IS NULL)";
        if self.sql.prepare_cached(again)?.execute((id, pos))? == 0 {
            let kept: i64 = self.meta("junk_bytes")?.unwrap_or(0);
            let room = JUNK_BYTES_MAX.saturating_sub(usize::try_from(kept).unwrap_or(usize::MAX));
            let bytes = if bytes.len() <= room { bytes } else { &[] };
            self.set_meta("junk_bytes", kept.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX)))?;
            let now = self.now_ms();
            let sql = "INSERT INTO junk (entry_id, pos, at_ms, bytes) VALUES (?1, ?2, ?3, ?4)";
            self.sql.prepare_cached(sql)?.execute((id, pos, now, bytes))?;
        }
        self.note("junk", &notice::JUNK.into())
    }

    /// Stores a new entry with its changes; gives the document to look at again.
    fn take_in(&mut self, keys: &Keys, entry: &VerifiedEntry) -> Result<Option<String>, Error> {
        let select = "SELECT deaths FROM suspect WHERE entry_id = ?1";
        let deaths: i64 =
            self.sql.prepare_cached(select)?.query_row([entry.id().0], |row| row.get(0)).optional()?.unwrap_or(0);
        let opened = open(keys, entry);
        if deaths > 0 {
            let reason = Some("the program ended while it was taken in".to_owned());
            self.insert_entry(&entry.id(), entry.bytes(), SET_ASIDE, reason, opened.head.as_ref())?;
            return Ok(None);
        }
        let reason = unreadable(&opened);
        #[cfg(feature = "planted")]
        if planted(Fault::UnreadableDropped) && reason.is_some() {
            return Ok(None);
        }
        #[cfg(feature = "planted")]
        if planted(Fault::V06CopyIsBlamed) && opened.head.as_ref().map(|head| head.device) == Some(self.device()?) {
            self.note("misbehaving", &notice::JUNK.into())?;
        }
        let state = if reason.is_some() { UNREADABLE } else { OPENED };
        let seq = self.insert_entry(&entry.id(), entry.bytes(), state, reason, opened.head.as_ref())?;
        self.sql.prepare_cached("DELETE FROM suspect WHERE entry_id = ?1")?.execute([entry.id().0])?;
        self.take_in_changes(seq, &opened)
    }

    /// Reads an entry again that could not be read, or was set aside.
    fn reopen(&mut self, keys: &Keys, id: [u8; 32]) -> Result<(), Error> {
        let select = "SELECT seq, bytes FROM entry WHERE entry_id = ?1";
        let (seq, bytes) = self.sql.query_row(select, [id], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        let opened = open(keys, &reread(keys, bytes)?);
        let reason = unreadable(&opened);
        let state = if reason.is_some() { UNREADABLE } else { OPENED };
        self.sql.execute("UPDATE entry SET state = ?2, reason = ?3 WHERE seq = ?1", (seq, state, reason))?;
        if let Some(head) = &opened.head {
            let sql = "UPDATE entry SET device = ?2, writer = ?3 WHERE seq = ?1";
            self.sql.execute(sql, (seq, head.device, head.writer))?;
            self.note_parents(head)?;
        }
        // What was refused is read from the entry once more.
        self.sql.execute("DELETE FROM chunk WHERE entry = ?1 AND state = 2", [seq])?;
        if let Some(doc_id) = self.take_in_changes(seq, &opened)? {
            self.apply_waiting(&doc_id)?;
        }
        self.sql.execute("DELETE FROM suspect WHERE entry_id = ?1", [id])?;
        Ok(())
    }

    /// Stores the changes of an opened entry as chunks that wait; what the guard refuses is quarantined at once.
    fn take_in_changes(&mut self, seq: i64, opened: &Opened) -> Result<Option<String>, Error> {
        let Ok(changes) = &opened.changes else { return Ok(None) };
        if !is_doc_id(&changes.doc_id) {
            return Ok(None);
        }
        self.ensure_doc(&changes.doc_id, changes.min_version)?;
        let nothing = Vec::new();
        #[cfg(feature = "planted")]
        if planted(Fault::V08HeldChangeTakesSiblings) && self.holds_any(&changes.doc_id, &changes.body)? {
            for (at, change) in split(&changes.body).iter().enumerate() {
                let Ok(change) = change else { continue };
                let sql = "INSERT OR IGNORE INTO chunk (doc_id, change_hash, entry, state, reason, data) VALUES (?1, ?2, ?3, 2, ?4, x'')";
                self.sql.execute(sql, (&changes.doc_id, change.hash.0, seq, at.to_string()))?;
            }
            return Ok(None);
        }
        for guarded in split(&changes.body) {
            #[cfg(feature = "planted")]
            if let Ok(change) = &guarded
                && planted(Fault::DedupeByWriterSequence)
                && self.knows_number(change)?
            {
                continue;
            }
            let (hash, state, reason, data) = match &guarded {
                Ok(change) => (change.hash, WAITING, None, &change.bytes),
                // Its bytes are in the entry; unpacked once more they could fill a disk.
                Err((why, bytes)) => {
                    (ChangeHash(Sha256::digest(bytes).into()), QUARANTINED, Some(why.to_string()), &nothing)
                }
            };
            // Held already, and perhaps unsealed here: a copied folder sealed it too. It belongs to this entry then.
            let sql =
                "INSERT INTO chunk (doc_id, change_hash, entry, state, reason, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT (doc_id, change_hash) DO UPDATE SET entry = coalesce(entry, excluded.entry)";
            self.sql.prepare_cached(sql)?.execute((&changes.doc_id, hash.0, seq, state, reason, data))?;
        }
        Ok(Some(changes.doc_id.clone()))
    }
}

#[cfg(feature = "planted")]
impl Write<'_> {
    /// Whether one of these changes is held already.
    fn holds_any(&self, doc_id: &str, body: &[u8]) -> Result<bool, Error> {
        let select = "SELECT 1 FROM chunk WHERE doc_id = ?1 AND change_hash = ?2";
        for change in split(body).into_iter().flatten() {
            if self.sql.prepare_cached(select)?.exists((doc_id, change.hash.0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a change of this number by the same writer is held, in any document.
    fn knows_number(&self, change: &lissom_core::document::Change) -> Result<bool, Error> {
        let mut select = self.sql.prepare_cached("SELECT data FROM chunk WHERE state <> 2")?;
        let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        for row in rows {
            let known = lissom_core::document::Change::parse(&row?);
            if known
                .is_ok_and(|known| known.actor == change.actor && known.seq == change.seq && known.hash != change.hash)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether an entry stands in the page twice, or in the log before it. No honest relay's log repeats.
fn repeats(sql: &Connection, entries: &[Received]) -> Result<bool, Error> {
    let mut seen = BTreeSet::new();
    for received in entries {
        let id = received.id();
        let entry = "SELECT 1 FROM entry WHERE entry_id = ?1 AND pos IS NOT NULL";
        let junk = "SELECT 1 FROM junk WHERE pos IS NOT NULL AND entry_id = ?1";
        if !seen.insert(id) || sql.prepare_cached(entry)?.exists([id.0])? || sql.prepare_cached(junk)?.exists([id.0])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why an entry cannot be read here, if it cannot.
fn unreadable(opened: &Opened) -> Option<String> {
    match &opened.changes {
        Err(why) => Some(why.to_string()),
        Ok(changes) if !is_doc_id(&changes.doc_id) => Some("for a document that this version does not know".to_owned()),
        Ok(_) => None,
    }
}
