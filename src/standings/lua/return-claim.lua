#!lua flags=allow-oom
-- Takes a call whose change was refused off the claim that take-claim.lua made or joined. Allowed when Redis is full,
-- because a full Redis is a reason to refuse changes.
--
-- KEYS[1] the claim; ARGV[1] the board's id
-- Returns 1 when the key is free again, else 0.

local board, calls = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+)$')
if board ~= ARGV[1] then return 0 end
if tonumber(calls) == 1 then return redis.call('UNLINK', KEYS[1]) end
redis.call('SET', KEYS[1], board .. ' ' .. string.format('%d', calls - 1), 'KEEPTTL')
return 0
