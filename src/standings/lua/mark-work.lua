-- Marks a board as one with work, by Redis' clock.
--
-- KEYS[1] the set of boards with work
-- ARGV[1] the board

-- @include clock.lua

redis.call('ZADD', KEYS[1], string.format('%.0f', math.floor(now_in_us() / 1000)), ARGV[1])
return 1
