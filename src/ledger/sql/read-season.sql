-- Whether a season's standings are frozen, and how many players they have. No row for a season that PostgreSQL does not
-- know.
--
-- :board, :season
SELECT frozen_at IS NOT NULL AS is_frozen, player_count
FROM {schema}.seasons
WHERE board = :board AND number = :season
