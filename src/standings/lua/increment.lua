-- Applies a batch of changes to one board. Scores change nowhere else.
--
-- KEYS[1] scores   sorted set of members and their scores, see include/board-rules.lua
-- KEYS[2] outbox   stream of accepted batches, entry id <epoch>-<revision of the batch's last change>
-- KEYS[3] meta     hash: epoch, revision, run_id, base, format, upgraded_at, rules, season, archived
-- KEYS[4] records  prefix of the idempotency records' hashes, see include/day-hash.lua
-- KEYS[5] stamps   hash: user id -> stamp, on boards where ties go to the first to reach a score
-- KEYS[6..]        rate limits; each key once, and changes refer to it by index
--
-- ARGV[1]          how many top scores to return
-- ARGV[2], ARGV[3] players' rate limit: microseconds an increment, burst
-- ARGV[4], ARGV[5] services' rate limit: microseconds an increment, burst
-- ARGV[6]          the board's id, which is the value of a claim on a key that was used here
-- ARGV[7]          prefix of the hashes with the claims; '' where keys are not claimed
-- ARGV[8]          the changes as a JSON array, seven elements for each: user id, amount as text (the increment, or on
--                  boards that take scores the score), subject (0: the user id), idempotency key (0: none), field of its
--                  record (0: none), index in KEYS of the rate limit (0: none), sum of 1 (count the rank), 2 (claim the
--                  key), 4 (the rate limit is a service's) and 8 times the season that the change is for (0: any)
--
-- Returns { 'RECOVERING' } when the board is not open, else
--   { epoch, revision, top scores after the batch as JSON: [member, score as kept, as text, ...],
--     five values for each change, separated by spaces: outcome a b c full, the board's rules, '' for those of old }
--   All changes share one text each way: clients handle many small values one by one, at several times the cost.
--   outcome 0 applied:      a = score, b = revision, c = rank of that score after the batch, 0 where it is not asked for
--           1 replayed:     a = first answer's score, b = first answer's revision, c as above
--           2 key reused    3 out of range
--           4 rate limited: a = milliseconds until the change would pass
--           5 outbox failed: no change of the batch was made; a = b = c = 0
--           6 season closed 7 board archived
--           8 unchanged:    accepted, but the score stays as it is; a, b, c as for 0
--           9 replayed, and the first answer was 8
--   full: milliseconds until the change's bucket is full again, 0 where it has none or was not looked at
--   A refused change writes nothing: no record, no claim, no bucket, no revision.
--
-- An outbox entry has the fields v (its format, '2'), at (milliseconds since the Unix epoch), n (how many changes),
-- s (the season, left out for the first) and changes (a JSON array, five elements for each: user id, amount as text,
-- total as text, subject (0: the user id, 1: the subject of the change before), idempotency key (0: none)). The amount
-- of a change that left the score as it was begins with '='. Such a change is an entry only if it has a key, so that a
-- recovery restores the key's record. Before the first leader of the release that writes batches each change is an entry
-- of its own, with the fields user, increment, score, subject, key and at.
--
-- Redis never rolls a script back. Everything that can fail is therefore read before the first write. XADD can fail, so
-- it is the first write, and its error is caught.

-- @include run-id.lua
-- @include clock.lua
-- @include token-bucket.lua
-- @include release.lua
-- @include day-hash.lua
-- @include board-rules.lua

local MAX_SAFE = 9007199254740991
local FIELDS = 7
local RESULTS = 5

local meta = redis.call('HMGET', KEYS[3], 'epoch', 'revision', 'run_id', 'base', 'format', 'upgraded_at', 'rules',
  'season', 'archived')
-- Checking per batch also catches a restart after connecting. It costs 5 us.
if not meta[1] or meta[3] ~= run_id() then return { 'RECOVERING' } end

local epoch, revision = meta[1], tonumber(meta[2])
local now_us = now_in_us()
local now_ms = math.floor(now_us / 1000)
local today = day_of(now_ms)
local batched, writes_former, reads_former = forms(meta[5], meta[6], now_ms)
local operator, is_negated, is_stamped = rules_of(meta[7])
local season = tonumber(meta[8] or 1)

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

-- Records, claims, buckets and totals (as kept), kept up to date below as changes of the same batch write them.
local records, claims, buckets, totals = {}, {}, {}, {}
-- The stamps that the sorted set's members have before the batch.
local stamps = {}

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
if #KEYS > 5 then
  for i, value in ipairs(redis.call('MGET', unpack(KEYS, 6))) do buckets[i + 5] = value end
end
-- The sorted set's members of the users that have one, and these users.
local function find_members()
  if not is_stamped then return users, users end
  local members, owners = {}, {}
  for i, stamp in ipairs(redis.call('HMGET', KEYS[5], unpack(users))) do
    if stamp then
      stamps[users[i]] = stamp
      members[#members + 1], owners[#owners + 1] = stamp .. users[i], users[i]
    end
  end
  return members, owners
end
local function read_totals()
  totals = {}
  local members, owners = find_members()
  if #members == 0 then return false end
  local found = false
  for i, total in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(members))) do
    if total then
      totals[owners[i]] = tonumber(total)
      found = true
    end
  end
  return found
end
local found = read_totals()
-- Standings that vanished (deleted by hand, evicted) must not start again at zero: the worker detects and rebuilds
-- them.
if not found and revision > tonumber(meta[4] or 0) and redis.call('EXISTS', KEYS[1]) == 0 then return { 'RECOVERING' } end

-- What the applied changes write, all of it at once.
local entry, new_records, new_claims = {}, {}, {}
local new_scores, new_stamps, new_buckets = {}, {}, {}
local last_subject

-- What the board's operator makes of a kept total and an amount: the new total, and whether it differs.
local function judge(before, amount)
  if operator == 'A' then return (before or 0) + amount, true end
  if not before then return amount, true end
  if operator == 'B' and amount <= before then return before, false end
  return amount, amount ~= before
end

local function add_entry(user, amount_text, score, subject, key)
  local n = #entry
  entry[n + 1], entry[n + 2], entry[n + 3], entry[n + 5] = user, amount_text, score, key
  entry[n + 4] = batched and subject == last_subject and subject ~= 0 and 1 or subject
  last_subject = subject
end

local function apply(i)
  local user, amount_text, subject, key, field, limit_index, flags = unpack(changes, i, i + FIELDS - 1)
  local amount = tonumber(amount_text)

  local record = records[field]
  if record then
    local first_revision, first_season, mark, first_amount, first_score, first_user =
      string.match(record, '^(%d+)@?(%d*)(=?) (%-?%d+) (%-?%d+) (.*)$')
    if first_user ~= user or tonumber(first_amount) ~= amount then return 2, 0, 0 end
    -- A retry may name no season, and one that names the season in which the change counted may come after its end.
    if flags >= 8 and math.floor(flags / 8) ~= tonumber(first_season ~= '' and first_season or 1) then return 2, 0, 0 end
    return mark == '' and 1 or 9, first_score, first_revision
  end
  local claims_key = flags % 4 >= 2
  if claims_key and claims[field] and claims[field] ~= ARGV[6] then return 2, 0, 0 end
  if meta[9] == '1' then return 7, 0, 0 end
  if flags >= 8 and math.floor(flags / 8) ~= season then return 6, 0, 0 end

  local wait, full_at
  local full = 0
  if limit_index > 0 then
    local policy = flags % 8 >= 4 and 4 or 2
    wait, full_at = look_at_bucket(buckets[limit_index], now_us, tonumber(ARGV[policy]), tonumber(ARGV[policy + 1]))
    full = math.ceil((full_at - now_us) / 1000)
    if wait > 0 then return 4, wait, 0, full end
  end

  local total, is_changed = judge(totals[user], kept(amount, is_negated))
  if total > MAX_SAFE or total < -MAX_SAFE then return 3, 0, 0 end

  local score = string.format('%.0f', kept(total, is_negated))
  if is_changed or field ~= 0 then
    revision = revision + 1
    add_entry(user, is_changed and amount_text or '=' .. amount_text, score, subject, key)
  end
  local new_revision = string.format('%.0f', revision)
  if is_changed then
    totals[user] = total
    new_scores[user] = string.format('%.0f', total)
    if is_stamped then new_stamps[user] = stamp_of(revision) end
  end
  if field ~= 0 then
    local first_season = season > 1 and '@' .. season or ''
    record = new_revision .. first_season .. (is_changed and ' ' or '= ') .. amount_text .. ' ' .. score .. ' ' .. user
    records[field] = record
    new_records[#new_records + 1], new_records[#new_records + 2] = field, record
    -- The other changes of this batch are for the same board, so `claims` need not hold the new one.
    if claims_key then new_claims[#new_claims + 1], new_claims[#new_claims + 2] = field, ARGV[6] end
  end
  if full_at then
    buckets[limit_index] = full_at
    new_buckets[limit_index] = full_at
  end
  return is_changed and 0 or 8, score, new_revision, full
end

-- Returns the error, if Redis refuses the first entry; then nothing is written.
local function write_outbox(first_revision, count)
  local at = string.format('%.0f', now_ms)
  if batched then
    local id = epoch .. '-' .. string.format('%.0f', revision)
    local fields = { 'v', '2', 'at', at, 'n', count, 'changes', cjson.encode(entry) }
    if season > 1 then fields[9], fields[10] = 's', season end
    return redis.pcall('XADD', KEYS[2], id, unpack(fields)).err
  end
  for i = 1, count do
    local user, increment, score, subject, key = unpack(entry, 5 * i - 4, 5 * i)
    local id = epoch .. '-' .. string.format('%.0f', first_revision + i - 1)
    local added = redis.pcall('XADD', KEYS[2], id, 'user', user, 'increment', increment, 'score', score, 'subject',
      subject == 0 and user or subject, 'key', key == 0 and '' or key, 'at', at)
    if added.err then return added.err end
  end
end

local function write_scores()
  local members, outdated, stamped = {}, {}, {}
  for user, score in pairs(new_scores) do
    local stamp = new_stamps[user]
    members[#members + 1], members[#members + 2] = score, stamp and stamp .. user or user
    if stamp then
      stamped[#stamped + 1], stamped[#stamped + 2] = user, stamp
      if stamps[user] then outdated[#outdated + 1] = stamps[user] .. user end
      stamps[user] = stamp
    end
  end
  if #members == 0 then return end
  if #outdated > 0 then redis.call('ZREM', KEYS[1], unpack(outdated)) end
  redis.call('ZADD', KEYS[1], unpack(members))
  if #stamped > 0 then redis.call('HSET', KEYS[5], unpack(stamped)) end
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
local refused
if revision >= first_revision then refused = write_outbox(first_revision, revision - first_revision + 1) end
if refused then
  -- A server that became a replica refuses all writes. Its READONLY error makes the caller reconnect.
  if string.match(refused, 'READONLY') then return redis.error_reply(refused) end
  -- The other changes were judged as if these had been made. Only replays of earlier batches stand.
  for n = 0, #results - RESULTS, RESULTS do
    local is_replay = results[n + 1] == 1 or results[n + 1] == 9
    if not is_replay or tonumber(results[n + 3]) >= first_revision then
      results[n + 1], results[n + 2], results[n + 3], results[n + 5] = 5, 0, 0, 0
    end
  end
  revision = first_revision - 1
  read_totals()
else
  write_scores()
  if revision >= first_revision then redis.call('HSET', KEYS[3], 'revision', string.format('%.0f', revision)) end
  write_keyed(KEYS[4], new_records)
  write_keyed(ARGV[7], new_claims)
  for index, full_at in pairs(new_buckets) do write_bucket(KEYS[index], full_at, now_us) end
end

local function rank_of(user, score)
  local total, value = totals[user], kept(tonumber(score), is_negated)
  if is_stamped and total == value then return redis.call('ZREVRANK', KEYS[1], stamps[user] .. user) + 1 end
  local higher = redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', value), '+inf')
  return total and total > value and higher or higher + 1
end

-- Ranks are those after the batch. A player whose later change of this batch raised the score further counts once.
for i = 1, #changes, FIELDS do
  local n = (i - 1) / FIELDS * RESULTS
  local outcome = results[n + 1]
  if changes[i + 6] % 2 == 1 and (outcome <= 1 or outcome >= 8) then
    results[n + 4] = rank_of(changes[i], results[n + 2])
  end
end

local top = redis.call('ZREVRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'WITHSCORES')
-- cjson would encode an empty table as an object.
local top_json = #top > 0 and cjson.encode(top) or '[]'
return { epoch, string.format('%.0f', revision), top_json, table.concat(results, ' '), meta[7] or '' }
