-- Commits changes: moves the cursor, keeps the events, and writes each player's newest total, never a lower revision
-- over a higher one. It is one statement, so an interrupted pass was committed completely or not at all.
--
-- :board, the lease and where the cursor moves  see include/move-cursor.sql
-- the changes                                  see include/changes.sql
-- Returns the cursor; no row when its position or its fence differs from the lease.
WITH moved AS (
-- @include move-cursor.sql
), change AS (
SELECT c.* FROM moved,
-- @include changes.sql
), event AS (
-- @include insert-events.sql
), total AS (
INSERT INTO {schema}.user_scores AS u (board, user_id, score, revision)
SELECT DISTINCT ON (user_id) :board, user_id, score, at_revision
FROM change ORDER BY user_id, at_revision DESC
ON CONFLICT (board, user_id) DO UPDATE
  SET score = excluded.score, revision = excluded.revision, updated_at = now()
  WHERE u.revision < excluded.revision
)
SELECT epoch, revision, fence FROM moved
