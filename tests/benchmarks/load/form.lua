-- One form, posted again and again. FORM and AUTHORIZATION come from the environment; with EVERY a connection waits so many milliseconds between two, and
-- with JITTER besides sometimes less and sometimes more, so that connections don't come all at once. AUTHORIZATIONS is a file of others, for turns.
wrk.method = "POST"
wrk.body = os.getenv("FORM") or ""
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
if os.getenv("AUTHORIZATION") then wrk.headers["Authorization"] = os.getenv("AUTHORIZATION") end
local every = tonumber(os.getenv("EVERY") or "")
if every and os.getenv("JITTER") then
  delay = function() return math.random(0, 2 * every) end
elseif every then
  delay = function() return every end
end

if os.getenv("AUTHORIZATIONS") then
  local all, turn = {}, 0
  for line in io.lines(os.getenv("AUTHORIZATIONS")) do
    all[#all + 1] = { ["Content-Type"] = wrk.headers["Content-Type"], ["Authorization"] = line }
  end
  request = function()
    turn = turn % #all + 1
    return wrk.format(nil, nil, all[turn])
  end
end
