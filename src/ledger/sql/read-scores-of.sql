-- The totals of some players, as arrays: Prisma's `in` makes a parameter of each id, which takes twice as long for
-- 10,000 ids.
--
-- :board
-- :user_ids  an array
-- Returns one row; its arrays are null when none of them has a total. Totals are texts.
SELECT array_agg(user_id) AS user_ids, array_agg(score::text) AS scores
FROM {schema}.user_scores WHERE board = :board AND user_id = ANY(:user_ids::text[])
