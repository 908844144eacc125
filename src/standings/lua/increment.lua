-- Applies a batch of changes to one board. Scores change nowhere else.
--
-- KEYS[1] scores   sorted set, user id -> score
-- KEYS[2] outbox   stream of accepted batches, entry id <epoch>-<revision of the batch's last change>
-- KEYS[3] meta     hash: epoch, revision, run_id, base, format, upgraded_at
-- KEYS[4] records  prefix of the idempotency records' hashes, see include/day-hash.lua
-- KEYS[5..]        rate limits; each key once, and changes refer to it by index
--
-- ARGV[1]          how many top scores to return
-- ARGV[2], ARGV[3] players' rate limit: microseconds an increment, burst
-- ARGV[4], ARGV[5] services' rate limit: microseconds an increment, burst
-- ARGV[6]          the board's id, which is the value of a claim on a key that was used here
-- ARGV[7]          prefix of the hashes with the claims; '' where keys are not claimed
-- ARGV[8]          the changes as a JSON array, seven elements for each: user id, increment as text, subject (0: the user
--                  id), idempotency key (0: none), field of its record (0: none), index in KEYS of the rate limit (0:
--                  none), sum of 1 (count the rank), 2 (claim the key) and 4 (the rate limit is a service's)
--
-- Returns { 'RECOVERING' } when the board is not open, else
--   { epoch, revision, top scores after the batch as JSON: [user id, score as text, ...],
--     five values for each change, separated by spaces: outcome a b c full }
--   All changes share one text each way: clients handle many small values one by one, at several times the cost.
--   outcome 0 applied:      a = score, b = revision, c = rank of that score after the batch, 0 where it is not asked for
--           1 replayed:     a = first answer's score, b = first answer's revision, c as above
--           2 key reused    3 out of range
--           4 rate limited: a = milliseconds until the change would pass
--           5 outbox failed: no change of the batch was made; a = b = c = 0
--   full: milliseconds until the change's bucket is full again, 0 where it has none or was not looked at
--   A refused change writes nothing: no record, no claim, no bucket, no revision.
--
-- An outbox entry has the fields v (its format, '2'), at (milliseconds since the Unix epoch), n (how many changes) and
-- changes (a JSON array, five elements for each: user id, increment as text, total as text, subject (0: the user id, 1:
-- the subject of the change before), idempotency key (0: none)). Before the first leader of this release each change is an entry of its own, with the
-- fields user, increment, score, subject, key and at.
--
-- Redis never rolls a script back. Everything that can fail is therefore read before the first write. XADD can fail, so
-- it is the first write, and its error is caught.

-- @include run-id.lua
-- @include clock.lua
-- @include token-bucket.lua
-- @include release.lua
-- @include day-hash.lua

local MAX_SAFE = 9007199254740991
local FIELDS = 7
local RESULTS = 5

local meta = redis.call('HMGET', KEYS[3], 'epoch', 'revision', 'run_id', 'base', 'format', 'upgraded_at')
-- Checking per batch also catches a restart after connecting. It costs 5 us.
if not meta[1] or meta[3] ~= run_id() then return { 'RECOVERING' } end

local epoch, revision = meta[1], tonumber(meta[2])
local now_us = now_in_us()
local now_ms = math.floor(now_us / 1000)
local today = day_of(now_ms)
local batched, writes_former, reads_former = forms(meta[5], meta[6], now_ms)

local changes = cjson.decode(ARGV[8])
local users, fields, claimed = {}, {}, {}
for i = 1, #changes, FIELDS do
  users[#users + 1] = changes[i]
  local field = changes[i + 4]
  if field ~= 0 then
    fields[#fields + 1] = field
    if changes[i + 6] % 4 >= 2 then claimed[#claimed + 1] = field end
  end
end

-- Records, claims, buckets and totals, kept up to date below as changes of the same batch write them.
local records, claims, buckets, totals = {}, {}, {}, {}

local function find(prefix, wanted, found)
  if #wanted == 0 then return end
  find_in_days(prefix, today, wanted, found)
  if not reads_former then return end
  local names = {}
  for i, field in ipairs(wanted) do names[i] = prefix .. ':' .. field end
  -- MGET does not fail on a value of another type.
  for i, value in ipairs(redis.call('MGET', unpack(names))) do found[wanted[i]] = found[wanted[i]] or value end
end
find(KEYS[4], fields, records)
find(ARGV[7], claimed, claims)
if #KEYS > 4 then
  for i, value in ipairs(redis.call('MGET', unpack(KEYS, 5))) do buckets[i + 4] = value end
end
local function read_totals()
  local found = false
  for i, total in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(users))) do
    totals[users[i]] = tonumber(total or 0)
    found = found or total
  end
  return found
end
local found = read_totals()
-- Standings that vanished (deleted by hand, evicted) must not start again at zero: the worker detects and rebuilds
-- them.
if not found and revision > tonumber(meta[4] or 0) and redis.call('EXISTS', KEYS[1]) == 0 then return { 'RECOVERING' } end

-- What the applied changes write, all of it at once.
local entry, new_records, new_claims = {}, {}, {}
local new_scores, new_buckets = {}, {}
local last_subject

local function apply(i)
  local user, increment_text, subject, key, field, limit_index, flags = unpack(changes, i, i + FIELDS - 1)
  local increment = tonumber(increment_text)

  local record = records[field]
  if record then
    local first_revision, first_increment, first_score, first_user =
      string.match(record, '^(%d+) (%-?%d+) (%-?%d+) (.*)$')
    if first_user ~= user or tonumber(first_increment) ~= increment then return 2, 0, 0 end
    return 1, first_score, first_revision
  end
  local claims_key = flags % 4 >= 2
  if claims_key and claims[field] and claims[field] ~= ARGV[6] then return 2, 0, 0 end

  local wait, full_at
  local full = 0
  if limit_index > 0 then
    local policy = flags >= 4 and 4 or 2
    wait, full_at = look_at_bucket(buckets[limit_index], now_us, tonumber(ARGV[policy]), tonumber(ARGV[policy + 1]))
    full = math.ceil((full_at - now_us) / 1000)
    if wait > 0 then return 4, wait, 0, full end
  end

  local total = totals[user] + increment
  if total > MAX_SAFE or total < -MAX_SAFE then return 3, 0, 0 end

  revision = revision + 1
  local score, new_revision = string.format('%.0f', total), string.format('%.0f', revision)
  totals[user] = total
  new_scores[user] = score
  local n = #entry
  entry[n + 1], entry[n + 2], entry[n + 3], entry[n + 5] = user, increment_text, score, key
  entry[n + 4] = batched and subject == last_subject and subject ~= 0 and 1 or subject
  last_subject = subject
  if field ~= 0 then
    record = new_revision .. ' ' .. increment_text .. ' ' .. score .. ' ' .. user
    records[field] = record
    new_records[#new_records + 1], new_records[#new_records + 2] = field, record
    -- The other changes of this batch are for the same board, so `claims` need not hold the new one.
    if claims_key then new_claims[#new_claims + 1], new_claims[#new_claims + 2] = field, ARGV[6] end
  end
  if full_at then
    buckets[limit_index] = full_at
    new_buckets[limit_index] = full_at
  end
  return 0, score, new_revision, full
end

-- Returns the error, if Redis refuses the first entry; then nothing is written.
local function write_outbox(first_revision, count)
  local at = string.format('%.0f', now_ms)
  if batched then
    local id = epoch .. '-' .. string.format('%.0f', revision)
    return redis.pcall('XADD', KEYS[2], id, 'v', '2', 'at', at, 'n', count, 'changes', cjson.encode(entry)).err
  end
  for i = 1, count do
    local user, increment, score, subject, key = unpack(entry, 5 * i - 4, 5 * i)
    local id = epoch .. '-' .. string.format('%.0f', first_revision + i - 1)
    local added = redis.pcall('XADD', KEYS[2], id, 'user', user, 'increment', increment, 'score', score, 'subject',
      subject == 0 and user or subject, 'key', key == 0 and '' or key, 'at', at)
    if added.err then return added.err end
  end
end

-- `values` holds fields and their values in turn.
local function write_keyed(prefix, values)
  if #values == 0 then return end
  if batched then write_day(prefix, today, values) end
  if not writes_former then return end
  for i = 1, #values, 2 do redis.call('SET', prefix .. ':' .. values[i], values[i + 1], 'EX', DAY_SECONDS) end
end

local first_revision = revision + 1
local results = {}
for i = 1, #changes, FIELDS do
  local n = #results
  local outcome, a, b, full = apply(i)
  results[n + 1], results[n + 2], results[n + 3], results[n + 4], results[n + 5] = outcome, a, b, 0, full or 0
end

-- No write without a change: with `appendfsync always` each write costs a write to the disk.
if revision >= first_revision then
  local refused = write_outbox(first_revision, revision - first_revision + 1)
  if refused then
    -- A server that became a replica refuses all writes. Its READONLY error makes the caller reconnect.
    if string.match(refused, 'READONLY') then return redis.error_reply(refused) end
    -- The other changes were judged as if these had been made. Only replays of earlier batches stand.
    for n = 0, #results - RESULTS, RESULTS do
      if results[n + 1] ~= 1 or tonumber(results[n + 3]) >= first_revision then
        results[n + 1], results[n + 2], results[n + 3], results[n + 5] = 5, 0, 0, 0
      end
    end
    revision = first_revision - 1
    read_totals()
  else
    local members = {}
    for user, score in pairs(new_scores) do members[#members + 1], members[#members + 2] = score, user end
    redis.call('ZADD', KEYS[1], unpack(members))
    redis.call('HSET', KEYS[3], 'revision', string.format('%.0f', revision))
    write_keyed(KEYS[4], new_records)
    write_keyed(ARGV[7], new_claims)
    for index, full_at in pairs(new_buckets) do write_bucket(KEYS[index], full_at, now_us) end
  end
end

-- Ranks are those after the batch. A player whose later change of this batch raised the score further counts once.
for i = 1, #changes, FIELDS do
  local n = (i - 1) / FIELDS * RESULTS
  if changes[i + 6] % 2 == 1 and results[n + 1] <= 1 then
    local score = results[n + 2]
    local higher = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
    results[n + 4] = totals[changes[i]] > tonumber(score) and higher or higher + 1
  end
end

local top = redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
-- cjson would encode an empty table as an object.
local top_json = #top > 0 and cjson.encode(top) or '[]'
return { epoch, string.format('%.0f', revision), top_json, table.concat(results, ' ') }
