-- Claims an idempotency key for a board before the change is sent. Used in a Redis Cluster, where a claim and a board
-- lie on different slots.
--
-- KEYS[1] the claim; ARGV[1] the board's id, ARGV[2] seconds for which the claim is kept
-- The claim reads '<board> <calls>'. It counts the calls under way, those whose change was accepted, and those whose
-- outcome is unknown. return-claim.lua takes each refused call off again, and removes the claim with the last one. A
-- claim that reads '<board>' alone stands until it expires.
-- Returns 1 when this call made the claim, 2 when the board held the key already, 0 when another board holds it.

local board, calls = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) ?(%d*)$')
if not board then
  redis.call('SET', KEYS[1], ARGV[1] .. ' 1', 'EX', ARGV[2])
  return 1
end
if board ~= ARGV[1] then return 0 end
if calls ~= '' then redis.call('SET', KEYS[1], board .. ' ' .. string.format('%d', calls + 1), 'KEEPTTL') end
return 2
