-- A page of totals in the order of user ids. As two arrays: Prisma spends several times as long on as many rows.
--
-- :board
-- :after  the last user id of the page before, or ''
-- :count  at most so many
-- Returns one row; its arrays are null when the page is empty. Totals are texts.
SELECT array_agg(user_id) AS user_ids, array_agg(score::text) AS scores FROM (
  SELECT user_id, score FROM {schema}.user_scores WHERE board = :board AND user_id > :after
  ORDER BY user_id LIMIT :count
) AS page
