#!lua flags=allow-oom
-- Removes idempotency records, unless another worker leads by now: the records may belong to its changes. Where the
-- claims on their keys lie on the same server, it removes those too, unless a key was used on another board since.
--
-- KEYS[1] meta, KEYS[2..] records, then claims; ARGV[1] fence, ARGV[2] how many records there are, ARGV[3] the board's
-- id
-- Returns 1 when done, 0 when the fence is too low.

-- @include fence.lua

if is_superseded(redis.call('HGET', KEYS[1], 'fence'), ARGV[1]) then return 0 end
local records = tonumber(ARGV[2])
for i = 2, #KEYS do
  -- MGET, because it does not fail on a value of another type.
  local is_ours = i <= 1 + records or redis.call('MGET', KEYS[i])[1] == ARGV[3]
  if is_ours then redis.call('UNLINK', KEYS[i]) end
end
return 1
