CREATE TABLE documents (
  position INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  user TEXT NOT NULL,
  parent TEXT,
  key TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  version INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_by_id ON documents (kind, id);
CREATE UNIQUE INDEX documents_by_key ON documents (kind, organisation, key) WHERE key IS NOT NULL;
CREATE INDEX documents_by_organisation ON documents (kind, organisation);
CREATE INDEX documents_by_parent ON documents (parent, kind) WHERE parent IS NOT NULL;
CREATE INDEX documents_by_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;

-- What many runs share: definitions, and the messages of threads as a chain from the newest to the oldest.
CREATE TABLE payloads (
  number INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  previous INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX payloads_by_hash ON payloads (hash);

CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  organisation TEXT NOT NULL,
  user TEXT NOT NULL,
  thread TEXT,
  face TEXT,
  started_at INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  definition INTEGER,
  input INTEGER
) STRICT;
CREATE UNIQUE INDEX runs_by_id ON runs (run);
CREATE INDEX runs_by_thread ON runs (thread, run) WHERE thread IS NOT NULL;
CREATE INDEX runs_by_organisation ON runs (organisation, run);
-- All open runs are in it; those without a thread are not in each other's way.
CREATE UNIQUE INDEX runs_open ON runs (thread) WHERE ended = 0;

-- In the order in which they were appended, so that what many runs append together lies on few pages.
-- Position: the run's number, times 2^24, and the event's number.
CREATE TABLE events (
  arrival INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_position ON events (position);
CREATE VIEW journal AS
  SELECT runs.run AS run, events.position & 0xffffff AS event, CAST(events.body AS TEXT) AS body
  FROM events JOIN runs ON runs.number = events.position >> 24;
