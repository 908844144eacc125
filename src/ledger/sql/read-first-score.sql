-- A player's total before the first event that the history still has. Uses the index score_events_player_time.
--
-- :board, :user_id
-- :window  among this many first events, the lowest revision counts, not the earliest time: a clock may have gone back
SELECT score - increment AS score FROM (
  SELECT revision, score, increment FROM {schema}.score_events
  WHERE board = :board AND user_id = :user_id
  ORDER BY occurred_at, revision LIMIT :window
) AS earliest
ORDER BY revision LIMIT 1
