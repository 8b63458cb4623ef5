-- Notifications. A notice is written in the transaction of the change it tells of; a delivery is one notice on its way
-- to one endpoint; an attempt is one try of it.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, offboarding_id TEXT, tenant_id TEXT, event TEXT NOT NULL, once TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL, data_json TEXT NOT NULL, expanded_at INTEGER) STRICT;
CREATE INDEX notices_waiting ON notices (id) WHERE expanded_at IS NULL;
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, notice_id INTEGER NOT NULL REFERENCES notices(id) ON DELETE CASCADE, offboarding_id TEXT, tenant_id TEXT,
  event TEXT NOT NULL, channel TEXT NOT NULL, endpoint TEXT NOT NULL, endpoint_name TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT, attempts INTEGER NOT NULL DEFAULT 0, step INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL, ended_at INTEGER, owner TEXT, epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0, link_sealed BLOB, UNIQUE (notice_id, endpoint)) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE status = 'pending';
CREATE INDEX deliveries_queue ON deliveries (endpoint, offboarding_id, notice_id) WHERE status = 'pending';
CREATE INDEX deliveries_leased ON deliveries (endpoint, lease_until) WHERE status = 'pending';
CREATE INDEX deliveries_newest ON deliveries (created_at DESC, id DESC);
CREATE TABLE attempts (
  delivery_id TEXT NOT NULL REFERENCES deliveries(id) ON DELETE CASCADE, number INTEGER NOT NULL, at INTEGER NOT NULL,
  ms INTEGER NOT NULL, request_json TEXT NOT NULL, status INTEGER NOT NULL, response TEXT NOT NULL, error_json TEXT,
  PRIMARY KEY (delivery_id, number)) STRICT;
-- An endpoint that fails: one of its deliveries is tried out of turn now and then, so that its return is noticed soon.
CREATE TABLE endpoints (
  endpoint TEXT PRIMARY KEY, failing_since INTEGER NOT NULL, probe_at INTEGER NOT NULL, closed_until INTEGER NOT NULL) STRICT;
CREATE TABLE tickets (
  offboarding_id TEXT NOT NULL, endpoint TEXT NOT NULL, ticket TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (offboarding_id, endpoint)) STRICT;
CREATE TABLE settings (
  name TEXT PRIMARY KEY, sealed BLOB NOT NULL, version INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL) STRICT;
-- One-time links to a secret of an offboarding; only a hash of the link's token is kept.
CREATE TABLE links (
  id TEXT PRIMARY KEY, offboarding_id TEXT NOT NULL, task TEXT NOT NULL, secret_name TEXT NOT NULL, host TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE, remote_sealed BLOB, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, views_left INTEGER NOT NULL, revoked_at INTEGER) STRICT;
CREATE INDEX links_of ON links (offboarding_id, task);
