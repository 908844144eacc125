-- Whether a later leader has written to this board: the fence in meta is then higher than the caller's.
local function is_superseded(held_fence, fence)
  return tonumber(held_fence or 0) > tonumber(fence)
end
