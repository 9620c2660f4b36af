-- Forms with a token each: FORM_PREFIX followed by a line of the file TOKENS. With CHAIN the refresh token of an answer joins the queue.
-- One thread only, so that there is one queue. A request that finds it empty goes to /health/live; only tokens issued count.
issued = 0

local queue, first, last = {}, 1, 0
for line in io.lines(os.getenv("TOKENS")) do
  last = last + 1
  queue[last] = line
end

local prefix, chain = os.getenv("FORM_PREFIX"), os.getenv("CHAIN")
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = os.getenv("AUTHORIZATION") }

request = function()
  if first > last then return wrk.format("GET", "/health/live") end
  local token = queue[first]
  queue[first] = nil
  first = first + 1
  return wrk.format("POST", "/token", headers, prefix .. token)
end

response = function(status, _, body)
  local refresh = string.match(body, '"refresh_token":"([^"]+)"')
  if status ~= 200 or not refresh then return end
  issued = issued + 1
  if chain then
    last = last + 1
    queue[last] = refresh
  end
end

local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function() io.write("ISSUED ", threads[1]:get("issued"), "\n") end
