-- Names the server process. Another one answers after a restart or a fail-over, and may have lost what the first one took.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
