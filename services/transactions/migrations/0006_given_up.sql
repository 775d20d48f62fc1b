-- How often the other side refused the effect for good, and whether it is tried any more.
ALTER TABLE effects ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0 CHECK (refusals >= 0);
ALTER TABLE effects ADD COLUMN given_up BIGINT NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1));
DROP INDEX effects_due;
CREATE INDEX effects_due ON effects (next_time) WHERE done = 0 AND given_up = 0;

-- Events have one type more, 9: an effect was given up. SQLite cannot change the CHECK of a table that is there, so the table
-- is made anew.
CREATE TABLE order_events_of_nine_types (
  event_position BIGINT PRIMARY KEY CHECK (event_position > 0),
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  event_type BIGINT NOT NULL CHECK (event_type BETWEEN 1 AND 9),
  event_time BIGINT NOT NULL,
  document TEXT NOT NULL
);
INSERT INTO order_events_of_nine_types (event_position, order_id, event_type, event_time, document)
  SELECT event_position, order_id, event_type, event_time, document FROM order_events;
DROP TABLE order_events;
ALTER TABLE order_events_of_nine_types RENAME TO order_events;
CREATE INDEX order_events_order ON order_events (order_id, event_position);
