-- Reads all that recovery needs to know of a board, in one step.
--
-- KEYS[1] scores, KEYS[2] outbox, KEYS[3] meta
-- Returns { server's run_id, run_id that was reconciled or '', epoch or '', revision, fence, whether there are scores
--   (0, 1), outbox length, first outbox id or '', last outbox id or '', base: the revision up to which a board without
--   scores is right }

-- @include run-id.lua

local meta = redis.call('HMGET', KEYS[3], 'run_id', 'epoch', 'revision', 'fence', 'base')
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
return {
  run_id(),
  meta[1] or '',
  meta[2] or '',
  meta[3] or '0',
  meta[4] or '0',
  redis.call('EXISTS', KEYS[1]),
  redis.call('XLEN', KEYS[2]),
  first and first[1] or '',
  last and last[1] or '',
  meta[5] or '0',
}
