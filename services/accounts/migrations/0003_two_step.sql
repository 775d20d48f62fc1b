-- Who signs in with a code behind the password. sealed_secret is what the app shares with the shop, sealed with a key that is in
-- no table; last_step the step of the last code that was taken, so that each works once.
CREATE TABLE two_step (
  customer_id TEXT PRIMARY KEY,
  sealed_secret TEXT NOT NULL,
  last_step BIGINT NOT NULL,
  turned_on BIGINT NOT NULL,
  CONSTRAINT two_step_customer FOREIGN KEY (customer_id) REFERENCES customers (customer_id)
);

-- Those that were not used yet.
CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  CONSTRAINT recovery_codes_code_hash CHECK (length(code_hash) = 64),
  CONSTRAINT recovery_codes_customer FOREIGN KEY (customer_id) REFERENCES two_step (customer_id)
);
CREATE INDEX recovery_codes_customer_id ON recovery_codes (customer_id);

-- 1: opened with both steps, or the second was turned on in it.
ALTER TABLE sessions ADD COLUMN two_steps BIGINT NOT NULL DEFAULT 0;
