-- The season that ran at a moment.
--
-- :board
-- :at  milliseconds since 1970
SELECT coalesce(max(number), 1) FROM {schema}.seasons
WHERE board = :board AND started_at <= to_timestamp(:at::bigint / 1000.0)
