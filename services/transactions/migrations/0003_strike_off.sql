-- Effects have one kind more, 5: what is refunded without coming back is not waited for any longer. SQLite cannot change the
-- CHECK of a table that is there, so the table is made anew.
CREATE TABLE effects_of_five_kinds (
  effect_id BIGINT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  kind BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 5),
  amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
  document TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_time BIGINT NOT NULL,
  done BIGINT NOT NULL CHECK (done IN (0, 1))
);
INSERT INTO effects_of_five_kinds (effect_id, order_id, kind, amount_minor, document, attempts, next_time, done)
  SELECT effect_id, order_id, kind, amount_minor, document, attempts, next_time, done FROM effects;
DROP TABLE effects;
ALTER TABLE effects_of_five_kinds RENAME TO effects;
CREATE INDEX effects_due ON effects (next_time) WHERE done = 0;
CREATE INDEX effects_order ON effects (order_id);
