-- The processes that share this store, for people to look at. Times by the clock that all nodes share.
CREATE TABLE nodes (
  name TEXT NOT NULL, role TEXT NOT NULL, version TEXT NOT NULL, started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
  PRIMARY KEY (name, role)) STRICT;
