-- Removes a board from the set of boards with work, unless it was marked meanwhile.
--
-- KEYS[1] the set of boards with work
-- ARGV[1] the board
-- ARGV[2] the milliseconds that its mark must be old
-- Returns 1 when the set does not hold the board any more, else 0.

-- @include clock.lua

local marked_at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not marked_at then return 1 end
if math.floor(now_in_us() / 1000) - tonumber(marked_at) <= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
