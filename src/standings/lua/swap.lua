#!lua flags=allow-oom
-- Puts rebuilt standings in the place of the old ones. The board stays closed until lead.lua opens it. The abandoned
-- outbox is kept under its final name. An earlier epoch never overwrites a later one.
--
-- KEYS[1] scores, KEYS[2] outbox, KEYS[3] meta, KEYS[4] rebuilt scores, KEYS[5] the abandoned outbox,
-- KEYS[6] the final name of the abandoned outbox, KEYS[7] stamps, KEYS[8] rebuilt stamps
-- ARGV[1] fence, ARGV[2] new epoch, ARGV[3] new revision, ARGV[4] how many rebuilt scores there must be
-- ARGV[5..9] what the board is: see 'define' in lead.lua
-- Returns 1 when done, -1 when the count differs, 0 when the fence is too low, the board is in this epoch or a later
--   one, or Redis was restarted or emptied since the rebuild began (the restored idempotency records may be gone).

-- @include fence.lua
-- @include run-id.lua

local held, epoch, rebuilding, upgraded_at =
  unpack(redis.call('HMGET', KEYS[3], 'fence', 'epoch', 'rebuilding', 'upgraded_at'))
if is_superseded(held, ARGV[1]) or tonumber(epoch or 0) >= tonumber(ARGV[2]) then return 0 end
if rebuilding ~= run_id() then return 0 end
if redis.call('ZCARD', KEYS[4]) ~= tonumber(ARGV[4]) then return -1 end

for rebuilt, place in pairs({ [KEYS[4]] = KEYS[1], [KEYS[8]] = KEYS[7] }) do
  redis.call('DEL', place)
  if redis.call('EXISTS', rebuilt) == 1 then
    redis.call('RENAME', rebuilt, place)
    redis.call('PERSIST', place)
  end
end
if redis.call('EXISTS', KEYS[5]) == 1 then redis.call('RENAME', KEYS[5], KEYS[6]) end
redis.call('DEL', KEYS[2], KEYS[3])
-- `base` is the revision up to which a board without scores is right.
local base = tonumber(ARGV[4]) > 0 and '0' or ARGV[3]
redis.call('HSET', KEYS[3], 'fence', 'f' .. ARGV[1], 'epoch', ARGV[2], 'revision', ARGV[3], 'base', base, 'format', '2',
  'rules', ARGV[5], 'archived', ARGV[6], 'definition', ARGV[7], 'season', ARGV[8], 'season_at', ARGV[9])
if upgraded_at then redis.call('HSET', KEYS[3], 'upgraded_at', upgraded_at) end
return 1
