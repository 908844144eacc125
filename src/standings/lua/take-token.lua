-- Takes a token from a subject's bucket, the one that increment.lua charges, for a change that is applied later.
--
-- KEYS[1]  the bucket
-- ARGV[1]  microseconds an increment
-- ARGV[2]  burst
--
-- Returns the milliseconds to wait, 0 when the token was taken.

-- @include clock.lua
-- @include token-bucket.lua

local now_us = now_in_us()
local wait, full_at = look_at_bucket(redis.call('GET', KEYS[1]), now_us, tonumber(ARGV[1]), tonumber(ARGV[2]))
if wait > 0 then return wait end
write_bucket(KEYS[1], full_at, now_us)
return 0
