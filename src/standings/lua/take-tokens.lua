-- Takes tokens from a subject's bucket, the one that increment.lua charges, for changes that are applied later.
--
-- KEYS[1]  the bucket
-- ARGV[1]  microseconds an increment
-- ARGV[2]  burst
-- ARGV[3]  how many tokens to take; the bucket may have fewer
--
-- Returns { how many tokens were taken, the milliseconds until there is another one: 0 when all were taken }.

-- @include clock.lua
-- @include token-bucket.lua

local now_us = now_in_us()
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = redis.call('GET', KEYS[1])
local taken, wait = 0, 0
while taken < wanted do
  local next_full_at
  wait, next_full_at = look_at_bucket(full_at, now_us, interval, burst)
  if wait > 0 then break end
  taken, full_at = taken + 1, next_full_at
end
if taken > 0 then write_bucket(KEYS[1], full_at, now_us) end
return { taken, wait }
