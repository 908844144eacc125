-- Marks a profile that is about to change in PostgreSQL, and tells the processes that hold it. Until the change is kept
-- here, or the mark is old, PostgreSQL is asked for this profile: see keep-profiles.lua.
--
-- KEYS[1] the profiles, KEYS[2] the changes; ARGV[1] user id, ARGV[2] the mark's token, ARGV[3] how many changes to keep
-- Returns nothing.

-- @include clock.lua

redis.call('HSET', KEYS[1], ARGV[1], string.format('? %.0f %s', now_in_us() / 1000, ARGV[2]))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'user', ARGV[1])
