-- Those that were asked for together, found as a whole.
CREATE INDEX offboardings_of_batch ON offboardings (batch, created_at, id);
