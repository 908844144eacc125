-- A player's total before the first event that the history still has, if that can be told: where the board adds, and the
-- event is of the season that ran at the moment. Uses the index score_events_player_time.
--
-- :board, :user_id
-- :at      milliseconds since 1970
-- :window  among this many first events, the lowest revision counts, not the earliest time: a clock may have gone back
SELECT score - increment AS score FROM (
  SELECT revision, season, score, increment FROM {schema}.score_events
  WHERE board = :board AND user_id = :user_id
  ORDER BY occurred_at, revision LIMIT :window
) AS earliest
WHERE season = (
-- @include season-at.sql
) AND NOT EXISTS (SELECT 1 FROM {schema}.boards WHERE id = :board AND operator <> 'ADD')
ORDER BY revision LIMIT 1
