#!lua flags=allow-oom
-- Removes idempotency records, in either form, unless another worker leads by now: the records may belong to its
-- changes. Where keys are claimed on the same server, it removes those claims too, unless a key was used on another
-- board since.
--
-- KEYS[1] meta, KEYS[2] prefix of the records
-- ARGV[1] fence
-- ARGV[2] the records as a JSON array, three elements for each: its field, when it was written, in milliseconds since the
--         Unix epoch, and 1 where its key may be claimed, else 0
-- ARGV[3] the board's id, ARGV[4] prefix of the claims; '' where they lie elsewhere
-- Returns 1 when done, 0 when the fence is too low.

-- @include fence.lua
-- @include day-hash.lua

if is_superseded(redis.call('HGET', KEYS[1], 'fence'), ARGV[1]) then return 0 end

local records = cjson.decode(ARGV[2])
for i = 1, #records, 3 do
  local field, day, may_be_claimed = records[i], day_of(records[i + 1]), records[i + 2] == 1
  redis.call('HDEL', day_key(KEYS[2], day), field)
  redis.call('UNLINK', KEYS[2] .. ':' .. field)
  if may_be_claimed and ARGV[4] ~= '' then
    local claims, former = day_key(ARGV[4], day), ARGV[4] .. ':' .. field
    if redis.call('HGET', claims, field) == ARGV[3] then redis.call('HDEL', claims, field) end
    -- MGET, because it does not fail on a value of another type.
    if redis.call('MGET', former)[1] == ARGV[3] then redis.call('UNLINK', former) end
  end
end
return 1
