-- What a viewer may know of a board's state, in one step: O(1).
--
-- KEYS[1] meta
-- Returns nil when Redis does not know the board, else { whether it is open to changes (0, 1), epoch, revision, season }

-- @include run-id.lua

local meta = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'season', 'run_id')
if not meta[1] then return nil end
return { meta[4] == run_id() and 1 or 0, meta[1], meta[2], meta[3] or '1' }
