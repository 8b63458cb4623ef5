-- When to remind of a planned offboarding.
ALTER TABLE offboardings ADD COLUMN remind_at INTEGER;
CREATE INDEX offboardings_remind ON offboardings (remind_at) WHERE remind_at IS NOT NULL;
