#!lua flags=allow-oom
-- Ends the season that runs and begins the next, in one step: changes before it belong to the old season, changes after
-- it to the new one. Allowed when Redis is full, because it adds one small entry.
--
-- KEYS[1] scores, KEYS[2] outbox, KEYS[3] meta, KEYS[4] stamps, KEYS[5], KEYS[6] where the scores and stamps of the season
-- that ends are kept, until PostgreSQL has its standings
-- ARGV[1] fence, ARGV[2] the season to end, ARGV[3] when its end was due, in milliseconds since the Unix epoch; 0 where
--         no time was set
-- Returns { 1, epoch, revision, time of the end } when done, { 0 } when the fence is too low or the board is not open,
--   { 2 } when that season does not run (it has ended before).
--
-- The outbox entry has the fields v ('3'), at and season. Its revision counts as a change, so that viewers see the new
-- season as news. The end is never earlier than it was due: clocks may differ, and a schedule finds its next time after it.

-- @include fence.lua
-- @include run-id.lua
-- @include clock.lua

local held, epoch, revision, server, season =
  unpack(redis.call('HMGET', KEYS[3], 'fence', 'epoch', 'revision', 'run_id', 'season'))
if is_superseded(held, ARGV[1]) or not epoch or server ~= run_id() then return { 0 } end
if (season or '1') ~= ARGV[2] then return { 2 } end

local at = string.format('%.0f', math.max(math.floor(now_in_us() / 1000), tonumber(ARGV[3])))
local ended_at = string.format('%.0f', tonumber(revision) + 1)
-- The first write: an error of it leaves everything as it was.
redis.call('XADD', KEYS[2], epoch .. '-' .. ended_at, 'v', '3', 'at', at, 'season', ARGV[2])
for i, kept_at in pairs({ [1] = KEYS[5], [4] = KEYS[6] }) do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('RENAME', KEYS[i], kept_at) end
end
local next_season = string.format('%.0f', tonumber(ARGV[2]) + 1)
redis.call('HSET', KEYS[3], 'fence', 'f' .. ARGV[1], 'revision', ended_at, 'base', ended_at, 'season', next_season,
  'season_at', at)
return { 1, epoch, ended_at, at }
