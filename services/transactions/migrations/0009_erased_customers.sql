-- Customers who were erased, by nothing but their numbers, so that an older copy of the accounts does not bring them back.
CREATE TABLE erased_customers (
  customer TEXT PRIMARY KEY,
  erase_time BIGINT NOT NULL
);
