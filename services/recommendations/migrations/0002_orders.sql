-- Up to which position the events of orders were applied: written in the transaction of their effect.
ALTER TABLE event_log ADD COLUMN order_position BIGINT NOT NULL DEFAULT 0;

-- A model that answers no more is kept as a row, because reports must know its arm; its file is gone.
ALTER TABLE models ADD COLUMN retired BIGINT NOT NULL DEFAULT 0;
