-- Whether a later leader has been here: its fence, which is in meta, is higher than the caller's.
local function is_superseded(held_fence, fence)
  return tonumber(held_fence or 0) > tonumber(fence)
end
