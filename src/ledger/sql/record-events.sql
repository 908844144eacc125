-- Keeps events in the history without moving the cursor. Events that the history has already stay as they are.
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
ON CONFLICT DO NOTHING
)
SELECT held FROM held
