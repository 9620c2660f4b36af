-- One form, posted again and again. FORM and AUTHORIZATION come from the environment; with EVERY a connection waits so many milliseconds between two.
wrk.method = "POST"
wrk.body = os.getenv("FORM") or ""
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
if os.getenv("AUTHORIZATION") then wrk.headers["Authorization"] = os.getenv("AUTHORIZATION") end
local every = tonumber(os.getenv("EVERY") or "")
if every then delay = function() return every end end
