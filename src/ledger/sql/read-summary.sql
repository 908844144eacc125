-- How many players a board has, and the sum of their totals. Prisma's `aggregate` puts a subquery around the same, which
-- takes twice as long for a million players.
--
-- :board
-- Returns one row. The sum is a text, as it may be beyond a BIGINT.
SELECT count(*) AS count, coalesce(sum(score), 0)::text AS sum FROM {schema}.user_scores WHERE board = :board
