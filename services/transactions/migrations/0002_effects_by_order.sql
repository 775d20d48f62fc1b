-- For the audit, which reads the effects of each order.
CREATE INDEX effects_order ON effects (order_id);
