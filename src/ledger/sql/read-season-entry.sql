-- A player's row in a frozen season. Uses the index season_standings_player.
--
-- :board, :season, :user_id
SELECT rank, score FROM {schema}.season_standings
WHERE board = :board AND season = :season AND user_id = :user_id
