-- The events of an offboarding as a chain: each hash covers the one before it (src/journal/chain.h). Events that were
-- written before this have neither number nor hash.
ALTER TABLE events ADD COLUMN seq INTEGER;
ALTER TABLE events ADD COLUMN hash TEXT;
CREATE UNIQUE INDEX events_in_chain ON events (offboarding_id, seq);
-- Where each chain ends; the row also lines up those who append to one offboarding at the same time.
CREATE TABLE event_chains (offboarding_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
-- The keys that sign reports. One is in use; of the others only the public half is left.
CREATE TABLE signing_keys (
  id TEXT PRIMARY KEY, public_key BLOB NOT NULL, sealed BLOB, in_use INTEGER NOT NULL, created_at INTEGER NOT NULL,
  retired_at INTEGER) STRICT;
CREATE UNIQUE INDEX signing_keys_one_in_use ON signing_keys (in_use) WHERE in_use = 1;
