-- A player's events, newest first. Uses the index score_events_player.
--
-- :board, :user_id
-- :before  only revisions below this one
-- :count   the most rows
-- Times are milliseconds since 1970: no time zone and no date format can change a number.
SELECT revision, season, increment, score, (extract(epoch FROM occurred_at) * 1000)::bigint AS at
FROM {schema}.score_events
WHERE board = :board AND user_id = :user_id AND revision < :before
ORDER BY revision DESC LIMIT :count
