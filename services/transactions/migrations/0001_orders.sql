-- Orders in the making, by the caller's key. `draft` is the order as quoted, in JSON, frozen.
CREATE TABLE intents (
  intent_key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  order_id TEXT NOT NULL UNIQUE,
  draft TEXT NOT NULL,
  payment_token TEXT NOT NULL,
  state BIGINT NOT NULL CHECK (state IN (1, 2, 3, 4)),
  error TEXT,
  create_time BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  CHECK (state <> 4 OR error IS NOT NULL)
);
CREATE INDEX intents_unfinished ON intents (lease_until) WHERE state IN (1, 2);

-- `document` is the whole order in JSON; the other columns repeat what is searched, joined and audited.
CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  order_number BIGINT NOT NULL UNIQUE CHECK (order_number > 0),
  intent_key TEXT NOT NULL UNIQUE,
  customer TEXT NOT NULL,
  email TEXT NOT NULL,
  currency_code TEXT NOT NULL,
  state BIGINT NOT NULL CHECK (state IN (1, 2, 3)),
  payment_state BIGINT NOT NULL CHECK (payment_state BETWEEN 1 AND 6),
  payment_method BIGINT NOT NULL CHECK (payment_method BETWEEN 1 AND 3),
  total_minor BIGINT NOT NULL CHECK (total_minor >= 0),
  charged_minor BIGINT NOT NULL CHECK (charged_minor BETWEEN 0 AND total_minor),
  refunded_minor BIGINT NOT NULL CHECK (refunded_minor BETWEEN 0 AND charged_minor),
  place_time BIGINT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX orders_customer ON orders (customer, order_number);
CREATE INDEX orders_email ON orders (email);

CREATE TABLE order_lines (
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  book BIGINT NOT NULL CHECK (book > 0),
  quantity BIGINT NOT NULL CHECK (quantity > 0),
  backordered_quantity BIGINT NOT NULL CHECK (backordered_quantity BETWEEN 0 AND quantity),
  refunded_quantity BIGINT NOT NULL CHECK (refunded_quantity BETWEEN 0 AND quantity),
  total_minor BIGINT NOT NULL CHECK (total_minor >= 0),
  PRIMARY KEY (order_id, book)
);

-- The outbox: dense positions, written with the change they tell of.
CREATE TABLE order_events (
  event_position BIGINT PRIMARY KEY CHECK (event_position > 0),
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  event_type BIGINT NOT NULL CHECK (event_type BETWEEN 1 AND 7),
  event_time BIGINT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX order_events_order ON order_events (order_id, event_position);

-- One row: the last position and the last order number given.
CREATE TABLE counters (
  counter_id BIGINT PRIMARY KEY CHECK (counter_id = 1),
  event_position BIGINT NOT NULL,
  order_number BIGINT NOT NULL
);
INSERT INTO counters (counter_id, event_position, order_number) VALUES (1, 0, 0);

-- Keys of decisions after placement (refunds).
CREATE TABLE decision_keys (
  decision_key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  order_id TEXT NOT NULL
);

-- Decided, to be done elsewhere at least once.
CREATE TABLE effects (
  effect_id BIGINT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  kind BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
  amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
  document TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_time BIGINT NOT NULL,
  done BIGINT NOT NULL CHECK (done IN (0, 1))
);
CREATE INDEX effects_due ON effects (next_time) WHERE done = 0;
