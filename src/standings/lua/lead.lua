#!lua flags=allow-oom
-- What only the leading worker may do to a board. Its fence is written down at its first step, and whoever holds a lower
-- one from then on (a worker that slept while another took over) changes nothing. Allowed when Redis is full, as it is
-- the worker that makes room.
--
-- KEYS[1] meta, KEYS[2] outbox, KEYS[3] where the outbox of an abandoned state waits
-- ARGV[1] fence, ARGV[2] action, and its arguments:
--   'claim'    nothing but writing the fence down
--   'close'    refuse writes from now on
--   'create'   a board that Redis does not know, closed. ARGV[3], ARGV[4] its epoch and revision
--   'advance'  go on in a later epoch, closed, from what the caller has seen. ARGV[3], ARGV[4] the new epoch and revision,
--              ARGV[5], ARGV[6] those that were seen
--   'open'     let writes in, on this very server process, at what was reconciled: ARGV[3], ARGV[4] epoch and revision
--   'abandon'  begin a rebuild, closed: set the outbox aside, unless an earlier attempt has. ARGV[3] the epoch to come
-- Returns 1 when done, 0 when the fence is too low or the board is not what the caller thinks: Redis may have been emptied,
-- or come back with an older copy, between any two steps.

-- @include fence.lua
-- @include run-id.lua

local held, epoch, revision = unpack(redis.call('HMGET', KEYS[1], 'fence', 'epoch', 'revision'))
if is_superseded(held, ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1])

local action = ARGV[2]

if action == 'close' then redis.call('HDEL', KEYS[1], 'run_id') end

if action == 'create' then
  if epoch then return 0 end
  redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'revision', ARGV[4], 'base', ARGV[4])
end

if action == 'advance' then
  if epoch ~= ARGV[5] or revision ~= ARGV[6] then return 0 end
  redis.call('HDEL', KEYS[1], 'run_id')
  redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'revision', ARGV[4])
  -- Without scores so far, there need be none now.
  if redis.call('HGET', KEYS[1], 'base') == revision then redis.call('HSET', KEYS[1], 'base', ARGV[4]) end
end

if action == 'open' then
  if epoch ~= ARGV[3] or revision ~= ARGV[4] then return 0 end
  redis.call('HSET', KEYS[1], 'run_id', run_id())
end

if action == 'abandon' then
  if tonumber(epoch or 0) >= tonumber(ARGV[3]) then return 0 end
  redis.call('HDEL', KEYS[1], 'run_id')
  redis.call('HSET', KEYS[1], 'rebuilding', run_id())
  if redis.call('EXISTS', KEYS[2]) == 1 and redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('RENAME', KEYS[2], KEYS[3])
  end
end
return 1
