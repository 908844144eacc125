-- A page of totals in the order of user ids, as two JSON arrays: the driver takes several times as long for as many rows.
--
-- :board
-- :after  the last user id of the previous page, or ''
-- :count  the most totals
-- Returns one row; its arrays are null when the page is empty.
SELECT json_agg(user_id) AS user_ids, json_agg(score) AS scores FROM (
  SELECT user_id, score FROM {schema}.user_scores WHERE board = :board AND user_id > :after
  ORDER BY user_id LIMIT :count
) AS page
