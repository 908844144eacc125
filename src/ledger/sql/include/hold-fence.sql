-- One row while the fence is the newest, and no other leader can take a newer one until this statement is done.
--
-- :board, :fence
SELECT 1 AS held FROM {schema}.sync_cursor WHERE board = :board AND fence = :fence FOR UPDATE
