-- Corrects totals that differ from their player's newest event. A total that is newer than every event (after a
-- restored backup) stays as it is.
--
-- :board, :fence  the right to write
-- :season         the one that runs
WITH newest AS (
  SELECT DISTINCT ON (user_id) user_id, score, revision FROM {schema}.score_events
  WHERE board = :board AND season = :season AND EXISTS (SELECT 1 FROM {schema}.sync_cursor WHERE board = :board AND fence = :fence)
  ORDER BY user_id, revision DESC
)
INSERT INTO {schema}.user_scores AS u (board, season, user_id, score, revision)
SELECT :board, :season::int, user_id, score, revision FROM newest
ON CONFLICT (board, season, user_id) DO UPDATE
  SET score = excluded.score, revision = excluded.revision, updated_at = now()
  WHERE u.revision <= excluded.revision AND u.score <> excluded.score
