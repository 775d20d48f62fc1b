-- One column of each type.
CREATE TABLE sample (
  id BIGINT PRIMARY KEY,
  whole BIGINT,
  measure DOUBLE PRECISION,
  words TEXT,
  bytes BYTEA
);
