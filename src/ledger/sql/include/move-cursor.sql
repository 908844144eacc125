-- Moves the cursor, if it is where the lease says and the fence is the lease's; else there is no row.
--
-- :board
-- :fence, :epoch, :revision  the lease
-- :to_epoch, :to_revision    where the cursor moves
UPDATE {schema}.sync_cursor SET epoch = :to_epoch, revision = :to_revision, updated_at = now()
WHERE board = :board AND fence = :fence AND epoch = :epoch AND revision = :revision
RETURNING epoch, revision, fence
