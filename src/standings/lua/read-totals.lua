-- Some players' totals, and where the board is, in one step: O(1) a player.
--
-- KEYS[1] scores, KEYS[2] meta, KEYS[3] stamps
-- ARGV user ids
-- Returns nil when Redis does not know the board, else { epoch, revision, season, scores } with a score for each player,
--   as it is kept, or nil.

-- @include board-rules.lua

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'revision', 'season', 'rules')
if not meta[1] then return nil end
local _, _, is_stamped = rules_of(meta[4])

local scores = {}
for i, user in ipairs(ARGV) do
  local member = member_of(user, is_stamped, KEYS[3])
  scores[i] = member and redis.call('ZSCORE', KEYS[1], member) or false
end
return { meta[1], meta[2], meta[3] or '1', scores }
