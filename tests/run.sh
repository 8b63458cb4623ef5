#!/bin/bash
# Runs every test against the sanitizer build and prints the coverage of src/. The last line is the sum:
# "N passed, N failed". Reports go to artifacts/. A stage that fails does not keep the others from running.
#
#   tests/run.sh [STAGE...]   unit web integration clients browser coverage; all of these when none is named;
#                             faults: the fault harness alone, which is part of integration
#
# A stage that passed is not run again while no file of the project, no program and no setting has changed; it says so
# and counts as it did. AGAIN=yes runs it all the same, as does CI.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
root=$PWD
least_coverage=${LEAST_COVERAGE:-85}
stages=${*:-unit web integration clients browser coverage}
artifacts=$root/artifacts
passed=0
failed=0

# What the tests start; nothing else tells them where the programs are.
export BUILD_DIR=$root/build-test
# What is freed is kept from being used again for 32 MB, not 256: touching new memory is a fifth of the time otherwise.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:check_initialization_order=1:quarantine_size_mb=32
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export NO_UPDATE_NOTIFIER=1
mkdir -p "$artifacts"

say() { printf '\n== %s\n' "$*"; }
count() { # NAME PASSED FAILED EXIT_CODE: a stage that breaks without a failed test counts as one
    local ok=${2:-0} bad=${3:-0}
    [ "$4" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$bad" = 0 ] && echo "$1: $ok passed" >>"$BUILD_DIR/passed/$stage.new"
    printf -- '-- %s: %d passed, %d failed\n' "$1" "$ok" "$bad"
    passed=$((passed + ok))
    failed=$((failed + bad))
}

unit() {
    local log=$BUILD_DIR/meson-logs/testlog.txt status ok bad
    say 'unit tests'
    # More than there are cores: those on a store wait for the disk most of the time.
    meson test -C "$BUILD_DIR" --no-rebuild --print-errorlogs --num-processes $((2 * $(nproc))) --suite unit
    status=$?
    # cmocka's own lines count the tests of each program.
    ok=$(grep -oE '\[  PASSED  \] [0-9]+ test' "$log" 2>/dev/null | awk '{ n += $4 } END { print n + 0 }')
    bad=$(grep -oE '\[  FAILED  \] .*: [0-9]+ test' "$log" 2>/dev/null | awk '{ n += $(NF - 1) } END { print n + 0 }')
    count 'unit tests' "$ok" "$bad" "$status"
}

# Runs node's test runner through the command that is given, and counts from its TAP report.
node_tests() { # NAME REPORT COMMAND...
    local name=$1 tap=$artifacts/$2.tap status
    shift 2
    say "$name"
    rm -f "$tap"
    "$@" --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$tap" </dev/null
    status=$?
    count "$name" "$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$tap" | tail -n 1)" \
        "$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$tap" | tail -n 1)" "$status"
}

# More than there are cores: most of the time is waiting. A file that hangs is ended and fails. The reporters' options go
# before the files, or node takes them for arguments of the tests.
node_run() { # CONCURRENCY FILES... -- REPORTERS...
    local concurrency=$1 files=()
    shift
    while [ "$1" != -- ]; do files+=("$1") && shift; done
    shift
    node --test --test-concurrency="$concurrency" --test-timeout="${TEST_TIMEOUT:-600000}" "$@" "${files[@]}"
}

# With the short form of the fault harness, which waits for other things than these do. Backwards, because the last ones by
# name take long, and none is to be left alone at the end.
integration() {
    local files
    mapfile -t files < <(ls -r tests/integration/*.test.*js)
    node_tests 'integration tests and fault harness' integration \
        node_run "${TEST_CONCURRENCY:-$((3 * $(nproc)))}" tests/faults/*.test.*js "${files[@]}" --
}

# The fault harness alone; `make faults` runs every point.
faults() {
    TEST_TIMEOUT=6000000 node_tests 'fault harness' faults node_run "$(nproc)" tests/faults/*.test.*js --
}

clients() {
    [ -f tests/clients/run.mjs ] || return 0
    M365SIM=$BUILD_DIR/m365sim node_tests "Microsoft's client libraries against the simulator" clients \
        node tests/clients/run.mjs
}

json_count() { # FILE EXPRESSION
    node -p "const r = JSON.parse(require('fs').readFileSync('$1')); $2" 2>/dev/null || echo 0
}

web() {
    local report=$artifacts/web.json status
    [ -n "$(find web/src -name '*.test.ts*' -print -quit 2>/dev/null)" ] || return 0
    say 'web client: unit tests'
    rm -f "$report"
    (cd web && node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$report" </dev/null)
    status=$?
    count 'web client' "$(json_count "$report" r.numPassedTests)" "$(json_count "$report" r.numFailedTests)" "$status"
}

browser() {
    local report=$artifacts/browser.json status
    compgen -G 'tests/browser/*.spec.*' >/dev/null || return 0
    say 'browser tests'
    rm -f "$report"
    (cd tests && PLAYWRIGHT_JSON_OUTPUT_FILE=$report PLAYWRIGHT_JSON_OUTPUT_NAME=$report \
        node_modules/.bin/playwright test --config browser/playwright.config.mjs --reporter=list,json </dev/null)
    status=$?
    count 'browser tests' "$(json_count "$report" 'r.stats.expected + r.stats.flaky')" \
        "$(json_count "$report" r.stats.unexpected)" "$status"
}

coverage() {
    local percent
    say 'line coverage of src/'
    mkdir -p coverage
    gcovr -j "$(nproc)" --root . --filter src/ --exclude '.*_(test|fixture|fake|fault|damage)\.c' --exclude-unreachable-branches \
        --gcov-ignore-parse-errors --json-summary coverage/summary.json --txt coverage/summary.txt "$BUILD_DIR" \
        >coverage/gcovr.log 2>&1 || { tail -n 5 coverage/gcovr.log; count coverage 0 1 1; return; }
    python3 - coverage/summary.json <<'P'
import collections, json, sys
folders = collections.defaultdict(lambda: [0, 0])
for f in json.load(open(sys.argv[1]))["files"]:
    folder = folders["/".join(f["filename"].split("/")[:2])]
    folder[0] += f["line_covered"]
    folder[1] += f["line_total"]
for name, (covered, total) in sorted(folders.items()):
    print(f"{name:<16} {covered:>6} of {total:>6} lines  {100 * covered / max(total, 1):5.1f} %")
P
    percent=$(python3 -c 'import json; print(json.load(open("coverage/summary.json"))["line_percent"])')
    printf 'line coverage of src/: %s %%, at least %s %% are asked for\n' "$percent" "$least_coverage"
    python3 -c "import sys; sys.exit(0 if $percent >= $least_coverage else 1)" || count coverage 0 1 1
}

# What the results depend on: the project's files, the programs, the settings.
fingerprint() {
    {
        git ls-files --cached --others --exclude-standard -z | xargs -0 sha256sum
        sha256sum "$BUILD_DIR/lastday" "$BUILD_DIR/m365sim"
        env | grep -E '^(LASTDAY_|LEAST_COVERAGE|TEST_)' | sort
    } 2>&1 | sha256sum
}

passed_before() { # STAGE
    local file=$BUILD_DIR/passed/$1
    [ -f "$file" ] || return 1
    say "$1: passed at $(date -r "$file" '+%F %R'), and nothing has changed since (AGAIN=yes runs it again)"
    cat "$file"
    passed=$((passed + $(grep -oE '[0-9]+ passed' "$file" | awk '{ n += $1 } END { print n + 0 }')))
}

run_stage() { # STAGE
    local before=$failed
    stage=$1
    : >"$BUILD_DIR/passed/$stage.new"
    "$stage"
    if [ "$failed" = "$before" ]; then mv "$BUILD_DIR/passed/$stage.new" "$BUILD_DIR/passed/$stage"
    else rm -f "$BUILD_DIR/passed/$stage.new"; fi
}

mkdir -p "$BUILD_DIR/passed"
now=$(fingerprint)
if [ "${AGAIN:-}" = yes ] || [ "${CI:-}" = true ] || [ "$now" != "$(cat "$BUILD_DIR/passed.key" 2>/dev/null)" ]; then
    rm -f "$BUILD_DIR"/passed/*
    find "$BUILD_DIR" -name '*.gcda' -delete # counters of earlier runs would be added to
    echo "$now" >"$BUILD_DIR/passed.key"
fi
for one in $stages; do
    passed_before "$one" || run_stage "$one"
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
