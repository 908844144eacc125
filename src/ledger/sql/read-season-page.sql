-- Rows of a frozen season, best first. Uses the primary key.
--
-- :board, :season
-- :after   only positions below this one
-- :count   the most rows
SELECT position, rank, user_id, score FROM {schema}.season_standings
WHERE board = :board AND season = :season AND position > :after
ORDER BY position LIMIT :count
