-- Lists the boards with work.
--
-- KEYS[1] the set of boards with work
-- Returns { now in milliseconds, { board, when it was marked last, ... } }.

-- @include clock.lua

local now = string.format('%.0f', math.floor(now_in_us() / 1000))
return { now, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES') }
