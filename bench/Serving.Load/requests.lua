-- Sends the bodies of a file in turn; says in one line of JSON what came of it.
-- BODIES: a file of bodies, each after its length in bytes on a line of its own. PAUSE: milliseconds between requests of a connection.
local requests, turn, pause = {}, 0, tonumber(os.getenv("PAUSE") or "0")

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

if pause > 0 then
  function delay() return pause end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
