-- The permission index: who may open which mailbox and which calendar, as last seen. Exchange cannot be asked that way round.
-- The scan of a tenant: where its pass is ('list', 'look'), when it goes on, who holds it; and the last pass that was whole.
CREATE TABLE access_scans (
  tenant_id TEXT PRIMARY KEY REFERENCES tenants(id) ON DELETE CASCADE, phase TEXT NOT NULL,
  pass_started_at INTEGER NOT NULL, mailboxes INTEGER NOT NULL, looked INTEGER NOT NULL, wanted_at INTEGER,
  as_of INTEGER, completed_at INTEGER, unreadable INTEGER NOT NULL, failures INTEGER NOT NULL, error_json TEXT,
  next_at INTEGER NOT NULL, throttled INTEGER NOT NULL, owner TEXT, epoch INTEGER NOT NULL, lease_until INTEGER NOT NULL) STRICT;
-- turn: in which order the mailboxes of a pass are looked at, and which have been.
CREATE TABLE access_mailboxes (
  tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE, id TEXT NOT NULL, name TEXT NOT NULL, principal TEXT,
  changed_at INTEGER NOT NULL, listed_at INTEGER NOT NULL, looked_at INTEGER NOT NULL, turn INTEGER NOT NULL, error_json TEXT,
  PRIMARY KEY (tenant_id, id)) STRICT;
CREATE INDEX access_mailboxes_turn ON access_mailboxes (tenant_id, turn, looked_at, id);
-- folder '' is the mailbox itself; who is an object id, or what Exchange said where that is nobody we know.
CREATE TABLE access_entries (
  tenant_id TEXT NOT NULL, mailbox_id TEXT NOT NULL, folder TEXT NOT NULL, who TEXT NOT NULL, seen_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, folder, who),
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES access_mailboxes (tenant_id, id) ON DELETE CASCADE) STRICT;
CREATE INDEX access_entries_who ON access_entries (tenant_id, who);
-- What Exchange may call a user: principal name, address, display name, in lower case.
CREATE TABLE access_names (
  tenant_id TEXT NOT NULL REFERENCES tenants(id) ON DELETE CASCADE, name TEXT NOT NULL, id TEXT NOT NULL,
  listed_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, name, id)) STRICT;
CREATE INDEX access_names_id ON access_names (tenant_id, id);
