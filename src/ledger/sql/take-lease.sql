-- Takes the right to write a board from whoever had it. A board that is not known yet starts in epoch 0.
--
-- :board
-- :at_least  the fence is no lower
-- Returns the cursor.
INSERT INTO {schema}.sync_cursor AS c (board, epoch, revision, fence) VALUES (:board, 0, 0, :at_least)
ON CONFLICT (board) DO UPDATE SET fence = greatest(c.fence + 1, :at_least), updated_at = now()
RETURNING epoch, revision, fence
