-- As commit-changes.sql, but events that the history has already stay as they are.
--
-- :board, the lease and where the cursor moves  see include/move-cursor.sql
-- the changes                                  see include/changes.sql
-- the newest totals                            see include/write-totals.sql
-- Returns the cursor; no row when its position, season or fence differs from the lease.
WITH moved AS (
-- @include move-cursor.sql
), change AS (
SELECT c.* FROM moved,
-- @include changes.sql
), event AS (
-- @include insert-events.sql
ON CONFLICT DO NOTHING
), total AS (
-- @include write-totals.sql
)
SELECT epoch, revision, fence, season FROM moved
