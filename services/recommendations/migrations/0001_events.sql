-- The position of the last event. Whoever appends holds this row until commit, so positions appear in their order,
-- without gaps, and none is ever given twice.
CREATE TABLE event_log (
  id BIGINT PRIMARY KEY CONSTRAINT event_log_one CHECK (id = 1),
  last_position BIGINT NOT NULL
);
INSERT INTO event_log (id, last_position) VALUES (1, 0);

-- What readers did, in order of arrival. Append-only, but for what people have a right to: a visitor's events become the
-- customer's at sign-in, and a reader or a source may be forgotten. type as in octavo.recommendations.v1.EventType.
CREATE TABLE events (
  position BIGINT PRIMARY KEY,
  event_id TEXT,
  reader TEXT NOT NULL,
  book BIGINT NOT NULL,
  type BIGINT NOT NULL,
  rating BIGINT NOT NULL,
  event_time BIGINT NOT NULL,
  shelf TEXT,
  source TEXT,
  model TEXT,
  CONSTRAINT events_book CHECK (book BETWEEN 1 AND 2147483647),
  CONSTRAINT events_type CHECK (type BETWEEN 1 AND 6),
  CONSTRAINT events_rating CHECK ((type = 5 AND rating BETWEEN 1 AND 5) OR (type <> 5 AND rating = 0))
);
CREATE UNIQUE INDEX events_event_id ON events (event_id);
CREATE INDEX events_reader ON events (reader, position);
CREATE INDEX events_source ON events (source, position) WHERE source IS NOT NULL;
-- Everything that shelf reports need, so that they read the index alone.
CREATE INDEX events_shelf ON events (event_time, shelf, model, type) WHERE shelf IS NOT NULL;

-- Models that were trained; their weights are files. arm: 0 answers, 1 is tried against it. quality: "metric value", one
-- a line.
CREATE TABLE models (
  name TEXT PRIMARY KEY,
  arm BIGINT NOT NULL CONSTRAINT models_arm CHECK (arm IN (0, 1)),
  train_time BIGINT NOT NULL,
  last_position BIGINT NOT NULL,
  reader_count BIGINT NOT NULL,
  book_count BIGINT NOT NULL,
  interaction_count BIGINT NOT NULL,
  train_seconds DOUBLE PRECISION NOT NULL,
  model_bytes BIGINT NOT NULL,
  quality TEXT NOT NULL,
  settings TEXT NOT NULL
);
CREATE INDEX models_latest ON models (arm, train_time);
