-- Sets an entry aside that PostgreSQL refuses, and moves the cursor past it.
--
-- :board, the lease and where the cursor moves  see include/move-cursor.sql
-- :entry, :reason  as JSON
-- Returns the cursor; no row when its position, season or fence differs from the lease.
WITH moved AS (
-- @include move-cursor.sql
), rejected AS (
INSERT INTO {schema}.rejected_events (board, epoch, revision, entry, reason)
SELECT :board, epoch, revision, :entry, :reason FROM moved
ON CONFLICT DO NOTHING
)
SELECT epoch, revision, fence, season FROM moved
