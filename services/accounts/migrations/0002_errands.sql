-- What the other services have to do about a customer, until it is done. kind: 1 claim guest orders, 2 erase. asked_count is
-- raised each time it is asked for, so that what is asked for while it is being done is done again.
CREATE TABLE errands (
  kind BIGINT NOT NULL,
  customer_id TEXT NOT NULL,
  email TEXT NOT NULL,
  asked_count BIGINT NOT NULL,
  failed_count BIGINT NOT NULL,
  due BIGINT NOT NULL,
  PRIMARY KEY (kind, customer_id),
  CONSTRAINT errands_kind CHECK (kind IN (1, 2))
);
CREATE INDEX errands_due ON errands (due);
