-- Removes totals of a season whose standings were written, a page at a time.
--
-- :board, :season
-- :count  the most totals to remove
DELETE FROM {schema}.user_scores WHERE board = :board AND season = :season
  AND EXISTS (SELECT 1 FROM {schema}.seasons WHERE board = :board AND number = :season AND frozen_at IS NOT NULL)
  AND user_id IN (SELECT user_id FROM {schema}.user_scores WHERE board = :board AND season = :season LIMIT :count)
