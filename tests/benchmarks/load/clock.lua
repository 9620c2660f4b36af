-- The machine's monotonic clock, in seconds: Lua's own tells processor time, or whole seconds.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long seconds; long nanoseconds; } bench_time; int clock_gettime(int clock, bench_time *time); ]]
local time = ffi.new("bench_time")

return function()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end
