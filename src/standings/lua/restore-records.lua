-- Writes the idempotency records of committed changes again, and the claims on their keys where those lie on the same
-- server.
--
-- KEYS[1] meta, KEYS[2] prefix of the records
-- ARGV[1] the records as a JSON array, four elements for each: its field, its value, when its change was made, in
--         milliseconds since the Unix epoch (within the last 24 hours), and 1 where its key is to be claimed, else 0
-- ARGV[2] the board's id, ARGV[3] prefix of the claims; '' where they lie elsewhere

-- @include clock.lua
-- @include release.lua
-- @include day-hash.lua

local now_ms = math.floor(now_in_us() / 1000)
local format, upgraded_at = unpack(redis.call('HMGET', KEYS[1], 'format', 'upgraded_at'))
local _, writes_former = forms(format, upgraded_at, now_ms)

local by_key = {}
local function add(prefix, day, field, value)
  by_key[prefix] = by_key[prefix] or {}
  by_key[prefix][day] = by_key[prefix][day] or {}
  local values = by_key[prefix][day]
  values[#values + 1], values[#values + 2] = field, value
end

local records = cjson.decode(ARGV[1])
for i = 1, #records, 4 do
  local field, value, at, claims_key = unpack(records, i, i + 3)
  local prefixes = { [KEYS[2]] = value, [ARGV[3]] = claims_key == 1 and ARGV[3] ~= '' and ARGV[2] or nil }
  for prefix, content in pairs(prefixes) do
    add(prefix, day_of(at), field, content)
    if writes_former then
      local left = math.max(1, DAY_SECONDS - math.floor((now_ms - at) / 1000))
      redis.call('SET', prefix .. ':' .. field, content, 'EX', string.format('%d', left))
    end
  end
end
for prefix, days in pairs(by_key) do
  for day, values in pairs(days) do write_day(prefix, day, values) end
end
return 1
