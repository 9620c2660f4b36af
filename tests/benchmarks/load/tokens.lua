-- Forms with a token each: FORM_PREFIX followed by a line of the file TOKENS, to TOKEN_PATH. With CHAIN the refresh token of an answer joins the queue; OUT is a
-- file for the refresh tokens; with EVERY a connection waits so many milliseconds, more or less. One thread only, so that there is one queue. Who finds it
-- empty asks IDLE_PATH now and then; when all are answered, it is over.
local now = dofile(os.getenv("CLOCK"))
issued, failed, began, ended = 0, 0, 0, 0

local queue, first, last, answered = {}, 1, 0, 0
for line in io.lines(os.getenv("TOKENS")) do
  last = last + 1
  queue[last] = line
end

local path, prefix, chain, out = os.getenv("TOKEN_PATH") or "/token", os.getenv("FORM_PREFIX"), os.getenv("CHAIN"), nil
if os.getenv("OUT") then
  out = io.open(os.getenv("OUT"), "w")
  out:setvbuf("line")
end
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = os.getenv("AUTHORIZATION") }
local idle = os.getenv("IDLE_PATH") or "/health/live"

request = function()
  if first > last then return wrk.format("GET", idle) end
  if began == 0 then began = now() end
  local token = queue[first]
  queue[first] = nil
  first = first + 1
  return wrk.format("POST", path, headers, prefix .. token)
end

local every = tonumber(os.getenv("EVERY") or "")
delay = function()
  if first > last then return 50 end
  return every and math.random(0, 2 * every) or 0
end

response = function(status, _, body)
  if answered == last then return end
  local refresh = status == 200 and string.match(body, '"refresh_token":%s*"([^"]+)"')
  if status == 200 and not string.find(body, '"access_token"', 1, true) then return end
  answered = answered + 1
  ended = now()
  if not refresh then
    failed = failed + 1
    if failed == 1 then io.write("REFUSED ", status, " ", body, "\n") end
  else
    issued = issued + 1
    if out then out:write(refresh, "\n") end
    if chain then
      last = last + 1
      queue[last] = refresh
    end
  end
  if answered == last then
    io.write("OVER\n")
    io.flush()
  end
end

local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  local thread = threads[1]
  io.write("ISSUED ", thread:get("issued"), " IN ", thread:get("ended") - thread:get("began"), " FAILED ", thread:get("failed"), "\n")
end
