-- A page of totals in the order of user ids, as two JSON arrays: the driver takes several times as long for as many rows.
-- The rows' order alone limits the scan. With `board = :board` there, a PostgreSQL without statistics (a restored one)
-- expects few rows, and reads and sorts the whole rest of the board for each page.
--
-- :board
-- :after  the last user id of the previous page, or ''
-- :count  the most totals
-- Returns one row; its arrays are null when the page is empty.
SELECT json_agg(user_id) AS user_ids, json_agg(score) AS scores FROM (
  SELECT board, user_id, score FROM {schema}.user_scores WHERE (board, user_id) > (:board, :after)
  ORDER BY board, user_id LIMIT :count
) AS page
WHERE board = :board
