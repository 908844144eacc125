-- Redis' clock, in microseconds since the Unix epoch.
local function now_in_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
