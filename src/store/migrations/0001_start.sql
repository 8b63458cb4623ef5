-- A row that /readyz writes.
CREATE TABLE store_ready (id INTEGER PRIMARY KEY, touched INTEGER NOT NULL) STRICT;
-- Times are Unix milliseconds in UTC; *_json columns hold JSON text; ids are UUID texts.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY, default_domain TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, defaults_json TEXT NOT NULL,
  created_at INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE TABLE accounts (
  id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password_hash TEXT NOT NULL,
  disabled INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE, csrf_token TEXT NOT NULL,
  created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, tenants_json TEXT, token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL, last_used_at INTEGER, revoked_at INTEGER) STRICT;
CREATE TABLE idempotency (
  principal TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status INTEGER NOT NULL, response_json TEXT,
  created_at INTEGER NOT NULL, PRIMARY KEY (principal, key)) STRICT;
CREATE TABLE offboardings (
  id TEXT PRIMARY KEY, batch TEXT NOT NULL, tenant_id TEXT NOT NULL, user_id TEXT NOT NULL,
  user_principal_name TEXT NOT NULL, display_name TEXT NOT NULL, status TEXT NOT NULL, unfinished INTEGER NOT NULL,
  options_json TEXT NOT NULL, plan_json TEXT NOT NULL, notify_json TEXT, schedule_json TEXT, reference TEXT, reason TEXT,
  requested_by TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, scheduled_at INTEGER,
  started_at INTEGER, ended_at INTEGER, locked_out_at INTEGER, warnings_json TEXT NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0, owner TEXT, epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1) STRICT;
-- The race of two requests for one user is decided here.
CREATE UNIQUE INDEX offboardings_one_unfinished ON offboardings (tenant_id, user_id) WHERE unfinished = 1;
CREATE INDEX offboardings_due ON offboardings (due_at) WHERE unfinished = 1;
CREATE INDEX offboardings_newest ON offboardings (created_at DESC, id DESC);
CREATE TABLE tasks (
  offboarding_id TEXT NOT NULL REFERENCES offboardings(id) ON DELETE CASCADE, task TEXT NOT NULL, position INTEGER NOT NULL,
  status TEXT NOT NULL, reason TEXT, error_json TEXT, warnings_json TEXT, items_json TEXT, before_json TEXT, after_json TEXT,
  started_at INTEGER, ended_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0, waiting_until INTEGER,
  PRIMARY KEY (offboarding_id, task)) STRICT;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, offboarding_id TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, task TEXT,
  data_json TEXT NOT NULL) STRICT;
CREATE INDEX events_of ON events (offboarding_id, id);
CREATE TABLE secrets (
  offboarding_id TEXT NOT NULL, name TEXT NOT NULL, sealed BLOB NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (offboarding_id, name)) STRICT;
