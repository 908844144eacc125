-- Which releases may work on a board. Before the first leader of this release has taken the board ('format' in meta is
-- missing), a worker of the release before may lead: everything is written in its form. For a day after that, its API
-- processes may still accept changes: idempotency records are written in both forms. For two days, its records count.

local DAY_MS = 86400000

-- Returns three values: whether an outbox entry holds a batch, whether records are written in the former form, and
-- whether they are read in it.
local function forms(format, upgraded_at, now_ms)
  if format ~= '2' then return false, true, true end
  local age = now_ms - (tonumber(upgraded_at) or -math.huge)
  return true, age < DAY_MS, age < 2 * DAY_MS
end
