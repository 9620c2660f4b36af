-- One request again and again, with a pause of PAUSE ms, and how long the answers of each status took. A thread has one connection, so that the clock between its
-- request and its answer is theirs. METHOD, FORM and AUTHORIZATION come from the environment.
local now = dofile(os.getenv("CLOCK"))
local pause = tonumber(os.getenv("PAUSE") or "10")
wrk.method = os.getenv("METHOD") or "GET"
wrk.body = os.getenv("FORM")
if wrk.body then wrk.headers["Content-Type"] = "application/x-www-form-urlencoded" end
if os.getenv("AUTHORIZATION") then wrk.headers["Authorization"] = os.getenv("AUTHORIZATION") end

times, retries = {}, 0
local sent

delay = function() return math.random(0, 2 * pause) end
request = function()
  sent = now()
  return wrk.format()
end
response = function(status, headers)
  times[#times + 1] = status .. " " .. string.format("%.3f", (now() - sent) * 1000)
  if headers["Retry-After"] or headers["retry-after"] then retries = retries + 1 end
end

local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function()
  local retried = 0
  for _, thread in ipairs(threads) do
    for _, time in ipairs(thread:get("times")) do io.write("TIME ", time, "\n") end
    retried = retried + thread:get("retries")
  end
  io.write("RETRY-AFTER ", retried, "\n")
end
