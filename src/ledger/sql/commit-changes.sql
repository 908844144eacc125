-- Commits changes: moves the cursor, keeps the events, and writes each player's newest total. It is one statement, so an
-- interrupted pass was committed completely or not at all. It fails when the history has one of the events already;
-- commit-known-changes.sql does not, but takes a quarter longer.
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
), total AS (
-- @include write-totals.sql
)
SELECT epoch, revision, fence, season FROM moved
