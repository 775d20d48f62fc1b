-- When the order is cancelled by itself unless it is paid or packed before; 0: never, or not any more.
ALTER TABLE orders ADD COLUMN run_out_time BIGINT NOT NULL DEFAULT 0;
CREATE INDEX orders_run_out ON orders (run_out_time) WHERE run_out_time > 0;
