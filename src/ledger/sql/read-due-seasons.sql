-- Boards whose season ends by its schedule or by an order of an admin, and boards whose next end is to be computed. Each
-- part uses an index that has no other boards.
--
-- :now    milliseconds since 1970
-- :count  the most rows of each part
-- Times are milliseconds since 1970.
WITH due AS (
(SELECT id FROM {schema}.boards WHERE cron IS NOT NULL AND archived_at IS NULL AND ends_at IS NULL LIMIT :count)
UNION
(SELECT id FROM {schema}.boards WHERE cron IS NOT NULL AND archived_at IS NULL
  AND ends_at <= to_timestamp(:now::float8 / 1000) ORDER BY ends_at LIMIT :count)
UNION
(SELECT id FROM {schema}.boards WHERE ending_season IS NOT NULL LIMIT :count)
)
SELECT b.id, b.version, b.cron, b.timezone, c.season, b.ending_season,
  (extract(epoch FROM b.scheduled_since) * 1000)::bigint AS scheduled_since,
  (extract(epoch FROM b.ends_at) * 1000)::bigint AS ends_at,
  (extract(epoch FROM coalesce(s.started_at, c.updated_at)) * 1000)::bigint AS started_at
FROM due JOIN {schema}.boards b USING (id) JOIN {schema}.sync_cursor c ON c.board = b.id
LEFT JOIN {schema}.seasons s ON s.board = b.id AND s.number = c.season
