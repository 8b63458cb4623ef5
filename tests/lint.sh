#!/bin/bash
# Everything that reads the code without running it. Each check prints what it found; any finding fails.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
failed=0

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        printf 'ok      %s\n' "$name"
    else
        printf 'failed  %s\n' "$name"
        failed=$((failed + 1))
    fi
}

sources() { git ls-files --cached --others --exclude-standard "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done; }

formatting() { sources 'src/*.[ch]' 'sim/*.[ch]' 'tests/*.c' | xargs -r clang-format-14 --dry-run --Werror; }

# clang-tidy takes only sources that the build knows; gcc-only flags are not its business.
tidy() {
    python3 - build-test/compile_commands.json <<'P' >build-test/tidy-files.txt
import json, os, sys
seen = set()
for entry in json.load(open(sys.argv[1])):
    path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
    name = os.path.relpath(path)
    if name.startswith(("src/", "sim/")) and name.endswith(".c"):
        seen.add(name)
print("\n".join(sorted(seen)))
P
    xargs -r -P "$(nproc)" -n 4 clang-tidy-14 --quiet -p build-test \
        --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
        --extra-arg=-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang \
        <build-test/tidy-files.txt 2>build-test/tidy-stderr.txt || { grep -v 'warnings generated' build-test/tidy-stderr.txt; false; }
}

shell_scripts() { sources '*.sh' .ci/run | xargs -r -n 1 bash -n; }

npm_lint() { (cd "$1" && npm run --silent lint); }

openapi() {
    local folder
    for folder in tests web; do
        if [ -x "$folder/node_modules/.bin/redocly" ]; then
            REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
                "$folder/node_modules/.bin/redocly" lint --config tests/redocly.yaml openapi.yaml
            return
        fi
    done
    echo "redocly is not installed" >&2
    return 1
}

check 'layers' tests/layers.sh
check 'formatting (clang-format)' formatting
check 'shell syntax' shell_scripts
[ -f web/package.json ] && check 'web client' npm_lint web
[ -f tests/redocly.yaml ] && check 'API description (redocly)' openapi
check 'static analysis (clang-tidy)' tidy

[ "$failed" = 0 ] || { printf '%d checks failed\n' "$failed"; exit 1; }
echo 'nothing found'
