#!/bin/bash
# A small measurement of the release build on this machine: how many requests per second the server answers, how long one
# offboarding of a sample user takes, how fast a large directory is searched, by how much a bulk of one tenant delays
# another, and how smoothly the list scrolls. Server, simulator and load share the machine's cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
demo=
finish() {
    [ -z "$demo" ] || { kill -TERM "$demo" 2>/dev/null && wait "$demo" 2>/dev/null; } || true
    rm -rf "$folder"
}
trap finish EXIT

start() { # SEED: a demo with a token for it
    build/lastday demo --port 0 --data-dir "$folder" --seed "$1" >"$folder/out" 2>"$folder/err" &
    demo=$!
    for _ in $(seq 1800); do
        grep -q 'Ctrl+C' "$folder/out" && break
        kill -0 "$demo" 2>/dev/null || { cat "$folder/err" >&2; exit 1; }
        sleep 0.1
    done
    LASTDAY_URL=$(sed -nE 's/^  Open +//p' "$folder/out")
    export LASTDAY_URL LASTDAY_SERVER_DATA_DIR=$folder/$1
    LASTDAY_TOKEN=$(build/lastday admin token-create --name bench --role technician)
    export LASTDAY_TOKEN
}
start small

printf '%s cores, %s\n\n' "$(nproc)" "$(uname -m)"
load() { # NAME PATH
    printf '%-42s ' "$1"
    wrk -t 1 -c 16 -d "${BENCH_SECONDS:-5}s" --latency -H "Authorization: Bearer $LASTDAY_TOKEN" "$LASTDAY_URL$2" |
        awk '/99%/ { late = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = 1 }
             END { printf "%10.0f requests/s, 99 %% within %s%s\n", rate, late, bad ? " (with errors)" : "" }'
}
tests/bench/planned.sh
load 'GET /healthz' /healthz
load 'GET /api/v1/catalog' /api/v1/catalog
load 'GET /api/v1/tenants' /api/v1/tenants
build/lastday users --tenant contoso.com adele >/dev/null
load 'search among the users of a tenant' '/api/v1/tenants/contoso.com/users?search=adele'

echo '{"disable_sign_in":true,"reset_password":true,"revoke_sessions":true,"hide_from_gal":true,"remove_from_groups":true}' \
    >"$folder/options.json"
begin=$(date +%s%N)
build/lastday offboard --tenant contoso.com --user adele.vance@contoso.com --options "$folder/options.json" --yes --follow \
    >/dev/null 2>&1 && result=done || result=failed
printf '%-42s %10d ms (%s)\n' 'one offboarding of five tasks' $((($(date +%s%N) - begin) / 1000000)) "$result"

node tests/bench/starts.mjs fabrikam.com

# One tenant's lockout while ten thousand of another are queued, and how soon those go on after a kill.
BUILD_DIR=$PWD/build node tests/bench/bulk.mjs

# A technician who types, over the largest of the sample tenants. When people signed in last is
# read after their names, which takes the simulator one of the cores.
kill -TERM "$demo" && wait "$demo" || true
start large
search=/api/v1/tenants/northwindtraders.com/users
one() { curl -s -H "Authorization: Bearer $LASTDAY_TOKEN" "$LASTDAY_URL$search?limit=1"; }
for _ in $(seq 300); do # until the list has been read: what Graph answers meanwhile has no next page
    one | grep -q '"next_cursor":"' && break
    sleep 1
done
total=$(one | sed -nE 's/.*"total":([0-9]+).*/\1/p')
kept=0
printf '%-42s ' "search among $total, sign-ins being read"
node tests/bench/search.mjs northwindtraders.com || true
for _ in $(seq 300); do
    curl -s -H "Authorization: Bearer $LASTDAY_TOKEN" "$LASTDAY_URL$search?limit=200" | grep -q '"last_sign_in_at":"' && break
    sleep 1
done
printf '%-42s ' "search among $total users, as one types"
node tests/bench/search.mjs northwindtraders.com || kept=1

# The same list in a browser.
LASTDAY_PASSWORD=$(sed -nE 's/^  Password +//p' "$folder/out") node tests/bench/frames.mjs Northwind || kept=1
exit $kept
