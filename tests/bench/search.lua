-- For wrk: searches with other letters each time, and prints how long 95 of 100 took at most.
local words = { "a", "an", "ann", "j", "ja", "jan", "smith", "m%C3%BCl", "adele", "van de", "e", "er", "garc", "@north", "zz", "nobody" }
local turn = 0

function request()
  turn = turn % #words + 1
  return wrk.format("GET", wrk.path .. "?limit=50&search=" .. (words[turn]:gsub(" ", "%%20")))
end

function done(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("%10.0f requests/s, 95 %% within %.1f ms%s\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(95) / 1000, bad > 0 and " (with errors)" or ""))
end
