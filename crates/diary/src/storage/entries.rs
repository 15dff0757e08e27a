//! Sealed entries: sealing what was written here, the outbox, acknowledgements and heals.
//!
//! The outbox is no table: it is the chunks without an entry and the entries without a position, in stored order.

use lissom_sync::client::{Batch, Commit, HealCause, Stored};
use lissom_sync::keys::Keys;
use lissom_sync::payload::{Changes, Head, KIND_CHANGES, VERSION};
use lissom_sync::protocol::cursor::Cursor;
use lissom_sync::protocol::entry::{UnverifiedEntry, VerifiedEntry};
use lissom_sync::protocol::ids::EntryId;
use lissom_sync::protocol::limits::PARENTS_MAX;
#[cfg(feature = "planted")]
use lissom_sync::protocol::planted::{Fault, planted};
use lissom_sync::protocol::problem::ProblemKind;
use lissom_sync::protocol::stream::fitting;
use lissom_sync::seal::seal;
use rusqlite::Connection;

use crate::error::Error;
use crate::host::random;
use crate::storage::{Storage, Write, cursor};
use crate::texts::{error as words, notice};

/// Most bytes of changes in one entry: even when they do not deflate, the entry stays under its limit.
const ENTRY_RAW_BYTES_MAX: usize = 512 * 1024;

/// State of an entry: opened.
pub(crate) const OPENED: i64 = 0;
/// State of an entry: unreadable here, kept and passed on.
pub(crate) const UNREADABLE: i64 = 1;
/// State of an entry: set aside after it ended the program twice.
pub(crate) const SET_ASIDE: i64 = 2;

/// What came of a commit that the client asked for.
#[derive(Debug)]
pub(crate) enum Done {
    /// Durable; so many entries were new here.
    Committed { pulled: usize },
    /// The stored cursor has moved since.
    Superseded,
    /// The page contradicts what is stored.
    Repeated,
}

/// Chunks that go into one entry.
struct Group {
    doc_id: String,
    bytes: usize,
    chunks: Vec<(i64, Vec<u8>)>,
}

impl Storage {
    /// What decides the next step of a sync.
    pub(crate) fn stored(&self) -> Result<Stored, Error> {
        let (cursor, healing) = cursor(self.sql())?;
        let junk = self.sql().prepare_cached("SELECT 1 FROM junk WHERE pos IS NOT NULL")?.exists([])?;
        #[cfg(feature = "planted")]
        let junk = junk && !planted(Fault::JunkKeepsItsPlace);
        Ok(Stored { cursor, healing, known_here: self.meta("known")?.unwrap_or(false), junk })
    }

    /// Seals what is not sealed yet and gives the first entries without a position.
    pub(crate) fn take_batch(&mut self, keys: &Keys, entries_max: usize) -> Result<Batch, Error> {
        #[cfg(feature = "planted")]
        if planted(Fault::SealedAnew) {
            self.write(|write| {
                let open = "SELECT seq FROM entry WHERE pos IS NULL";
                write.sql.execute(&format!("UPDATE chunk SET entry = NULL WHERE entry IN ({open})"), [])?;
                Ok(write.sql.execute("DELETE FROM entry WHERE pos IS NULL AND state = 0", []).map(drop)?)
            })?;
        }
        if count(self.sql(), "SELECT count(*) FROM chunk WHERE entry IS NULL")? > 0 {
            self.write(|write| write.seal_all(keys))?;
        }
        // One snapshot: the entries and the cursor that goes with them.
        let sql = self.sql().unchecked_transaction()?;
        self.check_vault(&sql)?;
        let wanted = "SELECT seq, bytes FROM entry WHERE pos IS NULL AND refused IS NULL ORDER BY seq LIMIT ?1";
        #[cfg(feature = "planted")]
        let wanted = match () {
            () if planted(Fault::V03PostOrder) => &wanted.replace("ORDER BY seq", "ORDER BY entry_id"),
            () if planted(Fault::HealSkipsForeign) => {
                &wanted.replace("ORDER BY", "AND device = (SELECT value FROM meta WHERE key = 'device') ORDER BY")
            }
            () => wanted,
        };
        let mut select = sql.prepare_cached(wanted)?;
        let limit = i64::try_from(entries_max).unwrap_or(i64::MAX);
        let rows = select.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let rows: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        let stored = self.stored()?;
        drop(select);
        drop(sql);
        let fit = fitting(rows.iter().map(|(_, bytes)| bytes.len()));
        let (mut entries, mut damaged) = (Vec::new(), Vec::new());
        for (seq, bytes) in rows.into_iter().take(fit) {
            match reread(keys, bytes) {
                Ok(entry) => entries.push(entry),
                Err(_) => damaged.push(seq),
            }
        }
        if damaged.is_empty() {
            return Ok(Batch { stored, entries });
        }
        // What does not verify here, nobody would take: it is shown, and the others go on.
        self.write(|write| {
            for seq in damaged {
                write.sql.execute("UPDATE entry SET refused = 'damaged' WHERE seq = ?1", [seq])?;
            }
            Ok(())
        })?;
        self.take_batch(keys, entries_max)
    }

    /// Commits everything that is no page.
    pub(crate) fn commit(&mut self, commit: &Commit) -> Result<Done, Error> {
        self.write(|write| match commit {
            Commit::Ack { at, to, entries } => write.ack(at, to, entries),
            Commit::Heal { at, cause } => write.heal(at, *cause),
            Commit::SetAside { at, entry, kind } => write.set_aside(at, entry, *kind),
            Commit::Page { .. } => Err(Error::Database("a page is committed by itself".to_owned())),
        })
    }
}

/// Reads an entry of ours again; every hash and signature is checked on the way out as on the way in.
pub(crate) fn reread(keys: &Keys, bytes: Vec<u8>) -> Result<VerifiedEntry, Error> {
    let damaged = || Error::integrity(words::DAMAGED_ENTRY);
    let entry = UnverifiedEntry::parse(bytes).map_err(|_| damaged())?;
    keys.verify(entry).ok_or_else(damaged)
}

/// One number from the database.
pub(crate) fn count(sql: &Connection, select: &str) -> Result<usize, Error> {
    let count: i64 = sql.prepare_cached(select)?.query_row([], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

impl Write<'_> {
    /// Seals every chunk that has no entry: one entry for each document and half mebibyte.
    fn seal_all(&mut self, keys: &Keys) -> Result<(), Error> {
        for Group { doc_id, chunks, .. } in self.unsealed()? {
            let head =
                Head { kind: KIND_CHANGES, device: self.device()?, writer: self.writer().0, parents: self.tips()? };
            let body = chunks.iter().flat_map(|(_, data)| data.iter().copied()).collect();
            let changes = Changes { doc_id, body, min_version: VERSION };
            let entry = seal(keys, &head, &changes, random(self.host))
                .map_err(|error| Error::Database(format!("changes cannot be sealed: {error}")))?;
            let seq = self.insert_entry(&entry.id(), entry.bytes(), OPENED, None, Some(&head))?;
            for (id, _) in &chunks {
                self.sql.prepare_cached("UPDATE chunk SET entry = ?2 WHERE id = ?1")?.execute((id, seq))?;
            }
        }
        Ok(())
    }

    /// Chunks without an entry, grouped as they will be sealed.
    fn unsealed(&self) -> Result<Vec<Group>, Error> {
        let mut select =
            self.sql.prepare_cached("SELECT doc_id, id, data FROM chunk WHERE entry IS NULL ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
        let mut groups: Vec<Group> = Vec::new();
        for row in rows {
            let (doc_id, id, data): (String, i64, Vec<u8>) = row?;
            let open = groups.iter_mut().rev().find(|group| group.doc_id == doc_id);
            if let Some(group) = open.filter(|group| group.bytes.saturating_add(data.len()) <= ENTRY_RAW_BYTES_MAX) {
                group.bytes = group.bytes.saturating_add(data.len());
                group.chunks.push((id, data));
            } else {
                groups.push(Group { doc_id, bytes: data.len(), chunks: vec![(id, data)] });
            }
        }
        Ok(groups)
    }

    /// This device, as named in entries.
    pub(crate) fn device(&self) -> Result<[u8; 16], Error> {
        self.meta("device")?.ok_or(Error::NoDiary)
    }

    /// Entries held that no held entry names: the parents of the next one, oldest first.
    fn tips(&self) -> Result<Vec<EntryId>, Error> {
        let tips = "SELECT entry_id FROM entry WHERE tip = 1 ORDER BY seq LIMIT ?1";
        #[cfg(feature = "planted")]
        let tips = if planted(Fault::V05OwnParentsOnly) {
            "SELECT entry_id FROM entry WHERE device = (SELECT value FROM meta WHERE key = 'device')
             ORDER BY seq DESC LIMIT min(?1, 1)"
        } else {
            tips
        };
        let mut select = self.sql.prepare_cached(tips)?;
        let limit = i64::try_from(PARENTS_MAX).unwrap_or(i64::MAX);
        let rows = select.query_map([limit], |row| row.get::<_, [u8; 32]>(0))?;
        Ok(rows.map(|row| row.map(EntryId)).collect::<Result<_, _>>()?)
    }

    /// Stores an entry and what it says about its parents.
    pub(crate) fn insert_entry(
        &mut self,
        id: &EntryId,
        bytes: &[u8],
        state: i64,
        reason: Option<String>,
        head: Option<&Head>,
    ) -> Result<i64, Error> {
        let was_missing = self.sql.prepare_cached("DELETE FROM missing WHERE entry_id = ?1")?.execute([id.0])? > 0;
        let sql = "INSERT INTO entry (entry_id, state, reason, device, writer, at_ms, tip, bytes)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (device, writer) = (head.map(|head| head.device), head.map(|head| head.writer));
        let now = self.now_ms();
        self.sql.prepare_cached(sql)?.execute((id.0, state, reason, device, writer, now, !was_missing, bytes))?;
        let seq = self.sql.last_insert_rowid();
        if let Some(head) = head {
            self.note_parents(head)?;
        }
        Ok(seq)
    }

    /// Parents are named now; those not held are missing.
    pub(crate) fn note_parents(&mut self, head: &Head) -> Result<(), Error> {
        let now = self.now_ms();
        for parent in &head.parents {
            let name = "UPDATE entry SET tip = 0 WHERE entry_id = ?1";
            #[cfg(feature = "planted")]
            let name = if planted(Fault::V11UnreadableParentIsMissing) {
                "UPDATE entry SET tip = 0 WHERE entry_id = ?1 AND state = 0"
            } else {
                name
            };
            let named = self.sql.prepare_cached(name)?.execute([parent.0])?;
            if named == 0 {
                let sql = "INSERT OR IGNORE INTO missing VALUES (?1, ?2, 0)";
                self.sql.prepare_cached(sql)?.execute((parent.0, now))?;
            }
        }
        Ok(())
    }

    fn ack(&mut self, at: &Cursor, to: &Cursor, entries: &[EntryId]) -> Result<Done, Error> {
        let (now, healing) = self.cursor()?;
        #[cfg(feature = "planted")]
        let now = if planted(Fault::V07NoCompareAndSet) { *at } else { now };
        if now != *at {
            return Ok(Done::Superseded);
        }
        for (pos, id) in (at.pos.saturating_add(1)..).zip(entries) {
            self.set_pos(id, pos)?;
        }
        #[cfg(feature = "planted")]
        let to = if planted(Fault::V01AckBehindNoCursor) { at } else { to };
        self.set_cursor(to, healing)?;
        self.set_meta("known", true)?;
        Ok(Done::Committed { pulled: 0 })
    }

    /// The entry lies at this place of the log; `false` if it is not held.
    pub(crate) fn set_pos(&self, id: &EntryId, pos: u64) -> Result<bool, Error> {
        let sql = "UPDATE entry SET pos = ?2, refused = NULL WHERE entry_id = ?1";
        Ok(self.sql.prepare_cached(sql)?.execute((id.0, i64::try_from(pos).unwrap_or(i64::MAX)))? > 0)
    }

    /// Forgets every position: the rest of the repair is ordinary sync.
    fn heal(&mut self, at: &Cursor, cause: HealCause) -> Result<Done, Error> {
        let (now, healing) = self.cursor()?;
        if now != *at {
            return Ok(Done::Superseded);
        }
        let held = count(&self.sql, "SELECT count(*) FROM entry WHERE pos IS NOT NULL")?;
        // A repair of a repair tells of what was there before the first.
        if !healing {
            let newest = count(&self.sql, "SELECT coalesce(max(seq), 0) FROM entry")?;
            // Nothing was lost where only junk is asked for again.
            let held = if cause == HealCause::Junk { 0 } else { held };
            self.set_meta("heal_acknowledged", i64::try_from(held).unwrap_or(i64::MAX))?;
            self.set_meta("heal_newest", i64::try_from(newest).unwrap_or(i64::MAX))?;
        }
        if cause != HealCause::Registered || held > 0 {
            self.count_heal()?;
        }
        for table in ["entry", "junk"] {
            self.sql.execute(&format!("UPDATE {table} SET pos = NULL WHERE pos IS NOT NULL"), [])?;
        }
        self.retry_refused()?;
        let vault: [u8; 32] = self.meta("vault")?.ok_or(Error::NoDiary)?;
        let start = Cursor::start(&lissom_sync::protocol::ids::VaultId(vault));
        #[cfg(feature = "planted")]
        let start = if planted(Fault::V14HealKeepsCursor) { *at } else { start };
        self.set_cursor(&start, true)?;
        self.set_meta("known", true)?;
        Ok(Done::Committed { pulled: 0 })
    }

    /// The log was read to its end: says what the relay had lost, if it had lost anything.
    pub(crate) fn healed(&mut self) -> Result<(), Error> {
        let before: i64 = self.meta("heal_acknowledged")?.unwrap_or(0);
        let newest: i64 = self.meta("heal_newest")?.unwrap_or(0);
        let there: i64 =
            self.sql.query_row("SELECT count(*) FROM entry WHERE pos IS NOT NULL AND seq <= ?1", [newest], |row| {
                row.get(0)
            })?;
        if before == 0 {
            return Ok(());
        }
        let lost = before.saturating_sub(there).max(0);
        self.note("repaired", &notice::REPAIRED.with("lost", lost).with("before", before))
    }

    /// Counts heals that follow each other closely; see [`Storage::heals_allowed`].
    fn count_heal(&mut self) -> Result<(), Error> {
        let now = self.now_ms();
        let last: i64 = self.meta("heal_last_ms")?.unwrap_or(i64::MIN);
        let streak: i64 = self.meta("heal_streak")?.unwrap_or(0);
        let close = (0..=HEAL_STREAK_MS).contains(&now.saturating_sub(last));
        self.set_meta("heal_last_ms", now)?;
        self.set_meta("heal_streak", if close { streak.saturating_add(1) } else { 1 })
    }

    fn set_aside(&mut self, at: &Cursor, entry: &EntryId, kind: ProblemKind) -> Result<Done, Error> {
        if self.cursor()?.0 != *at {
            return Ok(Done::Superseded);
        }
        let sql = "UPDATE entry SET refused = ?2 WHERE entry_id = ?1 AND pos IS NULL";
        self.sql.execute(sql, (entry.0, kind.word()))?;
        Ok(Done::Committed { pulled: 0 })
    }

    /// Entries that the relay refused alone are tried again.
    pub(crate) fn retry_refused(&self) -> Result<(), Error> {
        #[cfg(feature = "planted")]
        if planted(Fault::RefusedForEver) {
            return Ok(());
        }
        self.sql.execute("UPDATE entry SET refused = NULL WHERE pos IS NULL AND refused IS NOT NULL", [])?;
        Ok(())
    }
}

/// Two heals within an hour belong to one streak.
const HEAL_STREAK_MS: i64 = 60 * 60 * 1000;
/// Waits between automatic heals of a streak: 1, 5, 30 minutes.
const HEAL_WAITS_MS: [i64; 3] = [60_000, 300_000, 1_800_000];

impl Storage {
    /// How often the log may be read again from its start in one sync: always when a person asked for the sync,
    /// else with growing pauses, because a relay that cries wolf costs a download each time.
    pub(crate) fn heals_allowed(&mut self, by_person: bool) -> Result<u32, Error> {
        if by_person {
            return Ok(2);
        }
        let streak: i64 = self.meta("heal_streak")?.unwrap_or(0);
        let last: i64 = self.meta("heal_last_ms")?.unwrap_or(i64::MIN);
        let step = usize::try_from(streak.saturating_sub(1)).ok().filter(|_| streak > 0);
        let wait = step.map_or(0, |step| HEAL_WAITS_MS.get(step).copied().unwrap_or(HEAL_WAITS_MS[2]));
        let since = self.host.now_ms().saturating_sub(last);
        // A clock that was set back must not hold the repair for years.
        Ok(u32::from(!(0..wait).contains(&since)))
    }
}
