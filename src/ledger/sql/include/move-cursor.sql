-- Moves the cursor. Returns no row when the cursor's position or fence differs from the lease.
--
-- :board
-- :fence, :epoch, :revision  the lease
-- :to_epoch, :to_revision    the cursor's new position
UPDATE {schema}.sync_cursor SET epoch = :to_epoch, revision = :to_revision, updated_at = now()
WHERE board = :board AND fence = :fence AND epoch = :epoch AND revision = :revision
RETURNING epoch, revision, fence
