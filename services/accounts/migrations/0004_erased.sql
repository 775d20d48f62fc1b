-- Customers who were erased, by nothing but their numbers, so that an older copy of another store does not bring them back.
CREATE TABLE erased (
  customer_id TEXT PRIMARY KEY,
  erase_time BIGINT NOT NULL
);
CREATE INDEX erased_erase_time ON erased (erase_time);
