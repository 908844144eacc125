#!lua flags=allow-oom
-- The actions on a board that only the leader may take. Its first action writes its fence down. From then on a worker
-- with a lower fence (one that slept while another took over) changes nothing. Allowed when Redis is full, because the
-- leader makes room.
--
-- KEYS[1] meta, KEYS[2] outbox, KEYS[3] the outbox of the abandoned state
-- ARGV[1] fence, ARGV[2] action, and its arguments:
--   'claim'    only write the fence down
--   'close'    refuse writes from now on
--   'create'   make a board that Redis does not know, closed. ARGV[3], ARGV[4] its epoch and revision
--   'advance'  go on in a later epoch, closed, from the position that the caller saw. ARGV[3], ARGV[4] the new epoch
--              and revision, ARGV[5], ARGV[6] the epoch and revision that the caller saw
--   'open'     accept writes, on this server process only, at the reconciled position. ARGV[3], ARGV[4] its epoch and
--              revision
--   'define'   write down what the board is. ARGV[3] its rules, ARGV[4] 1 where it is archived, else 0, ARGV[5] its
--              definition as JSON, ARGV[6], ARGV[7] the season that runs and when it began, in milliseconds since the
--              Unix epoch; '' keeps the season as it is
--   'abandon'  begin a rebuild, closed: set the outbox aside, unless an earlier attempt did. ARGV[3] the next epoch
-- Returns 1 when done, 0 when the fence is too low or the board is not where the caller saw it: Redis may have been
-- emptied, or come back with an older copy, between any two steps.

-- @include fence.lua
-- @include run-id.lua
-- @include clock.lua

local held, epoch, revision, format = unpack(redis.call('HMGET', KEYS[1], 'fence', 'epoch', 'revision', 'format'))
if is_superseded(held, ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', 'f' .. ARGV[1])

local function remember_former_release()
  redis.call('HSETNX', KEYS[1], 'upgraded_at', string.format('%.0f', math.floor(now_in_us() / 1000)))
end

-- From now on outbox entries hold batches. A worker of the release before can't write PostgreSQL any more, because this
-- one took a newer fence there before it came here.
if format ~= '2' then
  redis.call('HSET', KEYS[1], 'format', '2')
  if epoch then remember_former_release() end
end

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
  -- A board that rightly had no scores at the old revision rightly has none at the new one.
  if redis.call('HGET', KEYS[1], 'base') == revision then redis.call('HSET', KEYS[1], 'base', ARGV[4]) end
end

if action == 'open' then
  if epoch ~= ARGV[3] or revision ~= ARGV[4] then return 0 end
  redis.call('HSET', KEYS[1], 'run_id', run_id())
end

if action == 'define' then
  redis.call('HSET', KEYS[1], 'rules', ARGV[3], 'archived', ARGV[4], 'definition', ARGV[5])
  if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'season', ARGV[6], 'season_at', ARGV[7]) end
end

if action == 'abandon' then
  if tonumber(epoch or 0) >= tonumber(ARGV[3]) then return 0 end
  redis.call('HDEL', KEYS[1], 'run_id')
  redis.call('HSET', KEYS[1], 'rebuilding', run_id())
  -- Redis was emptied, so nobody knows which releases work on this board.
  if not epoch then remember_former_release() end
  if redis.call('EXISTS', KEYS[2]) == 1 and redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('RENAME', KEYS[2], KEYS[3])
  end
end
return 1
