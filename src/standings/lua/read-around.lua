-- Players' rows and their neighbours, with the numbers from which ranks are computed, in one step: O(log n + radius) a
-- player.
--
-- KEYS[1] scores, KEYS[2] meta; ARGV two for each player: user id, radius
-- Returns nil when Redis does not know the board, else { revision, JSON array with one element for each player }: false
--   for a player without a score, for every other one [first position (0-based), how many scores are higher than the
--   first row's, [user id, score as text, ...]].
--   One text for all players, because clients handle many small values one by one, at several times the cost.

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'revision')
if not meta[1] then return nil end

local function around(user, radius)
  local position = redis.call('ZREVRANK', KEYS[1], user)
  if not position then return false end
  local first = math.max(position - radius, 0)
  local rows = redis.call('ZREVRANGE', KEYS[1], first, position + radius, 'WITHSCORES')
  return { first, redis.call('ZCOUNT', KEYS[1], '(' .. rows[2], '+inf'), rows }
end

local found = {}
for i = 1, #ARGV, 2 do found[#found + 1] = around(ARGV[i], tonumber(ARGV[i + 1])) end
-- An empty table would become an object.
return { meta[2], #found > 0 and cjson.encode(found) or '[]' }
