-- What the reader last saw of a line's copies, by the number of octavo.cart.v1.Availability; 6: not known.
ALTER TABLE cart_lines ADD COLUMN availability BIGINT NOT NULL DEFAULT 6;
