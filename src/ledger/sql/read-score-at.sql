-- A player's total after the newest event up to a moment. Uses the index score_events_player_time.
--
-- :board, :user_id
-- :at      milliseconds since 1970
-- :window  among this many events before the moment, the highest revision counts, not the latest time: a clock may have
--          gone back
-- Returns no row without such an event, and a null where the event is of a season that had ended by then.
SELECT CASE WHEN season = (
-- @include season-at.sql
) THEN score END AS score FROM (
  SELECT revision, season, score FROM {schema}.score_events
  WHERE board = :board AND user_id = :user_id AND occurred_at <= to_timestamp(:at::bigint / 1000.0)
  ORDER BY occurred_at DESC, revision DESC LIMIT :window
) AS latest
ORDER BY revision DESC LIMIT 1
