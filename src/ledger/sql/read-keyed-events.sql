-- A page of the events that carry an idempotency key, in order. Uses the index score_events_keyed.
--
-- :board
-- :since            milliseconds since 1970
-- :epoch, :revision the position of the previous page's last event
-- :count            the most rows
-- Times are milliseconds since 1970.
SELECT epoch, revision, season, user_id, increment, score, subject, idempotency_key,
  (extract(epoch FROM occurred_at) * 1000)::bigint AS at
FROM {schema}.score_events
WHERE board = :board AND idempotency_key IS NOT NULL
  AND occurred_at >= to_timestamp(:since::bigint / 1000.0)
  AND (epoch, revision) > (:epoch, :revision)
ORDER BY epoch, revision LIMIT :count
