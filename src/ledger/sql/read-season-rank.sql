-- The first rank of a frozen season that is not better than another one; NULL when there is none. Uses the index
-- season_standings_rank.
--
-- :board, :season
-- :rank
SELECT min(rank) AS rank FROM {schema}.season_standings
WHERE board = :board AND season = :season AND rank >= :rank
