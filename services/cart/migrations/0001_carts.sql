-- Open carts. version counts the changes and is the etag. codes: one a line.
CREATE TABLE carts (
  cart_id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  next_position BIGINT NOT NULL,
  codes TEXT NOT NULL,
  updated BIGINT NOT NULL,
  CONSTRAINT carts_version CHECK (version > 0)
);

-- title, authors and price: as the reader last saw them.
CREATE TABLE cart_lines (
  cart_id TEXT NOT NULL,
  book_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  saved_for_later BIGINT NOT NULL,
  title TEXT NOT NULL,
  authors TEXT NOT NULL,
  price_minor BIGINT,
  currency TEXT,
  added BIGINT NOT NULL,
  PRIMARY KEY (cart_id, book_id),
  CONSTRAINT cart_lines_quantity CHECK (quantity BETWEEN 1 AND 99),
  CONSTRAINT cart_lines_price CHECK ((price_minor IS NULL) = (currency IS NULL)),
  CONSTRAINT cart_lines_cart FOREIGN KEY (cart_id) REFERENCES carts (cart_id)
);

-- Changes that were done, so that repeating one does nothing: 'request:<id>' for 30 days, 'order:<name>' for good.
CREATE TABLE done_changes (
  cart_id TEXT NOT NULL,
  change_key TEXT NOT NULL,
  fingerprint BIGINT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (cart_id, change_key)
);

-- How far the stream of order events was applied.
CREATE TABLE followed (
  stream TEXT PRIMARY KEY,
  position BIGINT NOT NULL
);
