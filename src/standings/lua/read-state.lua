-- Reads all that recovery needs to know of a board, in one step.
--
-- KEYS[1] scores, KEYS[2] outbox, KEYS[3] meta
-- Returns { server's run_id, run_id that was reconciled or '', epoch or '', revision, fence, whether there are scores
--   (0, 1), first outbox id or '', how many changes that entry holds, last outbox id or '', base: the revision up to
--   which a board without scores is right, season }

-- @include run-id.lua
-- @include fence.lua

-- A season's end, and an entry of the release before, count as one change and have no field n.
local function changes_in(entry)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'n' then return entry[2][i + 1] end
  end
  return '1'
end

local meta = redis.call('HMGET', KEYS[3], 'run_id', 'epoch', 'revision', 'fence', 'base', 'season')
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
return {
  run_id(),
  meta[1] or '',
  meta[2] or '',
  meta[3] or '0',
  string.format('%.0f', fence_number(meta[4])),
  redis.call('EXISTS', KEYS[1]),
  first and first[1] or '',
  first and changes_in(first) or '0',
  last and last[1] or '',
  meta[5] or '0',
  meta[6] or '1',
}
