-- What opens a guest's order beside the token of its first answer: hashes (SHA-256) of random tokens, one for each repeated
-- answer.
CREATE TABLE order_access (
  token_hash TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (order_id),
  create_time BIGINT NOT NULL
);
CREATE INDEX order_access_order ON order_access (order_id, create_time);
