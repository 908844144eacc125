-- One page of the standings, in one step: O(log n + rows); O(log² n + rows) after a row that has moved or gone, however
-- many players share its score.
--
-- KEYS[1] scores, KEYS[2] meta
-- ARGV[1] the most rows
-- ARGV[2] the season that the caller means, '' for the one that runs
-- ARGV[3] where the page begins, and its arguments:
--   'top'    at the first row
--   'after'  at the first row that stands below a place. ARGV[4] its score as it is kept, ARGV[5] its member. There need
--            not be such a row
--   'rank'   at the first row with a rank; where ties skip it, at the next lower row. ARGV[4] the rank
-- Returns nil when Redis does not know the board, { season } when another season runs, else
--   { season, rules, how many rows there are, how many stand above the page, how many are better than its first row,
--   { member, score as it is kept, ... } }

-- @include board-rules.lua

local meta = redis.call('HMGET', KEYS[2], 'epoch', 'season', 'rules')
if not meta[1] then return nil end
local season = meta[2] or '1'
if ARGV[2] ~= '' and ARGV[2] ~= season then return { season } end
local _, _, is_stamped = rules_of(meta[3])

-- Whether one member stands below another one of the same score. Redis orders them by their bytes; Lua's own comparison
-- depends on the server's locale.
local function is_below(a, b)
  local from = 1
  -- Long equal beginnings are skipped in blocks.
  while from + 31 <= math.min(#a, #b) and string.sub(a, from, from + 31) == string.sub(b, from, from + 31) do
    from = from + 32
  end
  for i = from, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function position_after(score, member)
  local held = redis.call('ZSCORE', KEYS[1], member)
  if held and tonumber(held) == tonumber(score) then return redis.call('ZREVRANK', KEYS[1], member) + 1 end
  local first = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
  -- The answer lies from `low` to `high`.
  local low, high = first, first + redis.call('ZCOUNT', KEYS[1], score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_below(redis.call('ZREVRANGE', KEYS[1], middle, middle)[1], member) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

local function position_of_rank(rank)
  local row = redis.call('ZREVRANGE', KEYS[1], rank - 1, rank - 1, 'WITHSCORES')
  if is_stamped or not row[1] then return rank - 1 end
  local better = redis.call('ZCOUNT', KEYS[1], '(' .. row[2], '+inf')
  if better == rank - 1 then return better end
  return better + redis.call('ZCOUNT', KEYS[1], row[2], row[2])
end

local total = redis.call('ZCARD', KEYS[1])
local above = 0
if ARGV[3] == 'after' then above = position_after(ARGV[4], ARGV[5]) end
if ARGV[3] == 'rank' then above = math.min(position_of_rank(tonumber(ARGV[4])), total) end

local rows = redis.call('ZREVRANGE', KEYS[1], above, above + tonumber(ARGV[1]) - 1, 'WITHSCORES')
local better = above
if rows[1] and not is_stamped then better = redis.call('ZCOUNT', KEYS[1], '(' .. rows[2], '+inf') end
return { season, meta[3] or '', total, above, better, rows }
