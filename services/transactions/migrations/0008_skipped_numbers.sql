-- How many order numbers were passed over, because an older copy of the store was put back and others know of later orders.
ALTER TABLE counters ADD COLUMN skipped_numbers BIGINT NOT NULL DEFAULT 0 CHECK (skipped_numbers >= 0);
