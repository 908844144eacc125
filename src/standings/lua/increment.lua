-- Applies a batch of changes to one board. Scores change nowhere else.
--
-- KEYS[1] scores   sorted set, user id -> score
-- KEYS[2] outbox   stream of accepted changes, entry id <epoch>-<revision>
-- KEYS[3] meta     hash: epoch, revision, run_id, base
-- KEYS[4..]        idempotency records, claims on keys, rate limits; each key once, and changes refer to it by index
--
-- ARGV[1]          how many top scores to return
-- ARGV[2]          seconds for which an idempotency record is kept
-- ARGV[3], ARGV[4] players' rate limit: microseconds an increment, burst
-- ARGV[5], ARGV[6] services' rate limit: microseconds an increment, burst
-- ARGV[7]          the changes as a JSON array, eight elements for each: user id, increment as text, subject, index in
--                  KEYS of the idempotency record (0: none), idempotency key, index in KEYS of the claim on it (0:
--                  none), index in KEYS of the rate limit (0: none), which limit (1: player's, 2: service's)
-- ARGV[8]          the board's id, which is the value of a claim on a key that was used here
--
-- Returns { 'RECOVERING' } when the board is not open, else
--   { epoch, revision, top scores after the batch as JSON: [user id, score as text, ...],
--     four values for each change, separated by spaces: outcome a b c }
--   All changes share one text each way: clients handle many small values one by one, at several times the cost.
--   outcome 0 applied:      a = score, b = revision, c = rank
--           1 replayed:     a = first answer's score, b = first answer's revision, c = rank of that score now
--           2 key reused    3 out of range
--           4 rate limited: a = milliseconds until the change would pass
--           5 outbox failed: the change was not made; a = b = c = 0
--   A refused change writes nothing: no record, no claim, no bucket, no revision.
--
-- Redis never rolls a script back. Everything that can fail is therefore read before the first write, in calls that
-- don't fail on a value of another type (MGET). XADD can fail, so it is the first write of each change, and its error
-- is caught.

-- @include run-id.lua
-- @include token-bucket.lua

local MAX_SAFE = 9007199254740991
local FIELDS = 8

local meta = redis.call('HMGET', KEYS[3], 'epoch', 'revision', 'run_id', 'base')
-- Checking per batch also catches a restart after connecting. It costs 5 us.
if not meta[1] or meta[3] ~= run_id() then return { 'RECOVERING' } end

local epoch, revision = meta[1], tonumber(meta[2])
local now_us = now_in_us()
local now_ms = string.format('%.0f', math.floor(now_us / 1000))

-- Values of KEYS[4..], kept up to date below as changes of the same batch write them.
local values = {}
if #KEYS > 3 then
  for i, value in ipairs(redis.call('MGET', unpack(KEYS, 4))) do values[i + 3] = value end
end
local limits_changed = {}

local changes, users = cjson.decode(ARGV[7]), {}
for i = 1, #changes, FIELDS do users[#users + 1] = changes[i] end
local totals, found = {}, false
for i, total in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(users))) do
  totals[users[i]] = tonumber(total or 0)
  found = found or total
end
-- Standings that vanished (deleted by hand, evicted) must not start again at zero: the worker detects and rebuilds
-- them.
if not found and revision > tonumber(meta[4] or 0) and redis.call('EXISTS', KEYS[1]) == 0 then return { 'RECOVERING' } end

local function rank_of(score)
  return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', score), '+inf') + 1
end

local function apply(i)
  local user, increment_text, subject, record_index, key, claim_index, limit_index, policy =
    unpack(changes, i, i + FIELDS - 1)
  local increment = tonumber(increment_text)

  local record = values[record_index]
  if record then
    local first_revision, first_increment, first_score, first_user =
      string.match(record, '^(%d+) (%-?%d+) (%-?%d+) (.*)$')
    if first_user ~= user or tonumber(first_increment) ~= increment then return 2, 0, 0, 0 end
    return 1, first_score, first_revision, rank_of(tonumber(first_score))
  end
  if values[claim_index] and values[claim_index] ~= ARGV[8] then return 2, 0, 0, 0 end

  local wait, full_at
  if limit_index > 0 then
    local interval, burst = tonumber(ARGV[1 + 2 * policy]), tonumber(ARGV[2 + 2 * policy])
    wait, full_at = look_at_bucket(values[limit_index], now_us, interval, burst)
    if wait > 0 then return 4, wait, 0, 0 end
  end

  local total = totals[user] + increment
  if total > MAX_SAFE or total < -MAX_SAFE then return 3, 0, 0, 0 end

  local score = string.format('%.0f', total)
  local added = redis.pcall('XADD', KEYS[2], epoch .. '-' .. string.format('%.0f', revision + 1),
    'user', user, 'increment', increment_text, 'score', score, 'subject', subject, 'key', key, 'at', now_ms)
  if type(added) == 'table' and added.err then
    -- A server that became a replica refuses all writes. Its READONLY error makes the caller reconnect.
    if string.match(added.err, 'READONLY') then error(added) end
    return 5, 0, 0, 0
  end

  revision = revision + 1
  local new_revision = string.format('%.0f', revision)
  totals[user] = total
  redis.call('ZADD', KEYS[1], score, user)
  if record_index > 0 then
    record = new_revision .. ' ' .. increment_text .. ' ' .. score .. ' ' .. user
    values[record_index] = record
    redis.call('SET', KEYS[record_index], record, 'EX', ARGV[2])
  end
  -- The other changes of this batch are for the same board, so `values` need not hold the new claim.
  if claim_index > 0 then redis.call('SET', KEYS[claim_index], ARGV[8], 'EX', ARGV[2]) end
  if full_at then
    values[limit_index] = string.format('%.0f', full_at)
    limits_changed[limit_index] = full_at
  end
  return 0, score, new_revision, rank_of(total)
end

local results = {}
for i = 1, #changes, FIELDS do
  local n = #results
  results[n + 1], results[n + 2], results[n + 3], results[n + 4] = apply(i)
end

-- No write without a change: with `appendfsync always` each write costs a write to the disk.
if revision > tonumber(meta[2]) then redis.call('HSET', KEYS[3], 'revision', string.format('%.0f', revision)) end
for index, full_at in pairs(limits_changed) do write_bucket(KEYS[index], full_at, now_us) end

local top = redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
-- cjson would encode an empty table as an object.
local top_json = #top > 0 and cjson.encode(top) or '[]'
return { epoch, string.format('%.0f', revision), top_json, table.concat(results, ' ') }
