-- How many returns of the order wait for the shop: the list of what there is to do.
ALTER TABLE orders ADD COLUMN open_return_count BIGINT NOT NULL DEFAULT 0 CHECK (open_return_count >= 0);
CREATE INDEX orders_with_open_returns ON orders (order_number) WHERE open_return_count > 0;

-- Events have one type more, 8: a return was requested, accepted or rejected. SQLite cannot change the CHECK of a table that is
-- there, so the table is made anew.
CREATE TABLE order_events_of_eight_types (
  event_position BIGINT PRIMARY KEY CHECK (event_position > 0),
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  event_type BIGINT NOT NULL CHECK (event_type BETWEEN 1 AND 8),
  event_time BIGINT NOT NULL,
  document TEXT NOT NULL
);
INSERT INTO order_events_of_eight_types (event_position, order_id, event_type, event_time, document)
  SELECT event_position, order_id, event_type, event_time, document FROM order_events;
DROP TABLE order_events;
ALTER TABLE order_events_of_eight_types RENAME TO order_events;
CREATE INDEX order_events_order ON order_events (order_id, event_position);
