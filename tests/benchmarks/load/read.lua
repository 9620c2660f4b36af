-- A GET or a form for a line of the file TOKENS each time, in turns: with BEARER the line is the bearer token, otherwise it ends the form FORM_PREFIX.
local lines, turn = {}, 0
for line in io.lines(os.getenv("TOKENS")) do lines[#lines + 1] = line end
local path, prefix, bearer = os.getenv("READ_PATH"), os.getenv("FORM_PREFIX"), os.getenv("BEARER")
local every = tonumber(os.getenv("EVERY") or "")
if every then delay = function() return math.random(0, 2 * every) end end

request = function()
  turn = turn % #lines + 1
  if bearer then return wrk.format("GET", path, { ["Authorization"] = "Bearer " .. lines[turn] }) end
  return wrk.format("POST", path, { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = os.getenv("AUTHORIZATION") }, prefix .. lines[turn])
end
