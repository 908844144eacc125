-- What a player's total was before the first event that the history has, by the index score_events_player_time.
--
-- :board, :user_id
-- :window  among so many of the first events the revisions decide, not the times: a clock may have gone back
SELECT score - increment AS score FROM (
  SELECT revision, score, increment FROM {schema}.score_events
  WHERE board = :board AND user_id = :user_id
  ORDER BY occurred_at, revision LIMIT :window
) AS earliest
ORDER BY revision LIMIT 1
