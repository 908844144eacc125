-- Several players' rows with their ranks, in one step: O(log n) a player.
--
-- KEYS[1] scores, KEYS[2] meta, KEYS[3] stamps
-- ARGV[1] the season that the caller means, '' for the one that runs; ARGV[2] and on: user ids, each once
-- Returns nil when Redis does not know the board, { season } when another season runs, else { season, rules, JSON array
--   [member, score as it is kept, how many players stand better, ...] } with three elements for each player that has a
--   score.
--   One text for all players, because clients handle many small values one by one, at several times the cost.

-- @include board-rules.lua

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'season', 'rules')
if not meta[1] then return nil end
local season = meta[2] or '1'
if ARGV[1] ~= '' and ARGV[1] ~= season then return { season } end
local _, _, is_stamped = rules_of(meta[3])

local members = {}
for i = 2, #ARGV do
  members[#members + 1] = member_of(ARGV[i], is_stamped, KEYS[3]) or nil
end

-- Many players of a list may have the same score.
local better_than = {}
local function count_better(member, score)
  if is_stamped then return redis.call('ZREVRANK', KEYS[1], member) end
  better_than[score] = better_than[score] or redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
  return better_than[score]
end

local found = {}
local scores = #members > 0 and redis.call('ZMSCORE', KEYS[1], unpack(members)) or {}
for i, member in ipairs(members) do
  local score = scores[i]
  if score then
    local at = #found
    found[at + 1], found[at + 2], found[at + 3] = member, score, count_better(member, score)
  end
end
-- An empty table would become an object.
return { season, meta[3] or '', #found > 0 and cjson.encode(found) or '[]' }
