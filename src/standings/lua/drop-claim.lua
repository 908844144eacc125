#!lua flags=allow-oom
-- Frees the key of an abandoned change, unless the key was used on another board since.
--
-- KEYS[1] the claim; ARGV[1] the board's id

-- MGET, because it does not fail on a value of another type.
local claim = redis.call('MGET', KEYS[1])[1]
if claim and string.match(claim, '^%S+') == ARGV[1] then redis.call('UNLINK', KEYS[1]) end
return 1
