#!lua flags=allow-oom
-- Forgets idempotency records, unless another worker leads by now: these may be its own.
--
-- KEYS[1] meta, KEYS[2..] records; ARGV[1] fence
-- Returns 1 when done, 0 when the fence is too low.

if tonumber(redis.call('HGET', KEYS[1], 'fence') or 0) > tonumber(ARGV[1]) then return 0 end
for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1
