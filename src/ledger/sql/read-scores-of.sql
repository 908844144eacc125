-- The totals of some players, as two JSON arrays: see read-scores.sql.
--
-- :board, :season
-- :user_ids  an array
-- Returns one row; its arrays are null when none of them has a total.
SELECT json_agg(user_id) AS user_ids, json_agg(score) AS scores
FROM {schema}.user_scores WHERE board = :board AND season = :season AND user_id = ANY(:user_ids::text[])
