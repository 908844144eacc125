-- A page of totals in the order of user ids, as JSON arrays: the driver takes several times as long for as many rows.
-- The rows' order alone limits the scan. With `board = :board` there, a PostgreSQL without statistics (a restored one)
-- expects few rows, and reads and sorts the whole rest of the board for each page.
--
-- :board, :season
-- :after  the last user id of the previous page, or ''
-- :count  the most totals
-- :with_revisions  1 where the revisions at which the totals were reached are wanted
-- Returns one row; its arrays are null when the page is empty.
SELECT json_agg(user_id) AS user_ids, json_agg(score) AS scores,
  json_agg(revision) FILTER (WHERE :with_revisions::int = 1) AS revisions
FROM (
  SELECT board, season, user_id, score, revision FROM {schema}.user_scores
  WHERE (board, season, user_id) > (:board, :season, :after)
  ORDER BY board, season, user_id LIMIT :count
) AS page
WHERE board = :board AND season = :season
