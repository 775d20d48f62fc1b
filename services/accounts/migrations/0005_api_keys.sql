-- Keys of integrations: programs that call the shop for themselves. Only a key's hash is kept; key_id is the beginning of it.
-- last_used and revoked are 0 until there is such a time.
CREATE TABLE api_keys (
  key_hash TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  revoked BIGINT NOT NULL,
  CONSTRAINT api_keys_key_hash CHECK (length(key_hash) = 64)
);
CREATE INDEX api_keys_key_id ON api_keys (key_id);
CREATE INDEX api_keys_created ON api_keys (created);
