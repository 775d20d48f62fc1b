-- Campaigns. kind: 1 percent off, 2 amount off, 3 buy X get Y, 4 order percent off, 5 order amount off, 6 free delivery;
-- rate and amount_minor are the effect's. 0 is "no limit". redemption_count and spent_minor are claimed and not given
-- back. version is raised by each change of the campaign, not by redemptions.
CREATE TABLE campaigns (
  campaign_id BIGINT PRIMARY KEY,
  version BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint BIGINT NOT NULL,
  created BIGINT NOT NULL,
  display_name TEXT NOT NULL,
  banner TEXT NOT NULL,
  state BIGINT NOT NULL,
  starts BIGINT,
  ends BIGINT,
  kind BIGINT NOT NULL,
  rate BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  buy_quantity BIGINT NOT NULL,
  get_quantity BIGINT NOT NULL,
  group_max BIGINT NOT NULL,
  has_get_items BIGINT NOT NULL,
  threshold_minor BIGINT NOT NULL,
  first_order_only BIGINT NOT NULL,
  stackable BIGINT NOT NULL,
  total_limit BIGINT NOT NULL,
  customer_limit BIGINT NOT NULL,
  code_limit BIGINT NOT NULL,
  budget_minor BIGINT NOT NULL,
  redemption_count BIGINT NOT NULL,
  spent_minor BIGINT NOT NULL,
  CONSTRAINT campaigns_state CHECK (state BETWEEN 1 AND 4),
  CONSTRAINT campaigns_kind CHECK (kind BETWEEN 1 AND 6),
  CONSTRAINT campaigns_used CHECK (redemption_count >= 0 AND spent_minor >= 0)
);
CREATE UNIQUE INDEX campaigns_request_id ON campaigns (request_id);

-- One row: raised whenever a campaign is added or changed, so that readers know when their copy is stale.
CREATE TABLE campaign_revision (
  one BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL,
  CONSTRAINT campaign_revision_one CHECK (one = 1)
);
INSERT INTO campaign_revision (one, revision) VALUES (1, 1);

-- Selections. list: 1 books, 2 categories, 3 authors, 4 excluded books of the campaign's items; 11 to 14 of its get_items.
CREATE TABLE campaign_terms (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (campaign_id),
  list BIGINT NOT NULL,
  term TEXT NOT NULL,
  PRIMARY KEY (campaign_id, list, term)
);

-- A code opens one campaign.
CREATE TABLE campaign_codes (
  code TEXT PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (campaign_id),
  redemption_count BIGINT NOT NULL,
  CONSTRAINT campaign_codes_used CHECK (redemption_count >= 0)
);
CREATE INDEX campaign_codes_campaign ON campaign_codes (campaign_id);

-- How often a person (a keyed hash of account or e-mail) holds redemptions of a campaign.
CREATE TABLE campaign_persons (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (campaign_id),
  person TEXT NOT NULL,
  redemption_count BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, person),
  CONSTRAINT campaign_persons_used CHECK (redemption_count >= 0)
);
CREATE INDEX campaign_persons_person ON campaign_persons (person);

-- One claim an order. state: 1 claimed, 2 given back (perhaps before it was ever claimed).
CREATE TABLE claims (
  order_key TEXT PRIMARY KEY,
  state BIGINT NOT NULL,
  fingerprint BIGINT NOT NULL,
  person_1 TEXT NOT NULL,
  person_2 TEXT NOT NULL,
  created BIGINT NOT NULL,
  released BIGINT,
  CONSTRAINT claims_state CHECK (state IN (1, 2) AND (state = 2) = (released IS NOT NULL))
);

CREATE TABLE claim_redemptions (
  order_key TEXT NOT NULL REFERENCES claims (order_key),
  campaign_id BIGINT NOT NULL REFERENCES campaigns (campaign_id),
  code TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (order_key, campaign_id),
  CONSTRAINT claim_redemptions_amount CHECK (amount_minor >= 0)
);
CREATE INDEX claim_redemptions_campaign ON claim_redemptions (campaign_id);

-- The facts of past orders, from the event stream of transactions, and how far it has been read.
CREATE TABLE order_position (
  one BIGINT PRIMARY KEY,
  position BIGINT NOT NULL,
  CONSTRAINT order_position_one CHECK (one = 1)
);
INSERT INTO order_position (one, position) VALUES (1, 0);

CREATE TABLE orders (
  order_name TEXT PRIMARY KEY,
  placed BIGINT NOT NULL,
  cancelled BIGINT NOT NULL,
  person TEXT,
  first_order BIGINT NOT NULL,
  revenue_minor BIGINT NOT NULL,
  delivery_minor BIGINT NOT NULL
);
CREATE INDEX orders_placed ON orders (placed, order_name);
CREATE INDEX orders_person ON orders (person) WHERE person IS NOT NULL;

CREATE TABLE order_lines (
  order_name TEXT NOT NULL REFERENCES orders (order_name),
  line BIGINT NOT NULL,
  book_id BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  unit_price_minor BIGINT NOT NULL,
  PRIMARY KEY (order_name, line)
);

CREATE TABLE order_campaigns (
  order_name TEXT NOT NULL REFERENCES orders (order_name),
  campaign_id BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  free_quantity BIGINT NOT NULL,
  PRIMARY KEY (order_name, campaign_id)
);
