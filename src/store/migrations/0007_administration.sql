-- Administration: templates, the logbook, accounts from an identity provider, what the lists and the figures stand on.
-- Who changed it last, for those who come too late with theirs.
ALTER TABLE tenants ADD COLUMN changed_at INTEGER;
ALTER TABLE tenants ADD COLUMN changed_by TEXT;
-- The name that the partner account gave; null: it was added by hand.
ALTER TABLE tenants ADD COLUMN synced_name TEXT;
CREATE TABLE tenant_health (
  tenant_id TEXT PRIMARY KEY REFERENCES tenants(id) ON DELETE CASCADE, status TEXT NOT NULL, checked_at INTEGER NOT NULL,
  result_json TEXT NOT NULL) STRICT;
-- tenant_id '' is for every tenant.
CREATE TABLE templates (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, folded_name TEXT NOT NULL, description TEXT,
  options_json TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE (tenant_id, folded_name)) STRICT;
-- external_id is who the identity provider says it is; null: a local account.
ALTER TABLE accounts ADD COLUMN external_id TEXT;
ALTER TABLE accounts ADD COLUMN display_name TEXT;
ALTER TABLE accounts ADD COLUMN last_sign_in_at INTEGER;
ALTER TABLE accounts ADD COLUMN preferences_json TEXT;
ALTER TABLE accounts ADD COLUMN changed_at INTEGER;
ALTER TABLE accounts ADD COLUMN changed_by TEXT;
ALTER TABLE accounts ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX accounts_external ON accounts (external_id);
CREATE INDEX sessions_of ON sessions (account_id);
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
ALTER TABLE tokens ADD COLUMN created_by TEXT;
-- What people and tokens did. Rows are added, never changed.
CREATE TABLE logbook (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, what TEXT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT,
  actor TEXT NOT NULL, folded_actor TEXT NOT NULL, tenant_id TEXT, object_id TEXT, object TEXT, details_json TEXT,
  request_id TEXT, client TEXT, search_text TEXT NOT NULL) STRICT;
CREATE INDEX logbook_newest ON logbook (at, id, search_text);
CREATE INDEX logbook_of_actor ON logbook (folded_actor, at, id);
CREATE INDEX logbook_of_kind ON logbook (what, at, id);
CREATE INDEX logbook_of_tenant ON logbook (tenant_id, at, id);
-- Name, address and reference in lower case, for searching and sorting.
ALTER TABLE offboardings ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
UPDATE offboardings SET search_text = substr(lower(display_name || ' ' || user_principal_name || ' ' || COALESCE(reference, '')), 1, 500);
-- Each order of the list, and what its filters look at, so that a search by part of a name reads the index alone.
DROP INDEX offboardings_newest;
CREATE INDEX offboardings_newest ON offboardings (created_at, id, search_text, status, tenant_id);
CREATE INDEX offboardings_by_status ON offboardings (status, created_at, id, search_text, tenant_id);
CREATE INDEX offboardings_of_tenant ON offboardings (tenant_id, created_at, id, search_text, status);
CREATE INDEX offboardings_by_user ON offboardings (search_text, id, status, tenant_id);
CREATE INDEX offboardings_by_status_and_user ON offboardings (status, search_text, id, tenant_id);
CREATE INDEX offboardings_by_start ON offboardings (COALESCE(scheduled_at, created_at), id);
CREATE INDEX offboardings_scheduled ON offboardings (scheduled_at) WHERE scheduled_at IS NOT NULL;
CREATE INDEX offboardings_unfinished ON offboardings (status, scheduled_at, tenant_id) WHERE unfinished = 1;
CREATE INDEX offboardings_started ON offboardings (started_at, tenant_id, status, locked_out_at);
-- Products that nobody pays for any more since somebody left.
CREATE TABLE freed_licenses (
  offboarding_id TEXT NOT NULL REFERENCES offboardings(id) ON DELETE CASCADE, sku_id TEXT NOT NULL, name TEXT NOT NULL,
  tenant_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (offboarding_id, sku_id)) STRICT;
CREATE INDEX freed_licenses_when ON freed_licenses (at, tenant_id, sku_id, name);
-- One row: what the products cost a month, as the administrator says.
CREATE TABLE price_list (
  id INTEGER PRIMARY KEY, currency TEXT NOT NULL, prices_json TEXT NOT NULL, version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL) STRICT;
