-- Passwords are kept as argon2id hashes, tokens as SHA-256 hashes. role: 1 customer, 2 bookseller, 3 manager, 4 owner.
CREATE TABLE customers (
  customer_id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  full_name TEXT NOT NULL,
  role BIGINT NOT NULL,
  password_hash TEXT NOT NULL,
  created BIGINT NOT NULL,
  CONSTRAINT customers_role CHECK (role BETWEEN 1 AND 4),
  CONSTRAINT customers_password_hash CHECK (password_hash LIKE '$argon2id$%')
);
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE INDEX customers_owners ON customers (customer_id) WHERE role = 4;

-- Accounts that wait for their message to be answered. No address has an account without that.
CREATE TABLE registrations (
  token_hash TEXT PRIMARY KEY,
  request_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  email TEXT NOT NULL,
  full_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  CONSTRAINT registrations_token_hash CHECK (length(token_hash) = 64)
);
CREATE UNIQUE INDEX registrations_request ON registrations (request_id) WHERE request_id <> '';
CREATE INDEX registrations_email ON registrations (email);
CREATE INDEX registrations_expires ON registrations (expires);

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  created BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  CONSTRAINT sessions_token_hash CHECK (length(token_hash) = 64),
  CONSTRAINT sessions_customer FOREIGN KEY (customer_id) REFERENCES customers (customer_id)
);
CREATE INDEX sessions_customer_id ON sessions (customer_id);
CREATE INDEX sessions_created ON sessions (created);
CREATE INDEX sessions_last_used ON sessions (last_used);

CREATE TABLE resets (
  token_hash TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  expires BIGINT NOT NULL,
  CONSTRAINT resets_token_hash CHECK (length(token_hash) = 64),
  CONSTRAINT resets_customer FOREIGN KEY (customer_id) REFERENCES customers (customer_id)
);
CREATE INDEX resets_customer_id ON resets (customer_id);
CREATE INDEX resets_expires ON resets (expires);

-- Attempts that have not turned out right, per address and per client; subject is a hash.
CREATE TABLE attempts (
  subject TEXT PRIMARY KEY,
  attempt_count BIGINT NOT NULL,
  last_time BIGINT NOT NULL,
  CONSTRAINT attempts_count CHECK (attempt_count >= 0)
);
CREATE INDEX attempts_last_time ON attempts (last_time);
