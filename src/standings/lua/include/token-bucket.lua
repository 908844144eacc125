-- A token bucket, stored as the time at which it will be full again, in microseconds since the Unix epoch (GCRA).

-- Returns two values: the milliseconds to wait (0: a token is there), and the time at which the bucket is full again if
-- that token is taken.
local function look_at_bucket(stored, now_us, interval, burst)
  local full_at = math.max(tonumber(stored or 0) or 0, now_us) + interval
  local wait = full_at - now_us - burst * interval
  return wait > 0 and math.ceil(wait / 1000) or 0, full_at
end

local function write_bucket(key, full_at, now_us)
  redis.call('SET', key, string.format('%.0f', full_at), 'PX', math.ceil((full_at - now_us) / 1000) + 1)
end
