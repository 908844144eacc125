-- Overwrites totals with Redis' totals, whatever their revision.
--
-- :board, :fence       the right to write
-- :user_ids, :scores   arrays of the same length
-- :revision            the revision of all these totals
-- Returns one row; none when the fence is no longer the newest.
WITH held AS (
-- @include hold-fence.sql
), total AS (
INSERT INTO {schema}.user_scores (board, user_id, score, revision)
SELECT :board, r.user_id, r.score, :revision::bigint
FROM held, unnest(:user_ids::text[], :scores::bigint[]) AS r(user_id, score)
ON CONFLICT (board, user_id) DO UPDATE
  SET score = excluded.score, revision = excluded.revision, updated_at = now()
)
SELECT held FROM held
