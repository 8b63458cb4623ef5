-- Claims go by tenant in turn.
CREATE INDEX offboardings_turn ON offboardings (tenant_id, due_at, id) WHERE unfinished = 1;
-- How often the process died while it worked on this one.
ALTER TABLE offboardings ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
-- The offboardings of one request: those that wait for a person, and what is stopped together.
CREATE INDEX offboardings_batch ON offboardings (batch) WHERE unfinished = 1;
-- Tenants that the application cannot sign in to any more, until a person has repaired that: one of the offboardings that wait
-- for it is tried at try_at.
CREATE TABLE disconnected_tenants (
  tenant_id TEXT PRIMARY KEY, code TEXT NOT NULL, message TEXT NOT NULL, since INTEGER NOT NULL, try_at INTEGER NOT NULL) STRICT;
