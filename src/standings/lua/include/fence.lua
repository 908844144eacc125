-- A fence is kept as 'f<number>'. Releases that read one change from an outbox entry kept the number alone, and fail at
-- this text: they must not lead a board again, because they would misread an entry with several changes.
local function fence_number(held)
  return tonumber(string.match(held or '', '%d+')) or 0
end

-- Whether a later leader has written to this board: the fence in meta is then higher than the caller's.
local function is_superseded(held, fence)
  return fence_number(held) > tonumber(fence)
end
