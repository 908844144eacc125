-- The season that runs at the cursor, and when it began.
--
-- :board
-- Returns one row; none when PostgreSQL does not know the board. Times are milliseconds since 1970.
SELECT c.season, (extract(epoch FROM coalesce(s.started_at, c.updated_at)) * 1000)::bigint AS started_at
FROM {schema}.sync_cursor c LEFT JOIN {schema}.seasons s ON s.board = c.board AND s.number = c.season
WHERE c.board = :board
