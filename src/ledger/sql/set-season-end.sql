-- Notes when a board's schedule ends the season that runs, and forgets orders to end earlier seasons.
--
-- :board, :version, :season  nothing is written when the definition or the season is another one by now
-- :ends_at                   milliseconds since 1970; 0 where there is no schedule
UPDATE {schema}.boards SET
  ends_at = CASE WHEN :ends_at::float8 > 0 THEN to_timestamp(:ends_at::float8 / 1000) END,
  ending_season = CASE WHEN ending_season >= :season::int THEN ending_season END
WHERE id = :board AND version = :version
  AND EXISTS (SELECT 1 FROM {schema}.sync_cursor WHERE board = :board AND season = :season::int)
