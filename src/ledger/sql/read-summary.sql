-- How many players a board has, and the sum of their totals. Prisma's `aggregate` uses a subquery, which takes twice as
-- long for a million players.
--
-- :board, :season
-- Returns one row. The sum is a text, because it may exceed a BIGINT.
SELECT count(*) AS count, coalesce(sum(score), 0)::text AS sum FROM {schema}.user_scores WHERE board = :board AND season = :season
