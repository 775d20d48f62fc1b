-- Numbers given out so far: 'book' ids, ids of main and small shelves, change 'position's. A transaction that takes
-- numbers holds its row until it commits, so that positions become visible in their order.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('book', 0), ('main shelf', 0), ('small shelf', 1000), ('position', 0);

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL
);

-- authors: "slug<TAB>display name", one a line; subjects, categories: one a line; formats: a bit per number, 1 << 1 for
-- hardcover. What lists need of them is in shelved_books.
CREATE TABLE books (
  id BIGINT PRIMARY KEY CONSTRAINT books_id CHECK (id BETWEEN 1 AND 2147483647),
  title TEXT NOT NULL CONSTRAINT books_title CHECK (title <> ''),
  subtitle TEXT NOT NULL,
  authors TEXT NOT NULL,
  series_slug TEXT,
  series_title TEXT,
  series_number TEXT,
  isbn13 TEXT CONSTRAINT books_isbn13_length CHECK (length(isbn13) = 13),
  language_code TEXT NOT NULL,
  published_year BIGINT NOT NULL,
  publisher TEXT NOT NULL,
  page_count BIGINT NOT NULL,
  formats BIGINT NOT NULL,
  price_minor BIGINT,
  currency TEXT,
  description TEXT NOT NULL,
  subjects TEXT NOT NULL,
  categories TEXT NOT NULL,
  cover_uri TEXT NOT NULL,
  rating_hundredths BIGINT NOT NULL,
  ratings_count BIGINT NOT NULL,
  source TEXT,
  source_key TEXT,
  row_fingerprint BIGINT NOT NULL,
  position BIGINT NOT NULL,
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  CONSTRAINT books_price CHECK ((price_minor IS NULL) = (currency IS NULL)),
  CONSTRAINT books_source CHECK ((source IS NULL) = (source_key IS NULL))
);
CREATE UNIQUE INDEX books_isbn13 ON books (isbn13);
CREATE UNIQUE INDEX books_source_key ON books (source, source_key);

-- The latest change of each book, deleted ones included.
CREATE TABLE changes (
  position BIGINT PRIMARY KEY,
  book_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX changes_book_id ON changes (book_id);

-- The lists that books stand on. Main ones have ids below 1000: '' for all, 'categories/…'. Others are small:
-- 'authors/…', 'series/…'.
CREATE TABLE shelves (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  book_count BIGINT NOT NULL CONSTRAINT shelves_book_count CHECK (book_count >= 0)
);
CREATE UNIQUE INDEX shelves_name ON shelves (name);

-- Which book stands where, with what it is sorted by there. On the main shelves each order has its index, so that a page
-- costs what it shows; the small ones are sorted when they are read, which spares an import half of its writing.
CREATE TABLE shelved_books (
  shelf_id BIGINT NOT NULL,
  book_id BIGINT NOT NULL,
  ratings_count BIGINT NOT NULL,
  title_key TEXT NOT NULL,
  published_key BIGINT NOT NULL,
  price_key BIGINT NOT NULL,
  series_key BIGINT NOT NULL,
  PRIMARY KEY (shelf_id, book_id)
);
CREATE INDEX shelved_books_popularity ON shelved_books (shelf_id, ratings_count, book_id) WHERE shelf_id < 1000;
CREATE INDEX shelved_books_title ON shelved_books (shelf_id, title_key, book_id) WHERE shelf_id < 1000;
CREATE INDEX shelved_books_published ON shelved_books (shelf_id, published_key, book_id) WHERE shelf_id < 1000;
CREATE INDEX shelved_books_price ON shelved_books (shelf_id, price_key, book_id) WHERE shelf_id < 1000;
CREATE INDEX shelved_books_series ON shelved_books (shelf_id, series_key, book_id) WHERE shelf_id < 1000;

-- Which book a CreateBook made, under its caller's key.
CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  fingerprint BIGINT NOT NULL,
  book_id BIGINT NOT NULL,
  created BIGINT NOT NULL
);
CREATE INDEX requests_created ON requests (created);

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  dry_run BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  created_count BIGINT NOT NULL,
  updated_count BIGINT NOT NULL,
  unchanged_count BIGINT NOT NULL,
  refused_count BIGINT NOT NULL,
  isbn_repaired_count BIGINT NOT NULL,
  isbn_refused_count BIGINT NOT NULL,
  warning_count BIGINT NOT NULL,
  error_count BIGINT NOT NULL,
  last_line BIGINT NOT NULL,
  done BIGINT NOT NULL,
  started BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  CONSTRAINT imports_counts CHECK (row_count = created_count + updated_count + unchanged_count + refused_count)
);

CREATE TABLE import_problems (
  import_id TEXT NOT NULL REFERENCES imports (id),
  line BIGINT NOT NULL,
  number BIGINT NOT NULL,
  source_key TEXT NOT NULL,
  severity BIGINT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (import_id, line, number)
);
