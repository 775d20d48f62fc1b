-- The copies of each book. A copy is free, or held for an open reservation (reserved); backordered copies are promised
-- from a delivery, and only while none is free. Every change raises version by one.
CREATE TABLE stocks (
  book_id BIGINT PRIMARY KEY,
  on_hand BIGINT NOT NULL,
  reserved BIGINT NOT NULL,
  backordered BIGINT NOT NULL,
  movement_sequence BIGINT NOT NULL,
  version BIGINT NOT NULL,
  backorder BIGINT NOT NULL,
  backorder_max BIGINT NOT NULL,
  backorder_days BIGINT NOT NULL,
  available_time BIGINT,
  low_stock_threshold BIGINT NOT NULL,
  CONSTRAINT stocks_book_id CHECK (book_id BETWEEN 1 AND 2147483647),
  CONSTRAINT stocks_reserved CHECK (reserved BETWEEN 0 AND on_hand),
  CONSTRAINT stocks_backordered CHECK (backordered = 0 OR (backordered > 0 AND reserved = on_hand))
);
CREATE INDEX stocks_low ON stocks (book_id) WHERE low_stock_threshold > 0;

-- Every movement of copies, only ever added to. Each entry begins where the one before it ended, so that on_hand is the
-- sum of the differences by construction.
CREATE TABLE movements (
  book_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  previous_sequence BIGINT,
  opening BIGINT NOT NULL,
  difference BIGINT NOT NULL,
  balance BIGINT NOT NULL,
  reason BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  note TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (book_id, sequence),
  UNIQUE (book_id, sequence, balance),
  CONSTRAINT movements_difference CHECK (difference <> 0 AND balance = opening + difference AND balance >= 0),
  CONSTRAINT movements_first CHECK (sequence > 1 OR (sequence = 1 AND opening = 0)),
  CONSTRAINT movements_next CHECK ((sequence = 1) = (previous_sequence IS NULL)),
  CONSTRAINT movements_no_gap CHECK (sequence = previous_sequence + 1),
  CONSTRAINT movements_chain FOREIGN KEY (book_id, previous_sequence, opening) REFERENCES movements (book_id, sequence, balance)
);

-- state: 1 open, 2 committed, 3 released, 4 expired. fingerprint: of the request; 0 where the release came first.
CREATE TABLE reservations (
  request_id TEXT PRIMARY KEY,
  state BIGINT NOT NULL,
  fingerprint BIGINT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  CONSTRAINT reservations_state CHECK (state BETWEEN 1 AND 4)
);
CREATE INDEX reservations_due ON reservations (expires) WHERE state = 1;

-- quantity and backordered are as promised; of backordered, `waiting` has not come yet and `cancelled` never will.
CREATE TABLE reservation_lines (
  request_id TEXT NOT NULL,
  book_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  backordered BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  cancelled BIGINT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (request_id, book_id),
  CONSTRAINT reservation_lines_quantity CHECK (quantity >= 0 AND backordered >= 0 AND quantity + backordered > 0),
  CONSTRAINT reservation_lines_waiting CHECK (waiting >= 0 AND cancelled >= 0 AND waiting + cancelled <= backordered),
  CONSTRAINT reservation_lines_returned CHECK (returned BETWEEN 0 AND quantity + backordered - waiting - cancelled),
  CONSTRAINT reservation_lines_reservation FOREIGN KEY (request_id) REFERENCES reservations (request_id)
);
CREATE INDEX reservation_lines_book ON reservation_lines (book_id, request_id);
CREATE INDEX reservation_lines_waiting ON reservation_lines (book_id, created, request_id) WHERE waiting > 0;

-- Deliveries, adjustments, counts and returns that were done.
CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  fingerprint BIGINT NOT NULL,
  created BIGINT NOT NULL
);
