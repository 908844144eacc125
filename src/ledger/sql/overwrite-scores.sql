-- Overwrites totals with Redis' totals, whatever their revision.
--
-- :board, :fence                    the right to write
-- :season
-- :user_ids, :scores, :revisions    arrays of the same length
-- Returns one row; none when the fence is no longer the newest.
WITH held AS (
-- @include hold-fence.sql
), total AS (
INSERT INTO {schema}.user_scores (board, season, user_id, score, revision)
SELECT :board, :season::int, r.user_id, r.score, r.revision
FROM held, unnest(:user_ids::text[], :scores::bigint[], :revisions::bigint[]) AS r(user_id, score, revision)
ON CONFLICT (board, season, user_id) DO UPDATE
  SET score = excluded.score, revision = excluded.revision, updated_at = now()
)
SELECT held FROM held
