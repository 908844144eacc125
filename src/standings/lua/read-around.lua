-- Players' rows and their neighbours, with the numbers from which ranks are computed, in one step: O(log n + radius) a
-- player.
--
-- KEYS[1] scores, KEYS[2] meta, KEYS[3] stamps; ARGV two for each player: user id, radius
-- Returns nil when Redis does not know the board, else { revision, season or nil for the first, rules or nil, JSON array
--   with one element for each player }: false for a player without a score, for every other one [first position
--   (0-based), how many rows stand above the first row and its ties, [member, score as kept, as text, ...]].
--   One text for all players, because clients handle many small values one by one, at several times the cost.

-- @include board-rules.lua

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'revision', 'season', 'rules')
if not meta[1] then return nil end
local _, _, is_stamped = rules_of(meta[4])

local function around(user, radius)
  local member = member_of(user, is_stamped, KEYS[3])
  local position = member and redis.call('ZREVRANK', KEYS[1], member)
  if not position then return false end
  local first = math.max(position - radius, 0)
  local rows = redis.call('ZREVRANGE', KEYS[1], first, position + radius, 'WITHSCORES')
  return { first, is_stamped and first or redis.call('ZCOUNT', KEYS[1], '(' .. rows[2], '+inf'), rows }
end

local found = {}
for i = 1, #ARGV, 2 do found[#found + 1] = around(ARGV[i], tonumber(ARGV[i + 1])) end
-- An empty table would become an object.
return { meta[2], meta[3], meta[4], #found > 0 and cjson.encode(found) or '[]' }
