-- Keeps the rows of `change` in the history.
--
-- :board
INSERT INTO {schema}.score_events 
  (board, epoch, revision, season, user_id, increment, score, subject, idempotency_key, occurred_at)
SELECT :board, at_epoch, at_revision, season, user_id, amount, score, subject, nullif(idempotency_key, ''),
  to_timestamp(at_ms / 1000.0::float8)
FROM change
