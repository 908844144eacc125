-- Ends the season that runs at the cursor and begins the next: moves the cursor past the end.
--
-- :board, the lease and where the cursor moves  see include/move-cursor.sql; :to_season is the next season
-- :at  when it ended, in milliseconds since 1970
-- Returns the cursor; no row when its position, season or fence differs from the lease.
WITH moved AS (
-- @include move-cursor.sql
), ended AS (
INSERT INTO {schema}.seasons AS s (board, number, started_at, ended_at)
SELECT :board, :season::int, to_timestamp(:at::float8 / 1000), to_timestamp(:at::float8 / 1000) FROM moved
ON CONFLICT (board, number) DO UPDATE SET ended_at = excluded.ended_at
), begun AS (
INSERT INTO {schema}.seasons (board, number, started_at)
SELECT :board, :to_season::int, to_timestamp(:at::float8 / 1000) FROM moved
ON CONFLICT (board, number) DO NOTHING
), board AS (
-- The next end of the schedule is computed after this one. The end of a later season may be ordered already.
UPDATE {schema}.boards SET ends_at = NULL, ending_season = CASE WHEN ending_season > :season::int THEN ending_season END
WHERE id = :board AND EXISTS (SELECT 1 FROM moved)
)
SELECT epoch, revision, fence, season FROM moved
