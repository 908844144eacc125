-- Some players' totals and the cursor up to which they are right, at one moment. JSON arrays: see read-scores.sql.
--
-- :board, :season
-- :user_ids  an array
-- Returns one row, whose arrays are null when none of the players has a total; no row for a board without a cursor.
SELECT c.epoch, c.revision, c.fence, c.season, t.user_ids, t.scores, t.revisions
FROM {schema}.sync_cursor c, (
  SELECT json_agg(user_id) AS user_ids, json_agg(score) AS scores, json_agg(revision) AS revisions
  FROM {schema}.user_scores WHERE board = :board AND season = :season AND user_id = ANY(:user_ids::text[])
) AS t
WHERE c.board = :board
