-- Sends the bytes of a file, DEPTH times in one piece, again and again: wrk ... -s replay.lua URL -- FILE DEPTH
-- The last line it prints is the result as JSON.

local batch

function init(args)
  local file = assert(io.open(args[1], "rb"))
  batch = file:read("*a"):rep(tonumber(args[2]))
  file:close()
end

function request()
  return batch
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"bytes":%d,"duration_us":%d,"errors":%d}\n',
    summary.requests, summary.bytes, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
