-- Undo runs tasks back: a task has a row for each direction, 'do' and 'undo'.
ALTER TABLE tasks RENAME TO tasks_before_undo;
CREATE TABLE tasks (
  offboarding_id TEXT NOT NULL REFERENCES offboardings(id) ON DELETE CASCADE, direction TEXT NOT NULL, task TEXT NOT NULL,
  position INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT, error_json TEXT, warnings_json TEXT, items_json TEXT,
  before_json TEXT, after_json TEXT, started_at INTEGER, ended_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0, waiting_until INTEGER, PRIMARY KEY (offboarding_id, direction, task)) STRICT;
INSERT INTO tasks (offboarding_id, direction, task, position, status, reason, error_json, warnings_json, items_json, before_json,
  after_json, started_at, ended_at, attempts, waiting_until)
  SELECT offboarding_id, 'do', task, position, status, reason, error_json, warnings_json, items_json, before_json, after_json,
    started_at, ended_at, attempts, waiting_until FROM tasks_before_undo;
DROP TABLE tasks_before_undo;
-- What is to be done now: 'do', or 'undo' once that was asked for; who asked for it, and the status it had.
ALTER TABLE offboardings ADD COLUMN direction TEXT NOT NULL DEFAULT 'do';
ALTER TABLE offboardings ADD COLUMN undo_json TEXT;
ALTER TABLE offboardings ADD COLUMN undo_started_at INTEGER;
ALTER TABLE offboardings ADD COLUMN undo_ended_at INTEGER;
-- What making the plan found out: {"people": {reference: object id}, "federated": bool}.
ALTER TABLE offboardings ADD COLUMN context_json TEXT;
