-- Notes that nothing is left to do for a season that ended.
--
-- :board, :season
UPDATE {schema}.seasons SET cleared_at = now() WHERE board = :board AND number = :season AND frozen_at IS NOT NULL
