//! What is in a folder, looked at from outside: the committed state, by plain SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lissom_core::document::{Change, ChangeHash};
use lissom_protocol::cursor::{Chain, Cursor};
use lissom_protocol::ids::{EntryId, VaultId};
use rusqlite::{Connection, OpenFlags};

use crate::simulator::violation::{Violation, broken};

/// The committed state of one folder, as last seen.
pub(crate) struct Observer {
    db: Connection,
    /// Every change, and its entry once it has one.
    pub(crate) chunks: BTreeSet<[u8; 32]>,
    /// Every entry, in stored order.
    pub(crate) entries: Vec<EntryId>,
    pub(crate) held: BTreeSet<EntryId>,
    last_chunk: i64,
    last_entry: i64,
    pub(crate) cursor: Option<Cursor>,
}

/// New since the last look.
#[derive(Default)]
pub(crate) struct News {
    /// Entries that came in or were sealed.
    pub(crate) entries: Vec<EntryId>,
}

/// How many there are of what should not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) missing: i64,
    pub(crate) waiting: i64,
    pub(crate) quarantined: i64,
    pub(crate) unreadable: i64,
    pub(crate) set_aside: i64,
    pub(crate) junk: i64,
    pub(crate) refused: i64,
}

impl Observer {
    pub(crate) fn open(folder: &Path) -> Self {
        Self::of(Self::connect(folder))
    }

    /// One that looks at nothing: while files are replaced, nobody may have them open.
    pub(crate) fn closed() -> Self {
        Self::of(Connection::open_in_memory().expect("a database in memory"))
    }

    fn connect(folder: &Path) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(folder.join("diary.sqlite"), flags).expect("a diary's database")
    }

    fn of(db: Connection) -> Self {
        Self {
            db,
            chunks: BTreeSet::new(),
            entries: Vec::new(),
            held: BTreeSet::new(),
            last_chunk: 0,
            last_entry: 0,
            cursor: None,
        }
    }

    fn number(&self, select: &str) -> i64 {
        let mut select = self.db.prepare_cached(select).expect("a table of the diary");
        select.query_row([], |row| row.get(0)).expect("a number")
    }

    /// Looks again; fails if anything that was there is not.
    pub(crate) fn look(&mut self, vault: &VaultId) -> Result<News, Violation> {
        let mut news = News::default();
        {
            let mut select = self
                .db
                .prepare_cached("SELECT id, change_hash FROM chunk WHERE id > ?1 AND state <> 2 ORDER BY id")
                .expect("chunks");
            let rows = select.query_map([self.last_chunk], |row| Ok((row.get(0)?, row.get(1)?))).expect("chunks");
            for row in rows {
                let (id, hash): (i64, [u8; 32]) = row.expect("a chunk");
                self.last_chunk = id;
                self.chunks.insert(hash);
            }
            let mut select =
                self.db.prepare_cached("SELECT seq, entry_id FROM entry WHERE seq > ?1 ORDER BY seq").expect("entries");
            let rows = select.query_map([self.last_entry], |row| Ok((row.get(0)?, row.get(1)?))).expect("entries");
            for row in rows {
                let (seq, id): (i64, [u8; 32]) = row.expect("an entry");
                self.last_entry = seq;
                self.entries.push(EntryId(id));
                self.held.insert(EntryId(id));
                news.entries.push(EntryId(id));
            }
        }
        let chunks = self.number("SELECT count(*) FROM chunk WHERE state <> 2");
        if chunks != i64::try_from(self.chunks.len()).unwrap_or(0) {
            return Err(broken(
                "no change vanishes from a folder",
                format!("{} seen, {chunks} there", self.chunks.len()),
            ));
        }
        let entries = self.number("SELECT count(*) FROM entry");
        if entries != i64::try_from(self.held.len()).unwrap_or(0) {
            return Err(broken(
                "no entry vanishes from a folder",
                format!("{} seen, {entries} there", self.held.len()),
            ));
        }
        self.check_cursor(vault)?;
        Ok(news)
    }

    /// An entry has a position exactly when it lies in the prefix that the cursor's chain commits to.
    fn check_cursor(&mut self, vault: &VaultId) -> Result<(), Violation> {
        const RULE: &str = "a position is set exactly in the prefix of the cursor";
        let (pos, chain): (i64, [u8; 32]) = {
            let mut select = self.db.prepare_cached("SELECT pos, chain FROM cursor").expect("the cursor");
            select.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).expect("the cursor")
        };
        let placed = self.number("SELECT (SELECT count(*) FROM entry WHERE pos IS NOT NULL) + (SELECT count(*) FROM junk WHERE pos IS NOT NULL)");
        if placed != pos {
            return Err(broken(RULE, format!("the cursor is at {pos}, and {placed} have a position")));
        }
        let stored = Cursor { pos: u64::try_from(pos).unwrap_or(0), chain: Chain(chain) };
        if self.cursor == Some(stored) {
            return Ok(());
        }
        let mut select = self
            .db
            .prepare_cached(
                "SELECT entry_id FROM (SELECT entry_id, pos FROM entry UNION ALL SELECT entry_id, pos FROM junk)
             WHERE pos IS NOT NULL ORDER BY pos",
            )
            .expect("positions");
        let rows = select.query_map([], |row| row.get(0)).expect("positions");
        let ids: Vec<EntryId> = rows.map(|row| EntryId(row.expect("an id"))).collect();
        if Cursor::start(vault).after(&ids) != stored {
            return Err(broken(RULE, format!("the chain at {pos} is another")));
        }
        self.cursor = Some(stored);
        Ok(())
    }

    pub(crate) fn trouble(&self) -> Trouble {
        Trouble {
            missing: self.number("SELECT count(*) FROM missing"),
            waiting: self.number("SELECT count(*) FROM chunk WHERE state = 1"),
            quarantined: self.number("SELECT count(*) FROM chunk WHERE state = 2"),
            unreadable: self.number("SELECT count(*) FROM entry WHERE state = 1"),
            set_aside: self.number("SELECT count(*) FROM entry WHERE state = 2"),
            junk: self.number("SELECT count(*) FROM junk"),
            refused: self.number("SELECT count(*) FROM entry WHERE refused IS NOT NULL"),
        }
    }

    /// All entries here, in the order in which they came to be held.
    pub(crate) fn in_order(&self) -> Vec<EntryId> {
        let mut select = self.db.prepare_cached("SELECT entry_id FROM entry ORDER BY seq").expect("entries");
        let rows = select.query_map([], |row| row.get(0)).expect("entries");
        rows.map(|row| EntryId(row.expect("an id"))).collect()
    }

    /// Entries in this state.
    pub(crate) fn in_state(&self, state: i64) -> BTreeSet<EntryId> {
        let mut select = self.db.prepare_cached("SELECT entry_id FROM entry WHERE state = ?1").expect("entries");
        let rows = select.query_map([state], |row| row.get(0)).expect("entries");
        rows.map(|row| EntryId(row.expect("an id"))).collect()
    }

    /// Changes that wait.
    pub(crate) fn waiting(&self) -> BTreeSet<[u8; 32]> {
        let mut select = self.db.prepare_cached("SELECT change_hash FROM chunk WHERE state = 1").expect("chunks");
        let rows = select.query_map([], |row| row.get(0)).expect("chunks");
        rows.map(|row| row.expect("a change's hash")).collect()
    }

    /// Changes that build, over however many others, on one that is not here: told from the changes alone.
    pub(crate) fn cut_off(&self) -> BTreeSet<[u8; 32]> {
        let mut select = self.db.prepare_cached("SELECT data FROM chunk WHERE state <> 2").expect("chunks");
        let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("chunks");
        let changes = rows.map(|row| Change::parse(&row.expect("a change")).expect("a change that passed the guard"));
        let mut left: Vec<Change> = changes.collect();
        let mut whole: BTreeSet<ChangeHash> = BTreeSet::new();
        loop {
            let (found, rest): (Vec<Change>, Vec<Change>) =
                left.into_iter().partition(|change| change.deps.iter().all(|dep| whole.contains(dep)));
            left = rest;
            if found.is_empty() {
                return left.into_iter().map(|change| change.hash.0).collect();
            }
            whole.extend(found.into_iter().map(|change| change.hash));
        }
    }

    /// Kinds of all notices ever noted and still kept.
    pub(crate) fn notices(&self) -> BTreeSet<String> {
        let mut select = self.db.prepare_cached("SELECT DISTINCT kind FROM notice").expect("notices");
        let rows = select.query_map([], |row| row.get(0)).expect("notices");
        rows.map(|row| row.expect("a kind")).collect()
    }

    /// Which changes an entry carries.
    pub(crate) fn carried(&self) -> BTreeMap<EntryId, Vec<[u8; 32]>> {
        let mut carried: BTreeMap<EntryId, Vec<[u8; 32]>> = BTreeMap::new();
        let mut select = self
            .db
            .prepare_cached("SELECT entry.entry_id, chunk.change_hash FROM chunk JOIN entry ON entry.seq = chunk.entry")
            .expect("chunks");
        let rows = select.query_map([], |row| Ok((EntryId(row.get(0)?), row.get(1)?))).expect("chunks");
        for row in rows {
            let (entry, chunk) = row.expect("a chunk of an entry");
            carried.entry(entry).or_default().push(chunk);
        }
        carried
    }

    /// The change committed last.
    pub(crate) fn newest_chunk(&self) -> Option<[u8; 32]> {
        let mut select =
            self.db.prepare_cached("SELECT change_hash FROM chunk ORDER BY id DESC LIMIT 1").expect("chunks");
        select.query_row([], |row| row.get(0)).ok()
    }

    /// Makes the next open take the program for an update.
    pub(crate) fn pretend_update(&self) {
        self.db.execute("UPDATE meta SET value = '0' WHERE key = 'program'", []).expect("the program's version");
    }
}
