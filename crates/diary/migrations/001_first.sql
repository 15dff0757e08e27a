CREATE TABLE meta (
    -- vault, device, relay, relay_insecure, invite, known, program, opens, revision, last_sync_ms, heal_*, statement
    key TEXT PRIMARY KEY,
    value NOT NULL
);

CREATE TABLE cursor (
    -- how much of the relay's log is here; one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pos INTEGER NOT NULL,
    -- always computed here, from the entry ids of the log
    chain BLOB NOT NULL,
    -- the log diverged, and its end was not reached since
    healing INTEGER NOT NULL
);

CREATE TABLE doc (
    doc_id TEXT PRIMARY KEY,
    -- saved here, never received; NULL until there are enough changes
    snapshot BLOB,
    -- SHA-256 of the snapshot: a bad one is thrown away, the changes are still there
    snapshot_hash BLOB,
    -- rank of the last change in the snapshot
    snapshot_rank INTEGER NOT NULL,
    -- highest min_version read; above our own, the document is read-only
    min_version INTEGER NOT NULL
);

CREATE TABLE entry (
    -- stored order, which is the order of posting
    seq INTEGER PRIMARY KEY,
    entry_id BLOB NOT NULL UNIQUE,
    -- set exactly while the entry lies in the prefix that cursor.chain commits to
    pos INTEGER UNIQUE,
    -- 0 opened, 1 unreadable here: kept and passed on, 2 set aside after it ended the program twice
    state INTEGER NOT NULL,
    -- why it is unreadable
    reason TEXT,
    -- the relay refused it alone; NULL again when it is to be tried again
    refused TEXT,
    device BLOB,
    -- Automerge actor of the process that wrote it: a label, never compared
    writer BLOB,
    -- when it was sealed or came in, by this device's clock
    at_ms INTEGER NOT NULL,
    -- no held entry names it as a parent
    tip INTEGER NOT NULL,
    -- byte for byte as sealed or received
    bytes BLOB NOT NULL
);
CREATE INDEX entry_unposted ON entry (seq) WHERE pos IS NULL;
CREATE INDEX entry_tip ON entry (seq) WHERE tip = 1;
CREATE INDEX entry_unread ON entry (seq) WHERE state <> 0;
CREATE INDEX entry_device ON entry (device, at_ms);

CREATE TABLE junk (
    -- what the relay served without the owner's signature. An id leaves the signature out, so a genuine
    -- entry may have the same one: hence a table apart.
    id INTEGER PRIMARY KEY,
    entry_id BLOB NOT NULL,
    -- as in entry: its id is part of the chain
    pos INTEGER UNIQUE,
    at_ms INTEGER NOT NULL,
    -- empty once too much junk is kept
    bytes BLOB NOT NULL
);

CREATE TABLE missing (
    -- named as a parent by a held entry, and not held
    entry_id BLOB PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    -- syncs that ended at the head of the log while it was missing
    exchanges INTEGER NOT NULL
);

CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    doc_id TEXT NOT NULL,
    -- Automerge's hash; for bytes that are no change, their SHA-256
    change_hash BLOB NOT NULL,
    -- the entry that carries it; NULL until it is sealed
    entry INTEGER REFERENCES entry (seq),
    -- order in which changes came into the documents; NULL while waiting or quarantined
    rank INTEGER UNIQUE,
    -- 0 in the document, 1 waiting for what it builds on, 2 quarantined
    state INTEGER NOT NULL,
    reason TEXT,
    data BLOB NOT NULL,
    UNIQUE (doc_id, change_hash)
);
CREATE INDEX chunk_unsealed ON chunk (id) WHERE entry IS NULL;
CREATE INDEX chunk_aside ON chunk (doc_id) WHERE state <> 0;
CREATE INDEX chunk_rank ON chunk (doc_id, rank);
CREATE INDEX chunk_entry ON chunk (entry);

CREATE TABLE applying (
    -- entries being taken in; found at open, it means that the program ended inside
    entry_id BLOB PRIMARY KEY
);

CREATE TABLE suspect (
    -- taken in alone, because the program ended while it was taken in
    entry_id BLOB PRIMARY KEY,
    -- times that the program ended with it alone
    deaths INTEGER NOT NULL,
    -- number of the open at which it is tried again
    retry_at INTEGER NOT NULL
);

CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
);
