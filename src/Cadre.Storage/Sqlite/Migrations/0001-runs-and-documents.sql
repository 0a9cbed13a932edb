CREATE TABLE documents (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
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
CREATE INDEX documents_by_organisation ON documents (organisation, kind, position);
CREATE INDEX documents_by_parent ON documents (parent, kind, position) WHERE parent IS NOT NULL;
CREATE INDEX documents_by_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE runs (
  run TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  user TEXT NOT NULL,
  thread TEXT,
  face TEXT,
  started_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  ended INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX runs_one_open_per_thread ON runs (thread) WHERE ended = 0 AND thread IS NOT NULL;
CREATE INDEX runs_by_thread ON runs (thread, run) WHERE thread IS NOT NULL;
CREATE INDEX runs_by_organisation ON runs (organisation, face, run);
CREATE INDEX runs_open ON runs (run) WHERE ended = 0;

CREATE TABLE events (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
