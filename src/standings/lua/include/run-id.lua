-- Names the server process. After a restart or a fail-over another process answers, and it may have lost changes that
-- the first one accepted.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
end
