-- Idempotency records, and claims on keys, lie in a hash a day: '<prefix>:<days since the Unix epoch>'. The field is
-- '<subject>:<key>'. Today's and yesterday's count, so each is kept for 24 to 48 hours. The names are not among KEYS,
-- because only Redis' clock tells the day; they are on the slot of the prefix.

local DAY_SECONDS = 86400

local function day_of(ms)
  return math.floor(ms / 1000 / DAY_SECONDS)
end

local function day_key(prefix, day)
  return prefix .. ':' .. string.format('%d', day)
end

-- The values of fields, from the newest day that has them, added to `found`. Tomorrow's hash exists where the clock was
-- set back.
local function find_in_days(prefix, today, fields, found)
  for day = today + 1, today - 1, -1 do
    local key = day_key(prefix, day)
    if redis.call('EXISTS', key) == 1 then
      for i, value in ipairs(redis.call('HMGET', key, unpack(fields))) do
        found[fields[i]] = found[fields[i]] or value
      end
    end
  end
end

-- `values` holds fields and their values in turn. The first write of a day frees the hash that no longer counts, in the
-- background: an expired hash of millions of fields would stop Redis while it is freed.
local function write_day(prefix, day, values)
  local key = day_key(prefix, day)
  redis.call('HSET', key, unpack(values))
  if redis.call('EXPIREAT', key, string.format('%d', (day + 2) * DAY_SECONDS + 3600), 'NX') == 1 then
    redis.call('UNLINK', day_key(prefix, day - 2))
  end
end
