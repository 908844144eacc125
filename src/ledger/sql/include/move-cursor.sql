-- Moves the cursor. Returns no row when the cursor's position, season or fence differs from the lease.
--
-- :board
-- :fence, :epoch, :revision, :season  the lease
-- :to_epoch, :to_revision             the cursor's new position
-- :to_season                          the season that runs there
UPDATE {schema}.sync_cursor SET epoch = :to_epoch, revision = :to_revision, season = :to_season::int, updated_at = now()
WHERE board = :board AND fence = :fence AND epoch = :epoch AND revision = :revision AND season = :season::int
RETURNING epoch, revision, fence, season
