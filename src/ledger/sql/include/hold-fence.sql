-- One row if the fence is the newest. Until this statement is done no other leader can take a newer one.
--
-- :board, :fence
SELECT 1 AS held FROM {schema}.sync_cursor WHERE board = :board AND fence = :fence FOR UPDATE
