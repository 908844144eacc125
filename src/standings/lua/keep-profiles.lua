-- Keeps profiles as PostgreSQL has them. What it replaces is older: of two versions the higher one stays, and a mark
-- (`? <milliseconds> <token>`) gives way to its own change, or to any version when it is so old that its change has
-- ended, whatever became of it.
--
-- KEYS[1]  the profiles, a hash: user id -> `<version> <profile as JSON>`, or a mark
-- KEYS[2]  the changes, a stream
-- ARGV[1]  the token of the mark of the one profile that was changed; '' for profiles that were only read
-- ARGV[2]  how many changes to keep
-- ARGV[3]  and so on, three for each profile: user id, version, profile
-- Returns nothing.

-- @include clock.lua

local mark_lasts_ms = 30000

local function gives_way(kept, version)
  if not kept then return true end
  local marked_at, token = string.match(kept, '^%? (%d+) (.*)$')
  if marked_at then return token == ARGV[1] or now_in_us() / 1000 - tonumber(marked_at) > mark_lasts_ms end
  return tonumber(string.match(kept, '^%d+')) < tonumber(version)
end

for i = 3, #ARGV, 3 do
  local user, version, profile = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if gives_way(redis.call('HGET', KEYS[1], user), version) then
    redis.call('HSET', KEYS[1], user, version .. ' ' .. profile)
  end
  if ARGV[1] ~= '' then redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'user', user) end
end
