-- Seasons that ended and whose standings are not written yet, or whose totals are not removed yet.
--
-- :count  the most rows
SELECT s.board, s.number, b.sort_order, b.ties FROM {schema}.seasons s LEFT JOIN {schema}.boards b ON b.id = s.board
WHERE s.ended_at IS NOT NULL AND s.cleared_at IS NULL ORDER BY s.board, s.number LIMIT :count
