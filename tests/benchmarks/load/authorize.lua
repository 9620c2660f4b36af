-- Authorization requests of a browser with a session (COOKIE) to AUTHORIZE_PATH, whose codes go to the file OUT, each followed by SUFFIX. COOKIE may be
-- several, in lines: they take turns. An answer without a code is a failure. With EVERY a connection waits so many milliseconds, more or less.
local now = dofile(os.getenv("CLOCK"))
issued, failed, began, ended = 0, 0, 0, 0

local path, suffix, out = os.getenv("AUTHORIZE_PATH"), os.getenv("SUFFIX") or "", io.open(os.getenv("OUT"), "w")
out:setvbuf("line")
local cookies, turn = {}, 0
for cookie in string.gmatch(os.getenv("COOKIE"), "[^\n]+") do cookies[#cookies + 1] = { ["Cookie"] = cookie } end

request = function()
  if began == 0 then began = now() end
  turn = turn % #cookies + 1
  return wrk.format("GET", path, cookies[turn])
end

response = function(_, headers)
  local location = headers["Location"] or headers["location"] or ""
  local code = string.match(location, "[?&]code=([^&#]+)")
  ended = now()
  if code then
    issued = issued + 1
    out:write(code, suffix, "\n")
  else
    failed = failed + 1
  end
end

local every = tonumber(os.getenv("EVERY") or "")
if every then delay = function() return math.random(0, 2 * every) end end

local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  local thread = threads[1]
  io.write("ISSUED ", thread:get("issued"), " IN ", thread:get("ended") - thread:get("began"), " FAILED ", thread:get("failed"), "\n")
end
