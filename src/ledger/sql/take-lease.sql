-- Takes the right to write a board from its previous holder. A board that PostgreSQL does not know starts in epoch 0.
--
-- :board
-- :at_least  the lowest fence to take
-- Returns the cursor.
INSERT INTO {schema}.sync_cursor AS c (board, epoch, revision, fence) VALUES (:board, 0, 0, :at_least)
ON CONFLICT (board) DO UPDATE SET fence = greatest(c.fence + 1, :at_least), updated_at = now()
RETURNING epoch, revision, fence, season
