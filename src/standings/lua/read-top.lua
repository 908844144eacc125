-- The top scores and the position they belong to, in one step.
--
-- KEYS[1] scores, KEYS[2] meta; ARGV[1] how many, ARGV[2] the position that the caller knows, '' for none
-- Returns nil when Redis does not know the board (it was emptied, or never opened), else
--   { epoch, revision, season or nil for the first, rules or nil, { member, score as kept, ... } }, see
--   include/board-rules.lua; and { epoch, revision } alone while the board is still at the known position.

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'revision', 'season', 'rules')
if not meta[1] then return nil end
if meta[1] .. '-' .. meta[2] == ARGV[2] then return { meta[1], meta[2] } end
meta[5] = redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
return meta
