-- The process that works on a request with this key; null: one of an earlier version. What such a one had begun is given up here,
-- and it cannot keep what it does for it any more.
ALTER TABLE idempotency ADD COLUMN owner TEXT;
DELETE FROM idempotency WHERE status = 0;
