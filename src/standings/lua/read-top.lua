-- The top scores and the revision they belong to, in one step.
--
-- KEYS[1] scores, KEYS[2] meta; ARGV[1] how many
-- Returns nil when Redis does not know the board (it was emptied, or never opened), else
--   { revision, { user id, score, ... } }.

local revision = redis.call('HGET', KEYS[2], 'revision')
if not revision then return nil end
return { revision, redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES') }
