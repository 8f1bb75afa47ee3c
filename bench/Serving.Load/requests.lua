-- Sends the bodies of a file in turn; says in one line of JSON what came of it.
-- BODIES: a file of bodies, each after its length in bytes on a line of its own. RATE: requests a second of all connections, as many as they can without it.
local requests, turn, rate = {}, 0, tonumber(os.getenv("RATE") or "0")

function init()
  local headers = { ["Content-Type"] = os.getenv("TYPE") }
  if os.getenv("JSON_LENGTH") then headers["Inference-Header-Content-Length"] = os.getenv("JSON_LENGTH") end
  local file = io.open(os.getenv("BODIES"), "rb")
  for line in file:lines() do
    requests[#requests + 1] = wrk.format("POST", os.getenv("TARGET"), headers, file:read(tonumber(line)))
    file:read(1)
  end
  file:close()
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

if rate > 0 then
  local ffi = require("ffi")
  ffi.cdef("typedef struct { long seconds, nanoseconds; } instant; int clock_gettime(int, instant *);")
  local MONOTONIC, instant, due = 1, ffi.new("instant"), nil

  -- Requests are due at equal distances; what a slow server was late with is caught up, as far as it is not a second old.
  function delay()
    ffi.C.clock_gettime(MONOTONIC, instant)
    local now = tonumber(instant.seconds) * 1e3 + tonumber(instant.nanoseconds) / 1e6
    due = math.max((due or now) + 1e3 / rate, now - 1e3)
    return math.max(0, math.floor(due - now + 0.5))
  end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
