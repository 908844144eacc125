-- Writes the standings of a season that ended, for good. Does nothing when they were written before.
--
-- :board, :season
-- :lowest_first, :first_to_reach  the board's rules, 1 or 0
-- Returns the number of players; no row when there was nothing to do.
WITH frozen AS (
UPDATE {schema}.seasons SET frozen_at = now(), player_count =
  (SELECT count(*) FROM {schema}.user_scores WHERE board = :board AND season = :season)
WHERE board = :board AND number = :season AND ended_at IS NOT NULL AND frozen_at IS NULL
RETURNING player_count
), total AS (
SELECT user_id, score, CASE WHEN :lowest_first::int = 1 THEN -score ELSE score END AS better,
  CASE WHEN :first_to_reach::int = 1 THEN revision ELSE 0 END AS reached
FROM frozen, {schema}.user_scores WHERE board = :board AND season = :season
), standing AS (
INSERT INTO {schema}.season_standings (board, season, position, rank, user_id, score)
SELECT :board, :season::int, row_number() OVER (ORDER BY better DESC, reached, user_id DESC),
  rank() OVER (ORDER BY better DESC, reached), user_id, score
FROM total
)
SELECT player_count FROM frozen
