-- Removes the totals of players that an overwrite at this revision did not name.
--
-- :board, :fence  the right to write
-- :revision       the revision of the overwrite
DELETE FROM {schema}.user_scores WHERE board = :board AND revision <> :revision
  AND EXISTS (SELECT 1 FROM {schema}.sync_cursor WHERE board = :board AND fence = :fence)
