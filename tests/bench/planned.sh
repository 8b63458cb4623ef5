#!/bin/bash
# What planned offboardings cost a server that has nothing to do: processor time and memory with none and with many of them.
#
#   tests/bench/planned.sh [COUNT]   BUILD_DIR: where lastday is (build)
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-100000}
seconds=${BENCH_SECONDS:-5}
folder=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
    rm -rf "$folder"
}
trap finish EXIT
export LASTDAY_SERVER_DATA_DIR=$folder LASTDAY_SERVER_LISTEN=127.0.0.1:0 LASTDAY_LOGGING_FORMAT=json LASTDAY_INDEX_ENABLED=no \
    LASTDAY_APP_CLIENT_ID=bench LASTDAY_APP_CLIENT_SECRET=bench

start() {
    "${BUILD_DIR:-build}/lastday" serve 2>"$folder/log" &
    server=$!
    for _ in $(seq 300); do
        grep -q '"event":"started"' "$folder/log" && return
        kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.1
    done
}
stop() {
    kill -TERM "$server"
    wait "$server" || true
    server=
}
ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
measure() { # NAME
    local before after
    sleep 2
    before=$(ticks)
    sleep "$seconds"
    after=$(ticks)
    printf '%-42s %9.2f %% of a core, %d MB\n' "$1" \
        "$(awk -v t=$((after - before)) -v s="$seconds" -v hz="$(getconf CLK_TCK)" 'BEGIN { print 100 * t / hz / s }')" \
        "$(awk '/VmRSS/ { print $2 / 1024 }' "/proc/$server/status" | cut -d. -f1)"
}

start
measure 'idle, nothing planned'
stop
python3 - "$folder/lastday.db" "$count" <<'P'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
now = int(time.time() * 1000)
year = 365 * 24 * 3600 * 1000
count = int(sys.argv[2])
rows = ((f"o{i}", f"b{i}", f"t{i % 200}", f"u{i}", f"u{i}@example.com", "User", now + 3600_000 + i * (year // count)) for i in range(count))
db.executemany(
    "INSERT INTO offboardings(id, batch, tenant_id, user_id, user_principal_name, display_name, status, unfinished, options_json,"
    " plan_json, requested_by, created_at, due_at, scheduled_at, warnings_json)"
    " VALUES (?, ?, ?, ?, ?, ?, 'planned', 1, '{\"disable_sign_in\":{}}', '[]', 'bench', 0, ?7, ?7, '[]')", rows)
db.commit()
P
start
measure "idle, $count planned over a year"
