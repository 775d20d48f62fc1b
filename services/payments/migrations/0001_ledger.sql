-- state: 1 authorised, 2 captured, 3 voided, 4 declined. A key that was voided before it was authorised has no currency.
-- No card number, no token: what the provider was shown is not kept.
CREATE TABLE charges (
  charge_key TEXT PRIMARY KEY,
  state BIGINT NOT NULL,
  currency_code TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  captured_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL,
  notices_per_change BIGINT NOT NULL,
  entry_count BIGINT NOT NULL,
  created BIGINT NOT NULL,
  CONSTRAINT charges_state CHECK (state BETWEEN 1 AND 4),
  CONSTRAINT charges_amount CHECK (amount_minor > 0 OR (state = 3 AND amount_minor = 0 AND currency_code = '')),
  CONSTRAINT charges_captured CHECK ((state = 2 AND captured_minor = amount_minor) OR (state <> 2 AND captured_minor = 0)),
  CONSTRAINT charges_refunded CHECK (refunded_minor BETWEEN 0 AND captured_minor)
);

-- Every change of a charge, only ever added to. kind: 1 authorise, 2 decline, 3 capture, 4 void, 5 refund.
CREATE TABLE entries (
  charge_key TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  refund_key TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (charge_key, sequence),
  CONSTRAINT entries_sequence CHECK (sequence >= 1),
  CONSTRAINT entries_kind CHECK (kind BETWEEN 1 AND 5),
  CONSTRAINT entries_amount CHECK (amount_minor > 0 OR (kind = 4 AND amount_minor = 0)),
  CONSTRAINT entries_refund_key CHECK ((kind = 5) = (refund_key <> ''))
);
CREATE UNIQUE INDEX entries_refund ON entries (charge_key, refund_key) WHERE kind = 5;

-- Keys that met the failure they asked for (tok_error).
CREATE TABLE stumbles (
  charge_key TEXT PRIMARY KEY,
  created BIGINT NOT NULL
);
