-- The top scores and the position they belong to, in one step.
--
-- KEYS[1] scores, KEYS[2] meta; ARGV[1] how many, ARGV[2] the position that the caller knows, '' for none
-- Returns nil when Redis does not know the board (it was emptied, or never opened), else
--   { epoch, revision, { user id, score, ... } }, without the rows while the board is still at the known position.

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'revision')
if not meta[1] then return nil end
if meta[1] .. '-' .. meta[2] == ARGV[2] then return meta end
return { meta[1], meta[2], redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES') }
