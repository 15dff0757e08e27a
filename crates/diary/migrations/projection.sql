CREATE TABLE {schema}.session (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    offset_minutes INTEGER NOT NULL,
    deleted_at INTEGER,
    revision INTEGER NOT NULL
);
CREATE INDEX {schema}.session_at ON session (at_ms);

CREATE TABLE {schema}.result (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES session (id),
    -- the eight hex digits of the key, as a number
    suffix INTEGER NOT NULL,
    exercise TEXT,
    sets INTEGER,
    reps INTEGER,
    hold_seconds INTEGER,
    minutes INTEGER,
    side TEXT,
    effort INTEGER,
    pain_before INTEGER,
    pain_during INTEGER,
    pain_after INTEGER,
    note TEXT,
    completed TEXT,
    form TEXT,
    spread TEXT,
    tingling TEXT,
    stopped TEXT,
    deleted_at INTEGER,
    -- something in the record did not fit its field and was passed over
    attention INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (session, suffix)
);

CREATE TABLE {schema}.check_in (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at_ms INTEGER,
    offset_minutes INTEGER,
    pain INTEGER,
    leg INTEGER,
    sleep INTEGER,
    stress INTEGER,
    note TEXT,
    mood INTEGER,
    deleted_at INTEGER,
    attention INTEGER NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX {schema}.check_in_at ON check_in (at_ms);
-- the first values of each part, which a baseline rests on, are found without reading the years between
CREATE INDEX {schema}.check_in_pain ON check_in (at_ms) WHERE pain IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX {schema}.check_in_leg ON check_in (at_ms) WHERE leg IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX {schema}.check_in_sleep ON check_in (at_ms) WHERE sleep IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX {schema}.check_in_stress ON check_in (at_ms) WHERE stress IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX {schema}.check_in_mood ON check_in (at_ms) WHERE mood IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE {schema}.device (
    key TEXT PRIMARY KEY,
    name TEXT
);


CREATE TABLE {schema}.record (
    -- measures, screening results, cautions, clearances, plans, answers, days off, own exercises
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    -- first letter of the key
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    offset_minutes INTEGER NOT NULL,
    -- its values with the edits laid over, as one CBOR map
    body BLOB NOT NULL,
    deleted_at INTEGER,
    attention INTEGER NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX {schema}.record_at ON record (kind, at_ms);

CREATE TABLE {schema}.checkpoint (
    -- what the dose rules made of every day up to this one, so that ten years need not be read again; gone as soon
    -- as anything up to that day changes
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- days since 1970
    through INTEGER NOT NULL,
    state TEXT NOT NULL
);
