-- Keeps events in the history without moving the cursor.
--
-- :board, :fence  the right to write
-- the changes     see include/changes.sql
-- Returns one row; none when the fence is no longer the newest.
WITH held AS (
-- @include hold-fence.sql
), change AS (
SELECT c.* FROM held,
-- @include changes.sql
), event AS (
-- @include insert-events.sql
)
SELECT held FROM held
