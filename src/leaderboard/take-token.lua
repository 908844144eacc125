-- Takes a token from a subject's bucket: the rate limit of increment.lua, for changes that are applied later.
--
-- KEYS[1]  the bucket: the time, in microseconds since the epoch, at which it is full again (GCRA)
-- ARGV[1]  microseconds an increment
-- ARGV[2]  burst
--
-- Returns the milliseconds to wait, 0 when the token was taken.

local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) or 0, now_us) + interval
local wait = full_at - now_us - burst * interval
if wait > 0 then return math.ceil(wait / 1000) end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now_us) / 1000) + 1)
return 0
