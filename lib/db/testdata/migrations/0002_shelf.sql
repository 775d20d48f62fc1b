CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL,
  CONSTRAINT counter_not_negative CHECK (value >= 0)
);

CREATE TABLE book (
  id BIGINT PRIMARY KEY,
  isbn TEXT,
  title TEXT NOT NULL
);
CREATE UNIQUE INDEX book_isbn ON book (isbn);

CREATE TABLE copy (
  id BIGINT PRIMARY KEY,
  book_id BIGINT NOT NULL REFERENCES book (id),
  shelf TEXT NOT NULL,
  UNIQUE (book_id, shelf)
);
