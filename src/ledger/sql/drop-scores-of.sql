-- Removes the totals of players.
--
-- :board, :fence  the right to write
-- :season
-- :user_ids       an array
DELETE FROM {schema}.user_scores WHERE board = :board AND season = :season AND user_id = ANY(:user_ids::text[])
  AND EXISTS (SELECT 1 FROM {schema}.sync_cursor WHERE board = :board AND fence = :fence)
